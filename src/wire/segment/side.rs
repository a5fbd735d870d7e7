//! What is known of one end's numbers.

use std::time::Instant;

use super::parse::Segment;

/// How many holes in what was seen are remembered; beyond it the oldest are forgotten.
const MOST_HOLES: usize = 32;

/// Numbers farther from what is expected than this belong to no window that TCP can have (RFC 7323 §2.3).
pub(super) const FARTHEST: i64 = 1 << 30;

/// What an end sent last, as far as its answer depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LastSent {
    #[default]
    Other,
    KeepAlive,
    WindowProbe,
    Again,
}

/// One end, as its segments show it. Numbers are relative: its SYN is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct SegmentSide {
    /// A number on the wire and what it is relatively; follows the stream, so that wraps are seen.
    base: Option<(u32, i64)>,
    /// Relative numbers count its bytes from 1: its SYN was seen, or its count was known when capture began.
    pub(super) counted: bool,
    /// What its SYN said of window scale; `None` where it was not seen.
    pub(super) offer: Option<Option<u8>>,
    /// What its SYN said of the most bytes in a segment.
    pub(super) mss: Option<u16>,
    /// The number behind the highest that it sent.
    pub(super) next: Option<i64>,
    pub(super) next_at: Option<Instant>,
    /// Its clock in the segment with the highest number.
    pub(super) clock: Option<u32>,
    /// The highest number of the other end that it acknowledged.
    pub(super) ack: Option<i64>,
    pub(super) ack_at: Option<Instant>,
    pub(super) duplicate_acks: u32,
    /// Its window: the field, and what it means where the scale is known.
    pub(super) window_field: Option<u16>,
    pub(super) window: Option<u64>,
    /// The number behind its FIN.
    pub(super) fin: Option<i64>,
    /// It acknowledged the other end's FIN.
    pub(super) acked_fin: bool,
    pub(super) last: LastSent,
    holes: Vec<(i64, i64)>,
}

impl SegmentSide {
    /// What a number on the wire is relatively; `None` before any is known.
    pub(super) fn relative_number(&self, wire: u32) -> Option<i64> {
        let (at, is) = self.base?;
        // The nearer way round: that is what modulo 2³² means (RFC 9293 §3.4).
        Some(is + i64::from(wire.wrapping_sub(at).cast_signed()))
    }

    /// Counts from here: this number on the wire is that one relatively.
    pub(super) fn count_from(&mut self, wire: u32, is: i64) {
        self.base = Some((wire, is));
    }

    pub(super) fn is_counted_from(&self) -> bool {
        self.base.is_some()
    }

    /// Takes in how far a segment goes.
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

    /// The other end acknowledged more than was seen of this one.
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

    /// Whether a part of these numbers was never seen.
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
