//! What to ask of DNS, parsed and complete.

use std::net::SocketAddr;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use crate::sessions::id::SessionId;
use crate::wire::dns::record_type::RecordType;
use crate::wire::option::SocketKind;

/// The port of a name server.
pub const PORT: u16 = 53;

/// What a datagram may hold without being cut up on the way: the DNS flag day of 2020.
pub const DEFAULT_UDP_PAYLOAD: u16 = 1_232;

/// How many types are asked for at once.
pub const MOST_KINDS: usize = 8;

/// How long a name server is waited for, where it was silent.
const LONGEST_ANSWER: Duration = Duration::from_secs(20);

/// A question for a name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSpec {
    /// The name, in ASCII; absolute where it ends with a dot.
    pub name: String,
    /// Which records of it, all at once; at least one, at most [`MOST_KINDS`].
    pub kinds: Vec<RecordType>,
    /// Whom to ask; `None`: the servers of the system, in order.
    pub server: Option<HostPort>,
    /// `family`: which addresses of a server's name, and which of the system's servers, to use. There is a socket for each
    /// query, and `timeout` and `tries` say how long and how often it is asked: the other fields are without use.
    pub socket: SocketSpec,
    /// How to ask.
    pub transport: TransportChoice,
    /// What the query says beside the question.
    pub asking: QueryOptions,
    /// Whether to ask in the domains that the system searches; `None`: where the system's servers are asked.
    pub search: Option<bool>,
    /// How long to wait for one answer; `None`: as the system does.
    pub timeout: Option<Duration>,
    /// How often to ask all servers; `None`: as the system does.
    pub tries: Option<u32>,
}

/// How a question travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransportChoice {
    /// By UDP, and again by TCP where the answer is cut short.
    #[default]
    Auto,
    /// By UDP only (`+ignore`).
    Udp,
    /// By TCP at once (`+tcp`).
    Tcp,
}

/// What a query says beside its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryOptions {
    /// RD: the server is to look further.
    pub recursion: bool,
    /// AD: whether it verified the answer is to be said.
    pub authentic: bool,
    /// CD: what it could not verify is wanted too.
    pub checking_disabled: bool,
    /// DO: signatures are wanted.
    pub dnssec: bool,
    /// The longest datagram that we take, by EDNS; `None` is no EDNS.
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
    /// Addresses of a name, both families, of the system's servers.
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

    /// Whether the system is asked for the same, to compare: only where its own servers are asked for addresses.
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
