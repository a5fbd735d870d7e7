//! What a session is asked to be, parsed and complete: nothing in here needs to be checked again.

use std::net::SocketAddr;
use std::time::Duration;

use super::dns::DnsSpec;
use super::http::HttpSpec;
use super::script::Script;
use super::tcp::{ListenSpec, TcpSpec};
use super::udp::{UdpBoundSpec, UdpSpec};
use crate::sessions::retention::Retention;

/// A session to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Which protocol, and with whom.
    pub what: SpecKind,
    /// What to do by itself once it is open.
    pub script: Script,
    /// How much to keep for looking at.
    pub retain: Retention,
    /// What a person calls the peer, where that tells more than its address: a built-in peer's name.
    pub label: Option<String>,
    /// Whether its packets are to be captured, where that is allowed.
    pub capture: bool,
}

impl Spec {
    /// A session without a script, with the default retention.
    pub fn new(what: SpecKind) -> Self {
        Spec { what, script: Script::default(), retain: Retention::DEFAULT, label: None, capture: false }
    }
}

/// The kinds of session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecKind {
    /// A TCP connection to a host.
    Tcp(TcpSpec),
    /// A UDP conversation: a connected socket.
    Udp(UdpSpec),
    /// A UDP socket that is bound and talks with anybody.
    UdpBound(UdpBoundSpec),
    /// A TCP listener; every accepted connection becomes a session.
    Listen(ListenSpec),
    /// A connection that a listener accepted. Nobody opens one by hand.
    Accepted(AcceptedSpec),
    /// One HTTP request.
    Http(HttpSpec),
    /// Connections, datagrams or requests, many times over.
    Repeat(Box<super::repeat::RepeatSpec>),
    /// A question for a name server.
    Dns(DnsSpec),
}

/// 10 s: long enough for a slow path, short enough for a person.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What is known of a connection that a listener accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedSpec {
    /// The listener's session.
    pub listener: crate::sessions::id::SessionId,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's.
    pub peer: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::script::Pace;

    #[test]
    fn each_of_a_pace_is_due_exactly_when_it_begins() {
        for pace in [Pace::new(3, Duration::from_secs(1)), Pace::per_second(1e6), Pace::per_second(0.5)] {
            let pace = pace.unwrap();
            assert_eq!(pace.due(Duration::ZERO), 1);
            for before in [1_u64, 2, 3, 1_000, 7_777_777] {
                let begins = pace.begins(before);
                assert_eq!(pace.due(begins), before + 1);
                assert_eq!(pace.due(begins - Duration::from_nanos(1)), before);
            }
        }
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e30] {
            assert_eq!(Pace::per_second(rate), None, "{rate}");
        }
        assert_eq!(Pace::new(0, Duration::from_secs(1)), None);
        assert_eq!(Pace::new(1, Duration::ZERO), None);
    }
}
