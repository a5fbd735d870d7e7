//! What a DNS session knows: the plan, and every query with what came of it.

use std::time::Duration;

use super::dns_compare::Comparison;
use crate::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan, DnsQuery};
use crate::wire::Failure;

/// How many queries of a session are listed; the oldest go, and are counted.
pub const MOST_EXCHANGES: usize = 32;

/// A question's life.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lookup {
    /// Which names are asked for, and of whom.
    pub plan: Option<DnsPlan>,
    /// The queries, in order.
    pub exchanges: Vec<Exchange>,
    /// How many queries there were before those listed.
    pub unlisted: u64,
    /// The system's own answer beside ours.
    pub compared: Option<Comparison>,
}

/// A query, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The query.
    pub query: DnsQuery,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing yet.
    Waiting,
    /// An answer.
    Answered(DnsAnswer),
    /// None.
    Failed {
        /// Why.
        failure: Failure,
        /// How long that took.
        took: Duration,
    },
}

impl Lookup {
    /// Takes in a fact.
    pub fn learn(&mut self, news: &DnsNews) {
        match news {
            DnsNews::Plan(plan) => self.plan = Some(plan.clone()),
            DnsNews::Query(query) => {
                if self.exchanges.len() >= MOST_EXCHANGES {
                    self.exchanges.remove(0);
                    self.unlisted += 1;
                }
                self.exchanges.push(Exchange { query: query.clone(), outcome: Outcome::Waiting });
            }
            DnsNews::Answer(answer) => {
                self.settle((answer.server, answer.wire, answer.message.id), Outcome::Answered(answer.clone()));
            }
            DnsNews::Failed(failed) => {
                let outcome = Outcome::Failed { failure: failed.failure.clone(), took: failed.took };
                self.settle((failed.server, failed.wire, failed.id), outcome);
            }
        }
    }

    fn settle(&mut self, whose: (std::net::SocketAddr, crate::sessions::news::dns::Wire, u16), outcome: Outcome) {
        let of = |exchange: &&mut Exchange| {
            let query = &exchange.query;
            exchange.outcome == Outcome::Waiting && (query.server, query.wire, query.id) == whose
        };
        if let Some(exchange) = self.exchanges.iter_mut().rev().find(of) {
            exchange.outcome = outcome;
        }
    }

    /// Grows with every fact that changes what is shown.
    pub fn edition(&self) -> u64 {
        let settled = self.exchanges.iter().filter(|exchange| exchange.outcome != Outcome::Waiting).count();
        let facts = self.exchanges.len() + settled + usize::from(self.compared.is_some());
        2 * self.unlisted + facts as u64
    }

    /// The answers, in order of their queries.
    pub fn answers(&self) -> impl Iterator<Item = (&DnsQuery, &DnsAnswer)> {
        self.exchanges.iter().filter_map(|exchange| match &exchange.outcome {
            Outcome::Answered(answer) => Some((&exchange.query, answer)),
            Outcome::Waiting | Outcome::Failed { .. } => None,
        })
    }
}
