//! Counts by kind what is neutralised in foreign bytes.

use std::ops::AddAssign;

use super::lanes;
use super::sanitize::{count_escapes, is_hostile};

/// How many sequences, characters and bytes were neutralised, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SanitizeCounts {
    /// Escape sequences, as [`count_escapes`] counts them.
    pub escape_sequences: u64,
    /// C0 controls and DEL, except tab, line feed, carriage return and ESC.
    pub controls: u64,
    /// C1 controls in UTF-8 that neither start nor end a sequence.
    pub c1_controls: u64,
    /// Characters that change the direction of text.
    pub bidi_controls: u64,
    /// Other characters without a shape: zero-width, tags, separators, non-characters. Not the selectors of emoji.
    pub invisible: u64,
    /// Bytes that are no UTF-8.
    pub invalid_bytes: u64,
}

impl AddAssign for SanitizeCounts {
    fn add_assign(&mut self, more: SanitizeCounts) {
        let add = |own: &mut u64, more: u64| *own = own.saturating_add(more);
        add(&mut self.escape_sequences, more.escape_sequences);
        add(&mut self.controls, more.controls);
        add(&mut self.c1_controls, more.c1_controls);
        add(&mut self.bidi_controls, more.bidi_controls);
        add(&mut self.invisible, more.invisible);
        add(&mut self.invalid_bytes, more.invalid_bytes);
    }
}

impl SanitizeCounts {
    /// All kinds together.
    pub fn total(&self) -> u64 {
        self.kinds().iter().fold(0, |sum, (count, _, _)| sum.saturating_add(*count))
    }

    /// Each kind's count, with its noun for one and for several.
    pub fn kinds(&self) -> [(u64, &'static str, &'static str); 6] {
        [
            (self.escape_sequences, "escape sequence", "escape sequences"),
            (self.controls, "control", "controls"),
            (self.c1_controls, "C1 control", "C1 controls"),
            (self.bidi_controls, "bidi control", "bidi controls"),
            (self.invisible, "invisible character", "invisible characters"),
            (self.invalid_bytes, "invalid byte", "invalid bytes"),
        ]
    }

    /// Counts a character beyond ASCII. C1 controls that start or end a sequence are left to [`count_escapes`].
    fn add_character(&mut self, c: char) {
        match u32::from(c) {
            0x90 | 0x98 | 0x9b..=0x9f | 0xfe0e | 0xfe0f | 0x1f3fb..=0x1f3ff => {}
            0x80..=0x9f => self.c1_controls += 1,
            0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 => self.bidi_controls += 1,
            _ if is_hostile(c) => self.invisible += 1,
            _ => {}
        }
    }

    fn add_text(&mut self, bytes: &[u8]) {
        for chunk in bytes.utf8_chunks() {
            if !chunk.valid().is_ascii() {
                chunk.valid().chars().filter(|c| !c.is_ascii()).for_each(|c| self.add_character(c));
            }
            self.invalid_bytes += chunk.invalid().len() as u64;
        }
    }
}

/// Counts everything in some bytes that is neutralised.
///
/// Cost: ASCII at memory speed; characters beyond it are decoded, which costs several times as much, and bytes that are
/// no UTF-8 some thirty times.
pub fn count_hostile(bytes: &[u8]) -> SanitizeCounts {
    let controls = lanes::count(bytes, bytes, |byte, _| is_control(byte));
    let mut counts = SanitizeCounts { escape_sequences: count_escapes(bytes), controls, ..SanitizeCounts::default() };
    if !bytes.is_ascii() {
        counts.add_text(bytes);
    }
    counts
}

/// 1 for a C0 control or DEL, but tab, line feed, carriage return and ESC; else 0.
fn is_control(byte: u8) -> u8 {
    let shown = (byte == b'\t') | (byte == b'\n') | (byte == b'\r') | (byte == 0x1b);
    u8::from((byte < 0x20) & !shown | (byte == 0x7f))
}

/// A count over the reads of a stream: a character that one read begins and the next one ends is one character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostileScan {
    /// The bytes of a character that the last read began.
    begun: [u8; 3],
    length: usize,
}

impl HostileScan {
    /// Counts what is neutralised in the next read. The bytes of a character that it only begins are counted with the
    /// read that goes on.
    pub fn count(&mut self, bytes: &[u8]) -> SanitizeCounts {
        let mut counts = SanitizeCounts::default();
        let begun = std::mem::take(self);
        let begun = &begun.begun[..begun.length];
        let mut from = 0;
        if !begun.is_empty() {
            let ahead = bytes.len().min(3);
            let mut room = [0; 6];
            let joined = &mut room[..begun.len() + ahead];
            joined[..begun.len()].copy_from_slice(begun);
            joined[begun.len()..].copy_from_slice(&bytes[..ahead]);
            if begins_character(joined) {
                // Still not whole.
                self.keep(joined);
                return counts;
            }
            let first = joined.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
            match first.filter(|c| c.len_utf8() > begun.len()) {
                Some(c) => {
                    from = c.len_utf8() - begun.len();
                    counts += count_hostile(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None => counts.invalid_bytes += begun.len() as u64,
            }
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let cut = (1..=3.min(rest.len())).find(|back| begins_character(&rest[rest.len() - back..])).unwrap_or(0);
        let (whole, begun) = rest.split_at(rest.len() - cut);
        self.keep(begun);
        counts += count_hostile(whole);
        counts
    }

    fn keep(&mut self, begun: &[u8]) {
        if let Some(room) = self.begun.get_mut(..begun.len()) {
            room.copy_from_slice(begun);
            self.length = begun.len();
        }
    }
}

/// Whether these bytes are the beginning of one character of UTF-8, and not all of it.
fn begins_character(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(error) if error.valid_up_to() == 0 && error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_byte_is_a_control_or_none_wherever_it_stands() {
        for byte in 0..=0x7f_u8 {
            let is_one = matches!(byte, 0..=8 | 11 | 12 | 14..=0x1a | 0x1c..=0x1f | 0x7f);
            for length in [1, 31, 32, 33, 32 * 256 + 5] {
                let counts = count_hostile(&vec![byte; length]);
                assert_eq!(counts.controls, if is_one { length as u64 } else { 0 }, "{byte:#x} {length} times");
            }
        }
    }

    #[test]
    fn each_kind_is_counted_as_itself() {
        let text = "\u{1b}[2J\u{9b}1m\u{1b}\\\0\u{7f}\t\r\n\u{85}\u{202e}\u{2066}\u{200b}\u{feff}❤\u{fe0f}é";
        let counts = count_hostile(&[text.as_bytes(), b"\xff\xfe"].concat());
        let expected = SanitizeCounts {
            escape_sequences: 2,
            controls: 2,
            c1_controls: 1,
            bidi_controls: 2,
            invisible: 2,
            invalid_bytes: 2,
        };
        assert_eq!((counts, counts.total()), (expected, 11));
        assert_eq!(count_hostile("a plain text, größer, 中文\r\n".as_bytes()), SanitizeCounts::default());
    }

    #[test]
    fn what_a_read_begins_and_the_next_one_ends_is_one_character() {
        let text = "a\u{202e}é中\u{1f600}\u{9b}z".as_bytes();
        for cut in 0..=text.len() {
            let mut scan = HostileScan::default();
            let mut counts = scan.count(&text[..cut]);
            counts += scan.count(&text[cut..]);
            assert_eq!(counts, count_hostile(text), "{cut}");
        }
        let mut scan = HostileScan::default();
        let mut counts = SanitizeCounts::default();
        text.iter().for_each(|byte| counts += scan.count(&[*byte]));
        assert_eq!(counts, count_hostile(text));
    }

    proptest! {
        #[test]
        fn the_reads_of_a_stream_count_as_the_whole(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..8),
        ) {
            let whole = [&parts.concat()[..], b"."].concat();
            let mut scan = HostileScan::default();
            let mut counts = SanitizeCounts::default();
            parts.iter().for_each(|part| counts += scan.count(part));
            counts += scan.count(b".");
            let all = count_hostile(&whole);
            // Whether ESC is followed by `\\` is known only within a read.
            prop_assert_eq!(
                SanitizeCounts { escape_sequences: 0, ..counts },
                SanitizeCounts { escape_sequences: 0, ..all }
            );
        }
    }
}
