//! Where the rows of a piece's text begin. Stateless, so that any place of a long piece can be laid out directly.
//!
//! A row ends after `\n`, and when the columns are full. A very long line is broken by force, so that at most two
//! [`STEP`]s of bytes before a place must be read: at every multiple of [`STEP`] from the piece's start, unless the
//! `STEP` bytes before it contain a `\n`. So a line of `STEP` bytes is never broken.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::text::sanitize;

/// The grid of forced breaks, in bytes.
pub(crate) const STEP: usize = 4096;

/// Grid line number `k`, moved to the end of the UTF-8 character that it would cut.
fn grid(bytes: &[u8], k: usize) -> usize {
    if k == 0 { 0 } else { character_end(bytes, k.saturating_mul(STEP)) }
}

/// The end of the UTF-8 character that spans `offset`, else `offset`; never beyond `bytes`.
pub(crate) fn character_end(bytes: &[u8], offset: usize) -> usize {
    let offset = offset.min(bytes.len());
    offset + bytes[offset..].iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count()
}

/// The number of the last grid line at or before `offset`.
fn grid_before(bytes: &[u8], offset: usize) -> usize {
    let k = offset / STEP;
    if k > 0 && grid(bytes, k) > offset { k - 1 } else { k }
}

/// The start of the stretch between two breaks that holds `offset`. `offset` is within `bytes`.
fn stretch_start(bytes: &[u8], offset: usize) -> usize {
    let k = grid_before(bytes, offset);
    let line = grid(bytes, k);
    if let Some(newline) = memchr::memrchr(b'\n', &bytes[line..offset]) {
        return line + newline + 1;
    }
    let before = grid(bytes, k.saturating_sub(1));
    memchr::memrchr(b'\n', &bytes[before..line]).map_or(line, |newline| before + newline + 1)
}

/// The end of the stretch that begins at `start`: after its `\n`, at a forced break, or at the end of the piece.
fn stretch_end(bytes: &[u8], start: usize) -> usize {
    let k = grid_before(bytes, start);
    let (first, second) = (grid(bytes, k + 1), grid(bytes, k + 2));
    if let Some(newline) = memchr::memchr(b'\n', &bytes[start..first]) {
        return start + newline + 1;
    }
    if memchr::memchr(b'\n', &bytes[grid(bytes, k)..start]).is_none() {
        return first;
    }
    memchr::memchr(b'\n', &bytes[first..second]).map_or(second, |newline| first + newline + 1)
}

/// The end of the row that begins at `start`, in a stretch that ends at `end`. A line end never begins a row: if the
/// row is full, it extends beyond the columns.
fn row_end(bytes: &[u8], start: usize, end: usize, columns: u16) -> usize {
    let (mut at, mut used) = (start, 0_usize);
    for glyph in sanitize::glyphs(&bytes[start..end]) {
        if matches!(&bytes[at..end], b"\n" | b"\r\n") {
            return end;
        }
        used += usize::from(glyph.columns);
        if used > usize::from(columns) && at > start {
            return at;
        }
        at += usize::from(glyph.bytes);
    }
    end
}

/// The rows of a piece, beginning with the first row of the stretch that holds `offset`; none for an empty piece.
///
/// Cost: the rows returned, and at most two [`STEP`]s before `offset`.
pub(crate) fn rows_around(bytes: &[u8], offset: usize, columns: u16) -> impl Iterator<Item = Range<usize>> {
    let mut at = if bytes.is_empty() { 0 } else { stretch_start(bytes, offset.min(bytes.len() - 1)) };
    let mut end = at;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        if at >= end {
            end = stretch_end(bytes, at);
        }
        let start = at;
        at = row_end(bytes, start, end, columns);
        Some(start..at)
    })
}

/// The rows of one line of neutralised text, broken when the columns are full. At least one.
///
/// Characters are measured one by one, which is ten times as fast as measuring glyphs; if the two differ (an Arabic
/// ligature), a row is a column or two shorter than possible. Combining marks stay with their base.
pub(crate) fn wrap_hard(text: &str, columns: u16) -> impl Iterator<Item = Range<usize>> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let mut used = 0;
        let over = text[start..].char_indices().find(|(place, c)| {
            let width = if c.is_ascii() { 1 } else { c.width().unwrap_or(0) };
            used += width;
            width > 0 && *place > 0 && used > usize::from(columns)
        });
        let end = over.map_or(text.len(), |(place, _)| start + place);
        at = over.map(|_| end);
        Some(start..end)
    })
}

/// The rows of our own text at a width of `columns`, broken between words if possible. At least one.
///
/// The text is already neutralised. Cost: the whole text.
pub(crate) fn wrap_words(text: &str, columns: u16) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    while text.len() > start {
        let full = row_end(text.as_bytes(), start, text.len(), columns);
        let space = text[start..full].rfind(' ').filter(|at| full < text.len() && *at > 0);
        let end = if text[full..].starts_with(' ') { full + 1 } else { space.map_or(full, |at| start + at + 1) };
        rows.push(start..end);
        start = end;
    }
    if rows.is_empty() {
        rows.push(0..0);
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The most bytes between two breaks: two steps, and the rest of a UTF-8 character.
    const LONGEST: usize = 2 * STEP + 3;

    fn rows(bytes: &[u8], columns: u16) -> Vec<String> {
        rows_around(bytes, 0, columns).map(|row| String::from_utf8_lossy(&bytes[row]).into_owned()).collect()
    }

    #[test]
    fn rows_end_behind_a_newline_and_where_the_columns_are_full() {
        assert_eq!(rows(b"hello\nto you\n", 5), ["hello\n", "to yo", "u\n"]);
        assert_eq!(rows(b"hello\r\n\r\nx", 5), ["hello\r\n", "\r\n", "x"]);
        assert_eq!(rows("日本語".as_bytes(), 5), ["日本", "語"]);
        assert_eq!(rows("日本".as_bytes(), 1), ["日", "本"], "a glyph wider than the row still gets one");
    }

    #[test]
    fn a_line_of_a_step_is_not_broken_by_force_and_a_longer_one_is() {
        let mut bytes = vec![b'a'; 100];
        bytes.push(b'\n');
        bytes.extend(vec![b'b'; STEP - 1]);
        bytes.push(b'\n');
        assert_eq!(rows_around(&bytes, 0, u16::MAX).collect::<Vec<_>>(), [0..101, 101..101 + STEP]);
        let endless = vec![b'a'; 3 * STEP];
        let forced: Vec<_> = rows_around(&endless, 0, u16::MAX).collect();
        assert_eq!(forced, [0..STEP, STEP..2 * STEP, 2 * STEP..3 * STEP]);
    }

    #[test]
    fn a_forced_break_leaves_characters_whole() {
        let mut bytes = vec![b'a'; STEP - 1];
        bytes.extend("é€".bytes());
        assert_eq!(rows_around(&bytes, 0, u16::MAX).next(), Some(0..STEP + 1));
    }

    #[test]
    fn sentences_break_between_words() {
        let broken = |text: &str, columns| {
            wrap_words(text, columns).into_iter().map(|row| text[row].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(broken("one two three", 7), ["one two ", "three"]);
        assert_eq!(broken("one two three", 6), ["one ", "two ", "three"]);
        assert_eq!(broken("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(broken("", 3), [""]);
        assert_eq!(broken("ab", 0), ["a", "b"]);
    }

    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let run = (prop_oneof![Just(b'a'), Just(b'\n'), Just(0x80), Just(0xe2), any::<u8>()], 0..6000_usize);
        let piece = prop_oneof![
            run.prop_map(|(byte, times)| vec![byte; times]),
            "(\n|é|日|a|\u{301}|\u{202e}){0,40}".prop_map(String::into_bytes),
            ("[é日]", 0..2500_usize).prop_map(|(text, times)| text.repeat(times).into_bytes()),
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn every_place_of_a_piece_is_in_the_row_that_the_whole_piece_gives(bytes in hostile(), columns in 1..200_u16, share in 0.0..1.0_f64) {
            let whole: Vec<_> = rows_around(&bytes, 0, columns).collect();
            let mut covered = 0;
            for row in &whole {
                prop_assert_eq!(row.start, covered);
                prop_assert!(row.end > row.start && row.len() <= LONGEST);
                covered = row.end;
            }
            prop_assert_eq!(covered, bytes.len());
            let offset = (bytes.len() as f64 * share) as usize;
            let from: Vec<_> = rows_around(&bytes, offset, columns).collect();
            prop_assert_eq!(from.as_slice(), &whole[whole.len() - from.len()..]);
            if let Some(first) = from.first() {
                prop_assert!(first.start <= offset && offset - first.start <= LONGEST);
            }
        }
    }
}
