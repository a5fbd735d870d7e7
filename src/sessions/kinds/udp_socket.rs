//! State of a UDP socket beside its bytes.

use std::net::IpAddr;

use super::dns_sighting::DnsSighting;
use super::udp_ledger::UdpLedger;
use crate::sessions::news::{News, UdpNews};
use crate::sessions::record::Record;

/// State of a UDP socket beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct UdpSocketView {
    /// The groups it joined.
    pub groups: Vec<IpAddr>,
    /// Datagrams that the kernel dropped before we could read them; `None`: cannot be known.
    pub dropped: Option<u64>,
    /// Outcomes of its datagrams.
    pub ledger: UdpLedger,
    /// Whether DNS messages are among its datagrams.
    pub dns: DnsSighting,
}

impl UdpSocketView {
    /// Applies a record of the session.
    pub(super) fn on_record(&mut self, record: &Record) {
        self.ledger.record(record);
        if let Record::Block(block) = record {
            self.dns.on_block(block);
        }
        let Record::News { news: News::Udp(news), .. } = record else { return };
        match news {
            UdpNews::Joined { group } => {
                if !self.groups.contains(group) {
                    self.groups.push(*group);
                }
            }
            UdpNews::Left { group } => self.groups.retain(|joined| joined != group),
            UdpNews::Icmp(_) | UdpNews::MtuStep(_) | UdpNews::PathMtu(_) | UdpNews::BurstEnded { .. } => {}
        }
    }
}
