//! Spec of a DNS lookup, parsed and complete.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use crate::sessions::id::SessionId;
use crate::text::sanitize::quoted;
use crate::wire::dns::record_type::{RecordType, class_name};
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
    /// The class: 1 is the Internet.
    pub class: u16,
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
    /// Which parts of an answer are written as text: in a pipe, and to the clipboard.
    pub printed: PrintedParts,
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
    /// The longest UDP answer that we accept, by EDNS; `None`: no EDNS, and none of the options below.
    pub udp_payload: Option<u16>,
    /// NSID: asks the server for its name (RFC 5001).
    pub nsid: bool,
    /// A cookie of eight random bytes (RFC 7873).
    pub cookie: bool,
    /// The network for which the answer is wanted (RFC 7871).
    pub subnet: Option<ClientSubnet>,
}

/// The network of a client, as a query tells it (RFC 7871). Its bits beyond the prefix are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSubnet {
    network: IpAddr,
    prefix: u8,
}

impl ClientSubnet {
    /// Parses `ADDRESS` or `ADDRESS/PREFIX`; `0` is the IPv4 network of all addresses, as for dig.
    ///
    /// # Errors
    /// Fails with what is wrong and what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is no network; accepted: an address, or ADDRESS/PREFIX", quoted(text));
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address = if address == "0" { IpAddr::from([0; 4]) } else { address.parse().map_err(|_| wrong())? };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None if text == "0" => 0,
            None => most,
            Some(digits) => digits.parse().ok().filter(|prefix| *prefix <= most).ok_or_else(wrong)?,
        };
        let network = match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                Ipv4Addr::from_bits(v4.to_bits() & mask).into()
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                Ipv6Addr::from_bits(v6.to_bits() & mask).into()
            }
        };
        Ok(ClientSubnet { network, prefix })
    }

    /// The first address of the network.
    pub fn network(self) -> IpAddr {
        self.network
    }

    /// The length of the prefix, in bits.
    pub fn prefix(self) -> u8 {
        self.prefix
    }
}

impl std::fmt::Display for ClientSubnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// The length of the pieces of hex and base64 without `+split`, in characters: dig's.
const DEFAULT_SPLIT: u16 = 56;

/// The parts of an answer that are written as text: dig's display options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintedParts {
    /// Only the data of the answers, a line each (`+short`).
    pub short: bool,
    /// The query before its answer (`+qr`).
    pub query: bool,
    /// The header, EDNS, and the lines between (`+comments`).
    pub comments: bool,
    /// The section of questions.
    pub question: bool,
    /// The section of answers.
    pub answer: bool,
    /// The section of authority.
    pub authority: bool,
    /// The section of additional records.
    pub additional: bool,
    /// Time, server and size (`+stats`).
    pub stats: bool,
    /// The class of each record.
    pub class: bool,
    /// The time to live of each record (`+ttlid`).
    pub ttl: bool,
    /// Times in microseconds (`-u`).
    pub micros: bool,
    /// The length of the pieces of long hex and base64, in characters (`+split=N`); `None`: in one piece (`+nosplit`).
    pub split: Option<u16>,
}

impl Default for PrintedParts {
    fn default() -> Self {
        PrintedParts::sections(true)
    }
}

impl PrintedParts {
    /// All sections or none (`+all`, `+noall`); the rest as it is by default.
    fn sections(shown: bool) -> Self {
        PrintedParts {
            short: false,
            query: false,
            comments: shown,
            question: shown,
            answer: shown,
            authority: shown,
            additional: shown,
            stats: shown,
            class: true,
            ttl: true,
            micros: false,
            split: Some(DEFAULT_SPLIT),
        }
    }

    /// Shows or hides all sections.
    pub fn set_all(&mut self, shown: bool) {
        let PrintedParts { short, query, class, ttl, micros, split, .. } = *self;
        *self = PrintedParts { short, query, class, ttl, micros, split, ..PrintedParts::sections(shown) };
    }
}

impl Default for QueryOptions {
    fn default() -> Self {
        QueryOptions {
            recursion: true,
            authentic: true,
            checking_disabled: false,
            dnssec: false,
            udp_payload: Some(DEFAULT_UDP_PAYLOAD),
            nsid: false,
            cookie: false,
            subnet: None,
        }
    }
}

impl DnsSpec {
    /// A lookup of a name's addresses, both families, at the system's servers.
    pub fn new(name: impl Into<String>) -> Self {
        DnsSpec {
            name: name.into(),
            kinds: vec![RecordType::A, RecordType::AAAA],
            class: 1,
            server: None,
            socket: SocketSpec::default(),
            transport: TransportChoice::Auto,
            asking: QueryOptions::default(),
            search: None,
            timeout: None,
            tries: None,
            printed: PrintedParts::default(),
        }
    }

    /// The question in a few words: `example.org A AAAA`.
    pub fn question_text(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(ToString::to_string).collect();
        let class = if self.class == 1 { String::new() } else { format!("{} ", class_name(self.class)) };
        format!("{} {class}{}", self.name, kinds.join(" "))
    }

    /// Whether the system's resolver does the same lookup, to compare: only for addresses at the system's own servers,
    /// and not for names with escapes, which that resolver reads in its own way.
    pub fn is_comparable(&self) -> bool {
        let is_plain = self.class == 1 && !self.name.contains('\\');
        is_plain
            && self.server.is_none()
            && self.kinds.iter().any(|kind| matches!(*kind, RecordType::A | RecordType::AAAA))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_keeps_only_the_bits_of_its_prefix() {
        let text = |text| ClientSubnet::parse(text).map(|subnet| subnet.to_string());
        assert_eq!(text("192.0.2.77/20").unwrap(), "192.0.0.0/20");
        assert_eq!(text("2001:db8:ffff::1/33").unwrap(), "2001:db8:8000::/33");
        assert_eq!((text("192.0.2.1").unwrap(), text("0").unwrap()), ("192.0.2.1/32".into(), "0.0.0.0/0".into()));
        for wrong in ["", "x", "192.0.2.1/33", "::/129", "192.0.2.1/-1", "192.0.2.1/"] {
            assert!(text(wrong).unwrap_err().contains("accepted"), "{wrong}");
        }
    }
}
