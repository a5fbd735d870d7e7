//! Finds the entry that holds a byte of a stream, and the stream offset of an entry.

use super::item::TranscriptItem;
use super::transcript::Transcript;
use crate::sessions::record::Block;
use crate::wire::Direction;

impl Transcript {
    /// The entry that holds a byte of the current connection's stream in one direction, counted from 0, and the offset
    /// within the entry; `None` if it is not kept, or has not come yet. Cost: a walk over the blocks.
    pub fn of_byte(&self, direction: Direction, byte: u64) -> Option<(u64, u32)> {
        let here = self.items.iter().rev().take_while(|(number, _)| *number >= self.stream_from);
        for (number, item) in here {
            let TranscriptItem::Block(block, before) = &**item else { continue };
            let first = before.of(direction).bytes;
            if block.direction == direction && first <= byte {
                return piece_at(block, byte - first).map(|(piece, within)| (number + piece, within));
            }
        }
        None
    }

    /// The direction of an entry of bytes, and the stream offset of its first byte, from 0.
    pub fn byte_of(&self, entry: u64) -> Option<(Direction, u64)> {
        let place = self.items.partition_point(|(start, _)| *start <= entry).checked_sub(1)?;
        let (start, item) = self.items.get(place)?;
        let TranscriptItem::Block(block, before) = &**item else { return None };
        let index = usize::try_from(entry - start).ok()?;
        let passed = block.pieces.get(..index).filter(|_| index < block.pieces.len())?;
        let within: u64 = passed.iter().map(|piece| u64::from(piece.len)).sum();
        Some((block.direction, before.of(block.direction).bytes.saturating_add(within)))
    }
}

/// The index of a block's piece that holds a byte of the block, and the offset within the piece.
fn piece_at(block: &Block, byte: u64) -> Option<(u64, u32)> {
    let mut rest = byte;
    for (number, piece) in (0_u64..).zip(&block.pieces) {
        let len = u64::from(piece.len);
        if rest < len {
            return Some((number, u32::try_from(rest).ok()?));
        }
        rest -= len;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::Bytes;

    use super::*;
    use crate::sessions::news::News;
    use crate::sessions::record::Record;
    use crate::wire::Totals;

    #[test]
    fn a_byte_is_found_in_its_entry_and_back_whatever_stands_between() {
        let at = Instant::now();
        let block = |direction, bytes: &'static [u8]| {
            Record::Block(Block::single_piece(direction, at, Bytes::from_static(bytes)))
        };
        let mut transcript = Transcript::new(1 << 20);
        transcript.push(block(Direction::Sent, b"hello"));
        transcript.push(Record::News { at, news: News::ReadingPaused });
        transcript.push(block(Direction::Received, b"abc"));
        let totals = Totals { bytes: 10, ops: 1 };
        transcript.push(Record::NotKept { direction: Direction::Received, totals });
        transcript.push(block(Direction::Received, b"def"));
        let found = |byte| transcript.of_byte(Direction::Received, byte);
        assert_eq!([0, 2, 13, 15].map(found), [Some((3, 0)), Some((3, 2)), Some((5, 0)), Some((5, 2))]);
        assert_eq!([3, 12, 16].map(found), [None; 3], "not kept, or not there yet");
        assert_eq!(transcript.of_byte(Direction::Sent, 4), Some((1, 4)));
        assert_eq!(transcript.byte_of(5), Some((Direction::Received, 13)));
        assert_eq!(transcript.byte_of(1), Some((Direction::Sent, 0)));
        assert_eq!([2, 4, 6].map(|entry| transcript.byte_of(entry)), [None; 3]);
    }
}
