//! Classifies the segments of one connection in order: gap, duplicate ACK, retransmission, probe.
//!
//! The capture is at one end. So an old number from us is always a retransmission; from the peer it may also be a late
//! segment.

use std::time::{Duration, Instant};

use super::captured::CapturedSegment;
use super::flags::TcpFlags;
use super::note::SegmentNote;
use super::parse::Segment;
use super::side::{FARTHEST, LastSent, SegmentSide};
use crate::wire::direction::{Both, Direction};

/// Without timestamps, an old segment that arrives within this time is late, not a retransmission.
const LATE_WITHIN: Duration = Duration::from_millis(3);

/// A retransmission within this time after the ACK that requested it cannot come from a timer.
const FAST_WITHIN: Duration = Duration::from_millis(20);

/// A segment with one of these flags is more than data and an acknowledgement.
const CONTROLS: TcpFlags = TcpFlags::SYN.union(TcpFlags::FIN).union(TcpFlags::RST);

/// State of a connection before its first captured segment; empty if its SYN is captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowHint {
    /// How many bytes went each way before, all of them acknowledged.
    pub bytes: Both<Option<u64>>,
    /// The window scale of each direction's sender, in bits.
    pub shifts: Both<Option<u8>>,
    /// The greatest payload of a segment that we send.
    pub most_sent: Option<u32>,
}

/// State of both ends of one connection.
#[derive(Clone, Debug, Default)]
pub struct SegmentFlow {
    hint: FlowHint,
    sides: Both<SegmentSide>,
    reset: bool,
}

impl SegmentFlow {
    /// A connection with this known history.
    pub fn new(hint: FlowHint) -> Self {
        SegmentFlow { hint, ..SegmentFlow::default() }
    }

    /// Whether the connection is over: both FINs are acknowledged, or there was a RST.
    pub fn is_over(&self) -> bool {
        self.reset || self.sides.sent.acked_fin && self.sides.received.acked_fin
    }

    /// Applies the next segment; returns it with its relative numbers and notes.
    pub fn on_segment(&mut self, at: Instant, direction: Direction, segment: Segment) -> CapturedSegment {
        self.count(direction, &segment);
        let shift = self.window_shift(direction);
        let most = self.largest_payload(direction, &segment);
        let back = opposite(direction);
        let (own, other) = (self.sides.of(direction), self.sides.of(back));
        let relative_seq = own.relative_number(segment.seq).unwrap_or(0);
        let acks = segment.flags.contains(TcpFlags::ACK);
        let relative_ack = if acks { other.relative_number(segment.ack) } else { None };
        let syn = segment.flags.contains(TcpFlags::SYN);
        let window =
            if syn { Some(segment.window.into()) } else { shift.map(|bits| u64::from(segment.window) << bits) };
        let first_byte = relative_seq + i64::from(syn) - 1;
        let seen = ObservedSegment { at, direction, segment: &segment, seq: relative_seq, ack: relative_ack };
        let (mut notes, last) = classify(&seen, own, other);
        // The other end may have accepted the probe's byte.
        let seen_to = other.next.map(|next| next + i64::from(other.last == LastSent::WindowProbe));
        if relative_ack.zip(seen_to).is_some_and(|(ack, next)| ack > next && ack - next <= FARTHEST) {
            notes.push(SegmentNote::AckedUnseen);
        }
        let acks_fin = !own.acked_fin && other.fin.zip(relative_ack).is_some_and(|(fin, ack)| ack >= fin);
        let bare = segment.len == 0 && !segment.flags.any(CONTROLS);
        let completes_handshake =
            bare && acks && own.offer.is_some() && own.ack.is_none() && relative_seq == 1 && relative_ack == Some(1);
        let byte = u64::try_from(first_byte).ok().filter(|_| own.counted && segment.len > 0);
        self.update_sides(&seen, window, last, acks_fin);
        if notes.iter().any(|note| matches!(note, SegmentNote::DuplicateAck { .. })) {
            self.sides.of_mut(direction).duplicate_acks += 1;
        }
        CapturedSegment {
            at,
            direction,
            segment,
            relative_seq,
            relative_ack,
            next: self.sides.of(direction).next.unwrap_or(relative_seq),
            window,
            byte,
            offload: most.filter(|most| segment.len > *most).map(|most| segment.len.div_ceil(most)),
            notes,
            acks_fin,
            completes_handshake,
        }
    }

    /// Sets the base of both ends' relative numbers.
    fn count(&mut self, direction: Direction, segment: &Segment) {
        let back = opposite(direction);
        let (syn, acks) = (segment.flags.contains(TcpFlags::SYN), segment.flags.contains(TcpFlags::ACK));
        if syn && self.sides.of(direction).relative_number(segment.seq) != Some(0) {
            if !acks {
                // A new connection between the same two addresses.
                *self = SegmentFlow::default();
            }
            let own = self.sides.of_mut(direction);
            own.count_from(segment.seq, 0);
            own.counted = true;
            own.offer = Some(segment.options.wscale);
            own.mss = segment.options.mss;
        }
        for (end, number, is_there) in [(direction, segment.seq, true), (back, segment.ack, acks)] {
            let known = *self.hint.bytes.of(end);
            let side = self.sides.of_mut(end);
            if is_there && !side.is_counted_from() {
                let before = known.and_then(|bytes| i64::try_from(bytes).ok());
                side.count_from(number, before.unwrap_or(0) + 1);
                side.counted = before.is_some();
            }
        }
    }

    /// The window scale of this sender, in bits: it needs the option in both SYNs (RFC 7323 §2.2).
    fn window_shift(&self, direction: Direction) -> Option<u8> {
        match (self.sides.of(direction).offer, self.sides.of(opposite(direction)).offer) {
            (Some(Some(own)), Some(Some(_))) => Some(own),
            (Some(None), _) | (_, Some(None)) => Some(0),
            _ => *self.hint.shifts.of(direction),
        }
    }

    /// The greatest payload of one segment of this sender on the wire.
    fn largest_payload(&self, direction: Direction, segment: &Segment) -> Option<u32> {
        let asked = self.sides.of(opposite(direction)).mss.map(u32::from);
        let room = asked.map(|mss| mss.saturating_sub(segment.options.bytes.into()));
        room.or(self.hint.most_sent.filter(|_| direction == Direction::Sent)).filter(|most| *most > 0)
    }

    fn update_sides(&mut self, seen: &ObservedSegment<'_>, window: Option<u64>, last: LastSent, acks_fin: bool) {
        let flags = seen.segment.flags;
        if flags.contains(TcpFlags::RST) {
            self.reset = true;
            return;
        }
        let back = opposite(seen.direction);
        let own = self.sides.of_mut(seen.direction);
        if last != LastSent::WindowProbe {
            own.extend_to(seen.segment, seen.seq, seen.at);
        }
        if flags.contains(TcpFlags::FIN) {
            own.fin = Some(seen.seq + i64::from(seen.segment.span()));
        }
        if let Some(ack) = seen.ack {
            let before = own.ack.replace(own.ack.map_or(ack, |before| before.max(ack)));
            if before.is_none_or(|before| before < ack) {
                own.duplicate_acks = 0;
            }
            own.ack_at = Some(seen.at);
        }
        own.window_field = Some(seen.segment.window);
        own.window = window;
        own.acked_fin |= acks_fin;
        own.last = last;
        if let Some(ack) = seen.ack {
            self.sides.of_mut(back).extend_unseen(ack);
        }
    }
}

/// The segment being classified.
struct ObservedSegment<'a> {
    at: Instant,
    direction: Direction,
    segment: &'a Segment,
    seq: i64,
    ack: Option<i64>,
}

impl ObservedSegment<'_> {
    /// Whether it has no payload and none of SYN, FIN, RST.
    fn is_bare(&self) -> bool {
        self.segment.len == 0 && !self.segment.flags.any(CONTROLS)
    }

    fn since(&self, at: Option<Instant>) -> Duration {
        at.map_or(Duration::MAX, |at| self.at.saturating_duration_since(at))
    }
}

/// Classifies a segment by what both ends sent before it.
fn classify(seen: &ObservedSegment<'_>, own: &SegmentSide, other: &SegmentSide) -> (Vec<SegmentNote>, LastSent) {
    let mut notes = Vec::new();
    let segment = seen.segment;
    let quiet = !segment.flags.any(CONTROLS);
    if segment.flags.contains(TcpFlags::RST) {
        return (notes, LastSent::Other);
    }
    let closed = other.window_field == Some(0);
    let mut last = LastSent::Other;
    let Some(next) = own.next else {
        if quiet && segment.window == 0 {
            notes.push(SegmentNote::ZeroWindow);
        }
        return (notes, last);
    };
    let old = seen.seq + 1 == next && (segment.len == 0 || segment.len == 1 && other.ack == Some(next));
    if quiet && (old && closed || closed && segment.len == 1 && seen.seq == next) {
        (notes, last) = (vec![SegmentNote::ZeroWindowProbe], LastSent::WindowProbe);
    } else if quiet && old {
        (notes, last) = (vec![SegmentNote::KeepAlive], LastSent::KeepAlive);
    } else if seen.seq > next && seen.seq - next <= FARTHEST {
        notes.push(SegmentNote::Gap { bytes: u64::try_from(seen.seq - next).unwrap_or(0) });
    } else if seen.seq < next && segment.span() > 0 {
        let note = classify_repeat(seen, own, other);
        if note != SegmentNote::OutOfOrder {
            last = LastSent::Again;
        }
        notes.push(note);
    }
    if last == LastSent::Other && seen.is_bare() && seen.ack.is_some() {
        notes.extend(classify_pure_ack(seen, own, other, next));
    } else if quiet && segment.window == 0 {
        notes.push(SegmentNote::ZeroWindow);
    }
    let end = seen.seq + i64::from(segment.len);
    let room = other.ack.zip(other.window).and_then(|(ack, window)| Some(ack + i64::try_from(window).ok()?));
    if quiet && segment.len > 0 && !closed && room == Some(end) {
        notes.push(SegmentNote::WindowFull);
    }
    (notes, last)
}

/// Classifies a segment with an old number that has a payload, SYN or FIN.
fn classify_repeat(seen: &ObservedSegment<'_>, own: &SegmentSide, other: &SegmentSide) -> SegmentNote {
    let end = seen.seq + i64::from(seen.segment.span());
    let late = seen.direction == Direction::Received && own.has_gap_in(seen.seq, end) && is_late(seen, own);
    if other.ack.is_some_and(|ack| ack >= end) {
        SegmentNote::SpuriousRetransmission
    } else if late {
        SegmentNote::OutOfOrder
    } else if other.duplicate_acks >= 2 && other.ack == Some(seen.seq) && seen.since(other.ack_at) < FAST_WITHIN {
        SegmentNote::FastRetransmission
    } else {
        SegmentNote::Retransmission
    }
}

/// Whether it was sent before segments that arrived earlier: shown by its timestamp, or else by its quick arrival.
fn is_late(seen: &ObservedSegment<'_>, own: &SegmentSide) -> bool {
    match (seen.segment.options.timestamps, own.clock) {
        (Some((clock, _)), Some(newest)) if clock != newest => newest.wrapping_sub(clock).cast_signed() > 0,
        _ => seen.since(own.next_at) < LATE_WITHIN,
    }
}

/// Classifies a bare acknowledgement.
fn classify_pure_ack(
    seen: &ObservedSegment<'_>,
    own: &SegmentSide,
    other: &SegmentSide,
    next: i64,
) -> Option<SegmentNote> {
    let window = seen.segment.window;
    let repeats = seen.seq == next && seen.ack == own.ack;
    let same_window = own.window_field == Some(window);
    match (window, repeats) {
        (0, true) if other.last == LastSent::WindowProbe && same_window => Some(SegmentNote::ZeroWindowProbeAck),
        (0, _) => Some(SegmentNote::ZeroWindow),
        (_, true) if same_window && other.last == LastSent::KeepAlive => Some(SegmentNote::KeepAliveAck),
        (_, true) if same_window => Some(SegmentNote::DuplicateAck { number: own.duplicate_acks + 1 }),
        (_, true) => Some(SegmentNote::WindowUpdate),
        _ => None,
    }
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Sent => Direction::Received,
        Direction::Received => Direction::Sent,
    }
}

#[cfg(test)]
mod tests;
