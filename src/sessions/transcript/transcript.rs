//! The transcript of a session, in order: the newest bytes up to a budget, and counted gaps.
//!
//! Blocks stay as the sockets' tasks made them (refcounted buffers), so adding a gigabyte costs a few hundred pointer
//! moves. Every piece, note and gap has an entry number that never changes. Dropped entries leave a hole in the
//! numbers, and one visible gap that counts them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::entries::{EntryKind, TranscriptEntry, data_entry, piece_entries, pieces_back, single};
use super::item::TranscriptItem;
use crate::sessions::news::DialNews;
use crate::sessions::news::News;
use crate::sessions::record::{Block, Record};
use crate::sessions::retention::Retention;
use crate::wire::{Both, Totals};

/// The memory cost of a note.
const NOTE_COST: usize = 256;

/// How many notes are kept after the bytes around them were dropped.
const MOST_OLD_NOTES: usize = 2_000;

/// The retained part of a conversation. A clone is a snapshot that shares the bytes.
#[derive(Clone, Debug)]
pub struct Transcript {
    retention: Retention,
    old_notes: VecDeque<(u64, Arc<TranscriptItem>)>,
    evicted: Both<Totals>,
    gap_at: Option<u64>,
    pub(crate) items: VecDeque<(u64, Arc<TranscriptItem>)>,
    end: u64,
    kept_bytes: usize,
    kept_pieces: usize,
    cost: usize,
    last_data: Option<Instant>,
    stream: bool,
    /// Totals of the current connection so far.
    said: Both<Totals>,
    /// The entry with which the current connection began.
    pub(crate) stream_from: u64,
}

impl Transcript {
    /// An empty transcript of at most `budget` bytes of memory, including the structures that hold the bytes; the
    /// newest block is always kept.
    pub fn new(budget: usize) -> Self {
        Transcript::with_retention(Retention::from_bytes(budget))
    }

    /// An empty transcript with this retention. The newest block is always kept, within the limit on segments.
    pub fn with_retention(retention: Retention) -> Self {
        Transcript {
            retention,
            old_notes: VecDeque::new(),
            evicted: Both::default(),
            gap_at: None,
            items: VecDeque::new(),
            end: 1,
            kept_bytes: 0,
            kept_pieces: 0,
            cost: 0,
            last_data: None,
            stream: false,
            said: Both::default(),
            stream_from: 0,
        }
    }

    /// The same, for a stream: boundaries of its reads have no meaning.
    pub fn as_stream(mut self) -> Self {
        self.stream = true;
        self
    }

    /// Whether the transcript is of a stream, so that the reads of one direction form one text.
    pub fn is_stream(&self) -> bool {
        self.stream
    }

    /// Adds a record, and drops the oldest bytes beyond the budget.
    pub fn push(&mut self, record: Record) {
        let item = match record {
            Record::Block(block) => {
                self.kept_bytes += block.bytes.len();
                self.kept_pieces += block.pieces.len();
                self.cost += block.cost();
                self.last_data = Some(block.at);
                let before = self.said;
                self.said.of_mut(block.direction).merge(block.totals());
                TranscriptItem::Block(block, before)
            }
            Record::News { at, news } => {
                if matches!(news, News::Dial(DialNews::Connecting { .. })) {
                    // A new attempt is a new connection, whose bytes are counted from 0.
                    self.said = Both::default();
                    self.stream_from = self.end;
                }
                self.cost += NOTE_COST;
                TranscriptItem::Note(at, news)
            }
            Record::NotKept { direction, totals } => {
                let mut gap = Both::default();
                *gap.of_mut(direction) = totals;
                self.said.of_mut(direction).merge(totals);
                if let Some((_, last)) = self.items.back_mut()
                    && let TranscriptItem::Gap(both) = Arc::make_mut(last)
                {
                    both.of_mut(direction).merge(totals);
                    return;
                }
                TranscriptItem::Gap(gap)
            }
        };
        let number = self.end;
        self.end += item.entries();
        self.items.push_back((number, Arc::new(item)));
        self.evict();
    }

    /// The time of the first byte in the newest block; `None` before the first.
    pub fn last_data_at(&self) -> Option<Instant> {
        self.last_data
    }

    /// Changes the retention, and drops what exceeds it.
    pub fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        self.evict();
    }

    fn evict(&mut self) {
        loop {
            let excess = self.kept_pieces.saturating_sub(self.retention.segments);
            let heavy = self.cost > self.retention.bytes && self.items.len() > 1;
            if excess == 0 && !heavy {
                return;
            }
            let Some((number, item)) = self.items.pop_front() else { return };
            match &*item {
                TranscriptItem::Block(block, before) if !heavy && block.pieces.len() > excess => {
                    self.trim(number, block, *before, excess);
                }
                TranscriptItem::Block(block, _) => {
                    self.kept_bytes -= block.bytes.len();
                    self.kept_pieces -= block.pieces.len();
                    self.cost -= block.cost();
                    self.evicted.of_mut(block.direction).merge(block.totals());
                    self.gap_at = Some(number + item.entries() - 1);
                }
                TranscriptItem::Gap(both) => {
                    self.evicted.sent.merge(both.sent);
                    self.evicted.received.merge(both.received);
                    self.gap_at = Some(number);
                }
                TranscriptItem::Note(..) => {
                    self.cost -= NOTE_COST;
                    self.old_notes.push_back((number, item));
                    if self.old_notes.len() > MOST_OLD_NOTES {
                        self.old_notes.pop_front();
                    }
                }
            }
        }
    }

    /// Drops the first `excess` pieces of `block`, which was the oldest item and began with entry `number`.
    fn trim(&mut self, number: u64, block: &Block, mut before: Both<Totals>, excess: usize) {
        let (older, newer) = block.split(excess);
        self.kept_bytes -= older.bytes.len();
        self.kept_pieces -= excess;
        self.cost = self.cost + newer.cost() - block.cost();
        self.evicted.of_mut(older.direction).merge(older.totals());
        before.of_mut(older.direction).merge(older.totals());
        let kept_from = number + excess as u64;
        self.gap_at = Some(kept_from - 1);
        self.items.push_front((kept_from, Arc::new(TranscriptItem::Block(newer, before))));
    }

    /// Bytes kept now.
    pub fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    /// Bytes of memory in use, including the structures that hold the bytes; the retention limits this number.
    pub fn memory_bytes(&self) -> usize {
        self.cost
    }

    /// Pieces kept now.
    pub fn kept_pieces(&self) -> usize {
        self.kept_pieces
    }

    /// The limits on what is kept.
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// Totals of all bytes that were counted but are not kept, including gaps.
    pub fn not_kept(&self) -> Both<Totals> {
        let mut all = self.evicted;
        for (_, item) in &self.items {
            if let TranscriptItem::Gap(both) = &**item {
                all.sent.merge(both.sent);
                all.received.merge(both.received);
            }
        }
        all
    }

    /// The number that the next entry will get; every entry's number is below it.
    pub fn end_number(&self) -> u64 {
        self.end
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// The number of the first entry that is kept whole; before it are only old notes and the gap for all dropped
    /// entries.
    pub fn kept_from(&self) -> u64 {
        self.items.front().map_or(self.end, |(start, _)| *start)
    }

    /// The number of the gap for all dropped entries, if any were dropped.
    pub fn gap_at(&self) -> Option<u64> {
        self.gap_at
    }

    /// The first entry's number.
    pub fn first(&self) -> Option<u64> {
        self.next_from(0)
    }

    /// The last entry's number.
    pub fn last(&self) -> Option<u64> {
        self.previous(self.end)
    }

    /// The entry with this number, if it is kept.
    pub fn entry(&self, number: u64) -> Option<TranscriptEntry<'_>> {
        (self.next_from(number)? == number).then(|| self.read(number)).flatten()
    }

    /// The number of the first entry after `number`.
    pub fn next(&self, number: u64) -> Option<u64> {
        self.next_from(number + 1)
    }

    /// The number of the first entry at or after `number`.
    pub fn next_from(&self, number: u64) -> Option<u64> {
        let place = self.old_notes.partition_point(|(n, _)| *n < number);
        let old = self.old_notes.get(place).map(|(n, _)| *n);
        let gap = self.gap_at.filter(|gap| *gap >= number);
        let live = self.items.front().filter(|_| number < self.end).map(|(first, _)| number.max(*first));
        old.into_iter().chain(gap).chain(live).min()
    }

    /// The number of the last entry before `number`.
    pub fn previous(&self, number: u64) -> Option<u64> {
        if let Some((first, _)) = self.items.front()
            && number > *first
        {
            return Some(number.min(self.end) - 1);
        }
        let place = self.old_notes.partition_point(|(n, _)| *n < number);
        let old = place.checked_sub(1).and_then(|i| self.old_notes.get(i)).map(|(n, _)| *n);
        old.into_iter().chain(self.gap_at.filter(|gap| *gap < number)).max()
    }

    fn read(&self, number: u64) -> Option<TranscriptEntry<'_>> {
        if self.gap_at == Some(number) {
            return Some(TranscriptEntry { number, at: None, kind: EntryKind::Gap(self.evicted) });
        }
        let old = self.old_notes.binary_search_by_key(&number, |(n, _)| *n).ok();
        if let Some((_, item)) = old.and_then(|i| self.old_notes.get(i)) {
            return Transcript::piece_of(item, number, 0);
        }
        let place = self.items.partition_point(|(start, _)| *start <= number).checked_sub(1)?;
        let (start, item) = self.items.get(place)?;
        Transcript::piece_of(item, number, number - start)
    }

    fn piece_of(item: &TranscriptItem, number: u64, index: u64) -> Option<TranscriptEntry<'_>> {
        let TranscriptItem::Block(block, before) = item else { return single(number, item) };
        let index = usize::try_from(index).ok()?;
        let piece = block.pieces.get(index)?;
        let start = block.pieces[..index].iter().map(|piece| piece.len as usize).sum();
        data_entry((block, before), *piece, (index, start), number)
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = TranscriptEntry<'_>> {
        self.entries_from(0)
    }

    /// The entries from `number` on. Cost: a few steps for each, however long the transcript is.
    pub fn entries_from(&self, number: u64) -> impl Iterator<Item = TranscriptEntry<'_>> {
        let first = self.items.partition_point(|(start, item)| start + item.entries() <= number);
        let live = self.items.range(first..).flat_map(|(start, item)| piece_entries(*start, item));
        self.before_live(number).filter_map(|old| self.read(old)).chain(live.skip_while(move |e| e.number < number))
    }

    /// The end of a slice that starts at entry `from`: whole blocks, until it has about this many bytes or entries.
    pub(crate) fn slice_from(&self, from: u64, bytes: usize, entries: u64) -> u64 {
        let first = self.items.partition_point(|(start, item)| start + item.entries() <= from);
        let mut have = 0;
        for (start, item) in self.items.range(first..) {
            have += item.bytes();
            let end = start + item.entries();
            if have >= bytes || end - from >= entries {
                return end;
            }
        }
        self.end
    }

    /// The start of a slice that ends before entry `to`: whole blocks, until it has about this many bytes or entries.
    pub(crate) fn slice_before(&self, to: u64, bytes: usize, entries: u64) -> u64 {
        let last = self.items.partition_point(|(start, _)| *start < to);
        let mut have = 0;
        for (start, item) in self.items.range(..last).rev() {
            have += item.bytes();
            if have >= bytes || to - start >= entries {
                return *start;
            }
        }
        0
    }

    /// All entries, newest first.
    pub fn entries_back(&self) -> impl Iterator<Item = TranscriptEntry<'_>> {
        let live = self.items.iter().rev().flat_map(|(start, item)| pieces_back(*start, item));
        let old: Vec<u64> = self.before_live(0).collect();
        live.chain(old.into_iter().rev().filter_map(|number| self.read(number)))
    }

    /// The numbers, from `number` on, of entries before the kept items: old notes, and the gap among them.
    fn before_live(&self, number: u64) -> impl Iterator<Item = u64> {
        let mut all: Vec<u64> = self.old_notes.iter().map(|(n, _)| *n).chain(self.gap_at).collect();
        all.retain(|n| *n >= number);
        all.sort_unstable();
        all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    use crate::sessions::transcript::entries::TranscriptEntry;
    use crate::wire::Direction;

    fn block(now: Instant, bytes: &'static [u8]) -> Record {
        Record::Block(Block::single_piece(Direction::Received, now, Bytes::from_static(bytes)))
    }

    /// Room for two blocks of three bytes.
    const TWO: usize = 2 * (3 + 160 + size_of::<crate::sessions::record::Piece>());

    fn shape(transcript: &Transcript) -> String {
        let name = |entry: TranscriptEntry<'_>| match entry.kind {
            EntryKind::Data(data) => String::from_utf8_lossy(data.bytes).into_owned(),
            EntryKind::Note(_) => "note".into(),
            EntryKind::Gap(both) => format!("gap {}", both.received.bytes),
        };
        transcript.entries().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_newest_bytes_are_kept_and_the_gap_is_counted_where_it_is() {
        let now = Instant::now();
        let mut transcript = Transcript::new(TWO);
        transcript.push(Record::News { at: now, news: News::ReadingPaused });
        for bytes in [b"abc", b"def", b"ghi", b"jkl"] {
            transcript.push(block(now, bytes));
        }
        assert_eq!(shape(&transcript), "note gap 6 ghi jkl");
        assert_eq!(transcript.kept_bytes(), 6);
    }

    #[test]
    fn a_note_between_dropped_bytes_and_kept_ones_is_still_there() {
        let now = Instant::now();
        let mut transcript = Transcript::new(TWO / 2);
        transcript.push(block(now, b"abc"));
        transcript.push(Record::News { at: now, news: News::ReadingPaused });
        transcript.push(block(now, b"def"));
        assert_eq!(shape(&transcript), "gap 3 note def");
    }

    #[test]
    fn no_more_segments_are_kept_than_may_be_to_the_very_one() {
        use crate::sessions::record::Piece;

        let now = Instant::now();
        let many = |bytes: &'static [u8]| {
            let piece = |after_us| Piece { len: 1, after_us, full_len: 1, peer: 0, packet: 0 };
            let pieces = (0..bytes.len() as u32).map(piece).collect();
            let bytes = Bytes::from_static(bytes);
            let one = Block::single_piece(Direction::Received, now, bytes);
            Record::Block(Block { pieces, ..one })
        };
        let mut transcript = Transcript::with_retention(Retention { bytes: 1 << 20, segments: 5 });
        transcript.push(many(b"abc"));
        transcript.push(Record::News { at: now, news: News::ReadingPaused });
        transcript.push(many(b"def"));
        assert_eq!(shape(&transcript), "gap 1 b c note d e f");
        transcript.push(many(b"0123456789"));
        assert_eq!(shape(&transcript), "note gap 11 5 6 7 8 9");
        transcript.set_retention(Retention { bytes: 1 << 20, segments: 2 });
        assert_eq!(shape(&transcript), "note gap 14 8 9");
        assert_eq!((transcript.kept_bytes(), transcript.kept_pieces()), (2, 2));
        assert_eq!(transcript.not_kept().received, Totals { bytes: 14, ops: 14 });
        assert_eq!(transcript.memory_bytes(), 2 + 160 + 2 * size_of::<Piece>());
        let last = transcript.entry(transcript.end_number() - 1).and_then(|entry| entry.at);
        assert_eq!(last, Some(now + std::time::Duration::from_micros(9)));
    }

    #[test]
    fn notes_without_end_are_bounded() {
        let mut transcript = Transcript::new(1 << 20);
        for _ in 0..100_000 {
            transcript.push(Record::News { at: Instant::now(), news: News::ReadingPaused });
        }
        assert!(transcript.entries().count() < 10_000);
    }

    #[test]
    fn backwards_is_forwards_reversed() {
        let now = Instant::now();
        let mut transcript = Transcript::new(TWO);
        transcript.push(Record::News { at: now, news: News::ReadingPaused });
        for bytes in [b"abc", b"def", b"ghi"] {
            transcript.push(block(now, bytes));
            transcript.push(Record::News { at: now, news: News::ReadingContinued });
        }
        let forwards: Vec<u64> = transcript.entries().map(|entry| entry.number).collect();
        let mut backwards = Vec::new();
        let mut at = transcript.last();
        while let Some(number) = at {
            backwards.push(number);
            at = transcript.previous(number);
        }
        backwards.reverse();
        assert_eq!(forwards, backwards);
        let mut newest_first: Vec<u64> = transcript.entries_back().map(|entry| entry.number).collect();
        newest_first.reverse();
        assert_eq!(forwards, newest_first);
        let from: Vec<u64> = transcript.entries_from(5).map(|entry| entry.number).collect();
        assert_eq!(from, forwards.iter().copied().filter(|number| *number >= 5).collect::<Vec<_>>());
    }

    #[test]
    fn a_gap_from_the_journal_stands_in_its_place_and_joins_its_neighbour() {
        let now = Instant::now();
        let mut transcript = Transcript::new(10_000);
        transcript.push(block(now, b"abc"));
        for _ in 0..2 {
            let totals = Totals { bytes: 5, ops: 1 };
            transcript.push(Record::NotKept { direction: Direction::Received, totals });
        }
        transcript.push(block(now, b"def"));
        assert_eq!(shape(&transcript), "abc gap 10 def");
        assert_eq!(transcript.not_kept().received, Totals { bytes: 10, ops: 2 });
    }
}
