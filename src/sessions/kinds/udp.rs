//! What is known of a UDP socket.

use std::net::IpAddr;

use super::udp_ledger::UdpLedger;
use crate::wire::icmp::IcmpMessage;
use crate::wire::{Both, Totals};

/// What is known of a UDP socket beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct UdpSocketView {
    /// The groups it joined.
    pub groups: Vec<IpAddr>,
    /// The last ICMP error it was told of.
    pub icmp: Option<IcmpMessage>,
    /// Datagrams that the kernel dropped before we could read them; `None`: cannot be known.
    pub dropped: Option<u64>,
    /// What became of its datagrams.
    pub ledger: UdpLedger,
}

/// What one peer of a bound socket sent and was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerCount {
    /// Datagrams and octets, both ways.
    pub totals: Both<Totals>,
}
