//! The rows of a transcript that fit on a screen, laid out without touching the ones that do not.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use super::words::{self, Tone};
use super::wrap;
use crate::wire::filter::FilterIndex;
use crate::wire::transcript::{Data, Entry, EntryKind};
use crate::wire::{Both, Direction, Totals, Transcript};

/// The columns that a note's mark takes before its text: the mark and a space.
pub const MARK_COLUMNS: u16 = 2;

/// A place in a transcript: an entry, and an octet of it. For a note, an octet of its text.
///
/// A place stays good when the transcript grows, when what it names is dropped, and when the columns change: it is
/// always read as the row that holds it, or the next one that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The entry's number.
    pub entry: u64,
    /// The octet within the entry.
    pub offset: u32,
}

impl Place {
    /// The start of an entry.
    pub fn start_of(entry: u64) -> Self {
        Place { entry, offset: 0 }
    }
}

/// How bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lens {
    /// As text, broken at line ends.
    Text,
    /// As hex.
    Hex,
}

/// One row of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins.
    pub place: Place,
    /// Where the row below it begins, be it there or not.
    pub next: Place,
    /// When it happened; a gap has no time.
    pub at: Option<Instant>,
    /// Whether it is the first row of its entry.
    pub head: bool,
    /// What it shows.
    pub body: RowBody,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowBody {
    /// A fact, or a part of its sentence.
    Note {
        /// As [`words::Words::mark`]; drawn in the first row only, the space for it is left in all of them.
        mark: char,
        /// How it is meant.
        tone: Tone,
        /// The part of the sentence; fits the columns without [`MARK_COLUMNS`], but for a space at its end.
        text: String,
    },
    /// Bytes that were counted and are not kept.
    Gap(Both<Totals>),
    /// Bytes as text; a line's end (`\n`, `\r\n`) may hang beyond the columns.
    Text(Bytes),
    /// Bytes as hex.
    Hex {
        /// Which bytes.
        bytes: Bytes,
        /// How many bytes a full row has: 16, 8 or 4, as [`hex_bytes_per_row`] says.
        per_row: usize,
    },
}

/// The bytes of a row, and what a person wants to know of the entry that they are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// Which way they went.
    pub direction: Direction,
    /// Which bytes of the entry: [`Transcript::entry`] with the row's place gives them.
    pub range: Range<usize>,
    /// Octets of the whole entry.
    pub size: usize,
    /// Octets of the whole datagram, where it was cut short; else `size`.
    pub full_len: usize,
    /// The peer, where the socket talks with several.
    pub peer: Option<SocketAddr>,
}

/// How many bytes a hex row has: the most that fit with eight digits of offset and the characters beside.
pub fn hex_bytes_per_row(columns: u16) -> usize {
    match columns {
        76.. => 16,
        43.. => 8,
        _ => 4,
    }
}

/// A transcript, seen through a filter and a lens, so many columns wide.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// What is looked at.
    pub transcript: &'a Transcript,
    /// Which entries are shown; brought up to date with [`FilterIndex::update`] before. `None` shows all.
    pub filter: Option<&'a FilterIndex>,
    /// How bytes are shown.
    pub lens: Lens,
    /// How wide a row is, the gutter already taken off; 0 is read as 1.
    pub columns: u16,
}

/// `count` rows from `place` on; fewer where the transcript ends. See [`Sight::rows_from`].
pub fn rows_from(
    transcript: &Transcript,
    filter: Option<&FilterIndex>,
    lens: Lens,
    place: Place,
    columns: u16,
    count: usize,
) -> Vec<Row> {
    Sight { transcript, filter, lens, columns }.rows_from(place, count)
}

impl<'a> Sight<'a> {
    /// `count` rows from the one that holds `place` on; fewer where the transcript ends.
    ///
    /// Cost: the rows themselves, and at most some 8 KiB of octets before the first one, however long the entry.
    pub fn rows_from(&self, place: Place, count: usize) -> Vec<Row> {
        let mut rows = Vec::with_capacity(count.min(1024));
        let mut next = self.entry_from(place.entry);
        let mut offset = next.as_ref().map_or(0, |entry| place.within(entry.number));
        while let Some(entry) = next.take() {
            if rows.len() >= count {
                break;
            }
            rows.extend(self.rows_of(&entry, offset, count - rows.len()));
            offset = 0;
            next = self.entry_from(entry.number + 1);
        }
        rows
    }

    /// The start of the row that holds `place`, or of the next one that there is; the end where there is none.
    pub fn snap(&self, place: Place) -> Place {
        let Some(entry) = self.entry_from(place.entry) else { return self.end() };
        let offset = place.within(entry.number);
        let holding = self.parts(&entry, offset).take_while(|part| part.start <= offset).last();
        Place { entry: entry.number, offset: octets(holding.map_or(0, |part| part.start)) }
    }

    /// The place `count` rows above `place`; the first row's where there are fewer.
    ///
    /// Cost: the rows passed, and some 8 KiB of octets for each broken line among them.
    pub fn back(&self, place: Place, count: usize) -> Place {
        let mut at = self.snap(place);
        let mut left = count;
        while left > 0 {
            let (entry, before) = if at.offset > 0 {
                (self.transcript.entry(at.entry), at.offset as usize)
            } else {
                (self.entry_before(at.entry), usize::MAX)
            };
            let Some(entry) = entry else { break };
            let last = before.min(len_of(&entry)).saturating_sub(1);
            let parts: Vec<_> = self.parts(&entry, last).take_while(|part| part.start <= last).collect();
            let top = parts.get(parts.len().saturating_sub(left)).map_or(0, |part| part.start);
            left = left.saturating_sub(parts.len());
            at = Place { entry: entry.number, offset: octets(top) };
        }
        at
    }

    /// The place `count` rows below `place`; the last row's where there are fewer.
    pub fn forward(&self, place: Place, count: usize) -> Place {
        match self.rows_from(place, count.saturating_add(1)).last() {
            Some(row) => row.place,
            None => self.back(self.end(), 1),
        }
    }

    /// The top row's place when the last row of all is the last of `count`.
    pub fn tail(&self, count: usize) -> Place {
        self.back(self.end(), count)
    }

    /// The place behind the last row.
    pub fn end(&self) -> Place {
        Place::start_of(self.transcript.end())
    }

    fn entry_from(&self, number: u64) -> Option<Entry<'a>> {
        let Some(filter) = self.filter else {
            return self.transcript.entry(self.transcript.next_from(number)?);
        };
        filter.from(number).find_map(|number| self.transcript.entry(number))
    }

    fn entry_before(&self, number: u64) -> Option<Entry<'a>> {
        let Some(filter) = self.filter else {
            return self.transcript.entry(self.transcript.previous(number)?);
        };
        filter.before(number).find_map(|number| self.transcript.entry(number))
    }

    /// The rows of an entry as ranges of its octets, from one at or before the one that holds `offset` on.
    ///
    /// Those just above are among them where they cost no more: [`Sight::back`] wants them.
    fn parts<'e>(&self, entry: &Entry<'e>, offset: usize) -> Box<dyn Iterator<Item = Range<usize>> + 'e> {
        let bytes = match entry.kind {
            EntryKind::Data(data) if !data.bytes.is_empty() => data.bytes,
            EntryKind::Note(news) => return Box::new(self.sentences(&words::text_of(news)).into_iter()),
            EntryKind::Data(_) | EntryKind::Gap(_) => return Box::new(std::iter::once(0..0)),
        };
        match self.lens {
            Lens::Text => Box::new(wrap::rows_around(bytes, offset, self.columns.max(1))),
            Lens::Hex => {
                let per_row = hex_bytes_per_row(self.columns);
                let first = offset.min(bytes.len() - 1).saturating_sub(wrap::STEP) / per_row * per_row;
                let starts = (first..bytes.len()).step_by(per_row);
                Box::new(starts.map(move |start| start..bytes.len().min(start + per_row)))
            }
        }
    }

    fn sentences(&self, text: &str) -> Vec<Range<usize>> {
        wrap::sentences(text, self.columns.saturating_sub(MARK_COLUMNS).max(1))
    }

    /// Up to `room` rows of an entry, from the one that holds `offset` on.
    fn rows_of(&self, entry: &Entry<'_>, offset: usize, room: usize) -> Vec<Row> {
        let len = len_of(entry);
        let parts = self.parts(entry, offset).skip_while(|part| part.end <= offset && part.end < len);
        let row = |part: Range<usize>| Row {
            place: Place { entry: entry.number, offset: octets(part.start) },
            next: match part.end {
                end if end < len => Place { entry: entry.number, offset: octets(end) },
                _ => Place::start_of(entry.number + 1),
            },
            at: entry.at,
            head: part.start == 0,
            body: match entry.kind {
                EntryKind::Data(data) => self.body(&data, part),
                EntryKind::Gap(both) => RowBody::Gap(both),
                EntryKind::Note(news) => {
                    let words = words::note(news);
                    let text = words.text.get(part).unwrap_or_default().to_owned();
                    RowBody::Note { mark: words.mark, tone: words.tone, text }
                }
            },
        };
        parts.take(room).map(row).collect()
    }

    fn body(&self, data: &Data<'_>, range: Range<usize>) -> RowBody {
        let bytes = Bytes {
            direction: data.direction,
            range,
            size: data.bytes.len(),
            full_len: data.full_len,
            peer: data.peer,
        };
        match self.lens {
            Lens::Text => RowBody::Text(bytes),
            Lens::Hex => RowBody::Hex { bytes, per_row: hex_bytes_per_row(self.columns) },
        }
    }
}

impl Place {
    /// The octet within `entry`, 0 where the place is of an entry that is no longer there.
    fn within(self, entry: u64) -> usize {
        if self.entry == entry { self.offset as usize } else { 0 }
    }
}

/// Octets of an entry, or of its sentence.
fn len_of(entry: &Entry<'_>) -> usize {
    match entry.kind {
        EntryKind::Data(data) => data.bytes.len(),
        EntryKind::Note(news) => words::text_of(news).len(),
        EntryKind::Gap(_) => 0,
    }
}

/// An offset within an entry: a piece's length is a `u32`, so this never saturates.
fn octets(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
