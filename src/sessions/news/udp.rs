//! What happens on a UDP socket, and what ICMP says.

use std::net::IpAddr;
use std::time::Duration;

use crate::wire::icmp::IcmpMessage;
use crate::wire::udp::mtu::MtuReport;
use crate::wire::udp::mtu::MtuStep;

/// What happens on a UDP socket, and what ICMP says. The order is roughly that in which it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum UdpNews {
    /// A socket joined a multicast group.
    Joined {
        /// The group.
        group: IpAddr,
    },
    /// A socket left a multicast group.
    Left {
        /// The group.
        group: IpAddr,
    },
    /// An ICMP error came back for a datagram of ours, and the socket goes on.
    Icmp(IcmpMessage),
    /// One datagram of a probe of the path MTU, and what came of it.
    MtuStep(MtuStep),
    /// A probe of the path MTU ended.
    PathMtu(Box<MtuReport>),
    /// A burst ended: it is complete, or was stopped.
    BurstEnded {
        /// How many datagrams of it the kernel took.
        datagrams: u64,
        /// From the first to the last.
        took: Duration,
    },
}
