//! Spec of a DNS lookup, parsed and complete.

use std::net::SocketAddr;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use crate::sessions::id::SessionId;
use crate::wire::dns::record_type::RecordType;
use crate::wire::option::SocketKind;

/// The port of a name server.
pub const PORT: u16 = 53;

/// A UDP payload that is not fragmented on the way: the value of DNS flag day 2020.
pub const DEFAULT_UDP_PAYLOAD: u16 = 1_232;

/// The greatest number of record types in one lookup.
pub const MOST_KINDS: usize = 8;

/// The time limit for a retry after a name server did not answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(20);

/// A DNS lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSpec {
    /// The name, in ASCII; absolute if it ends with a dot.
    pub name: String,
    /// The record types, queried all at once; at least one, at most [`MOST_KINDS`].
    pub kinds: Vec<RecordType>,
    /// The server to query; `None`: the servers of the system, in order.
    pub server: Option<HostPort>,
    /// Only `family` is used: which addresses of a server's name, and which of the system's servers, to use. Each query
    /// has a socket of its own, and `timeout` and `tries` limit it.
    pub socket: SocketSpec,
    /// Which transport to use.
    pub transport: TransportChoice,
    /// Flags and EDNS options of the query.
    pub asking: QueryOptions,
    /// Whether to try the system's search domains; `None`: only if the system's servers are queried.
    pub search: Option<bool>,
    /// How long to wait for one answer; `None`: the system's setting.
    pub timeout: Option<Duration>,
    /// How many rounds through all servers; `None`: the system's setting.
    pub tries: Option<u32>,
}

/// Transport of a lookup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransportChoice {
    /// UDP, then TCP if the answer is truncated.
    #[default]
    Auto,
    /// UDP only (`+ignore`).
    Udp,
    /// TCP at once (`+tcp`).
    Tcp,
}

/// Flags and EDNS options of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryOptions {
    /// RD: asks the server for recursion.
    pub recursion: bool,
    /// AD: asks whether the server verified the answer.
    pub authentic: bool,
    /// CD: asks for answers that the server could not verify, too.
    pub checking_disabled: bool,
    /// DO: asks for signatures.
    pub dnssec: bool,
    /// The longest UDP answer that we accept, by EDNS; `None`: no EDNS.
    pub udp_payload: Option<u16>,
}

impl Default for QueryOptions {
    fn default() -> Self {
        QueryOptions {
            recursion: true,
            authentic: true,
            checking_disabled: false,
            dnssec: false,
            udp_payload: Some(DEFAULT_UDP_PAYLOAD),
        }
    }
}

impl DnsSpec {
    /// A lookup of a name's addresses, both families, at the system's servers.
    pub fn new(name: impl Into<String>) -> Self {
        DnsSpec {
            name: name.into(),
            kinds: vec![RecordType::A, RecordType::AAAA],
            server: None,
            socket: SocketSpec::default(),
            transport: TransportChoice::Auto,
            asking: QueryOptions::default(),
            search: None,
            timeout: None,
            tries: None,
        }
    }

    /// The question in a few words: `example.org A AAAA`.
    pub fn question_text(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(ToString::to_string).collect();
        format!("{} {}", self.name, kinds.join(" "))
    }

    /// Whether the system's resolver does the same lookup, to compare: only for addresses at the system's own servers.
    pub fn is_comparable(&self) -> bool {
        self.server.is_none() && self.kinds.iter().any(|kind| matches!(*kind, RecordType::A | RecordType::AAAA))
    }
}

impl KindFacets for DnsSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        match &self.server {
            Some(server) => format!("dns {} @{server}", self.question_text()),
            None => format!("dns {}", self.question_text()),
        }
    }

    fn target(&self) -> Option<HostPort> {
        None
    }

    fn parent(&self) -> Option<SessionId> {
        None
    }

    fn socket(&self) -> Option<&SocketSpec> {
        Some(&self.socket)
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        Some(&mut self.socket)
    }

    fn socket_kind(&self) -> Option<SocketKind> {
        None
    }

    fn family(&self) -> Option<IpFamily> {
        None
    }

    fn local(&self) -> Option<SocketAddr> {
        None
    }

    fn set_local(&mut self, _local: Option<SocketAddr>) {}

    fn broadcast_mut(&mut self) -> Option<&mut bool> {
        None
    }

    fn idle_timeout(&self) -> Option<Duration> {
        None
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        self.timeout
    }

    fn wait_longer(&mut self) -> bool {
        self.timeout = Some(LONGEST_ANSWER);
        true
    }
}
