//! Finding text and bytes in what was said.

use std::collections::VecDeque;
use std::fmt;
use std::fmt::Write as _;

use regex::bytes::{Regex, RegexBuilder};

use super::filter::NoteText;
use super::transcript::{Entry, EntryKind, Transcript};

/// The longest text that can be searched for, in octets.
pub const LONGEST_NEEDLE: usize = 1024;

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The entry's number.
    pub entry: u64,
    /// The first octet within the entry; within a note's text for a note.
    pub offset: u32,
    /// How many octets.
    pub len: u32,
}

/// What to look for: parsed, and compiled once.
#[derive(Clone, Debug)]
pub struct Needle {
    typed: String,
    pattern: Regex,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Needle) -> bool {
        self.typed == other.typed
    }
}

impl Eq for Needle {}

impl fmt::Display for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.typed.fmt(f)
    }
}

impl Needle {
    /// What was typed, as a needle. Without an upper-case letter, case does not matter ("smart case").
    ///
    /// `\r \n \t \0 \\` and `\xNN` stand for exactly those octets; any other backslash for itself.
    ///
    /// # Errors
    /// A sentence: it is empty, or longer than [`LONGEST_NEEDLE`].
    pub fn parse(typed: &str) -> Result<Self, String> {
        if typed.is_empty() {
            return Err("there is nothing to search for".to_owned());
        }
        if typed.len() > LONGEST_NEEDLE {
            return Err(format!("{} octets are too long to search for; at most {LONGEST_NEEDLE}", typed.len()));
        }
        let (mut source, mut upper) = (String::new(), false);
        let mut rest = typed;
        while let Some(c) = rest.chars().next() {
            if let Some((octet, len)) = escape(rest) {
                // Cannot fail: a String takes whatever is written to it.
                write!(source, "(?-ui:\\x{octet:02x})").map_err(|error| error.to_string())?;
                rest = &rest[len..];
                continue;
            }
            upper |= c.is_uppercase();
            source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
            rest = &rest[c.len_utf8()..];
        }
        let pattern = RegexBuilder::new(&source).case_insensitive(!upper).build().map_err(|error| error.to_string())?;
        Ok(Needle { typed: typed.to_owned(), pattern })
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it is in there.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.pattern.is_match(bytes)
    }

    /// Where it is in there, without overlap, in order: offsets and lengths.
    pub fn places<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.pattern.find_iter(bytes).map(|found| (found.start(), found.len()))
    }
}

/// The escape that a text begins with: its octet, and how long it is.
fn escape(text: &str) -> Option<(u8, usize)> {
    let escaped = text.strip_prefix('\\')?;
    match escaped.bytes().next()? {
        b'r' => Some((b'\r', 2)),
        b'n' => Some((b'\n', 2)),
        b't' => Some((b'\t', 2)),
        b'0' => Some((0, 2)),
        b'\\' => Some((b'\\', 2)),
        b'x' => {
            let digits = escaped.get(1..3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, 4))
        }
        _ => None,
    }
}

/// Where the needle is in a transcript, in order: the newest `most` places, in bytes and in the text of notes.
///
/// A match that begins in one read and ends in the next is not found. Cost: all that is kept, at memory speed or
/// near it (64 MiB take some tens of milliseconds), so it belongs beside the loop: a [`Transcript`] is a snapshot when
/// it is cloned.
pub fn find_all(transcript: &Transcript, needle: &Needle, note_text: NoteText, most: usize) -> Vec<Hit> {
    let mut hits = VecDeque::new();
    for entry in transcript.entries_back() {
        if hits.len() >= most {
            break;
        }
        let newest = newest_in(&entry, needle, note_text, most - hits.len());
        for hit in newest.into_iter().rev() {
            hits.push_front(hit);
        }
    }
    hits.into()
}

/// The last `most` places in one entry, in order.
fn newest_in(entry: &Entry<'_>, needle: &Needle, note_text: NoteText, most: usize) -> VecDeque<Hit> {
    let text;
    let bytes = match entry.kind {
        EntryKind::Data(data) => data.bytes,
        EntryKind::Note(news) => {
            text = note_text(news);
            text.as_bytes()
        }
        EntryKind::Gap(_) => return VecDeque::new(),
    };
    let mut hits = VecDeque::new();
    for (offset, len) in needle.places(bytes) {
        if hits.len() == most {
            hits.pop_front();
        }
        // A piece's length is a u32.
        let (offset, len) = (u32::try_from(offset).unwrap_or(u32::MAX), u32::try_from(len).unwrap_or(u32::MAX));
        hits.push_back(Hit { entry: entry.number, offset, len });
    }
    hits
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::super::direction::Direction;
    use super::super::news::News;
    use super::super::record::{Block, Record};
    use super::*;

    fn note_text(news: &News) -> String {
        match news {
            News::Resolving { host } => format!("looking up {host}"),
            other => format!("{other:?}"),
        }
    }

    fn transcript(pieces: &[&[u8]]) -> Transcript {
        let mut transcript = Transcript::new(usize::MAX);
        for bytes in pieces {
            let bytes = bytes::Bytes::copy_from_slice(bytes);
            transcript.push(Record::Block(Block::single(Direction::Received, Instant::now(), bytes)));
        }
        transcript
    }

    fn found(transcript: &Transcript, typed: &str, most: usize) -> Vec<(u64, u32, u32)> {
        let hits = find_all(transcript, &Needle::parse(typed).unwrap(), note_text, most);
        hits.into_iter().map(|hit| (hit.entry, hit.offset, hit.len)).collect()
    }

    #[test]
    fn a_needle_without_capitals_ignores_case() {
        let transcript = transcript(&[b"error Error", "ÜBER über".as_bytes()]);
        assert_eq!(found(&transcript, "error", 9), [(1, 0, 5), (1, 6, 5)]);
        assert_eq!(found(&transcript, "Error", 9), [(1, 6, 5)]);
        assert_eq!(found(&transcript, "über", 9), [(2, 0, 5), (2, 6, 5)]);
    }

    #[test]
    fn a_needle_is_no_pattern_but_may_have_escapes() {
        let transcript = transcript(&[b"a.b[c]\\d\r\n\x00\xff\xfe"]);
        assert_eq!(found(&transcript, ".", 9), [(1, 1, 1)]);
        assert_eq!(found(&transcript, "[c]\\\\d", 9), [(1, 3, 5)]);
        assert_eq!(found(&transcript, "\\d", 9), [(1, 6, 2)]);
        assert_eq!(found(&transcript, "\\r\\n\\0\\xFF", 9), [(1, 8, 4)]);
        assert_eq!(found(&transcript, "\\xfe", 9), [(1, 12, 1)]);
        assert_eq!(found(&transcript, "\\xzz", 9), []);
    }

    #[test]
    fn notes_are_searched_by_their_text_and_the_newest_places_are_kept() {
        let mut transcript = transcript(&[b"host host"]);
        transcript.push(Record::News { at: Instant::now(), news: News::Resolving { host: "Host".into() } });
        assert_eq!(found(&transcript, "host", 9), [(1, 0, 4), (1, 5, 4), (2, 11, 4)]);
        assert_eq!(found(&transcript, "host", 2), [(1, 5, 4), (2, 11, 4)]);
        assert_eq!(found(&transcript, "host", 0), []);
    }

    #[test]
    fn what_cannot_be_searched_for_is_refused_with_a_sentence() {
        assert_eq!(Needle::parse("").unwrap_err(), "there is nothing to search for");
        assert!(Needle::parse(&"x".repeat(LONGEST_NEEDLE + 1)).unwrap_err().contains("too long"));
        assert!(Needle::parse(&"é".repeat(LONGEST_NEEDLE / 2)).is_ok());
        assert!(Needle::parse(&"\\xff".repeat(LONGEST_NEEDLE / 4)).is_ok());
    }

    proptest! {
        #[test]
        fn every_place_reads_as_the_needle(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..200_usize, len in 1..6_usize) {
            let Some(wanted) = bytes.get(at..at + len) else { return Ok(()) };
            let typed: String = wanted.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            let places: Vec<_> = found(&transcript(&[&bytes]), &typed, usize::MAX);
            prop_assert!(!places.is_empty());
            for (_, offset, len) in places {
                prop_assert_eq!(&bytes[offset as usize..(offset + len) as usize], wanted);
            }
        }
    }
}
