//! The route to a peer, as chosen by the kernel.

use std::net::IpAddr;

/// Route of packets from this machine to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The peer's address.
    pub peer: IpAddr,
    /// Our address: the source of the packets.
    pub source: IpAddr,
    /// The outgoing interface, if the system reports it.
    pub interface: Option<String>,
    /// The next router; `None`: the peer is on the link, or the system does not report it.
    pub gateway: Option<IpAddr>,
}
