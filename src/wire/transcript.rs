//! What was said in a session, in order: the newest bytes up to a budget, the gaps counted.
//!
//! Blocks stay as the sockets' tasks made them (refcounted buffers), so that folding in a gigabyte costs a
//! few hundred pointer moves. Every piece, note and gap has an entry number that never changes; entries that
//! were dropped leave a hole in the numbers, and one visible gap that counts them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::direction::{Both, Direction, Totals};
use super::news::News;
use super::record::{Block, Record};

/// How many pieces (reads, writes, datagrams) are kept at the most, however small they are.
pub const MOST_PIECES: usize = 1_000_000;

/// How many notes outlive the bytes around them.
const MOST_OLD_NOTES: usize = 2_000;

/// The retained part of a conversation. Cloning it is a snapshot: the bytes are shared.
#[derive(Clone, Debug)]
pub struct Transcript {
    budget: usize,
    old_notes: VecDeque<(u64, Arc<Item>)>,
    evicted: Both<Totals>,
    items: VecDeque<(u64, Arc<Item>)>,
    end: u64,
    kept_bytes: usize,
    kept_pieces: usize,
    last_data: Option<Instant>,
}

#[derive(Clone, Debug)]
enum Item {
    Block(Block),
    Note(Instant, News),
    Gap(Both<Totals>),
}

impl Item {
    fn entries(&self) -> u64 {
        match self {
            Item::Block(block) => block.pieces.len() as u64,
            Item::Note(..) | Item::Gap(_) => 1,
        }
    }
}

/// One row of the story.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number: grows with time, never changes, may have holes before it.
    pub number: u64,
    /// When; a gap has no time of its own.
    pub at: Option<Instant>,
    /// What.
    pub kind: EntryKind<'a>,
}

/// The kinds of entry.
#[derive(Clone, Copy, Debug)]
pub enum EntryKind<'a> {
    /// One read, write or datagram.
    Data(Data<'a>),
    /// A fact.
    Note(&'a News),
    /// Bytes that were counted and are not kept.
    Gap(Both<Totals>),
}

/// The bytes of one read, write or datagram.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// Which way they went.
    pub direction: Direction,
    /// They themselves.
    pub bytes: &'a [u8],
    /// Octets of the whole datagram, where it was cut short; else `bytes.len()`.
    pub full_len: usize,
    /// The peer, where the socket talks with several.
    pub peer: Option<SocketAddr>,
}

impl Data<'_> {
    /// Whether the datagram was cut short.
    pub fn truncated(&self) -> bool {
        self.full_len > self.bytes.len()
    }
}

impl Transcript {
    /// An empty transcript that keeps `budget` bytes at the most.
    pub fn new(budget: usize) -> Self {
        Transcript {
            budget,
            old_notes: VecDeque::new(),
            evicted: Both::default(),
            items: VecDeque::new(),
            end: 1,
            kept_bytes: 0,
            kept_pieces: 0,
            last_data: None,
        }
    }

    /// Adds what happened, and drops the oldest bytes beyond the budget.
    pub fn push(&mut self, record: Record) {
        let item = match record {
            Record::Block(block) => {
                self.kept_bytes += block.bytes.len();
                self.kept_pieces += block.pieces.len();
                self.last_data = Some(block.at);
                Item::Block(block)
            }
            Record::News { at, news } => Item::Note(at, news),
            Record::NotKept { direction, totals } => {
                let mut gap = Both::default();
                *gap.of_mut(direction) = totals;
                if let Some((_, last)) = self.items.back_mut()
                    && let Item::Gap(both) = Arc::make_mut(last)
                {
                    both.of_mut(direction).merge(totals);
                    return;
                }
                Item::Gap(gap)
            }
        };
        let number = self.end;
        self.end += item.entries();
        self.items.push_back((number, Arc::new(item)));
        self.evict();
    }

    /// When the last block of bytes began to move; `None` before the first.
    pub fn last_data_at(&self) -> Option<Instant> {
        self.last_data
    }

    /// Changes the budget, and drops what is beyond it.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
        self.evict();
    }

    fn evict(&mut self) {
        while (self.kept_bytes > self.budget || self.kept_pieces > MOST_PIECES) && self.items.len() > 1 {
            let Some((number, item)) = self.items.pop_front() else { return };
            match &*item {
                Item::Block(block) => {
                    self.kept_bytes -= block.bytes.len();
                    self.kept_pieces -= block.pieces.len();
                    self.evicted.of_mut(block.direction).merge(block.totals());
                }
                Item::Gap(both) => {
                    self.evicted.sent.merge(both.sent);
                    self.evicted.received.merge(both.received);
                }
                Item::Note(..) => {
                    self.old_notes.push_back((number, item));
                    if self.old_notes.len() > MOST_OLD_NOTES {
                        self.old_notes.pop_front();
                    }
                }
            }
        }
    }

    /// Bytes kept now.
    pub fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    /// Pieces kept now.
    pub fn kept_pieces(&self) -> usize {
        self.kept_pieces
    }

    /// The budget in bytes.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// What was counted and is not kept, the gaps within included.
    pub fn not_kept(&self) -> Both<Totals> {
        let mut all = self.evicted;
        for (_, item) in &self.items {
            if let Item::Gap(both) = &**item {
                all.sent.merge(both.sent);
                all.received.merge(both.received);
            }
        }
        all
    }

    /// When bytes were last seen, in either direction.
    pub fn last_data(&self) -> Option<Instant> {
        self.last_data
    }

    /// The number that the next entry will get; every entry's number is below it.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// The number of the first entry that is kept whole; before it are old notes, and the gap for all that was dropped.
    pub fn kept_from(&self) -> u64 {
        self.items.front().map_or(self.end, |(start, _)| *start)
    }

    fn gap_number(&self) -> Option<u64> {
        (self.evicted != Both::default()).then(|| self.items.front().map_or(self.end, |(start, _)| *start) - 1)
    }

    /// The first entry's number.
    pub fn first(&self) -> Option<u64> {
        self.next_from(0)
    }

    /// The last entry's number.
    pub fn last(&self) -> Option<u64> {
        self.previous(self.end)
    }

    /// The entry with this number, if it is still there.
    pub fn entry(&self, number: u64) -> Option<Entry<'_>> {
        (self.next_from(number)? == number).then(|| self.read(number)).flatten()
    }

    /// The number of the first entry after `number`.
    pub fn next(&self, number: u64) -> Option<u64> {
        self.next_from(number + 1)
    }

    /// The number of the first entry at or after `number`.
    pub fn next_from(&self, number: u64) -> Option<u64> {
        let place = self.old_notes.partition_point(|(n, _)| *n < number);
        if let Some((n, _)) = self.old_notes.get(place)
            && self.gap_number().is_none_or(|gap| *n < gap)
        {
            return Some(*n);
        }
        if let Some(gap) = self.gap_number().filter(|gap| number <= *gap) {
            return Some(gap);
        }
        let first = self.items.front()?.0;
        (number < self.end).then(|| number.max(first))
    }

    /// The number of the last entry before `number`.
    pub fn previous(&self, number: u64) -> Option<u64> {
        if let Some((first, _)) = self.items.front()
            && number > *first
        {
            return Some(number.min(self.end) - 1);
        }
        if let Some(gap) = self.gap_number().filter(|gap| *gap < number) {
            return Some(gap);
        }
        let bound = self.gap_number().unwrap_or(u64::MAX).min(number);
        let place = self.old_notes.partition_point(|(n, _)| *n < bound);
        place.checked_sub(1).and_then(|i| self.old_notes.get(i)).map(|(n, _)| *n)
    }

    fn read(&self, number: u64) -> Option<Entry<'_>> {
        if self.gap_number() == Some(number) {
            return Some(Entry { number, at: None, kind: EntryKind::Gap(self.evicted) });
        }
        let old = self.old_notes.binary_search_by_key(&number, |(n, _)| *n).ok();
        if let Some((_, item)) = old.and_then(|i| self.old_notes.get(i)) {
            return Transcript::piece_of(item, number, 0);
        }
        let place = self.items.partition_point(|(start, _)| *start <= number).checked_sub(1)?;
        let (start, item) = self.items.get(place)?;
        Transcript::piece_of(item, number, number - start)
    }

    fn piece_of(item: &Item, number: u64, index: u64) -> Option<Entry<'_>> {
        match item {
            Item::Note(at, news) => Some(Entry { number, at: Some(*at), kind: EntryKind::Note(news) }),
            Item::Gap(both) => Some(Entry { number, at: None, kind: EntryKind::Gap(*both) }),
            Item::Block(block) => {
                let index = usize::try_from(index).ok()?;
                let piece = block.pieces.get(index)?;
                let start: usize = block.pieces[..index].iter().map(|piece| piece.len as usize).sum();
                let bytes = block.bytes.get(start..start + piece.len as usize)?;
                let data = Data {
                    direction: block.direction,
                    bytes,
                    full_len: piece.full_len as usize,
                    peer: block.peers.get(usize::from(piece.peer)).copied(),
                };
                let at = block.at + Duration::from_micros(u64::from(piece.after_us));
                Some(Entry { number, at: Some(at), kind: EntryKind::Data(data) })
            }
        }
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut at = self.first();
        std::iter::from_fn(move || {
            let number = at?;
            at = self.next(number);
            self.entry(number)
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn block(now: Instant, bytes: &'static [u8]) -> Record {
        Record::Block(Block::single(Direction::Received, now, Bytes::from_static(bytes)))
    }

    fn shape(transcript: &Transcript) -> String {
        let name = |entry: Entry<'_>| match entry.kind {
            EntryKind::Data(data) => String::from_utf8_lossy(data.bytes).into_owned(),
            EntryKind::Note(_) => "note".into(),
            EntryKind::Gap(both) => format!("gap {}", both.received.bytes),
        };
        transcript.entries().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_newest_bytes_are_kept_and_the_gap_is_counted_where_it_is() {
        let now = Instant::now();
        let mut transcript = Transcript::new(6);
        transcript.push(Record::News { at: now, news: News::ReadingPaused });
        for bytes in [b"abc", b"def", b"ghi", b"jkl"] {
            transcript.push(block(now, bytes));
        }
        assert_eq!(shape(&transcript), "note gap 6 ghi jkl");
        assert_eq!(transcript.kept_bytes(), 6);
    }

    #[test]
    fn backwards_is_forwards_reversed() {
        let now = Instant::now();
        let mut transcript = Transcript::new(6);
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
    }

    #[test]
    fn a_gap_from_the_journal_stands_in_its_place_and_joins_its_neighbour() {
        let now = Instant::now();
        let mut transcript = Transcript::new(100);
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
