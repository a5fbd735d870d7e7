//! Assigns captured segments to sessions. A segment without a session waits: a SYN arrives before its session is known.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::net::journal::Journal;
use crate::sessions::News;
use crate::wire::segment::{CapturedSegment, FlowHint, Segment, SegmentFlow, TcpFlags};
use crate::wire::{Direction, Failure};

/// How many connections may have waiting segments; beyond it the oldest connection's are dropped.
const MOST_WAITING: usize = 256;

/// How many segments of one connection may wait; later ones are dropped.
const MOST_WAITING_SEGMENTS: usize = 256;

/// How many earlier segments are compared to find the same one on another interface.
const MOST_RECENT: usize = 16;

/// Both addresses, the smaller one first.
type FlowKey = (SocketAddr, SocketAddr);

/// A segment that waits for its session.
type EarlySegment = (Instant, usize, Segment);

/// The connections of one capture.
#[derive(Debug, Default)]
pub(super) struct CaptureFlows {
    owned: HashMap<FlowKey, OwnedFlow>,
    waiting: HashMap<FlowKey, Vec<EarlySegment>>,
    /// Connections in the order in which they began to wait; may include some that no longer wait.
    order: VecDeque<FlowKey>,
}

#[derive(Debug)]
struct OwnedFlow {
    journal: Arc<Journal>,
    local: SocketAddr,
    flow: SegmentFlow,
    recent: VecDeque<(usize, Segment)>,
    untold: Vec<CapturedSegment>,
}

impl CaptureFlows {
    /// Assigns segments between these addresses to this session, including waiting ones since the last SYN.
    pub(super) fn assign(&mut self, local: SocketAddr, peer: SocketAddr, journal: &Arc<Journal>, hint: FlowHint) {
        let (local, peer) = (normalized(local), normalized(peer));
        let key = key(local, peer);
        if self.owned.get(&key).is_some_and(|owned| Arc::ptr_eq(&owned.journal, journal)) {
            return;
        }
        let mut owned = OwnedFlow {
            journal: Arc::clone(journal),
            local,
            flow: SegmentFlow::new(hint),
            recent: VecDeque::new(),
            untold: Vec::new(),
        };
        let early = self.waiting.remove(&key).unwrap_or_default();
        for (at, interface, segment) in since_the_last_syn(&early) {
            owned.on_segment(*at, *interface, *segment);
        }
        owned.deliver();
        self.owned.insert(key, owned);
    }

    /// Reports to every session that its capture ended by this failure.
    pub(super) fn report_end(&mut self, failure: &Failure) {
        for (_, owned) in self.owned.drain() {
            owned.journal.report_capturing(false);
            owned.journal.news_if_open(News::Warned(failure.clone()));
        }
    }

    /// Segments between these addresses no longer belong to a session.
    pub(super) fn unassign(&mut self, local: SocketAddr, peer: SocketAddr) {
        self.owned.remove(&key(normalized(local), normalized(peer)));
    }

    /// Whether no more segments between these addresses are expected.
    pub(super) fn is_over(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        self.owned.get(&key(normalized(local), normalized(peer))).is_none_or(|owned| owned.flow.is_over())
    }

    /// Processes a segment that was captured on an interface.
    pub(super) fn on_segment(&mut self, at: Instant, interface: usize, segment: Segment) {
        let key = key(segment.source, segment.destination);
        if let Some(owned) = self.owned.get_mut(&key) {
            owned.on_segment(at, interface, segment);
            return;
        }
        if !self.waiting.contains_key(&key) {
            self.order.push_back(key);
            if self.order.len() > MOST_WAITING
                && let Some(oldest) = self.order.pop_front()
            {
                self.waiting.remove(&oldest);
            }
        }
        let waiting = self.waiting.entry(key).or_default();
        if waiting.len() < MOST_WAITING_SEGMENTS {
            waiting.push((at, interface, segment));
        }
    }

    /// Sends the segments to their journals; `missed` counts packets that could not be captured.
    pub(super) fn deliver(&mut self, missed: u64) {
        for owned in self.owned.values_mut() {
            owned.deliver();
            if missed > 0 {
                owned.journal.count_missed(missed);
            }
        }
    }
}

impl OwnedFlow {
    fn on_segment(&mut self, at: Instant, interface: usize, segment: Segment) {
        // A bridge or a bond shows each packet again on the interface below it.
        let same =
            |(on, before): &(usize, Segment)| *on != interface && Segment { ttl: segment.ttl, ..*before } == segment;
        if self.recent.iter().any(same) {
            return;
        }
        if self.recent.len() == MOST_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((interface, segment));
        let direction = if segment.source == self.local { Direction::Sent } else { Direction::Received };
        self.untold.push(self.flow.on_segment(at, direction, segment));
    }

    fn deliver(&mut self) {
        if !self.untold.is_empty() {
            self.journal.add_segments(std::mem::take(&mut self.untold));
        }
    }
}

/// The segments of the newest connection among those waiting under one key.
fn since_the_last_syn(early: &[EarlySegment]) -> &[EarlySegment] {
    let is_syn = |segment: &Segment| segment.flags.contains(TcpFlags::SYN) && !segment.flags.contains(TcpFlags::ACK);
    let newest = early.iter().rev().find(|(.., segment)| is_syn(segment)).map(|(.., segment)| segment.seq);
    let first = newest.and_then(|seq| early.iter().position(|(.., one)| is_syn(one) && one.seq == seq));
    &early[first.unwrap_or(0)..]
}

/// An address as packets have it: IPv4 as IPv4, without the scope that only this host knows.
fn normalized(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn key(one: SocketAddr, other: SocketAddr) -> FlowKey {
    if one <= other { (one, other) } else { (other, one) }
}
