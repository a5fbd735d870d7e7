//! A name, its types, and all servers that may know: who is asked when, and what counts as an answer.

use std::net::SocketAddr;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::exchange::{DnsClient, question_text};
use crate::sessions::news::dns::DnsAnswer;
use crate::wire::dns::message::DnsQuestion;
use crate::wire::dns::record_type::{RecordType, rcode_name};
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// Whom to ask, and how often.
#[derive(Clone, Debug)]
pub(super) struct DnsServers {
    /// In order.
    pub(super) servers: Vec<SocketAddr>,
    /// How often all of them.
    pub(super) tries: u32,
}

/// What came of one question.
#[derive(Clone, Debug)]
pub(super) struct QuestionResult {
    /// The question.
    pub(super) question: DnsQuestion,
    /// The answer, or why there is none.
    pub(super) result: Result<DnsAnswer, Failure>,
    /// From the first query to the end.
    pub(super) took: std::time::Duration,
}

impl QuestionResult {
    /// Whether there are records, or other servers to ask are named.
    pub(super) fn has_answer(&self) -> bool {
        self.result.as_ref().is_ok_and(|answer| !answer.message.answers.is_empty() || answer.message.is_referral())
    }

    /// What is wrong with it: no such name, no such record, or no answer.
    pub(super) fn failure(&self) -> Option<Failure> {
        let answer = match &self.result {
            Err(failure) => return Some(failure.clone()),
            Ok(_) if self.has_answer() => return None,
            Ok(answer) => answer,
        };
        let DnsQuestion { kind, .. } = self.question;
        let server = answer.server;
        let message = match answer.message.rcode() {
            0 => format!("the name has no {kind} record (NODATA from {server})"),
            3 => format!("there is no such name (NXDOMAIN from {server})"),
            other => format!("{} from {server}", rcode_name(other)),
        };
        let failure = Failure::new(Class::Resolve, FailedOperation::Ask, question_text(&self.question), message);
        Some(failure.with_reason(FailureReason::of_rcode(answer.message.rcode())))
    }

    /// Whether it failed otherwise than by a plain no.
    pub(super) fn is_real_failure(&self) -> bool {
        self.result.is_err()
    }
}

/// Asks for all types of a name at once, name by name until one has an answer (resolv.conf(5), `search`).
///
/// A name that no server could answer ends it, unless a server said SERVFAIL: then the next name is asked for, as
/// glibc does. What is told at the end is of the last name, or of the first one that exists.
pub(super) async fn in_turn(
    asker: &DnsClient,
    names: &[String],
    kinds: &[RecordType],
    servers: &DnsServers,
) -> Vec<QuestionResult> {
    let mut best: Vec<QuestionResult> = Vec::new();
    for name in names {
        let asked = kinds.iter().map(|kind| {
            let question = DnsQuestion { name: name.clone(), kind: *kind, class: 1 };
            query_servers(asker, question, servers)
        });
        let found = join_all(asked).await;
        let is_answer = found.iter().any(QuestionResult::has_answer);
        let is_silent =
            found.iter().any(|found| found.is_real_failure() && !has_rcode(found, FailureReason::DnsServerFailure));
        let exists =
            |found: &[QuestionResult]| found.iter().any(|found| has_rcode(found, FailureReason::DnsNoSuchRecord));
        if is_answer || is_silent {
            return found;
        }
        if !exists(&best) {
            best = found;
        }
    }
    best
}

fn has_rcode(found: &QuestionResult, reason: FailureReason) -> bool {
    found.failure().is_some_and(|failure| failure.reason == Some(reason))
}

/// One question, server by server until one says yes or no.
async fn query_servers(asker: &DnsClient, question: DnsQuestion, servers: &DnsServers) -> QuestionResult {
    let began = Instant::now();
    let mut last =
        Failure::new(Class::Resolve, FailedOperation::Ask, question_text(&question), "there is no server to ask");
    for attempt in 1..=servers.tries {
        for server in &servers.servers {
            last = match asker.query(&question, *server, attempt).await {
                Ok(answer) if matches!(answer.message.rcode(), 0 | 3) => {
                    return QuestionResult { question, result: Ok(answer), took: began.elapsed() };
                }
                Ok(answer) => refused(&question, &answer),
                Err(failure) => failure,
            };
        }
    }
    if servers.tries > 1 && last.reason == Some(FailureReason::DnsNoAnswer) {
        last.message = format!("{}, {} times", last.message, servers.tries);
    }
    QuestionResult { question, result: Err(last), took: began.elapsed() }
}

/// A server that answers, and neither yes nor no.
fn refused(question: &DnsQuestion, answer: &DnsAnswer) -> Failure {
    let server = answer.server;
    let message = match answer.message.rcode() {
        1 => format!("{server} could not read the question (FORMERR)"),
        2 => format!("{server} could not find out (SERVFAIL)"),
        4 => format!("{server} does not do that (NOTIMP)"),
        5 => format!("{server} refuses to answer (REFUSED)"),
        other => format!("{server} answers {}", rcode_name(other)),
    };
    Failure::new(Class::Resolve, FailedOperation::Ask, question_text(question), message)
        .with_reason(FailureReason::of_rcode(answer.message.rcode()))
}
