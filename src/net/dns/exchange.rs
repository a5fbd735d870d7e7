//! One question to one server: by UDP, by TCP if the answer is truncated, without EDNS if the server does not support
//! it. `transport` moves the bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::no_answer::{failure_text, silence_text};
use super::pending::{ArrivedBytes, PendingQuery};
use super::query;
use crate::net::journal::Journal;
use crate::sessions::news::dns::{DnsAnswer, DnsFailed, DnsNews, DnsQuery, DnsTransport};
use crate::sessions::spec::dns::{QueryOptions, TransportChoice};
use crate::sessions::{Block, News};
use crate::wire::dns::message::{DnsMessage, DnsQuestion};
use crate::wire::dns::record_type::class_name;
use crate::wire::{Class, Direction, FailedOperation, Failure};

/// How many messages that are not the answer are reported for one query; all count as bytes.
const MOST_TOLD: usize = 8;

/// How questions are asked, and where they are reported.
#[derive(Clone, Debug)]
pub(super) struct DnsClient {
    /// The options of a query besides its question.
    pub(super) asking: QueryOptions,
    /// Whether queries use UDP or TCP.
    pub(super) transport: TransportChoice,
    /// How long to wait for one answer.
    pub(super) timeout: Duration,
    /// The journal for each query, answer and byte; `None` for a second opinion.
    pub(super) journal: Option<Arc<Journal>>,
}

impl DnsClient {
    /// Asks one server; returns its complete, readable answer, whatever it says. Sends at most four queries.
    ///
    /// # Errors
    /// Fails with [`Class::Resolve`] without an answer, and with [`Class::Protocol`] if the answer cannot be read.
    pub(super) async fn query(
        &self,
        question: &DnsQuestion,
        server: SocketAddr,
        attempt: u32,
    ) -> Result<DnsAnswer, Failure> {
        let mut asking = self.asking;
        let mut wire = if self.transport == TransportChoice::Tcp { DnsTransport::Tcp } else { DnsTransport::Udp };
        let mut is_answered = false;
        loop {
            let (id, bytes) = query::build(question, asking)?;
            let out = PendingQuery { question, server, id, bytes, is_answered };
            let answer = self.query_once(&out, attempt, wire).await?;
            let message = &answer.message;
            let rcode = message.rcode();
            let no_edns = matches!(rcode, 1 | 4) && message.edns.is_none() || rcode == 16;
            if message.is_truncated() && wire == DnsTransport::Udp && self.transport == TransportChoice::Auto {
                (wire, is_answered) = (DnsTransport::Tcp, true);
            } else if no_edns && asking.udp_payload.is_some() {
                // RFC 6891 §6.2.2: a server without EDNS answers FORMERR or NOTIMP.
                asking = QueryOptions { udp_payload: None, dnssec: false, ..asking };
            } else if let Some(fault) = message.fault.as_ref().filter(|_| !message.is_truncated()) {
                let message =
                    format!("the answer of {server} breaks the rules of DNS: byte {}: {}", fault.at, fault.why);
                return Err(Failure::new(Class::Protocol, FailedOperation::Ask, question_text(question), message));
            } else {
                return Ok(answer);
            }
        }
    }

    /// One query and its answer.
    async fn query_once(&self, out: &PendingQuery<'_>, attempt: u32, wire: DnsTransport) -> Result<DnsAnswer, Failure> {
        let PendingQuery { question, server, id, .. } = *out;
        let began = Instant::now();
        let query = DnsQuery { question: question.clone(), server, wire, attempt, id, bytes: out.bytes.clone() };
        self.report(DnsNews::Query(query)).await;
        let mut arrived = ArrivedBytes::default();
        let asked = tokio::time::timeout_at(began + self.timeout, async {
            match wire {
                DnsTransport::Udp => self.by_udp(out, &mut arrived).await,
                DnsTransport::Tcp => self.by_tcp(out, &mut arrived).await,
            }
        });
        let asked = asked.await;
        if let Ok(Ok((bytes, message))) = asked {
            let took = began.elapsed();
            let answer = DnsAnswer { server, wire, took, bytes, message: Arc::new(message) };
            self.report(DnsNews::Answer(answer.clone())).await;
            return Ok(answer);
        }
        let (reason, message) = match &asked {
            Ok(Err(error)) => failure_text(error, out, wire, &arrived),
            _ => silence_text(self.timeout, out, wire, &arrived),
        };
        if !arrived.part.is_empty() {
            // The bytes of a message that is not whole were received, too.
            self.block(Direction::Received, out, arrived.part.freeze()).await;
        }
        let mut failure =
            Failure::new(Class::Resolve, FailedOperation::Ask, question_text(question), message).with_reason(reason);
        failure.os_code = asked.ok().and_then(|asked| asked.err()?.raw_os_error());
        let failed = DnsFailed { server, wire, id, failure: failure.clone(), took: began.elapsed() };
        self.report(DnsNews::Failed(failed)).await;
        Err(failure)
    }

    /// Returns the message if it is the answer; otherwise reports it, and the caller waits on.
    pub(super) async fn accept_answer(
        &self,
        out: &PendingQuery<'_>,
        bytes: &[u8],
        ignored: &mut usize,
    ) -> Option<DnsMessage> {
        let message = DnsMessage::read(bytes);
        let Some(why) = mismatch_reason(&message, out.id, out.question) else { return Some(message) };
        *ignored += 1;
        if let Some(journal) = self.journal.as_ref().filter(|_| *ignored <= MOST_TOLD) {
            let message = format!("ignored {} bytes from {}: {why}", bytes.len(), out.server);
            journal
                .news(News::Warned(Failure::new(
                    Class::Protocol,
                    FailedOperation::Ask,
                    question_text(out.question),
                    message,
                )))
                .await;
        }
        None
    }

    async fn report(&self, news: DnsNews) {
        if let Some(journal) = &self.journal {
            journal.news(News::Dns(Box::new(news))).await;
        }
    }

    pub(super) async fn block(&self, direction: Direction, out: &PendingQuery<'_>, bytes: Bytes) {
        if let Some(journal) = &self.journal {
            let length = bytes.len();
            journal.block(Block::datagram(direction, std::time::Instant::now(), bytes, out.server, length)).await;
        }
    }
}

/// A question as text for failures.
pub(super) fn question_text(question: &DnsQuestion) -> String {
    let class = if question.class == 1 { String::new() } else { format!("{} ", class_name(question.class)) };
    format!("{} {class}{}", question.name, question.kind)
}

/// Why a message is not the answer to a query (RFC 5452 §9.1); `None` if it is.
fn mismatch_reason(message: &DnsMessage, id: u16, question: &DnsQuestion) -> Option<String> {
    if message.bytes < 12 {
        return Some("too short for a DNS message".to_owned());
    }
    if message.id != id {
        return Some(format!("its ID is {}, the query's is {id}", message.id));
    }
    if !message.is_response() || message.opcode() != 0 {
        return Some("it is not an answer to a standard query".to_owned());
    }
    match message.questions.as_slice() {
        [asked]
            if asked.kind == question.kind
                && asked.class == question.class
                && asked.name.eq_ignore_ascii_case(&question.name) =>
        {
            None
        }
        // A server that could not read the question need not repeat it.
        [] if message.counts[0] == 0 && message.rcode() != 0 => None,
        [] => Some("it repeats no question".to_owned()),
        [other, ..] => Some(format!("it answers another question: {}", question_text(other))),
    }
}
