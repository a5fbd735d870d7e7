//! One question to one server: by UDP, by TCP if the answer is truncated, without EDNS if the server does not support
//! it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;

use super::query;
use crate::net::journal::Journal;
use crate::sessions::news::dns::{DnsAnswer, DnsFailed, DnsNews, DnsQuery, DnsTransport};
use crate::sessions::spec::dns::{QueryOptions, TransportChoice};
use crate::sessions::{Block, News};
use crate::text::quantity;
use crate::wire::dns::message::{DnsMessage, DnsQuestion};
use crate::wire::{Class, Direction, FailedOperation, Failure, FailureReason};

/// How many datagrams that are not the answer are reported for one query; all count as bytes.
const MOST_TOLD: usize = 8;

/// The longest message; no datagram is longer.
const LONGEST: usize = 65_535;

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

/// A query that was sent.
struct PendingQuery<'a> {
    question: &'a DnsQuestion,
    server: SocketAddr,
    id: u16,
    bytes: Bytes,
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
        loop {
            let answer = self.query_once(question, server, attempt, (wire, asking)).await?;
            let message = &answer.message;
            let rcode = message.rcode();
            let no_edns = matches!(rcode, 1 | 4) && message.edns.is_none() || rcode == 16;
            if message.is_truncated() && wire == DnsTransport::Udp && self.transport == TransportChoice::Auto {
                wire = DnsTransport::Tcp;
            } else if no_edns && asking.udp_payload.is_some() {
                // RFC 6891 §6.2.2: a server without EDNS answers FORMERR or NOTIMP.
                asking = QueryOptions { udp_payload: None, dnssec: false, ..asking };
            } else if let Some(fault) = message.fault.as_ref().filter(|_| !message.is_truncated()) {
                let message = format!("the answer of {server} cannot be read: byte {}: {}", fault.at, fault.why);
                return Err(Failure::new(Class::Protocol, FailedOperation::Ask, question_text(question), message));
            } else {
                return Ok(answer);
            }
        }
    }

    /// One query and its answer.
    async fn query_once(
        &self,
        question: &DnsQuestion,
        server: SocketAddr,
        attempt: u32,
        (wire, asking): (DnsTransport, QueryOptions),
    ) -> Result<DnsAnswer, Failure> {
        let (id, bytes) = query::build(question, asking)?;
        let began = Instant::now();
        let out = PendingQuery { question, server, id, bytes };
        let query = DnsQuery { question: question.clone(), server, wire, attempt, id, bytes: out.bytes.clone() };
        self.report(DnsNews::Query(query)).await;
        let asked = tokio::time::timeout_at(began + self.timeout, async {
            match wire {
                DnsTransport::Udp => self.by_udp(&out).await,
                DnsTransport::Tcp => self.by_tcp(&out).await,
            }
        });
        let failure = match asked.await {
            Ok(Ok((bytes, message))) => {
                let took = began.elapsed();
                let answer = DnsAnswer { server, wire, took, bytes, message: Arc::new(message) };
                self.report(DnsNews::Answer(answer.clone())).await;
                return Ok(answer);
            }
            Ok(Err(error)) => {
                let (reason, message) = error_text(&error, server);
                let mut failure = Failure::new(Class::Resolve, FailedOperation::Ask, question_text(question), message)
                    .with_reason(reason);
                failure.os_code = error.raw_os_error();
                failure
            }
            Err(_) => {
                let within = quantity::duration(self.timeout);
                let message = format!("no answer from {server} ({}) within {within}", wire.name());
                Failure::new(Class::Resolve, FailedOperation::Ask, question_text(question), message)
                    .with_reason(FailureReason::DnsNoAnswer)
            }
        };
        let failed = DnsFailed { server, wire, id, failure: failure.clone(), took: began.elapsed() };
        self.report(DnsNews::Failed(failed)).await;
        Err(failure)
    }

    /// Uses a connected socket: the kernel accepts datagrams only from the server's own address and port, and chooses a
    /// random port.
    async fn by_udp(&self, out: &PendingQuery<'_>) -> io::Result<(Bytes, DnsMessage)> {
        let local: SocketAddr = match out.server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(local).await?;
        socket.connect(out.server).await?;
        socket.send(&out.bytes).await?;
        self.block(Direction::Sent, out, out.bytes.clone()).await;
        let mut told = 0;
        loop {
            let mut buffer = BytesMut::zeroed(LONGEST);
            let length = socket.recv(&mut buffer).await?;
            // Copied: the answer is kept for long, and the buffer is large.
            let bytes = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
            self.block(Direction::Received, out, bytes.clone()).await;
            match self.accept_answer(out, &bytes, &mut told).await {
                Some(message) => return Ok((bytes, message)),
                None => continue,
            }
        }
    }

    async fn by_tcp(&self, out: &PendingQuery<'_>) -> io::Result<(Bytes, DnsMessage)> {
        let mut stream = TcpStream::connect(out.server).await?;
        let length = u16::try_from(out.bytes.len()).map_err(io::Error::other)?;
        // RFC 7766 §8: length and message in one write, because some servers read only one segment.
        let framed = Bytes::from([&length.to_be_bytes()[..], &out.bytes].concat());
        stream.write_all(&framed).await?;
        self.block(Direction::Sent, out, framed).await;
        let mut told = 0;
        loop {
            let length = stream.read_u16().await?;
            let mut framed = BytesMut::zeroed(2 + usize::from(length));
            framed[..2].copy_from_slice(&length.to_be_bytes());
            stream.read_exact(&mut framed[2..]).await?;
            let framed = framed.freeze();
            let bytes = framed.slice(2..);
            self.block(Direction::Received, out, framed).await;
            match self.accept_answer(out, &bytes, &mut told).await {
                Some(message) => return Ok((bytes, message)),
                None => continue,
            }
        }
    }

    /// Returns the message if it is the answer; otherwise reports it, and the caller waits on.
    async fn accept_answer(&self, out: &PendingQuery<'_>, bytes: &[u8], told: &mut usize) -> Option<DnsMessage> {
        let message = DnsMessage::read(bytes);
        let Some(why) = mismatch_reason(&message, out.id, out.question) else { return Some(message) };
        *told += 1;
        if let Some(journal) = self.journal.as_ref().filter(|_| *told <= MOST_TOLD) {
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

    async fn block(&self, direction: Direction, out: &PendingQuery<'_>, bytes: Bytes) {
        if let Some(journal) = &self.journal {
            let length = bytes.len();
            journal.block(Block::datagram(direction, std::time::Instant::now(), bytes, out.server, length)).await;
        }
    }
}

/// A question as text for failures.
pub(super) fn question_text(question: &DnsQuestion) -> String {
    format!("{} {}", question.name, question.kind)
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
        _ => Some("it answers another question".to_owned()),
    }
}

fn error_text(error: &io::Error, server: SocketAddr) -> (Option<FailureReason>, String) {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (Some(FailureReason::DnsPortClosed), format!("{server} refuses: nobody answers DNS there"))
        }
        io::ErrorKind::UnexpectedEof => {
            (Some(FailureReason::DnsConnectionClosed), format!("{server} closed the connection without an answer"))
        }
        io::ErrorKind::ConnectionReset => {
            (Some(FailureReason::DnsConnectionReset), format!("{server} reset the connection"))
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            (None, format!("there is no route to {server}"))
        }
        _ => {
            let text = error.to_string();
            (None, format!("{server}: {}", text.split(" (os error").next().unwrap_or_default().to_lowercase()))
        }
    }
}
