//! Spec of a session, parsed and complete: nothing in it needs to be checked again.

use std::num::NonZeroU64;

use super::dns::DnsSpec;
use super::http::HttpSpec;
use super::input::InputSpec;
use super::kind_facets::KindFacets;
use super::ports::PortScanSpec;
use super::script::Script;
use super::tcp::{AcceptedSpec, ListenSpec, TcpSpec};
use super::udp::{UdpBoundSpec, UdpSpec};
use super::unix::{UnixAcceptedSpec, UnixListenSpec, UnixSpec};
use crate::sessions::retention::Retention;
use crate::wire::option::SocketKind;
use crate::wire::unix::UnixForm;

/// A session to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The protocol and its settings.
    pub what: SpecKind,
    /// What to send automatically once it is open.
    pub script: Script,
    /// How standard input is sent, and what its end means.
    pub input: InputSpec,
    /// End with success after this many reads (of a connection) or datagrams were received.
    pub answers: Option<NonZeroU64>,
    /// How much of the transcript to keep.
    pub retain: Retention,
    /// A name for the peer that says more than its address: the name of a built-in peer.
    pub label: Option<String>,
    /// Whether to capture its packets, if that is allowed.
    pub capture: bool,
}

impl Spec {
    /// A session without a script, with the default retention.
    pub fn new(what: SpecKind) -> Self {
        Spec {
            what,
            script: Script::default(),
            input: InputSpec::default(),
            answers: None,
            retain: Retention::DEFAULT,
            label: None,
            capture: false,
        }
    }
}

/// The kinds of session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecKind {
    /// A TCP connection to a host.
    Tcp(TcpSpec),
    /// A UDP conversation: a connected socket.
    Udp(UdpSpec),
    /// A bound UDP socket that talks with any peer.
    UdpBound(UdpBoundSpec),
    /// A TCP listener; every accepted connection becomes a session.
    Listen(ListenSpec),
    /// A connection that a listener accepted; users cannot open one.
    Accepted(AcceptedSpec),
    /// One HTTP request.
    Http(HttpSpec),
    /// A repeat run: connections, datagrams or requests, many times.
    Repeat(Box<super::repeat::RepeatSpec>),
    /// A DNS lookup.
    Dns(DnsSpec),
    /// A range of TCP ports, each of which is connected to once.
    Ports(PortScanSpec),
    /// A conversation with a socket of the Unix domain.
    Unix(UnixSpec),
    /// A bound socket of the Unix domain; every accepted connection becomes a session.
    UnixListen(UnixListenSpec),
    /// A connection that such a listener accepted; users cannot open one.
    UnixAccepted(UnixAcceptedSpec),
}

impl SpecKind {
    /// The spec's properties as a trait object.
    pub fn facets(&self) -> &dyn KindFacets {
        match self {
            SpecKind::Tcp(spec) => spec,
            SpecKind::Udp(spec) => spec,
            SpecKind::UdpBound(spec) => spec,
            SpecKind::Listen(spec) => spec,
            SpecKind::Accepted(spec) => spec,
            SpecKind::Http(spec) => spec,
            SpecKind::Repeat(spec) => &**spec,
            SpecKind::Dns(spec) => spec,
            SpecKind::Ports(spec) => spec,
            SpecKind::Unix(spec) => spec,
            SpecKind::UnixListen(spec) => spec,
            SpecKind::UnixAccepted(spec) => spec,
        }
    }

    /// The same, mutable.
    pub fn facets_mut(&mut self) -> &mut dyn KindFacets {
        match self {
            SpecKind::Tcp(spec) => spec,
            SpecKind::Udp(spec) => spec,
            SpecKind::UdpBound(spec) => spec,
            SpecKind::Listen(spec) => spec,
            SpecKind::Accepted(spec) => spec,
            SpecKind::Http(spec) => spec,
            SpecKind::Repeat(spec) => &mut **spec,
            SpecKind::Dns(spec) => spec,
            SpecKind::Ports(spec) => spec,
            SpecKind::Unix(spec) => spec,
            SpecKind::UnixListen(spec) => spec,
            SpecKind::UnixAccepted(spec) => spec,
        }
    }

    /// The kind of socket that the session has; `None`: many sockets, or none.
    pub fn socket_kind(&self) -> Option<SocketKind> {
        self.facets().socket_kind()
    }

    /// Whether its one socket sends and receives datagrams.
    pub fn has_datagrams(&self) -> bool {
        match self {
            SpecKind::Udp(_) | SpecKind::UdpBound(_) => true,
            SpecKind::Unix(unix) => unix.form == UnixForm::Datagram,
            SpecKind::UnixListen(unix) => unix.form == UnixForm::Datagram,
            SpecKind::Tcp(_)
            | SpecKind::Listen(_)
            | SpecKind::Accepted(_)
            | SpecKind::Http(_)
            | SpecKind::Repeat(_)
            | SpecKind::Dns(_)
            | SpecKind::Ports(_)
            | SpecKind::UnixAccepted(_) => false,
        }
    }
}
