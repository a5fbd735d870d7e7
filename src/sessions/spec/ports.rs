//! Spec of a range of TCP ports, each of which is connected to once.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use super::target::parse_host;
use crate::sessions::id::SessionId;
use crate::text::quantity::grouped;
use crate::text::sanitize::quoted;
use crate::wire::option::SocketKind;

/// The most ports of one range.
pub const MOST_PORTS: u32 = 1024;

/// How many ports are tried at once.
pub const MOST_AT_ONCE: usize = 64;

/// How long one port may take to answer, unless the user says otherwise: a port that says nothing would hold up the
/// range for longer than anybody waits.
pub const PORT_TIMEOUT: Duration = Duration::from_secs(2);

/// Ports from the first to the last, both included; never empty, and at most [`MOST_PORTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// Parses `8000-8010`; `None`: the text is no range at all, but perhaps a port.
    ///
    /// # Errors
    /// Fails if a bound is no port, the range is empty, or longer than [`MOST_PORTS`].
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        let (first, last) = text.trim().split_once('-')?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(first) || !is_number(last) {
            return None;
        }
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
        Some(match (port(first), port(last)) {
            (Some(first), Some(last)) if first <= last => {
                let range = PortRange { first, last };
                if range.count() <= MOST_PORTS {
                    Ok(range)
                } else {
                    Err(format!(
                        "the range {text} has {} ports; accepted: at most {}",
                        grouped(range.count().into()),
                        grouped(MOST_PORTS.into())
                    ))
                }
            }
            (Some(_), Some(_)) => Err(format!("the range {text} ends before it begins; accepted: FIRST-LAST")),
            _ => Err(format!("the range {} has a port that is not from 1 to 65535", quoted(text))),
        })
    }

    /// How many ports it has.
    pub fn count(self) -> u32 {
        u32::from(self.last) - u32::from(self.first) + 1
    }

    /// The ports in order.
    pub fn ports(self) -> impl Iterator<Item = u16> + Send {
        self.first..=self.last
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// Ports of one host to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortScanSpec {
    /// A name or an address, without brackets.
    pub host: String,
    /// The ports.
    pub ports: PortRange,
    /// How each connects. `connect_timeout` is for one port; `retry` and `idle_timeout` are unused.
    pub socket: SocketSpec,
}

impl PortScanSpec {
    /// A range with the default timeout.
    pub fn new(host: String, ports: PortRange) -> Self {
        let socket = SocketSpec { connect_timeout: PORT_TIMEOUT, ..SocketSpec::default() };
        PortScanSpec { host, ports, socket }
    }

    /// Parses `HOST:FIRST-LAST`; `None`: there is no range behind the last colon.
    ///
    /// # Errors
    /// Fails if the host or the range is wrong; the message says which.
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        let (host, range) = text.trim().rsplit_once(':')?;
        PortScanSpec::join(host, range)
    }

    /// As [`PortScanSpec::parse`], of two words, like the arguments of `nc`.
    ///
    /// # Errors
    /// As [`PortScanSpec::parse`].
    pub fn join(host: &str, range: &str) -> Option<Result<Self, String>> {
        let ports = PortRange::parse(range)?;
        Some(ports.and_then(|ports| Ok(PortScanSpec::new(parse_host(host)?, ports))))
    }

    /// The host and the range: `127.0.0.1:8000-8010`.
    pub fn range_text(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.ports)
        } else {
            format!("{}:{}", self.host, self.ports)
        }
    }
}

impl KindFacets for PortScanSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("tcp {}", self.range_text())
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
        Some(self.socket.family)
    }

    fn local(&self) -> Option<SocketAddr> {
        self.socket.bind
    }

    fn set_local(&mut self, local: Option<SocketAddr>) {
        self.socket.bind = local;
    }

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
        Some(self.socket.connect_timeout)
    }

    fn wait_longer(&mut self) -> bool {
        self.socket.connect_timeout = self.socket.connect_timeout.saturating_mul(10);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_stands_where_a_port_would() {
        for (text, range, count) in [
            ("localhost:8000-8010", "localhost:8000-8010", 11),
            ("[::1]:1-1", "[::1]:1-1", 1),
            (" 192.0.2.1:1-1024 ", "192.0.2.1:1-1024", 1024),
        ] {
            let spec = PortScanSpec::parse(text).expect("a range").expect(text);
            assert_eq!((spec.range_text().as_str(), spec.ports.count()), (range, count));
            assert_eq!(spec.ports.ports().count(), count as usize);
        }
        for text in ["localhost:80", "localhost:a-b", "[::1]:80", "my-host:80", "localhost:-80", "::1"] {
            assert_eq!(PortScanSpec::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_that_makes_no_sense_says_why() {
        for (text, part) in [
            ("h:10-9", "ends before it begins"),
            ("h:0-9", "from 1 to 65535"),
            ("h:1-65536", "from 1 to 65535"),
            ("h:1-1025", "1,025 ports; accepted: at most 1,024"),
            (":1-2", "is empty"),
            ("a b:1-2", "has"),
        ] {
            let why = PortScanSpec::parse(text).expect("a range").expect_err(text);
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
