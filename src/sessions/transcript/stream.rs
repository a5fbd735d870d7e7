//! Boundaries of reads and writes in a stream; a stream has no messages (RFC 9293 §3.9.1).

use std::ops::Range;

use super::item::TranscriptItem;
use super::transcript::Transcript;
use crate::wire::Direction;

/// How many boundaries one call returns at most.
pub const MOST_CUTS: usize = 4_096;

/// How many transcript items one call visits at most.
const MOST_ITEMS: usize = 4_096;

/// The reads or writes of one end that cover a range of the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamShares {
    /// The first and the last of them, numbered from 1; `None` if no kept one covers any of the range.
    pub ops: Option<(u64, u64)>,
    /// The boundaries between them, as stream offsets inside the range.
    pub cuts: Vec<u64>,
    /// The end of the part of the range that they cover.
    pub until: u64,
}

impl Transcript {
    /// The entry with which the current connection began: stream offsets count from there.
    pub fn stream_from(&self) -> u64 {
        self.stream_from
    }

    /// The reads (received) or writes (sent) that cover this range of the current connection's stream.
    ///
    /// Cost: a binary search, then at most [`MOST_CUTS`] boundaries and a bounded number of items; the rest is left
    /// out.
    pub fn shares(&self, direction: Direction, bytes: Range<u64>) -> StreamShares {
        let mut shares = StreamShares { until: bytes.start, ..StreamShares::default() };
        let first = self.first_item(direction, bytes.start);
        for (_, item) in self.items.range(first..).take(MOST_ITEMS) {
            let TranscriptItem::Block(block, before) = &**item else { continue };
            let before = before.of(direction);
            if before.bytes >= bytes.end || shares.cuts.len() >= MOST_CUTS {
                break;
            }
            if block.direction != direction {
                continue;
            }
            let mut at = before.bytes;
            for (op, piece) in (before.ops.saturating_add(1)..).zip(&block.pieces) {
                let end = at.saturating_add(u64::from(piece.len));
                if at < bytes.end && end > bytes.start {
                    if at > bytes.start && shares.ops.is_some() {
                        shares.cuts.push(at);
                    }
                    shares.ops = Some((shares.ops.map_or(op, |(first, _)| first), op));
                    shares.until = end.min(bytes.end);
                }
                at = end;
            }
        }
        shares
    }

    /// Index of the item to start from: no earlier item has bytes from `byte` on. As near as a binary search over the
    /// blocks gets.
    fn first_item(&self, direction: Direction, byte: u64) -> usize {
        let start = self.items.partition_point(|(number, item)| number + item.entries() <= self.stream_from);
        let (mut low, mut high) = (start, self.items.len());
        while low < high {
            let middle = low + (high - low) / 2;
            // A fact has no stream offset: use the next block's.
            let block =
                self.items.range(middle..high).position(|(_, item)| matches!(**item, TranscriptItem::Block(..)));
            let said = block.and_then(|skip| match self.items.get(middle + skip).map(|(_, item)| &**item) {
                Some(TranscriptItem::Block(_, before)) => Some((middle + skip, before.of(direction).bytes)),
                _ => None,
            });
            match said {
                Some((place, bytes)) if bytes <= byte => low = place + 1,
                _ => high = middle,
            }
        }
        // The last block that begins at or before the byte may be one of the other direction. Then the block with the
        // byte lies before it: it is the last one of this direction that begins at or before the byte.
        let mut place = low;
        while place > start.max(low.saturating_sub(MOST_ITEMS)) {
            place -= 1;
            if let Some((_, item)) = self.items.get(place)
                && let TranscriptItem::Block(block, before) = &**item
                && block.direction == direction
                && before.of(direction).bytes <= byte
            {
                return place;
            }
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::Bytes;

    use super::*;
    use crate::sessions::news::DialNews;
    use crate::sessions::news::News;
    use crate::sessions::record::{Block, Record};

    fn said(transcript: &mut Transcript, now: Instant, direction: Direction, len: usize) {
        transcript.push(Record::Block(Block::single_piece(direction, now, Bytes::from(vec![b'x'; len]))));
    }

    fn dialogue() -> Transcript {
        let now = Instant::now();
        let mut transcript = Transcript::new(1 << 20);
        for len in [3, 3, 3, 10] {
            said(&mut transcript, now, Direction::Sent, len);
            said(&mut transcript, now, Direction::Received, 100);
            transcript.push(Record::News { at: now, news: News::ReadingPaused });
        }
        transcript
    }

    #[test]
    fn the_writes_that_hold_a_read_are_found_with_their_boundaries() {
        let transcript = dialogue();
        let shares = |range| transcript.shares(Direction::Sent, range);
        assert_eq!(shares(0..9), StreamShares { ops: Some((1, 3)), cuts: vec![3, 6], until: 9 });
        assert_eq!(shares(4..6), StreamShares { ops: Some((2, 2)), cuts: vec![], until: 6 });
        assert_eq!(shares(3..6).ops, Some((2, 2)), "a write that ends where the range begins is not among them");
        assert_eq!(shares(8..40), StreamShares { ops: Some((3, 4)), cuts: vec![9], until: 19 });
        assert_eq!(shares(19..40), StreamShares { ops: None, cuts: vec![], until: 19 });
        assert_eq!(transcript.shares(Direction::Received, 150..350).cuts, [200, 300]);
    }

    #[test]
    fn every_byte_is_found_however_many_blocks_there_are() {
        let now = Instant::now();
        let mut transcript = Transcript::new(1 << 24);
        for round in 0..2_000_u64 {
            said(&mut transcript, now, Direction::Sent, 5);
            if round % 7 == 0 {
                transcript.push(Record::News { at: now, news: News::ReadingPaused });
                said(&mut transcript, now, Direction::Received, 1);
            }
        }
        for byte in (0..10_000).step_by(37) {
            let expected = byte / 5 + 1;
            assert_eq!(transcript.shares(Direction::Sent, byte..byte + 1).ops, Some((expected, expected)), "{byte}");
        }
    }

    #[test]
    fn another_attempt_counts_its_bytes_from_the_start() {
        let now = Instant::now();
        let mut transcript = dialogue();
        let peer = ([127, 0, 0, 1], 80).into();
        transcript
            .push(Record::News { at: now, news: News::Dial(DialNews::Connecting { peer, attempt: 2, begun: true }) });
        said(&mut transcript, now, Direction::Sent, 4);
        assert_eq!(
            transcript.shares(Direction::Sent, 0..9),
            StreamShares { ops: Some((1, 1)), cuts: vec![], until: 4 }
        );
    }
}
