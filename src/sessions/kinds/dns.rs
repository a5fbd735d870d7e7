//! State of a DNS session: the plan, and every query with its outcome.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::dns_compare::ResolverComparison;
use super::kind_state::{KindState, RecordContext};
use super::udp_socket::UdpSocketView;
use crate::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan, DnsQuery, DnsTransport};
use crate::sessions::news::{DialNews, News};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::Failure;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// How many queries of a session are listed; beyond it the oldest are dropped and counted.
pub const MOST_EXCHANGES: usize = 32;

/// State of one DNS lookup.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DnsLookup {
    /// Which names are queried, and at which servers.
    pub plan: Option<DnsPlan>,
    /// The queries, in order.
    pub exchanges: Vec<DnsExchange>,
    /// How many older queries were dropped from the list.
    pub unlisted: u64,
    /// The system resolver's answer, compared with ours.
    pub compared: Option<ResolverComparison>,
}

/// One query and its outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct DnsExchange {
    /// The query.
    pub query: DnsQuery,
    /// Its outcome.
    pub outcome: QueryOutcome,
}

/// Outcome of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryOutcome {
    /// No answer yet.
    Waiting,
    /// An answer.
    Answered(DnsAnswer),
    /// No answer will come.
    Failed {
        /// The failure.
        failure: Failure,
        /// How long it took to fail.
        took: Duration,
    },
}

impl DnsLookup {
    /// Applies a news item.
    pub fn on_news(&mut self, news: &DnsNews) {
        match news {
            DnsNews::Plan(plan) => self.plan = Some(plan.clone()),
            DnsNews::Query(query) => {
                if self.exchanges.len() >= MOST_EXCHANGES {
                    self.exchanges.remove(0);
                    self.unlisted += 1;
                }
                self.exchanges.push(DnsExchange { query: query.clone(), outcome: QueryOutcome::Waiting });
            }
            DnsNews::Answer(answer) => {
                self.set_outcome(
                    (answer.server, answer.wire, answer.message.id),
                    QueryOutcome::Answered(answer.clone()),
                );
            }
            DnsNews::Failed(failed) => {
                let outcome = QueryOutcome::Failed { failure: failed.failure.clone(), took: failed.took };
                self.set_outcome((failed.server, failed.wire, failed.id), outcome);
            }
        }
    }

    fn set_outcome(&mut self, whose: (SocketAddr, DnsTransport, u16), outcome: QueryOutcome) {
        let of = |exchange: &&mut DnsExchange| {
            let query = &exchange.query;
            exchange.outcome == QueryOutcome::Waiting && (query.server, query.wire, query.id) == whose
        };
        if let Some(exchange) = self.exchanges.iter_mut().rev().find(of) {
            exchange.outcome = outcome;
        }
    }

    /// A counter that grows with every fact that changes the screen.
    pub fn edition(&self) -> u64 {
        let settled = self.exchanges.iter().filter(|exchange| exchange.outcome != QueryOutcome::Waiting).count();
        let facts = self.exchanges.len() + settled + usize::from(self.compared.is_some());
        2 * self.unlisted + facts as u64
    }

    /// The answers, in order of their queries.
    pub fn answers(&self) -> impl Iterator<Item = (&DnsQuery, &DnsAnswer)> {
        self.exchanges.iter().filter_map(|exchange| match &exchange.outcome {
            QueryOutcome::Answered(answer) => Some((&exchange.query, answer)),
            QueryOutcome::Waiting | QueryOutcome::Failed { .. } => None,
        })
    }
}

impl KindState for DnsLookup {
    fn local(&self) -> Option<SocketAddr> {
        None
    }

    fn peer(&self) -> Option<SocketAddr> {
        None
    }

    fn is_stream(&self) -> bool {
        false
    }

    fn history(&self) -> Option<&TcpHistory> {
        None
    }

    fn history_mut(&mut self) -> Option<&mut TcpHistory> {
        None
    }

    fn udp(&self) -> Option<&UdpSocketView> {
        None
    }

    fn udp_mut(&mut self) -> Option<&mut UdpSocketView> {
        None
    }

    fn on_sample(&mut self, _reading: &Reading, _now: Instant) -> Option<OpenState> {
        None
    }

    fn on_record(&mut self, record: &Record, _context: &RecordContext) -> Option<OpenState> {
        let Record::News { news, .. } = record else { return None };
        if let News::Dial(DialNews::Compared(compared)) = news {
            self.compared = Some((**compared).clone());
        }
        let News::Dns(news) = news else { return None };
        self.on_news(news);
        Some(OpenState::default())
    }

    fn on_kernel(&mut self, _kernel: Option<(&KernelView, Instant)>, _capture: Option<CaptureReading>, _now: Instant) {}

    fn advance(&mut self, _now: Instant) {}
}
