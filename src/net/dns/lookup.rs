//! Looks up a name's record types at several servers: the order of queries, and what counts as an answer.

use std::net::SocketAddr;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::exchange::{DnsClient, question_text};
use crate::sessions::news::dns::DnsAnswer;
use crate::wire::dns::AnswerMeaning;
use crate::wire::dns::message::DnsQuestion;
use crate::wire::dns::record_type::{RecordType, rcode_name};
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// Which servers to ask, and how often.
#[derive(Clone, Debug)]
pub(super) struct DnsServers {
    /// The servers, in order.
    pub(super) servers: Vec<SocketAddr>,
    /// How many rounds through all servers.
    pub(super) tries: u32,
}

/// The result of one question.
#[derive(Clone, Debug)]
pub(super) struct QuestionResult {
    /// The question.
    pub(super) question: DnsQuestion,
    /// The answer, or why there is none.
    pub(super) result: Result<DnsAnswer, Failure>,
    /// From the first query to the result.
    pub(super) took: std::time::Duration,
}

impl QuestionResult {
    /// Whether it has records of what was asked for, or a referral to other servers.
    pub(super) fn has_answer(&self) -> bool {
        self.result.as_ref().is_ok_and(|answer| {
            let means = answer.message.meaning_for(&self.question);
            answer.message.rcode() == 0 && matches!(means, AnswerMeaning::Records(_) | AnswerMeaning::Referral)
        })
    }

    /// The failure, if there is one: no such name, no such record, or no answer.
    pub(super) fn failure(&self) -> Option<Failure> {
        let answer = match &self.result {
            Err(failure) => return Some(failure.clone()),
            Ok(_) if self.has_answer() => return None,
            Ok(answer) => answer,
        };
        let (reason, message) = negative_text(&self.question, answer);
        let failure = Failure::new(Class::Resolve, FailedOperation::Ask, question_text(&self.question), message);
        Some(failure.with_reason(reason))
    }

    /// Whether it failed without a definite answer; NXDOMAIN and an empty answer are definite.
    pub(super) fn is_real_failure(&self) -> bool {
        self.result.is_err()
    }
}

/// What an answer says that has no record of what was asked for.
fn negative_text(question: &DnsQuestion, answer: &DnsAnswer) -> (Option<FailureReason>, String) {
    let (kind, server, message) = (question.kind, answer.server, &answer.message);
    let text = match (message.rcode(), message.meaning_for(question)) {
        (0, AnswerMeaning::AliasAlone(alias)) => {
            let text = format!("the name is an alias of {alias}, of which {server} gives no {kind} record");
            return (Some(FailureReason::DnsAliasAlone), text);
        }
        (0, AnswerMeaning::AliasLoop) => {
            let text = format!("the aliases of the name lead in a circle, or are too many (from {server})");
            return (Some(FailureReason::DnsAliasAlone), text);
        }
        (0, AnswerMeaning::OtherRecords) => {
            let text =
                format!("the records that {server} gives are of another name, type or class than {kind} of this name");
            return (Some(FailureReason::DnsOtherRecords), text);
        }
        (0, _) => format!("the name has no {kind} record (NODATA from {server})"),
        (3, AnswerMeaning::AliasAlone(alias)) => {
            format!("the name is an alias of {alias}, and there is no such name (NXDOMAIN from {server})")
        }
        (3, _) => format!("there is no such name (NXDOMAIN from {server})"),
        (other, _) => format!("{} from {server}", rcode_name(other)),
    };
    (FailureReason::of_rcode(message.rcode()), text)
}

/// Asks for all types of a name at once, name by name until one has an answer (resolv.conf(5), `search`).
///
/// Stops at a name that no server could answer, unless a server answered SERVFAIL: then it tries the next name, as
/// glibc does. The result is that of the last name, or of the first one that exists.
pub(super) async fn in_turn(
    asker: &DnsClient,
    names: &[String],
    (kinds, class): (&[RecordType], u16),
    servers: &DnsServers,
) -> Vec<QuestionResult> {
    let mut best: Vec<QuestionResult> = Vec::new();
    for name in names {
        let asked = kinds.iter().map(|kind| {
            let question = DnsQuestion { name: name.clone(), kind: *kind, class };
            query_servers(asker, question, servers)
        });
        let found = join_all(asked).await;
        let is_answer = found.iter().any(QuestionResult::has_answer);
        let is_silent =
            found.iter().any(|found| found.is_real_failure() && !has_rcode(found, FailureReason::DnsServerFailure));
        let exists = |found: &[QuestionResult]| found.iter().any(shows_name);
        if is_answer || is_silent {
            return found;
        }
        if !exists(&best) {
            best = found;
        }
    }
    best
}

/// Whether the answer shows that the name exists, though it has no such record.
fn shows_name(found: &QuestionResult) -> bool {
    [FailureReason::DnsNoSuchRecord, FailureReason::DnsAliasAlone].iter().any(|reason| has_rcode(found, *reason))
}

fn has_rcode(found: &QuestionResult, reason: FailureReason) -> bool {
    found.failure().is_some_and(|failure| failure.reason == Some(reason))
}

/// Asks one question, server by server until one gives a definite answer.
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

/// The failure for a server whose answer says neither that the name exists nor that it does not.
fn refused(question: &DnsQuestion, answer: &DnsAnswer) -> Failure {
    let server = answer.server;
    let message = match answer.message.rcode() {
        1 => format!("{server} could not read the question (FORMERR)"),
        2 => format!("{server} failed to resolve the name (SERVFAIL)"),
        4 => format!("{server} does not support this query (NOTIMP)"),
        5 => format!("{server} refuses to answer (REFUSED)"),
        other => format!("{server} answers {}", rcode_name(other)),
    };
    Failure::new(Class::Resolve, FailedOperation::Ask, question_text(question), message)
        .with_reason(FailureReason::of_rcode(answer.message.rcode()))
}
