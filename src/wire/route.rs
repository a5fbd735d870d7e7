//! The route to a peer, as the kernel chooses it.

use std::net::IpAddr;

/// Which way this machine's packets to a peer leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The peer's address.
    pub peer: IpAddr,
    /// Our address: the source of the packets.
    pub source: IpAddr,
    /// The interface that they leave by, where the system tells.
    pub interface: Option<String>,
    /// The router that they are given to; `None`: the peer is on the link, or the system does not tell.
    pub gateway: Option<IpAddr>,
}
