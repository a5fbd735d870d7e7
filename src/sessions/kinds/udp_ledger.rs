//! The ledger of a UDP socket: outcomes of its datagrams, as far as they can be known.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use crate::sessions::news::News;
use crate::sessions::news::UdpNews;
use crate::sessions::record::{Block, Record};
use crate::wire::icmp::IcmpMessage;
use crate::wire::udp::echo::EchoTracker;
use crate::wire::udp::mtu::{MtuReport, MtuStep};
use crate::wire::udp::packet::PacketInfo;
use crate::wire::{Direction, FailedOperation, Failure};

/// How many ICMP verdicts are kept by datagram; beyond it the oldest are dropped. All of them are counted.
pub const MOST_VERDICTS: usize = 4_096;

/// How many kinds of ICMP message are counted separately; further kinds are counted together.
pub const MOST_KINDS: usize = 32;

/// How many steps of an MTU probe are kept: more than a probe ever takes.
const MOST_STEPS: usize = 128;

/// Outcomes of a socket's datagrams. Bounded, whatever the peers do.
#[derive(Clone, Debug, Default)]
pub struct UdpLedger {
    verdicts: BTreeMap<u64, IcmpMessage>,
    /// ICMP messages by kind, in the order of each kind's first arrival.
    pub kinds: Vec<KindCount>,
    /// ICMP messages of further kinds.
    pub other_kinds: u64,
    /// Received datagrams that were cut short.
    pub truncated: u64,
    /// How often a send failed with nothing sent.
    pub send_errors: u64,
    /// The newest of these errors.
    pub last_send_error: Option<Failure>,
    /// Which of our datagrams were echoed.
    pub echo: EchoTracker,
    /// The newest received datagram.
    pub last: Option<LastReceived>,
    /// The steps of the path MTU probe, the last or the one under way.
    pub steps: VecDeque<MtuStep>,
    /// The result of the last finished probe.
    pub mtu: Option<MtuReport>,
}

/// Counter of one kind of ICMP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// The newest message of this kind.
    pub icmp: IcmpMessage,
    /// How many came.
    pub count: u64,
    /// Whether all of them came from the same sender.
    pub one_sender: bool,
}

/// The newest received datagram, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastReceived {
    /// When it was read.
    pub at: Instant,
    /// Bytes of payload, as the peer sent it.
    pub bytes: u32,
    /// The sender, if the socket talks with several peers.
    pub peer: Option<SocketAddr>,
    /// Metadata of its packet.
    pub packet: PacketInfo,
}

impl UdpLedger {
    /// The ledger of a socket with several peers: echoes are not detected.
    pub fn for_many_peers() -> Self {
        UdpLedger { echo: EchoTracker::disabled(), ..UdpLedger::default() }
    }

    /// Applies a record.
    pub fn record(&mut self, record: &Record) {
        match record {
            Record::Block(block) => self.block(block),
            // A datagram that was not kept may have been an echo.
            Record::NotKept { .. } => self.echo.disable(),
            Record::News { news, .. } => self.news(news),
        }
    }

    fn block(&mut self, block: &Block) {
        let mut rest: &[u8] = &block.bytes;
        for (piece, ordinal) in block.pieces.iter().zip(block.first..) {
            let (payload, after) = rest.split_at((piece.len as usize).min(rest.len()));
            rest = after;
            match block.direction {
                Direction::Sent => self.echo.on_sent(ordinal, payload, block.at),
                Direction::Received => {
                    self.truncated += u64::from(piece.full_len > piece.len);
                    self.echo.received(payload, block.at);
                }
            }
        }
        if let (Direction::Received, Some(piece)) = (block.direction, block.pieces.last()) {
            let packet = block.packets.get(usize::from(piece.packet)).cloned().unwrap_or_default();
            let peer = block.peers.get(usize::from(piece.peer)).copied();
            self.last = Some(LastReceived { at: block.at, bytes: piece.full_len, peer, packet });
        }
    }

    fn news(&mut self, news: &News) {
        match news {
            News::Udp(UdpNews::Icmp(icmp)) => self.icmp(icmp),
            News::Warned(failure) if failure.operation == FailedOperation::Send => {
                self.send_errors += 1;
                self.last_send_error = Some(failure.clone());
            }
            News::Udp(UdpNews::MtuStep(step)) => {
                if self.mtu.take().is_some() || self.steps.len() == MOST_STEPS {
                    self.steps.clear();
                }
                self.steps.push_back(*step);
            }
            News::Udp(UdpNews::PathMtu(report)) => self.mtu = Some(report.as_ref().clone()),
            _ => {}
        }
    }

    fn icmp(&mut self, icmp: &IcmpMessage) {
        let same =
            |kind: &&mut KindCount| (kind.icmp.v6, kind.icmp.kind, kind.icmp.code) == (icmp.v6, icmp.kind, icmp.code);
        if let Some(kind) = self.kinds.iter_mut().find(same) {
            kind.count += 1;
            kind.one_sender &= kind.icmp.offender == icmp.offender;
            kind.icmp = icmp.clone();
        } else if self.kinds.len() < MOST_KINDS {
            self.kinds.push(KindCount { icmp: icmp.clone(), count: 1, one_sender: true });
        } else {
            self.other_kinds += 1;
        }
        let Some(about) = icmp.about else { return };
        self.echo.on_refused(about.ordinal);
        self.verdicts.insert(about.ordinal, icmp.clone());
        if self.verdicts.len() > MOST_VERDICTS {
            self.verdicts.pop_first();
        }
    }

    /// The ICMP message about the datagram that we sent with this ordinal, counted from 0.
    pub fn icmp_for(&self, ordinal: u64) -> Option<&IcmpMessage> {
        self.verdicts.get(&ordinal)
    }

    /// How many ICMP messages came in all.
    pub fn icmp_count(&self) -> u64 {
        self.kinds.iter().fold(self.other_kinds, |all, kind| all.saturating_add(kind.count))
    }
}

impl KindCount {
    /// The sender, if all messages came from the same one.
    pub fn sender(&self) -> Option<IpAddr> {
        self.icmp.offender.filter(|_| self.one_sender)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::wire::icmp::{IcmpMessage, QuotedDatagram};
    use crate::wire::{Class, Totals};

    fn icmp(code: u8, ordinal: Option<u64>) -> Record {
        let about = ordinal.map(|ordinal| QuotedDatagram { ordinal, bytes: 1, alike: 0, after: Duration::ZERO });
        let icmp = IcmpMessage { kind: 3, code, about, ..IcmpMessage::default() };
        Record::News { at: Instant::now(), news: News::Udp(UdpNews::Icmp(icmp)) }
    }

    #[test]
    fn a_verdict_stands_at_its_datagram_and_is_counted_by_kind() {
        let mut ledger = UdpLedger::default();
        for record in [icmp(3, Some(7)), icmp(1, None), icmp(3, Some(8))] {
            ledger.record(&record);
        }
        assert_eq!(ledger.icmp_for(7).map(|icmp| icmp.code), Some(3));
        assert_eq!(ledger.icmp_for(6), None);
        let counts: Vec<_> = ledger.kinds.iter().map(|kind| (kind.icmp.code, kind.count)).collect();
        assert_eq!((counts, ledger.icmp_count()), (vec![(3, 2), (1, 1)], 3));
    }

    #[test]
    fn verdicts_and_kinds_have_bounds_and_all_are_counted() {
        let mut ledger = UdpLedger::default();
        for count in 0..10_000 {
            ledger.record(&icmp(u8::try_from(count % 200).unwrap(), Some(count)));
        }
        assert_eq!((ledger.verdicts.len(), ledger.kinds.len()), (MOST_VERDICTS, MOST_KINDS));
        assert_eq!(ledger.icmp_count(), 10_000);
        assert!(ledger.icmp_for(0).is_none() && ledger.icmp_for(9_999).is_some());
    }

    #[test]
    fn what_was_not_kept_ends_the_count_of_echoes() {
        let mut ledger = UdpLedger::default();
        let block = |direction| Record::Block(Block::single_piece(direction, Instant::now(), Bytes::from_static(b"x")));
        ledger.record(&block(Direction::Sent));
        ledger.record(&block(Direction::Received));
        assert_eq!(ledger.echo.echoed_count(), Some(1));
        let totals = Totals { bytes: 1, ops: 1 };
        ledger.record(&Record::NotKept { direction: Direction::Received, totals });
        assert_eq!(ledger.echo.echoed_count(), None);
        let failure = Failure::new(Class::Local, FailedOperation::Send, "", "too large");
        ledger.record(&Record::News { at: Instant::now(), news: News::Warned(failure) });
        assert_eq!(ledger.send_errors, 1);
    }
}
