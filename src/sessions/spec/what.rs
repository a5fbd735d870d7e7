//! What a session is asked to be, parsed and complete: nothing in here needs to be checked again.

use super::dns::DnsSpec;
use super::http::HttpSpec;
use super::script::Script;
use super::tcp::{AcceptedSpec, ListenSpec, TcpSpec};
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
