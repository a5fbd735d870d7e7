//! State of one end's sequence numbers.

use std::time::Instant;

use super::parse::Segment;

/// The most gaps in the captured numbers that are kept; beyond it the oldest are dropped.
const MOST_HOLES: usize = 32;

/// A number farther than this from the expected one cannot be in any TCP window (RFC 7323 §2.3).
pub(super) const FARTHEST: i64 = 1 << 30;

/// The last segment of an end, as far as the answer depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LastSent {
    #[default]
    Other,
    KeepAlive,
    WindowProbe,
    Again,
}

/// State of one end, derived from its segments. Numbers are relative: its SYN is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct SegmentSide {
    /// A number on the wire and its relative number; moves with the stream, so that wraps are recognised.
    base: Option<(u32, i64)>,
    /// Whether byte 1 is its first byte: its SYN was captured, or its byte count was known when capture began.
    pub(super) counted: bool,
    /// The window scale option of its SYN; `None` if the SYN was not captured.
    pub(super) offer: Option<Option<u8>>,
    /// The MSS option of its SYN.
    pub(super) mss: Option<u16>,
    /// The number after the highest that it sent.
    pub(super) next: Option<i64>,
    pub(super) next_at: Option<Instant>,
    /// The timestamp in the segment with the highest number.
    pub(super) clock: Option<u32>,
    /// The highest number of the other end that it acknowledged.
    pub(super) ack: Option<i64>,
    pub(super) ack_at: Option<Instant>,
    pub(super) duplicate_acks: u32,
    /// Its window: the header field, and below it the value in bytes, if the scale is known.
    pub(super) window_field: Option<u16>,
    pub(super) window: Option<u64>,
    /// The number after its FIN.
    pub(super) fin: Option<i64>,
    /// It acknowledged the other end's FIN.
    pub(super) acked_fin: bool,
    pub(super) last: LastSent,
    holes: Vec<(i64, i64)>,
}

impl SegmentSide {
    /// The relative number of a number on the wire; `None` before the base is known.
    pub(super) fn relative_number(&self, wire: u32) -> Option<i64> {
        let (at, is) = self.base?;
        // In the nearer direction, as modulo 2³² requires (RFC 9293 §3.4).
        Some(is + i64::from(wire.wrapping_sub(at).cast_signed()))
    }

    /// Sets the base: this number on the wire has that relative number.
    pub(super) fn count_from(&mut self, wire: u32, is: i64) {
        self.base = Some((wire, is));
    }

    pub(super) fn is_counted_from(&self) -> bool {
        self.base.is_some()
    }

    /// Applies a segment's range of numbers.
    pub(super) fn extend_to(&mut self, segment: &Segment, relative: i64, at: Instant) {
        let end = relative + i64::from(segment.span());
        match self.next {
            Some(next) if end <= next => self.fill_gap(relative, end),
            Some(next) if relative - next > FARTHEST => {}
            next => {
                if let Some(next) = next {
                    if relative > next {
                        if self.holes.len() == MOST_HOLES {
                            self.holes.remove(0);
                        }
                        self.holes.push((next, relative));
                    } else {
                        self.fill_gap(relative, next);
                    }
                }
                self.next = Some(end);
                self.next_at = Some(at);
                self.base = Some((segment.seq.wrapping_add(segment.span()), end));
                self.clock = segment.options.timestamps.map(|(own, _)| own).or(self.clock);
            }
        }
    }

    /// Applies an ACK of the other end for bytes of this end that were not captured.
    pub(super) fn extend_unseen(&mut self, to: i64) {
        if let (Some((wire, is)), Some(next)) = (self.base, self.next)
            && to > next
            && to - next <= FARTHEST
        {
            let more = u32::try_from(to - is).unwrap_or(0);
            self.base = Some((wire.wrapping_add(more), to));
            self.next = Some(to);
        }
    }

    /// Whether a part of these numbers was never captured.
    pub(super) fn has_gap_in(&self, from: i64, to: i64) -> bool {
        self.holes.iter().any(|(start, end)| from < *end && *start < to)
    }

    fn fill_gap(&mut self, from: i64, to: i64) {
        let holes = std::mem::take(&mut self.holes);
        for (start, end) in holes {
            if from >= end || to <= start {
                self.holes.push((start, end));
                continue;
            }
            if start < from {
                self.holes.push((start, from));
            }
            if to < end {
                self.holes.push((to, end));
            }
        }
        self.holes.truncate(MOST_HOLES);
    }
}
