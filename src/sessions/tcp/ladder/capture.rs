//! A ladder of captured segments: they replace inferred segments, and our calls are shown beside them.
//!
//! Segments and calls arrive separately, in either order, so each is inserted by its time. A call that a captured
//! segment shows is joined to that segment's rung; a call without a segment (yet) has a rung of its own, without an
//! arrow.

use std::time::{Duration, Instant};

use super::captured_state::SegmentBurst;
use super::ladder::{BURST_GAP, EXCHANGE_GAP, LATE, Ladder, SILENCE};
use super::rung::{Rung, RungLabel, SystemCall};
use crate::wire::segment::{CapturedSegment, TcpFlags};
use crate::wire::{Direction, Evidence};

/// How many plain segments of a burst have a rung each; the others are combined into a run.
const SINGLE: u32 = 40;

/// How many segments of a burst that are not plain have a rung each.
const SINGLE_NOTED: u32 = 120;

/// A call belongs to a segment if it returned at most this long before or after the segment passed.
const CALL_WITHIN: Duration = Duration::from_millis(20);

/// A read belongs to a segment that arrived at most this long before; a later read waited for something else.
const READ_WITHIN: Duration = Duration::from_millis(2);

/// A kernel event may be this much earlier or later than the segment that it belongs to.
const KERNEL_WITHIN: Duration = Duration::from_secs(1);

impl Ladder {
    /// Whether capture is on.
    pub fn is_captured(&self) -> bool {
        self.capture.on
    }

    /// How many packets passed without being captured.
    pub fn missed_packets(&self) -> u64 {
        self.capture.missed
    }

    /// Turns capture on or off.
    pub fn set_capturing(&mut self, on: bool, at: Instant) {
        if std::mem::replace(&mut self.capture.on, on) == on {
            return;
        }
        self.exchange = None;
        // On an empty ladder nothing precedes the capture, so there is nothing to separate it from.
        if !self.rungs.is_empty() {
            let turned = self.rung(at, RungLabel::Capture(on), Evidence::Seen);
            self.insert(turned);
        }
    }

    /// Counts packets that were not captured.
    pub fn not_captured(&mut self, packets: u64, at: Instant) {
        self.capture.missed = self.capture.missed.saturating_add(packets);
        if let Some(last) = self.rungs.back_mut()
            && let RungLabel::NotCaptured { packets: before } = &mut last.label
        {
            *before = before.saturating_add(packets);
            return;
        }
        let missed = self.rung(at, RungLabel::NotCaptured { packets }, Evidence::Seen);
        self.insert(missed);
    }

    /// Adds a captured segment.
    pub fn add_segment(&mut self, captured: CapturedSegment) {
        let (at, direction) = (captured.at, captured.direction);
        let burst = &mut self.capture.burst;
        if burst.last.is_none_or(|last| at.saturating_duration_since(last) >= BURST_GAP) {
            *burst = SegmentBurst::default();
        }
        burst.last = Some(at);
        let control = captured.segment.flags.any(TcpFlags::SYN.union(TcpFlags::FIN).union(TcpFlags::RST));
        let full = if captured.is_plain() { burst.plain >= SINGLE } else { burst.noted >= SINGLE_NOTED && !control };
        if full {
            return self.add_segment_to_run(&captured);
        }
        *(if captured.is_plain() { &mut burst.plain } else { &mut burst.noted }) += 1;
        let mut rung = self.rung(at, RungLabel::Segment(Box::new(captured)), Evidence::Seen).with_direction(direction);
        let oldest = self.rungs.len().saturating_sub(LATE);
        let mut index = oldest;
        while let Some(alone) = self.rungs.get(index) {
            if alone.lone && rung.absorbs(alone) {
                if let Some(alone) = self.rungs.remove(index) {
                    rung.join(alone);
                }
            } else {
                index += 1;
            }
        }
        self.insert(rung);
    }

    fn add_segment_to_run(&mut self, captured: &CapturedSegment) {
        let again = u64::from(captured.notes.iter().any(|note| note.is_retransmission()));
        let noted = u64::from(again == 0 && !captured.notes.is_empty());
        let (at, bytes) = (captured.at, u64::from(captured.segment.len));
        let place = self.capture.burst.runs.of(captured.direction).and_then(|id| self.index_of(id));
        if let Some(run) = place.and_then(|place| self.rungs.get_mut(place)) {
            let start = run.at;
            if let RungLabel::Segments { segments, bytes: all, again: more, noted: named, lasted, .. } = &mut run.label
            {
                *segments += 1;
                *all = all.saturating_add(bytes);
                *more += again;
                *named += noted;
                *lasted = at.saturating_duration_since(start);
            }
            self.last_at = self.last_at.max(Some(at));
            return;
        }
        let byte = captured.byte;
        let label = RungLabel::Segments { segments: 1, bytes, again, noted, byte, lasted: Duration::ZERO };
        let run = self.rung(at, label, Evidence::Seen).with_direction(captured.direction);
        *self.capture.burst.runs.of_mut(captured.direction) = Some(run.id);
        self.insert(run);
    }

    /// Adds the rung of a call or a kernel event while capture is on; it is dropped if it only stands for a segment.
    pub(super) fn add_uncaptured(&mut self, mut rung: Rung) {
        match rung.label {
            RungLabel::Silence(_)
            | RungLabel::NotKept { .. }
            | RungLabel::Set(_)
            | RungLabel::State
            | RungLabel::NoAnswer
            | RungLabel::Unreachable(_)
            | RungLabel::NoWay(_)
            | RungLabel::NothingSent(_)
            | RungLabel::Capture(_)
            | RungLabel::NotCaptured { .. }
            | RungLabel::Segment(_)
            | RungLabel::Segments { .. } => {}
            RungLabel::Run { .. } => rung.lone = true,
            RungLabel::Syn(_)
            | RungLabel::SynAck
            | RungLabel::HandshakeAck
            | RungLabel::Ack { .. }
            | RungLabel::LateAck { .. }
            | RungLabel::Held { .. }
            | RungLabel::Data { .. }
            | RungLabel::Fin
            | RungLabel::AckOfFin
            | RungLabel::FinAck
            | RungLabel::Rst
            | RungLabel::Again { .. }
            | RungLabel::SentAgain { .. }
            | RungLabel::WindowProbe { .. }
            | RungLabel::KeepaliveProbe { .. }
            | RungLabel::WindowClosed
            | RungLabel::WindowOpened { .. } => {
                if rung.call.is_none() && rung.state.is_none() && rung.stamp.is_none() {
                    return;
                }
                rung.lone = true;
                if rung.call.is_some() {
                    rung.evidence = Evidence::Seen;
                }
                let oldest = self.rungs.len().saturating_sub(LATE);
                if let Some(segment) = self.rungs.iter_mut().skip(oldest).find(|segment| segment.absorbs(&rung)) {
                    segment.join(rung);
                    return;
                }
            }
        }
        self.insert(rung);
    }

    /// Applies the kernel's timestamp of an acknowledgement of all bytes below `byte`: it is joined to the captured
    /// segment, or gets a rung of its own if its write is known.
    pub(super) fn on_captured_stamp(&mut self, byte: u64, after: Duration) {
        let acks = |rung: &&mut Rung| match &rung.label {
            RungLabel::Segment(captured) => {
                rung.stamp.is_none()
                    && captured.direction == Direction::Received
                    && matches_label(captured, &RungLabel::Ack { byte })
            }
            _ => false,
        };
        let oldest = self.rungs.len().saturating_sub(LATE);
        if let Some(segment) = self.rungs.iter_mut().skip(oldest).find(acks) {
            segment.stamp = Some(after);
        } else if let Some(write) = self.place_of_write(byte).and_then(|place| self.rungs.get(place))
            && let Some(at) = write.at.checked_add(after)
        {
            let mut rung = self.rung(at, RungLabel::Ack { byte }, Evidence::Kernel).with_direction(Direction::Received);
            rung.stamp = Some(after);
            rung.lone = true;
            self.insert(rung);
        }
    }

    /// Inserts a rung by its time, with a silence rung before it if needed.
    fn insert(&mut self, mut rung: Rung) {
        let oldest = self.rungs.len().saturating_sub(LATE);
        let mut index = self.rungs.len();
        while index > oldest && self.rungs.get(index - 1).is_some_and(|before| before.at > rung.at) {
            index -= 1;
        }
        let before = index.checked_sub(1).and_then(|before| self.rungs.get(before));
        if let Some(before) = before.filter(|before| !matches!(before.label, RungLabel::Silence(_))) {
            let (start, end) = (before.start_time(), before.end_time());
            let pause = rung.at.saturating_duration_since(end);
            if pause >= SILENCE {
                let silence = self.rung(end, RungLabel::Silence(pause), Evidence::Seen);
                self.rungs.insert(index, silence);
                index += 1;
            }
            rung.since = (pause < EXCHANGE_GAP).then(|| rung.at.saturating_duration_since(start));
        } else {
            rung.since = None;
        }
        if let Some(after) = self.rungs.get_mut(index)
            && after.since.is_none()
            && !matches!(after.label, RungLabel::Silence(_))
        {
            let later = after.at.saturating_duration_since(rung.at);
            after.since = (later < EXCHANGE_GAP).then(|| later.saturating_add(rung.since.unwrap_or_default()));
        }
        self.last_at = self.last_at.max(Some(rung.end_time()));
        self.rungs.insert(index, rung);
        for neighbour in [index.checked_sub(1), Some(index + 1)].into_iter().flatten() {
            self.measure_silence(neighbour);
        }
        self.fold_oldest();
    }

    /// Updates a silence: it lasts from the rung before it to the rung after it, even if one was inserted later.
    fn measure_silence(&mut self, index: usize) {
        let from = index.checked_sub(1).and_then(|before| self.rungs.get(before)).map(Rung::end_time);
        let to = self.rungs.get(index + 1).map(|after| after.at);
        if let (Some(from), Some(to)) = (from, to)
            && let Some(silence) = self.rungs.get_mut(index)
            && let RungLabel::Silence(lasted) = &mut silence.label
        {
            *lasted = to.saturating_duration_since(from);
            silence.at = from;
        }
    }

    /// The newest rung that shows the first transmission of this byte.
    pub fn of_byte(&self, direction: Direction, byte: u64) -> Option<&Rung> {
        self.rungs.iter().rev().find(|rung| match &rung.label {
            RungLabel::Segment(captured) => {
                let again = captured.notes.iter().any(|note| note.is_retransmission());
                captured.direction == direction && !again && captured.carries(byte)
            }
            RungLabel::Segments { byte: Some(first), bytes, .. } => {
                rung.direction == Some(direction) && (*first..first.saturating_add(*bytes)).contains(&byte)
            }
            _ => false,
        })
    }
}

impl Rung {
    /// The direction and stream offset of the first byte of a captured segment; `None`: no payload, or the offset is
    /// unknown.
    pub fn byte(&self) -> Option<(Direction, u64)> {
        let byte = match &self.label {
            RungLabel::Segment(captured) => captured.byte,
            RungLabel::Segments { byte, .. } => *byte,
            _ => None,
        };
        self.direction.zip(byte)
    }

    /// When its exchange began.
    fn start_time(&self) -> Instant {
        self.at.checked_sub(self.since.unwrap_or_default()).unwrap_or(self.at)
    }

    /// When it ended.
    pub(super) fn end_time(&self) -> Instant {
        match self.label {
            RungLabel::Run { lasted, .. } | RungLabel::Segments { lasted, .. } => {
                self.at.checked_add(lasted).unwrap_or(self.at)
            }
            _ => self.at,
        }
    }

    /// Whether the rung `alone` is about this captured segment and has nothing that this rung has already.
    fn absorbs(&self, alone: &Rung) -> bool {
        let RungLabel::Segment(captured) = &self.label else { return false };
        let room = (alone.call.is_none() || self.call.is_none())
            && (alone.state.is_none() || self.state.is_none())
            && (alone.stamp.is_none() || self.stamp.is_none());
        let within = match &alone.call {
            Some(SystemCall::Read(1..)) => READ_WITHIN,
            Some(_) => CALL_WITHIN,
            None => KERNEL_WITHIN,
        };
        let apart = if alone.at > self.at { alone.at - self.at } else { self.at - alone.at };
        room && alone.direction == self.direction && apart <= within && matches_label(captured, &alone.label)
    }

    fn join(&mut self, alone: Rung) {
        self.call = self.call.take().or(alone.call);
        self.state = self.state.or(alone.state);
        self.stamp = self.stamp.or(alone.stamp);
        self.entry = self.entry.or(alone.entry);
    }
}

/// Whether a captured segment is the one that a label describes; the caller compares direction and time.
fn matches_label(captured: &CapturedSegment, label: &RungLabel) -> bool {
    let flags = captured.segment.flags;
    let again = captured.notes.iter().any(|note| note.is_retransmission());
    match label {
        RungLabel::Syn(_) => flags.contains(TcpFlags::SYN) && !flags.contains(TcpFlags::ACK) && !again,
        RungLabel::SynAck => flags.contains(TcpFlags::SYN.union(TcpFlags::ACK)) && !again,
        RungLabel::HandshakeAck => captured.completes_handshake,
        RungLabel::Data { bytes, byte } => {
            // A write begins with its first byte; a read is complete with its last byte.
            let byte = match captured.direction {
                Direction::Sent => *byte,
                Direction::Received => byte.saturating_add(bytes.saturating_sub(1)),
            };
            !again && captured.carries(byte)
        }
        RungLabel::Ack { byte } => {
            i64::try_from(*byte).is_ok_and(|byte| captured.relative_ack.is_some_and(|ack| ack > byte))
        }
        RungLabel::Fin | RungLabel::FinAck => flags.contains(TcpFlags::FIN) && !again,
        RungLabel::AckOfFin => captured.acks_fin,
        RungLabel::Rst => flags.contains(TcpFlags::RST),
        _ => false,
    }
}
