//! Makes foreign bytes safe to show: no control sequence reaches the terminal, and no character stays hidden.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::escape_starts;
use super::unsettled::is_unsettled;

/// The most code points of one glyph; each mark beyond is shown as a marked glyph of its own.
pub const MOST_CODE_POINTS: usize = 8;

/// One glyph to draw: a character with its combining marks, or a replacement for what must not be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph<'a> {
    /// The text to draw; has no control, bidi or zero-width character, and is never empty.
    pub text: Cow<'a, str>,
    /// How many columns `text` takes: at least 1, for a plain one at most twice [`MOST_CODE_POINTS`].
    pub columns: u8,
    /// How many bytes of the source it represents: at least 1.
    pub bytes: u16,
    /// Its kind.
    pub kind: GlyphKind,
}

/// Kind of a glyph, to style it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GlyphKind {
    /// Shown as it is.
    Plain,
    /// A C0 control or DEL, shown as its picture: `␀` to `␟`, `␡`; line feed is `␊`, tab is `␉`.
    Control,
    /// C1, bidi, invisible or loose combining characters as `U+NNNN`; bytes that are no UTF-8 as `\xNN`.
    Marked,
    /// A harmless character whose width depends on the terminal, as `U+NNNN`.
    Unsettled,
}

/// Iterator over the glyphs of some bytes, in order; their `bytes` add up to the whole. Lazy: holds only the slice.
#[derive(Clone, Debug)]
pub struct Glyphs<'a> {
    rest: &'a [u8],
}

/// The glyphs of any bytes. Cost: linear, no allocation for plain text.
pub fn glyphs(bytes: &[u8]) -> Glyphs<'_> {
    Glyphs { rest: bytes }
}

impl<'a> Iterator for Glyphs<'a> {
    type Item = Glyph<'a>;

    fn next(&mut self) -> Option<Glyph<'a>> {
        let glyph = match *self.rest {
            [] => return None,
            [b' '..=b'~', 0..0x80, ..] | [b' '..=b'~'] => plain(&self.rest[..1]),
            [byte @ (0..b' ' | 0x7f), ..] => control(byte),
            [byte, ..] => match leading_text(self.rest) {
                "" => byte_glyph(byte),
                text => first_of(text),
            },
        };
        self.rest = self.rest.get(usize::from(glyph.bytes)..).unwrap_or_default();
        Some(glyph)
    }
}

/// The valid UTF-8 at the start of `bytes`, at most as many code points as one glyph may have.
fn leading_text(bytes: &[u8]) -> &str {
    let window = &bytes[..bytes.len().min(4 * MOST_CODE_POINTS)];
    window.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

/// The first glyph of text that does not start with a control.
fn first_of(text: &str) -> Glyph<'_> {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return byte_glyph(0) };
    let second = characters.next();
    if never_combines(first) && second.is_none_or(never_combines) {
        return cluster_glyph(&text[..first.len_utf8()]);
    }
    if first.width().unwrap_or(0) == 0 || is_hostile(first) {
        return control_glyph(first);
    }
    if is_unsettled(first) {
        return Glyph { kind: GlyphKind::Unsettled, ..control_glyph(first) };
    }
    let selected = selects_presentation(first, second);
    if selected && let Some(selector) = second {
        // The selector chooses the emoji or the text form; terminals disagree on the width of either, so only the base
        // is drawn.
        let base = cluster_glyph(&text[..first.len_utf8()]);
        let bytes = first.len_utf8() + selector.len_utf8();
        return Glyph { bytes: u16::try_from(bytes).unwrap_or(u16::MAX), ..base };
    }
    let fit = text
        .char_indices()
        .take(MOST_CODE_POINTS)
        .take_while(|(at, c)| *at == 0 || !is_hostile(*c) && !is_unsettled(*c));
    let end = fit.last().map_or(0, |(at, c)| at + c.len_utf8());
    let cluster = text[..end].graphemes(true).next().unwrap_or_default();
    // Terminals add up the widths of characters, whether or not they form a ligature.
    let one_by_one: usize = cluster.chars().map(|c| c.width().unwrap_or(0)).sum();
    cluster_glyph(if cluster.width() == one_by_one { cluster } else { &text[..first.len_utf8()] })
}

/// Whether no adjacent character of this set combines with it, in either direction; a fast path that avoids
/// segmentation.
fn never_combines(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{a8}' | '\u{aa}'..='\u{ac}' | '\u{af}'..='\u{2ff}' | '\u{391}'..='\u{3a1}'
        | '\u{3a3}'..='\u{482}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fef}')
}

/// Whether the second character is a variation selector after a base that takes one.
fn selects_presentation(base: char, selector: Option<char>) -> bool {
    matches!(selector, Some('\u{fe0e}' | '\u{fe0f}'))
        && matches!(base, '0'..='9' | '#' | '*' | '©' | '®' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

fn plain(ascii: &[u8]) -> Glyph<'_> {
    Glyph { text: String::from_utf8_lossy(ascii), columns: 1, bytes: 1, kind: GlyphKind::Plain }
}

fn cluster_glyph(text: &str) -> Glyph<'_> {
    Glyph {
        text: Cow::Borrowed(text),
        columns: u8::try_from(text.width()).unwrap_or(u8::MAX),
        bytes: u16::try_from(text.len()).unwrap_or(u16::MAX),
        kind: GlyphKind::Plain,
    }
}

fn control(byte: u8) -> Glyph<'static> {
    const PICTURES: &str = "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡";
    const LENGTH: usize = '␀'.len_utf8();
    let at = usize::from(byte).min(32) * LENGTH;
    Glyph { text: Cow::Borrowed(&PICTURES[at..at + LENGTH]), columns: 1, bytes: 1, kind: GlyphKind::Control }
}

fn byte_glyph(byte: u8) -> Glyph<'static> {
    Glyph { text: Cow::Owned(format!("\\x{byte:02x}")), columns: 4, bytes: 1, kind: GlyphKind::Marked }
}

fn control_glyph(c: char) -> Glyph<'static> {
    let text = format!("U+{:04X}", u32::from(c));
    let columns = if u32::from(c) > 0xf_ffff {
        8
    } else if u32::from(c) > 0xffff {
        7
    } else {
        6
    };
    let bytes = if c.len_utf8() > 3 { 4 } else { c.len_utf8() as u16 };
    Glyph { text: Cow::Owned(text), columns, bytes, kind: GlyphKind::Marked }
}

/// Characters that change a terminal or a text invisibly: C1, all of general category Cf without a shape, line and
/// paragraph separators, Default_Ignorable_Code_Point, non-characters, and skin tones, whose width depends on the
/// terminal. Unicode 16.
const HOSTILE: &[(u32, u32)] = &[
    (0x00, 0x1f),
    (0x7f, 0x9f),
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfdd0, 0xfdef),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x13430, 0x1343f),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0x1f3fb, 0x1f3ff),
    (0xe0000, 0xe0fff),
];

/// Whether a character must never be drawn as it is. Combining marks without a base are not among these.
pub fn is_hostile(c: char) -> bool {
    let code = u32::from(c);
    let within = |&(first, last): &(u32, u32)| first <= code && code <= last;
    !(0x20..0x7f).contains(&code) && (HOSTILE.iter().any(within) || code & 0xfffe == 0xfffe)
}

/// Text as one safe line: for titles, hosts, headers, notices, file names. It contains no control characters.
pub fn line(text: &str) -> String {
    line_of(text.as_bytes())
}

/// Bytes as one safe line, as [`line()`].
pub fn line_of(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    glyphs(bytes).map(|glyph| glyph.text).collect()
}

/// How many escape sequences start in some bytes: ESC, and the C1 forms in UTF-8 (DCS, SOS, CSI, OSC, PM, APC). The
/// string terminator (ESC `\`, U+009C) ends one and is not counted. A C1 cut by the slice's end is not counted.
///
/// Cost: one pass of `memchr2` where there is none. A part with a hit is counted many bytes at once, because compressed
/// data has a hit in about every hundredth byte, and a search for each of them would be slow. Fast enough for bytes
/// that are shown, too slow for a flood.
pub fn count_escapes(bytes: &[u8]) -> u64 {
    let Some((last, _)) = bytes.split_last() else { return 0 };
    let mut count = u64::from(*last == 0x1b);
    let pairs = bytes.len() - 1;
    for start in (0..pairs).step_by(PART) {
        let end = (start + PART).min(pairs);
        if memchr::memchr2(0x1b, 0xc2, &bytes[start..end]).is_some() {
            count += escape_starts::count(&bytes[start..end], &bytes[start + 1..=end]);
        }
    }
    count
}

/// How many bytes are searched at a time.
const PART: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(bytes: &[u8]) -> String {
        let glyphs: Vec<String> = glyphs(bytes).map(|glyph| glyph.text.into_owned()).collect();
        glyphs.join("|")
    }

    proptest! {
        #[test]
        fn escape_sequences_are_counted_as_they_stand_one_by_one(
            parts in prop::collection::vec(
                prop_oneof![
                    Just(vec![0x1b]), Just(vec![0x1b, b'\\']), Just(vec![0xc2, 0x9b]), Just(vec![0xc2, 0x9c]),
                    Just(vec![0xc2]), (0..5_000_usize).prop_map(|len| vec![b'a'; len]),
                    prop::collection::vec(any::<u8>(), 0..200),
                ],
                0..20,
            )
        ) {
            let bytes = parts.concat();
            let starts = |at: &usize| match (bytes[*at], bytes.get(at + 1)) {
                (0x1b, next) => next != Some(&b'\\'),
                (0xc2, Some(next)) => matches!(next, 0x90 | 0x98 | 0x9b | 0x9d | 0x9e | 0x9f),
                _ => false,
            };
            let one_by_one = (0..bytes.len()).filter(starts).count() as u64;
            prop_assert_eq!(count_escapes(&bytes), one_by_one);
        }
    }

    #[test]
    fn controls_become_their_pictures() {
        assert_eq!(shown(b"a\0\t\n\r\x1b[2J\x1f\x7f"), "a|␀|␉|␊|␍|␛|[|2|J|␟|␡");
        for byte in (0..=31_u8).chain([127]) {
            let bytes = [byte];
            let glyph = glyphs(&bytes).next().unwrap();
            let picture = if byte == 127 { 0x2421 } else { 0x2400 + u32::from(byte) };
            assert_eq!((glyph.text.chars().next().map(u32::from), glyph.kind), (Some(picture), GlyphKind::Control));
        }
    }

    #[test]
    fn what_steers_or_hides_is_marked() {
        assert_eq!(shown("a\u{9b}2J".as_bytes()), "a|U+009B|2|J");
        assert_eq!(shown("a\u{202e}b\u{2066}".as_bytes()), "a|U+202E|b|U+2066");
        assert_eq!(shown("\u{feff}x\u{200b}\u{e0041}".as_bytes()), "U+FEFF|x|U+200B|U+E0041");
        assert_eq!(shown("x\u{fe0f}\u{e0100}\u{2028}".as_bytes()), "x|U+FE0F|U+E0100|U+2028");
        assert_eq!(shown("👍🏽👨\u{200d}👩".as_bytes()), "👍|U+1F3FD|👨|U+200D|👩");
        assert_eq!(shown("\u{10ffff}".as_bytes()), "U+10FFFF");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_marked_each() {
        assert_eq!(shown(b"a\xff\xc3(\xe2\x82"), "a|\\xff|\\xc3|(|\\xe2|\\x82");
        assert_eq!(shown(b"\xed\xa0\x80\xc0\x80"), "\\xed|\\xa0|\\x80|\\xc0|\\x80");
    }

    #[test]
    fn combining_marks_stand_with_their_base_and_loose_ones_are_marked() {
        assert_eq!(shown("e\u{301}x".as_bytes()), "e\u{301}|x");
        assert_eq!(shown("\n\u{301}\u{301}".as_bytes()), "␊|U+0301|U+0301");
        let tower = format!("a{}b", "\u{301}".repeat(1000));
        let glyphs: Vec<Glyph<'_>> = glyphs(tower.as_bytes()).collect();
        assert_eq!(glyphs[0].text.chars().count(), MOST_CODE_POINTS);
        assert_eq!((glyphs[1].text.as_ref(), glyphs.len()), ("U+0301", 1 + 993 + 1));
    }

    #[test]
    fn wide_characters_take_two_columns_and_a_selector_none_of_its_own() {
        let columns = |text: &str| glyphs(text.as_bytes()).map(|glyph| glyph.columns).collect::<Vec<_>>();
        assert_eq!(columns("é中😀🇩🇪한"), [1, 2, 2, 2, 2]);
        let heart = glyphs("❤\u{fe0f}".as_bytes()).next().unwrap();
        assert_eq!((heart.text.as_ref(), heart.columns, heart.bytes), ("❤", 1, 6));
    }

    #[test]
    fn the_table_holds_every_invisible_character_that_unicode_knows() {
        // Prepended concatenation marks (Arabic, Syriac, Kaithi) are in category Cf but have a shape.
        let unseen = regex::Regex::new(
            r"^[[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--\p{Prepended_Concatenation_Mark}]$",
        );
        let unseen = unseen.unwrap();
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let known = unseen.is_match(c.encode_utf8(&mut [0; 4]));
            assert!(!known || is_hostile(c), "U+{:04X}", u32::from(c));
        }
    }

    fn hostile_bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<String>().prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..8),
            proptest::collection::vec(any::<char>(), 0..8).prop_map(|it| it.into_iter().collect::<String>().into_bytes()),
            "[e❤👍\u{301}\u{fe0f}\u{200d}\u{202e}\u{1f3fd}\u{1100}\u{1160}\u{11a8}\u{e0041}\u{600}क्षแำ\u{1b}\u{9b}]{0,12}"
                .prop_map(String::into_bytes),
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_hostile_is_ever_shown_and_the_columns_are_true(bytes in hostile_bytes()) {
            let mut covered = 0;
            for glyph in glyphs(&bytes) {
                prop_assert!(!glyph.text.chars().any(is_hostile), "{:?}", glyph);
                prop_assert_eq!(usize::from(glyph.columns), glyph.text.width(), "{:?}", &glyph);
                prop_assert!(glyph.columns >= 1 && glyph.bytes >= 1, "{:?}", &glyph);
                prop_assert!(glyph.text.chars().count() <= MOST_CODE_POINTS);
                covered += usize::from(glyph.bytes);
            }
            prop_assert_eq!(covered, bytes.len());
        }

        #[test]
        fn drawn_as_one_string_the_graphemes_take_the_same_columns(bytes in hostile_bytes()) {
            let columns: usize = glyphs(&bytes).map(|glyph| usize::from(glyph.columns)).sum();
            let drawn = line_of(&bytes);
            let by_grapheme: usize = drawn.graphemes(true).map(UnicodeWidthStr::width).sum();
            prop_assert_eq!(by_grapheme, columns, "{:?}", drawn);
        }

        #[test]
        fn one_line_stays_one_line(text in any::<String>()) {
            let line = line(&text);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_hostile(c)));
            prop_assert_eq!(super::line(&line), line.clone(), "neutralising twice changes nothing");
        }

        #[test]
        fn plain_text_is_shown_as_it_is(text in "[ -~äöüßéñ日本語カナ]{0,40}") {
            prop_assert_eq!(line(&text), text);
        }
    }
}
