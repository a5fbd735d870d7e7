//! Events of a DNS lookup.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::wire::Failure;
use crate::wire::dns::message::{DnsMessage, DnsQuestion};

/// One event of a DNS lookup.
#[derive(Clone, Debug, PartialEq)]
pub enum DnsNews {
    /// Which names will be queried in turn, and at which servers.
    Plan(DnsPlan),
    /// A query went out.
    Query(DnsQuery),
    /// Its answer came.
    Answer(DnsAnswer),
    /// A query failed without an answer.
    Failed(DnsFailed),
}

/// The plan of a DNS lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsPlan {
    /// The names, absolute; they are queried in turn until one has an answer.
    pub names: Vec<String>,
    /// The servers, in order.
    pub servers: Vec<SocketAddr>,
    /// Where the list of servers came from: `/etc/resolv.conf`, or the command line.
    pub source: String,
    /// A name with at least this many dots is queried as it is first.
    pub ndots: usize,
    /// How long to wait for one answer.
    pub timeout: Duration,
    /// How many rounds through all servers.
    pub tries: u32,
    /// The addresses in the hosts file: programs would use them without a query.
    pub hosts: Vec<IpAddr>,
}

/// Transport of a DNS message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DnsTransport {
    /// A UDP datagram.
    Udp,
    /// A TCP connection, with the length before the message (RFC 7766).
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
    /// The question.
    pub question: DnsQuestion,
    /// The server.
    pub server: SocketAddr,
    /// The transport.
    pub wire: DnsTransport,
    /// The number of this try at this server, from 1.
    pub attempt: u32,
    /// The message id, which its answer repeats.
    pub id: u16,
    /// The message, without TCP's length.
    pub bytes: Bytes,
}

/// An answer that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsAnswer {
    /// The server that answered.
    pub server: SocketAddr,
    /// The transport.
    pub wire: DnsTransport,
    /// From the query to the answer; for TCP, including the time to connect.
    pub took: Duration,
    /// The message, without TCP's length.
    pub bytes: Bytes,
    /// The parsed message.
    pub message: Arc<DnsMessage>,
}

/// A query without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsFailed {
    /// The server that was queried.
    pub server: SocketAddr,
    /// The transport.
    pub wire: DnsTransport,
    /// The message id of the query.
    pub id: u16,
    /// Why there is no answer.
    pub failure: Failure,
    /// How long it took to fail.
    pub took: Duration,
}
