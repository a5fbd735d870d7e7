//! UDP conversations and bound sockets.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::socket::{HostPort, IpFamily, RequestedOptions};

/// A UDP conversation to open: the socket is connected, so that ICMP errors come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpSpec {
    /// Whom to talk with.
    pub target: HostPort,
    /// Which addresses to use.
    pub family: IpFamily,
    /// The local address to use.
    pub bind: Option<SocketAddr>,
    /// How long it may be quiet in both directions.
    pub idle_timeout: Option<Duration>,
    /// Whether a broadcast address may be the target: asked for explicitly.
    pub broadcast: bool,
    /// How the socket receives.
    pub receive: UdpReceive,
    /// Socket options to set before `bind()`, in order.
    pub options: RequestedOptions,
}

/// How a UDP socket receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpReceive {
    /// Octets that the kernel is asked to hold of datagrams that were not read yet, its own bookkeeping included
    /// (`SO_RCVBUF`); none asks for 4 MiB. What it does not give is told.
    pub buffer: Option<usize>,
    /// Let the kernel hand over datagrams that arrive as one train at once (`UDP_GRO`). It is several times as fast,
    /// and what was not cut stays cut. But the kernel counts a train that it drops as one, so that the number of
    /// datagrams that were dropped is unknown from the first drop on.
    pub merged: bool,
}

impl UdpSpec {
    /// A conversation with the defaults.
    pub fn with(target: HostPort) -> Self {
        UdpSpec {
            target,
            family: IpFamily::Any,
            bind: None,
            idle_timeout: None,
            broadcast: false,
            receive: UdpReceive::default(),
            options: RequestedOptions::new(),
        }
    }
}

/// A bound UDP socket to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpBoundSpec {
    /// Where to bind; port 0 lets the kernel choose.
    pub local: SocketAddr,
    /// Groups to join at once.
    pub groups: Vec<MulticastGroup>,
    /// Whether broadcasts may be sent: asked for explicitly.
    pub broadcast: bool,
    /// How long it may be quiet in both directions.
    pub idle_timeout: Option<Duration>,
    /// How the socket receives.
    pub receive: UdpReceive,
    /// Socket options to set before `bind()`, in order.
    pub options: RequestedOptions,
}

/// A multicast group, and the interface to join it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastGroup {
    /// The group's address.
    pub address: IpAddr,
    /// An interface's name or, for IPv4, its address; none lets the kernel choose.
    pub interface: Option<String>,
}

impl MulticastGroup {
    /// Reads `ADDRESS` or `ADDRESS%INTERFACE`.
    ///
    /// # Errors
    /// It is no address, or none of a group; the message says which are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (address, interface) = text.split_once('%').map_or((text, None), |(address, name)| (address, Some(name)));
        let parsed: IpAddr = address.trim().parse().map_err(|_| {
            format!("{address:?} is no address; a group is 224.0.0.0 to 239.255.255.255 or ff00::/8, as 239.1.2.3%eth0")
        })?;
        if !parsed.is_multicast() {
            return Err(format!("{parsed} is no multicast group; those are 224.0.0.0 to 239.255.255.255 and ff00::/8"));
        }
        Ok(MulticastGroup { address: parsed, interface: interface.map(str::to_owned) })
    }
}
