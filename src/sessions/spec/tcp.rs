//! Specs of TCP connections, listeners, and accepted connections.

use std::net::SocketAddr;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use super::target::{is_everywhere, listening_text};
use crate::sessions::id::SessionId;
use crate::wire::option::SocketKind;

/// The greatest connect timeout that [`KindFacets::wait_longer`] sets.
const LONGEST_CONNECT: Duration = Duration::from_secs(120);

/// A TCP connection to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpSpec {
    /// The host and port to connect to.
    pub target: HostPort,
    /// How its socket connects.
    pub socket: SocketSpec,
}

impl TcpSpec {
    /// A connection with the default timeouts and no retry.
    pub fn new(target: HostPort) -> Self {
        TcpSpec { target, socket: SocketSpec::default() }
    }
}

impl KindFacets for TcpSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("tcp {}", self.target)
    }

    fn target(&self) -> Option<HostPort> {
        Some(self.target.clone())
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
        Some(SocketKind::Connection)
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
        self.socket.idle_timeout
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        Some(self.socket.retry)
    }

    fn allowed_time(&self) -> Option<Duration> {
        Some(self.socket.idle_timeout.unwrap_or(self.socket.connect_timeout))
    }

    fn wait_longer(&mut self) -> bool {
        let allowed = self.socket.connect_timeout;
        self.socket.connect_timeout = allowed.saturating_mul(10).min(LONGEST_CONNECT).max(allowed);
        self.socket.idle_timeout = self.socket.idle_timeout.map(|idle| idle.saturating_mul(10));
        true
    }
}

/// A TCP listener to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenSpec {
    /// Where to listen; port 0 lets the kernel choose. `[::]` is IPv4 too, unless the socket's family is IPv6.
    pub local: SocketAddr,
    /// Whether to listen at `0.0.0.0` instead if this host has no IPv6.
    pub falls_back_to_ipv4: bool,
    /// How many accepted connections may be open at once; further ones are closed immediately, and that is shown.
    pub limit: Option<usize>,
    /// How many connections the kernel queues before they are accepted; `None`: the program's own number.
    pub backlog: Option<u32>,
    /// Whether connections are accepted from the beginning; otherwise they stay in the kernel's queue.
    pub accepting: bool,
    /// `idle_timeout` and `options` apply to accepted connections; `family` says which ones `[::]` takes. The listener is
    /// bound to `local` and never connects: `bind`, `connect_timeout` and `retry` are unused.
    pub socket: SocketSpec,
}

impl ListenSpec {
    /// A listener without limits.
    pub fn at(local: SocketAddr) -> Self {
        ListenSpec {
            local,
            falls_back_to_ipv4: false,
            limit: None,
            backlog: None,
            accepting: true,
            socket: SocketSpec::default(),
        }
    }
}

impl KindFacets for ListenSpec {
    fn title(&self, bound: Option<SocketAddr>) -> String {
        format!("listen tcp {}", listening_text(bound.unwrap_or(self.local), self.socket.family))
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
        Some(SocketKind::Listener)
    }

    fn family(&self) -> Option<IpFamily> {
        None
    }

    fn local(&self) -> Option<SocketAddr> {
        Some(self.local)
    }

    fn set_local(&mut self, local: Option<SocketAddr>) {
        self.local = local.unwrap_or(self.local);
        // A named address has no other one instead.
        self.falls_back_to_ipv4 &= is_everywhere(self.local);
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
        None
    }

    fn wait_longer(&mut self) -> bool {
        false
    }
}

/// A connection that a listener accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedSpec {
    /// The listener's session.
    pub listener: SessionId,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's.
    pub peer: SocketAddr,
}

impl KindFacets for AcceptedSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("tcp ⇠ {}", self.peer)
    }

    fn target(&self) -> Option<HostPort> {
        Some(HostPort { host: self.peer.ip().to_string(), port: self.peer.port() })
    }

    fn parent(&self) -> Option<SessionId> {
        Some(self.listener)
    }

    fn socket(&self) -> Option<&SocketSpec> {
        None
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        None
    }

    fn socket_kind(&self) -> Option<SocketKind> {
        Some(SocketKind::Connection)
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
        None
    }

    fn wait_longer(&mut self) -> bool {
        false
    }
}
