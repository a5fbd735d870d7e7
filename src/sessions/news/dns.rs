//! What happens while DNS is asked.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::wire::Failure;
use crate::wire::dns::message::{DnsMessage, DnsQuestion};

/// One fact of a question's life.
#[derive(Clone, Debug, PartialEq)]
pub enum DnsNews {
    /// Which names are asked for in turn, and of whom.
    Plan(DnsPlan),
    /// A query went out.
    Query(DnsQuery),
    /// Its answer came.
    Answer(DnsAnswer),
    /// No answer came to it.
    Failed(DnsFailed),
}

/// What is going to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsPlan {
    /// The names, absolute, in turn until one has an answer.
    pub names: Vec<String>,
    /// The servers, in order.
    pub servers: Vec<SocketAddr>,
    /// Where the servers were found: `/etc/resolv.conf`, or the command line.
    pub source: String,
    /// How many dots make a name be asked for as it is first.
    pub ndots: usize,
    /// How long one answer is waited for.
    pub timeout: Duration,
    /// How often all servers are asked.
    pub tries: u32,
    /// What the hosts file has for the name: programs would take that without asking.
    pub hosts: Vec<IpAddr>,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DnsTransport {
    /// As a datagram.
    Udp,
    /// In a connection, its length before it (RFC 7766).
    Tcp,
}

impl DnsTransport {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            DnsTransport::Udp => "udp",
            DnsTransport::Tcp => "tcp",
        }
    }
}

/// A query that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsQuery {
    /// What it asks.
    pub question: DnsQuestion,
    /// Whom.
    pub server: SocketAddr,
    /// How it went.
    pub wire: DnsTransport,
    /// Which try of this server it is, from 1.
    pub attempt: u32,
    /// Its number, by which its answer is known.
    pub id: u16,
    /// The message, without TCP's length.
    pub bytes: Bytes,
}

/// An answer that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsAnswer {
    /// Who answered.
    pub server: SocketAddr,
    /// How it came.
    pub wire: DnsTransport,
    /// From the query to the answer; for TCP the connection's opening included.
    pub took: Duration,
    /// The message, without TCP's length.
    pub bytes: Bytes,
    /// What it says.
    pub message: Arc<DnsMessage>,
}

/// A query without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsFailed {
    /// Who was asked.
    pub server: SocketAddr,
    /// How.
    pub wire: DnsTransport,
    /// The number of the query.
    pub id: u16,
    /// Why there is none.
    pub failure: Failure,
    /// How long that took.
    pub took: Duration,
}
