//! The rows of a transcript that fit on a screen, laid out without reading the other rows.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use super::words::{self, SentenceTone};
use super::wrap;
use crate::sessions::Transcript;
use crate::sessions::search::filter::FilterIndex;
use crate::sessions::transcript::{EntryData, EntryKind, TranscriptEntry};
use crate::wire::{Both, Direction, Totals};

/// The columns of a note's mark before its text: the mark and a space.
pub const MARK_COLUMNS: u16 = 2;

/// A place in a transcript: an entry, and a byte of it. For a note, a byte of its text.
///
/// A place stays valid when the transcript grows, when its entry is dropped, and when the columns change: it always
/// stands for the row that holds it, or for the next existing row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TranscriptPlace {
    /// The entry's number.
    pub entry: u64,
    /// The byte within the entry.
    pub offset: u32,
}

impl TranscriptPlace {
    /// The start of an entry.
    pub fn start_of(entry: u64) -> Self {
        TranscriptPlace { entry, offset: 0 }
    }
}

/// How bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TranscriptMode {
    /// As text, broken at line ends.
    Text,
    /// As hex.
    Hex,
}

/// One row of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptRow {
    /// Where it begins.
    pub place: TranscriptPlace,
    /// Where the row below it begins, whether or not that row exists.
    pub next: TranscriptPlace,
    /// When it happened; `None` for a gap.
    pub at: Option<Instant>,
    /// Whether it is the first row of its entry.
    pub head: bool,
    /// What it shows.
    pub body: RowBody,
}

/// The content of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowBody {
    /// News, or a part of its sentence.
    Note {
        /// As in [`crate::model::words::NewsSentence::mark`]; drawn in the first row only, but every row leaves space
        /// for it.
        mark: char,
        /// The tone of the sentence.
        tone: SentenceTone,
        /// The part of the sentence; fits the columns without [`MARK_COLUMNS`], except for a space at its end.
        text: String,
    },
    /// Bytes that were counted but not kept.
    Gap(Both<Totals>),
    /// Bytes as text; a line end (`\n`, `\r\n`) may extend beyond the columns.
    Text(RowBytes),
    /// Bytes as hex.
    Hex {
        /// The bytes.
        bytes: RowBytes,
        /// How many bytes a full row has: 16, 8 or 4, by [`hex_bytes_per_row`].
        per_row: usize,
    },
}

/// The bytes of a row, and the facts of their entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowBytes {
    /// Their direction.
    pub direction: Direction,
    /// The range within the entry: [`Transcript::entry`] with the row's place returns the bytes.
    pub range: Range<usize>,
    /// Length of the whole entry.
    pub size: usize,
    /// Length of the whole datagram, if it was cut short; else `size`.
    pub full_len: usize,
    /// The peer, if the socket has several.
    pub peer: Option<SocketAddr>,
    /// The number of the read or write on its connection, from 1.
    pub op: u64,
    /// The position of the entry's first byte in its direction of the connection, from 0.
    pub byte: u64,
}

/// Bytes of a hex row: the most that fit beside eight digits of offset and the ASCII column.
pub fn hex_bytes_per_row(columns: u16) -> usize {
    match columns {
        76.. => 16,
        43.. => 8,
        _ => 4,
    }
}

/// A transcript in one mode, through a filter, at one width.
#[derive(Clone, Copy, Debug)]
pub struct TranscriptLayout<'a> {
    /// The transcript.
    pub transcript: &'a Transcript,
    /// The entries to show; call [`FilterIndex::update`] first. `None` shows all.
    pub filter: Option<&'a FilterIndex>,
    /// How bytes are shown.
    pub lens: TranscriptMode,
    /// The width of a row, without the gutter; 0 counts as 1.
    pub columns: u16,
}

impl<'a> TranscriptLayout<'a> {
    /// `count` rows, beginning with the row that holds `place`; fewer at the end of the transcript.
    ///
    /// Cost: these rows, and at most about 8 KiB of bytes before the first one, even in a long entry.
    pub fn rows_from(&self, place: TranscriptPlace, count: usize) -> Vec<TranscriptRow> {
        let mut rows = Vec::with_capacity(count.min(1024));
        let mut next = self.entry_from(place.entry);
        let mut offset = next.as_ref().map_or(0, |entry| place.offset_in(entry.number));
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

    /// The start of the row that holds `place`, or of the next existing row; the end if there is none.
    pub fn row_start(&self, place: TranscriptPlace) -> TranscriptPlace {
        let Some(entry) = self.entry_from(place.entry) else { return self.end_place() };
        let offset = place.offset_in(entry.number);
        let holding = self.row_ranges(&entry, offset).take_while(|part| part.start <= offset).last();
        TranscriptPlace { entry: entry.number, offset: bytes(holding.map_or(0, |part| part.start)) }
    }

    /// The place `count` rows above `place`; the first row's if there are fewer.
    ///
    /// Cost: the rows passed, and about 8 KiB of bytes for each broken line among them.
    pub fn rows_back(&self, place: TranscriptPlace, count: usize) -> TranscriptPlace {
        let mut at = self.row_start(place);
        let mut left = count;
        while left > 0 {
            let (entry, before) = if at.offset > 0 {
                (self.transcript.entry(at.entry), at.offset as usize)
            } else {
                (self.entry_before(at.entry), usize::MAX)
            };
            let Some(entry) = entry else { break };
            let last = before.min(len_of(&entry)).saturating_sub(1);
            let parts: Vec<_> = self.row_ranges(&entry, last).take_while(|part| part.start <= last).collect();
            let top = parts.get(parts.len().saturating_sub(left)).map_or(0, |part| part.start);
            left = left.saturating_sub(parts.len());
            at = TranscriptPlace { entry: entry.number, offset: bytes(top) };
        }
        at
    }

    /// The place `count` rows below `place`; the last row's if there are fewer.
    pub fn rows_forward(&self, place: TranscriptPlace, count: usize) -> TranscriptPlace {
        match self.rows_from(place, count.saturating_add(1)).last() {
            Some(row) => row.place,
            None => self.rows_back(self.end_place(), 1),
        }
    }

    /// The top row's place if the last row of all is the last of `count` rows.
    pub fn last_page(&self, count: usize) -> TranscriptPlace {
        self.rows_back(self.end_place(), count)
    }

    /// The place after the last row.
    pub fn end_place(&self) -> TranscriptPlace {
        TranscriptPlace::start_of(self.transcript.end_number())
    }

    fn entry_from(&self, number: u64) -> Option<TranscriptEntry<'a>> {
        let Some(filter) = self.filter else {
            return self.transcript.entry(self.transcript.next_from(number)?);
        };
        filter.numbers_from(number).find_map(|number| self.transcript.entry(number))
    }

    fn entry_before(&self, number: u64) -> Option<TranscriptEntry<'a>> {
        let Some(filter) = self.filter else {
            return self.transcript.entry(self.transcript.previous(number)?);
        };
        filter.numbers_before(number).find_map(|number| self.transcript.entry(number))
    }

    /// The rows of an entry as ranges of its bytes, beginning at or before the row that holds `offset`.
    ///
    /// The rows just above are included if they cost nothing more: [`TranscriptLayout::rows_back`] needs them.
    fn row_ranges<'e>(
        &self,
        entry: &TranscriptEntry<'e>,
        offset: usize,
    ) -> Box<dyn Iterator<Item = Range<usize>> + 'e> {
        let bytes = match entry.kind {
            EntryKind::Data(data) if !data.bytes.is_empty() => data.bytes,
            EntryKind::Note(news) => return Box::new(self.sentence_rows(&words::text_of(news)).into_iter()),
            EntryKind::Data(_) | EntryKind::Gap(_) => return Box::new(std::iter::once(0..0)),
        };
        match self.lens {
            TranscriptMode::Text => Box::new(wrap::rows_around(bytes, offset, self.columns.max(1))),
            TranscriptMode::Hex => {
                let per_row = hex_bytes_per_row(self.columns);
                let first = offset.min(bytes.len() - 1).saturating_sub(wrap::STEP) / per_row * per_row;
                let starts = (first..bytes.len()).step_by(per_row);
                Box::new(starts.map(move |start| start..bytes.len().min(start + per_row)))
            }
        }
    }

    fn sentence_rows(&self, text: &str) -> Vec<Range<usize>> {
        wrap::wrap_words(text, self.columns.saturating_sub(MARK_COLUMNS).max(1))
    }

    /// Up to `room` rows of an entry, beginning with the row that holds `offset`.
    fn rows_of(&self, entry: &TranscriptEntry<'_>, offset: usize, room: usize) -> Vec<TranscriptRow> {
        let len = len_of(entry);
        let parts = self.row_ranges(entry, offset).skip_while(|part| part.end <= offset && part.end < len);
        let row = |part: Range<usize>| TranscriptRow {
            place: TranscriptPlace { entry: entry.number, offset: bytes(part.start) },
            next: match part.end {
                end if end < len => TranscriptPlace { entry: entry.number, offset: bytes(end) },
                _ => TranscriptPlace::start_of(entry.number + 1),
            },
            at: entry.at,
            head: part.start == 0,
            body: match entry.kind {
                EntryKind::Data(data) => self.body(&data, part),
                EntryKind::Gap(both) => RowBody::Gap(both),
                EntryKind::Note(news) => {
                    let words = words::sentence_of(news);
                    let text = words.text.get(part).unwrap_or_default().to_owned();
                    RowBody::Note { mark: words.mark, tone: words.tone, text }
                }
            },
        };
        parts.take(room).map(row).collect()
    }

    fn body(&self, data: &EntryData<'_>, range: Range<usize>) -> RowBody {
        let bytes = RowBytes {
            direction: data.direction,
            range,
            size: data.bytes.len(),
            full_len: data.full_len,
            peer: data.peer,
            op: data.op,
            byte: data.byte,
        };
        match self.lens {
            TranscriptMode::Text => RowBody::Text(bytes),
            TranscriptMode::Hex => RowBody::Hex { bytes, per_row: hex_bytes_per_row(self.columns) },
        }
    }
}

impl TranscriptPlace {
    /// The byte within `entry`; 0 if the place is in another entry, because its own is no longer there.
    fn offset_in(self, entry: u64) -> usize {
        if self.entry == entry { self.offset as usize } else { 0 }
    }
}

/// Bytes of an entry, or of a note's sentence.
fn len_of(entry: &TranscriptEntry<'_>) -> usize {
    match entry.kind {
        EntryKind::Data(data) => data.bytes.len(),
        EntryKind::Note(news) => words::text_of(news).len(),
        EntryKind::Gap(_) => 0,
    }
}

/// An offset within an entry. It never saturates, because a piece's length is a `u32`.
fn bytes(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sessions::news::DialNews;
    use crate::sessions::search::filter::TranscriptFilter;
    use crate::sessions::{Block, News, Record};

    #[derive(Clone, Debug)]
    enum Step {
        Said(Direction, Vec<u8>),
        Noted(u8),
        Lost(u16),
    }

    fn transcript(steps: &[Step], budget: usize) -> Transcript {
        let now = Instant::now();
        let mut transcript = Transcript::new(budget);
        for step in steps {
            transcript.push(match step {
                Step::Said(direction, bytes) => {
                    Record::Block(Block::single_piece(*direction, now, bytes.clone().into()))
                }
                Step::Noted(long) => {
                    let host = "name ".repeat(usize::from(*long));
                    Record::News { at: now, news: News::Dial(DialNews::Resolving { host }) }
                }
                Step::Lost(bytes) => {
                    let totals = Totals { bytes: u64::from(*bytes), ops: 1 };
                    Record::NotKept { direction: Direction::Received, totals }
                }
            });
        }
        transcript
    }

    fn said(text: &str) -> Step {
        Step::Said(Direction::Received, text.into())
    }

    fn sight(transcript: &Transcript, lens: TranscriptMode, columns: u16) -> TranscriptLayout<'_> {
        TranscriptLayout { transcript, filter: None, lens, columns }
    }

    fn shown(sight: &TranscriptLayout<'_>, rows: &[TranscriptRow]) -> Vec<String> {
        let cut = |row: &TranscriptRow, bytes: &RowBytes| match sight
            .transcript
            .entry(row.place.entry)
            .map(|entry| entry.kind)
        {
            Some(EntryKind::Data(data)) => String::from_utf8_lossy(&data.bytes[bytes.range.clone()]).into_owned(),
            other => format!("{other:?}"),
        };
        let show = |row: &TranscriptRow| match &row.body {
            RowBody::Note { text, .. } => text.clone(),
            RowBody::Gap(both) => format!("gap {}", both.received.bytes),
            RowBody::Text(bytes) | RowBody::Hex { bytes, .. } => cut(row, bytes),
        };
        rows.iter().map(show).collect()
    }

    #[test]
    fn a_transcript_is_laid_out_in_rows_that_fit() {
        let steps = [Step::Noted(3), said("hello\nto all of you\n"), said(""), Step::Lost(7), said("x")];
        let transcript = transcript(&steps, 1000);
        let sight = sight(&transcript, TranscriptMode::Text, 12);
        let rows = sight.rows_from(TranscriptPlace::default(), 100);
        let expected = ["looking up ", "name name ", "name ", "hello\n", "to all of yo", "u\n", "", "gap 7", "x"]
            .map(str::to_owned);
        assert_eq!(shown(&sight, &rows), expected);
        let heads: Vec<bool> = rows.iter().map(|row| row.head).collect();
        assert_eq!(heads, [true, false, false, true, false, false, true, true, true]);
    }

    #[test]
    fn the_tail_ends_with_the_last_row_and_going_on_stops_there() {
        let transcript = transcript(&[said("a\nb\nc\n"), said("d\ne\n")], 1000);
        let sight = sight(&transcript, TranscriptMode::Text, 80);
        assert_eq!(shown(&sight, &sight.rows_from(sight.last_page(3), 3)), ["c\n", "d\n", "e\n"]);
        assert_eq!(sight.last_page(100), TranscriptPlace::start_of(1));
        assert_eq!(sight.rows_forward(sight.last_page(3), 100), TranscriptPlace { entry: 2, offset: 2 });
        assert_eq!(sight.rows_forward(sight.end_place(), 1), TranscriptPlace { entry: 2, offset: 2 });
        assert_eq!(sight.rows_from(sight.end_place(), 5), []);
    }

    #[test]
    fn a_place_of_another_width_is_read_as_the_row_that_holds_it() {
        let transcript = transcript(&[said("abcdefghij")], 1000);
        assert_eq!(
            sight(&transcript, TranscriptMode::Text, 4).row_start(TranscriptPlace { entry: 1, offset: 6 }).offset,
            4
        );
        assert_eq!(
            sight(&transcript, TranscriptMode::Text, 10).row_start(TranscriptPlace { entry: 1, offset: 6 }).offset,
            0
        );
        assert_eq!(
            sight(&transcript, TranscriptMode::Hex, 10).row_start(TranscriptPlace { entry: 1, offset: 6 }).offset,
            4
        );
        assert_eq!(
            sight(&transcript, TranscriptMode::Text, 4).row_start(TranscriptPlace { entry: 1, offset: 99 }).offset,
            8
        );
    }

    #[test]
    fn a_place_whose_bytes_were_dropped_is_read_as_the_gap() {
        let transcript = transcript(&[said("abc\ndef\n"), said("ghi\njkl\n")], 8);
        let sight = sight(&transcript, TranscriptMode::Text, 80);
        let rows = sight.rows_from(TranscriptPlace { entry: 1, offset: 4 }, 9);
        assert_eq!(shown(&sight, &rows), ["gap 8", "ghi\n", "jkl\n"]);
    }

    #[test]
    fn nothing_to_show_is_no_row() {
        let transcript = Transcript::new(10);
        let sight = sight(&transcript, TranscriptMode::Hex, 80);
        assert_eq!(sight.rows_from(sight.last_page(5), 5), []);
        assert_eq!(sight.rows_forward(TranscriptPlace::default(), 3), sight.end_place());
    }

    #[test]
    fn only_what_passes_the_filter_is_laid_out() {
        let steps = [Step::Noted(1), said("one\n"), Step::Said(Direction::Sent, b"two\n".to_vec()), said("three\n")];
        let transcript = transcript(&steps, 1000);
        let filter = TranscriptFilter::parse("received").unwrap();
        let mut index = FilterIndex::default();
        index.update(&transcript, &filter, words::text_of);
        let sight =
            TranscriptLayout { transcript: &transcript, filter: Some(&index), lens: TranscriptMode::Text, columns: 80 };
        assert_eq!(shown(&sight, &sight.rows_from(TranscriptPlace::default(), 9)), ["one\n", "three\n"]);
        assert_eq!(sight.last_page(2), TranscriptPlace::start_of(2));
        assert_eq!(sight.rows_back(TranscriptPlace::start_of(3), 1), TranscriptPlace::start_of(2));
    }

    #[test]
    fn the_middle_of_one_endless_line_is_laid_out() {
        let transcript = transcript(&[Step::Said(Direction::Received, vec![b'x'; 64 << 20])], usize::MAX);
        let sight = sight(&transcript, TranscriptMode::Text, 100);
        let middle = TranscriptPlace { entry: 1, offset: 32 << 20 };
        let rows = sight.rows_from(middle, 50);
        assert_eq!((rows.len(), rows[0].place), (50, middle));
        assert_eq!(sight.rows_forward(sight.rows_back(middle, 500), 500), middle);
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let bytes = prop_oneof![
            "(\n|\r\n|[a-z ]|é|日|\u{301}|\u{202e}|\u{1b}){0,60}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..40),
            (0..9000_usize).prop_map(|len| vec![b'a'; len]),
        ];
        let direction = prop_oneof![Just(Direction::Sent), Just(Direction::Received)];
        let step = prop_oneof![
            4 => (direction, bytes).prop_map(|(direction, bytes)| Step::Said(direction, bytes)),
            1 => (0..30_u8).prop_map(Step::Noted),
            1 => (1..9_u16).prop_map(Step::Lost),
        ];
        proptest::collection::vec(step, 0..12)
    }

    fn lens() -> impl Strategy<Value = TranscriptMode> {
        prop_oneof![Just(TranscriptMode::Text), Just(TranscriptMode::Hex)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn rows_cover_every_byte_once_and_join(steps in steps(), lens in lens(), columns in 0..150_u16, budget in 1..20_000_usize) {
            let transcript = transcript(&steps, budget);
            let sight = sight(&transcript, lens, columns);
            let rows = sight.rows_from(TranscriptPlace::default(), usize::MAX);
            let mut covered = 0_usize;
            for pair in rows.windows(2) {
                prop_assert_eq!(sight.row_start(pair[0].next), pair[1].place);
            }
            for row in &rows {
                if let RowBody::Text(bytes) | RowBody::Hex { bytes, .. } = &row.body {
                    prop_assert_eq!(bytes.range.start, row.place.offset as usize);
                    covered += bytes.range.len();
                }
            }
            prop_assert_eq!(covered, transcript.kept_bytes());
        }

        #[test]
        fn back_and_forward_agree_with_the_whole(steps in steps(), lens in lens(), columns in 0..150_u16, share in 0.0..1.0_f64, count in 0..300_usize) {
            let transcript = transcript(&steps, 20_000);
            let sight = sight(&transcript, lens, columns);
            let rows = sight.rows_from(TranscriptPlace::default(), usize::MAX);
            let at = (rows.len() as f64 * share) as usize;
            let Some(row) = rows.get(at) else { return Ok(()) };
            prop_assert_eq!(sight.rows_back(row.place, count), rows[at.saturating_sub(count)].place);
            prop_assert_eq!(sight.rows_forward(row.place, count), rows[(at + count).min(rows.len() - 1)].place);
            prop_assert_eq!(sight.row_start(row.place), row.place);
            prop_assert_eq!(sight.last_page(count.max(1)), rows[rows.len().saturating_sub(count.max(1))].place);
        }
    }
}
