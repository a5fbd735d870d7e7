//! Events of a UDP socket, and ICMP messages.

use std::net::IpAddr;
use std::time::Duration;

use super::place::NewsPlace;
use crate::wire::icmp::IcmpMessage;
use crate::wire::udp::mtu::MtuReport;
use crate::wire::udp::mtu::MtuStep;

/// Events of a UDP socket, and ICMP messages. The order is roughly chronological.
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
    /// An ICMP error arrived for a datagram of ours, and the socket goes on.
    Icmp(IcmpMessage),
    /// One datagram of a path MTU probe, and its outcome.
    MtuStep(MtuStep),
    /// A path MTU probe ended.
    PathMtu(Box<MtuReport>),
    /// A burst ended: completed or stopped.
    BurstEnded {
        /// How many of its datagrams the kernel accepted.
        datagrams: u64,
        /// From the first datagram to the last.
        took: Duration,
    },
}

impl UdpNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            UdpNews::MtuStep(_) => NewsPlace::Transcript,
            UdpNews::Joined { .. }
            | UdpNews::Left { .. }
            | UdpNews::Icmp(_)
            | UdpNews::PathMtu(_)
            | UdpNews::BurstEnded { .. } => NewsPlace::Everywhere,
        }
    }
}
