//! A needle: text or bytes to find in a transcript.

use std::fmt;
use std::fmt::Write as _;

use regex::bytes::{Regex, RegexBuilder};

/// The longest text that can be searched for, in bytes.
pub const LONGEST_NEEDLE: usize = 1024;

/// One match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SearchHit {
    /// The number of the entry in which it begins.
    pub entry: u64,
    /// Its first byte within the entry; within a note's text for a note.
    pub offset: u32,
    /// Its length in bytes; in a stream it may extend into later reads.
    pub len: u32,
}

impl SearchHit {
    /// A match of `len` bytes at byte `at` of an entry. Lengths of reads fit a `u32`, so those of matches do too.
    pub(crate) fn new(entry: u64, at: usize, len: usize) -> Self {
        let [offset, len] = [at, len].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        SearchHit { entry, offset, len }
    }
}

/// What to search for: parsed, and compiled once.
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
    /// Parses what was typed. Without an upper-case letter, case does not matter ("smart case").
    ///
    /// `\r \n \t \0 \\` and `\xNN` stand for exactly those bytes; any other backslash for itself.
    ///
    /// # Errors
    /// Fails if the text is empty, or longer than [`LONGEST_NEEDLE`].
    pub fn parse(typed: &str) -> Result<Self, String> {
        if typed.is_empty() {
            return Err("there is nothing to search for".to_owned());
        }
        if typed.len() > LONGEST_NEEDLE {
            return Err(format!("{} bytes are too long to search for; at most {LONGEST_NEEDLE}", typed.len()));
        }
        let (mut source, mut upper) = (String::new(), false);
        let mut rest = typed;
        while let Some(c) = rest.chars().next() {
            if let Some((byte, len)) = escape(rest) {
                // Cannot fail: a String takes whatever is written to it.
                write!(source, "(?-ui:\\x{byte:02x})").map_err(|error| error.to_string())?;
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
    pub fn source_text(&self) -> &str {
        &self.typed
    }

    /// Whether the needle occurs in `bytes`.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.pattern.is_match(bytes)
    }

    /// The longest match in bytes. A letter in the other case may be longer than the one that was typed.
    pub fn longest_match(&self) -> usize {
        3 * self.typed.len()
    }

    /// The first match at or after byte `from`: its offset and length.
    pub(super) fn place_from(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let found = self.pattern.find_at(bytes, from)?;
        Some((found.start(), found.len()))
    }

    /// All matches in `bytes`, without overlap, in order: offsets and lengths.
    pub fn places<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.pattern.find_iter(bytes).map(|found| (found.start(), found.len()))
    }
}

/// Parses the escape at the start of a text: its byte, and its length.
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;
    use crate::sessions::news::DialNews;
    use crate::sessions::news::News;
    use crate::sessions::record::{Block, Record};
    use crate::sessions::search::finder::{Finder, find_all};
    use crate::sessions::transcript::Transcript;
    use crate::wire::Direction;

    fn note_text(news: &News) -> String {
        match news {
            News::Dial(DialNews::Resolving { host }) => format!("looking up {host}"),
            other => format!("{other:?}"),
        }
    }

    fn transcript(pieces: &[&[u8]]) -> Transcript {
        let mut transcript = Transcript::new(usize::MAX);
        for bytes in pieces {
            let bytes = bytes::Bytes::copy_from_slice(bytes);
            transcript.push(Record::Block(Block::single_piece(Direction::Received, Instant::now(), bytes)));
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
        transcript
            .push(Record::News { at: Instant::now(), news: News::Dial(DialNews::Resolving { host: "Host".into() }) });
        assert_eq!(found(&transcript, "host", 9), [(1, 0, 4), (1, 5, 4), (2, 11, 4)]);
        assert_eq!(found(&transcript, "host", 2), [(1, 5, 4), (2, 11, 4)]);
        assert_eq!(found(&transcript, "host", 0), []);
    }

    fn stream(pieces: &[(Direction, &[u8])]) -> Transcript {
        let mut transcript = Transcript::new(usize::MAX).as_stream();
        for (direction, bytes) in pieces {
            let bytes = bytes::Bytes::copy_from_slice(bytes);
            transcript.push(Record::Block(Block::single_piece(*direction, Instant::now(), bytes)));
        }
        transcript
    }

    #[test]
    fn a_match_may_span_the_reads_of_one_direction_but_not_two_datagrams() {
        use crate::wire::Direction::{Received, Sent};

        let reads: [&[u8]; 4] = [b"say nee", b"dle, and a nee", b"d", b"le"];
        let joined = stream(&reads.map(|bytes| (Received, bytes)));
        assert_eq!(found(&joined, "needle", 9), [(1, 4, 6), (2, 11, 6)]);
        assert_eq!(found(&joined, "needle", 1), [(2, 11, 6)]);
        assert_eq!(found(&transcript(&reads), "needle", 9), []);
        let between = stream(&[(Received, b"nee"), (Sent, b"needle"), (Received, b"dle")]);
        assert_eq!(found(&between, "needle", 9), [(1, 0, 6), (2, 0, 6)]);
    }

    #[test]
    fn a_match_does_not_span_what_was_not_kept() {
        let mut transcript = stream(&[(Direction::Received, b"nee")]);
        let totals = crate::wire::Totals { bytes: 1, ops: 1 };
        transcript.push(Record::NotKept { direction: Direction::Received, totals });
        let rest = Block::single_piece(Direction::Received, Instant::now(), bytes::Bytes::from_static(b"dle needle"));
        transcript.push(Record::Block(rest));
        assert_eq!(found(&transcript, "needle", 9), [(3, 4, 6)]);
    }

    #[test]
    fn a_place_that_ends_in_the_next_datagram_does_not_hide_one_that_ends_in_its_own() {
        let transcript = transcript(&[b"aab", b"ab", b"a", b"aba", b"b"]);
        assert_eq!(found(&transcript, "ab", 9), [(1, 1, 2), (2, 0, 2), (4, 0, 2)]);
        assert_eq!(found(&transcript, "aba", 9), [(4, 0, 3)]);
    }

    #[test]
    fn a_search_from_a_place_finds_what_follows_first() {
        let transcript = transcript(&[b"a", b"a", b"a"]);
        let needle = Needle::parse("a").unwrap();
        let mut finder = Finder::new(&transcript, &needle, note_text, 2, 9);
        assert!(finder.search_slice());
        assert_eq!(finder.hits().iter().map(|hit| hit.entry).collect::<Vec<_>>(), [2, 3]);
        while finder.search_slice() {}
        assert_eq!(finder.hits().iter().map(|hit| hit.entry).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn what_cannot_be_searched_for_is_refused_with_a_sentence() {
        assert_eq!(Needle::parse("").unwrap_err(), "there is nothing to search for");
        assert!(Needle::parse(&"x".repeat(LONGEST_NEEDLE + 1)).unwrap_err().contains("too long"));
        assert!(Needle::parse(&"é".repeat(LONGEST_NEEDLE / 2)).is_ok());
        assert!(Needle::parse(&"\\xff".repeat(LONGEST_NEEDLE / 4)).is_ok());
    }

    /// Lengths of reads: small ones that are gathered, large ones that are searched in place, and whole slices.
    fn reads() -> impl Strategy<Value = Vec<usize>> {
        let length = prop_oneof![30 => 1..40_usize, 3 => 16_000..17_000_usize, 1 => 600_000..1_100_000_usize];
        proptest::collection::vec(length, 1..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn however_a_stream_was_cut_into_reads_the_same_places_are_found(reads in reads(), seed in any::<u64>(), typed in "x[yz]{0,3}") {
            let length: usize = reads.iter().sum();
            // No match overlaps another: only then do the cuts not matter.
            let mut random = fastrand::Rng::with_seed(seed);
            let text: Vec<u8> = (0..length).map(|_| *random.choice(b"xyxyxyzz").unwrap_or(&b'z')).collect();
            let text: Vec<u8> = text.chunks(50).enumerate().flat_map(|(nth, chunk)| {
                if nth % 20 == 0 || length < 2000 { chunk.to_vec() } else { vec![b'z'; chunk.len()] }
            }).collect();
            let (mut transcript, mut starts, mut at) = (Transcript::new(usize::MAX).as_stream(), vec![0], 0);
            for read in reads {
                let bytes = bytes::Bytes::copy_from_slice(&text[at..at + read]);
                transcript.push(Record::Block(Block::single_piece(Direction::Received, Instant::now(), bytes)));
                starts.push(at);
                at += read;
            }
            let needle = Needle::parse(&typed).unwrap();
            let expected: Vec<usize> = needle.places(&text).map(|(at, _)| at).collect();
            let hits = find_all(&transcript, &needle, note_text, usize::MAX);
            let got: Vec<usize> = hits.iter().map(|hit| starts[hit.entry as usize] + hit.offset as usize).collect();
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn however_datagrams_are_gathered_each_is_searched_alone(datagrams in proptest::collection::vec("[xy]{0,12}", 1..300), typed in "[xy]{1,4}") {
            let transcript = transcript(&datagrams.iter().map(String::as_bytes).collect::<Vec<_>>());
            let needle = Needle::parse(&typed).unwrap();
            let expected: Vec<(u64, usize)> = (1..).zip(&datagrams)
                .flat_map(|(entry, text)| needle.places(text.as_bytes()).map(|(at, _)| (entry, at)).collect::<Vec<_>>())
                .collect();
            let hits = find_all(&transcript, &needle, note_text, usize::MAX);
            prop_assert_eq!(hits.iter().map(|hit| (hit.entry, hit.offset as usize)).collect::<Vec<_>>(), expected);
        }

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
