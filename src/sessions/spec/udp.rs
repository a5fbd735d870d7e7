//! Specs of UDP conversations and bound sockets.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use super::target::{is_everywhere, listening_text};
use crate::sessions::id::SessionId;
use crate::text::quantity::grouped;
use crate::text::sanitize::quoted;
use crate::wire::option::SocketKind;

/// 65,507 bytes: the largest payload of one datagram over IPv4 (65,535 less the headers of IP and UDP).
pub const MOST_DATAGRAM: usize = 65_507;

/// Says that `length` bytes are more than one datagram has, which has `most` of them at most.
pub fn longer_than_datagram(length: &str, most: usize) -> String {
    format!("{length} bytes, and one datagram has {} at most", grouped(most as u64))
}

/// A UDP conversation to open. With one peer the socket is connected, and the kernel passes only its datagrams; for a
/// broadcast address or a group, and with `any_peer`, it is not, and the datagrams of everybody are heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpSpec {
    /// The host and port of the peer.
    pub target: HostPort,
    /// How its socket is opened. `connect()` sends nothing: `connect_timeout` and `retry` are unused.
    pub socket: SocketSpec,
    /// Whether the target may be a broadcast address; off by default.
    pub broadcast: bool,
    /// Whether datagrams from any address are heard, not only the target's.
    pub any_peer: bool,
    /// The size in bytes of the datagrams into which files are cut; `None`: a file is one datagram, or refused if it
    /// has more than [`MOST_DATAGRAM`] bytes.
    pub datagram_size: Option<NonZeroU16>,
    /// How the socket receives.
    pub receive: UdpReceive,
}

impl KindFacets for UdpSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("udp {}", self.target)
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
        Some(SocketKind::Datagrams)
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
        Some(&mut self.broadcast)
    }

    fn idle_timeout(&self) -> Option<Duration> {
        self.socket.idle_timeout
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        self.socket.idle_timeout
    }

    fn wait_longer(&mut self) -> bool {
        self.socket.idle_timeout = self.socket.idle_timeout.map(|idle| idle.saturating_mul(10));
        self.socket.idle_timeout.is_some()
    }
}

/// How a UDP socket receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpReceive {
    /// Requested size of the kernel's receive buffer (`SO_RCVBUF`) in bytes, the kernel's own bookkeeping included;
    /// `None` requests 4 MiB. If the kernel grants less, that is reported.
    pub buffer: Option<usize>,
    /// Let the kernel deliver datagrams that arrive as one train together (`UDP_GRO`). This is several times as fast,
    /// and datagrams keep their boundaries. But the kernel counts a dropped train as one datagram, so the number of
    /// drops is unknown from the first drop on.
    pub merged: bool,
}

impl UdpSpec {
    /// A conversation with the defaults.
    pub fn new(target: HostPort) -> Self {
        UdpSpec {
            target,
            socket: SocketSpec::default(),
            broadcast: false,
            any_peer: false,
            datagram_size: None,
            receive: UdpReceive::default(),
        }
    }
}

/// A bound UDP socket to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpBoundSpec {
    /// Where to bind; port 0 lets the kernel choose. `[::]` is IPv4 too, unless the socket's family is IPv6.
    pub local: SocketAddr,
    /// Whether to bind at `0.0.0.0` instead if this host has no IPv6.
    pub falls_back_to_ipv4: bool,
    /// Groups to join at once.
    pub groups: Vec<MulticastGroup>,
    /// Whether broadcasts may be sent; off by default.
    pub broadcast: bool,
    /// The size in bytes of the datagrams into which files are cut; see [`UdpSpec::datagram_size`].
    pub datagram_size: Option<NonZeroU16>,
    /// `idle_timeout` and `options` are used; `family` says what `[::]` takes. The socket is bound to `local` and never
    /// connects: `bind`, `connect_timeout` and `retry` are unused.
    pub socket: SocketSpec,
    /// How the socket receives.
    pub receive: UdpReceive,
}

impl UdpBoundSpec {
    /// A bound socket that is in no group and may not send broadcasts.
    pub fn at(local: SocketAddr) -> Self {
        let (socket, receive) = (SocketSpec::default(), UdpReceive::default());
        UdpBoundSpec {
            local,
            falls_back_to_ipv4: false,
            groups: Vec::new(),
            broadcast: false,
            datagram_size: None,
            socket,
            receive,
        }
    }
}

impl KindFacets for UdpBoundSpec {
    fn title(&self, bound: Option<SocketAddr>) -> String {
        format!("udp on {}", listening_text(bound.unwrap_or(self.local), self.socket.family))
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
        Some(SocketKind::Datagrams)
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
        Some(&mut self.broadcast)
    }

    fn idle_timeout(&self) -> Option<Duration> {
        self.socket.idle_timeout
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        self.socket.idle_timeout
    }

    fn wait_longer(&mut self) -> bool {
        false
    }
}

/// A multicast group, and the interface to join it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastGroup {
    /// The group's address.
    pub address: IpAddr,
    /// An interface's name or, for IPv4, its address; `None` lets the kernel choose.
    pub interface: Option<String>,
}

impl MulticastGroup {
    /// Parses `ADDRESS` or `ADDRESS%INTERFACE`.
    ///
    /// # Errors
    /// Fails if the text is not a multicast address; the message says which addresses are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (address, interface) = text.split_once('%').map_or((text, None), |(address, name)| (address, Some(name)));
        let parsed: IpAddr = address.trim().parse().map_err(|_| {
            let address = quoted(address);
            format!("{address} is no address; a group is 224.0.0.0 to 239.255.255.255 or ff00::/8, as 239.1.2.3%eth0")
        })?;
        if !parsed.is_multicast() {
            return Err(format!("{parsed} is no multicast group; those are 224.0.0.0 to 239.255.255.255 and ff00::/8"));
        }
        Ok(MulticastGroup { address: parsed, interface: interface.map(str::to_owned) })
    }
}
