//! Bytes as a person types them: text with escapes, and tolerant hex.

use std::fmt;
use std::fmt::Write as _;

use super::sanitize::{self, quoted};

/// The escapes that [`parse_text`] accepts.
pub const ACCEPTED_ESCAPES: &str = r"\r \n \t \0 \\ \xNN \u{…}";

/// The forms of hex that [`parse_hex`] accepts.
pub const ACCEPTED_HEX: &str = "48 65 6c, 0x48,0x65, 48:65 or 48656c";

/// Error: a text could not be parsed as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscapeError {
    /// The offending text as typed; may be hostile, and `Display` neutralises it.
    pub found: String,
    /// The column of `found`: in characters, the first is 1.
    pub column: usize,
    /// What is wrong with it, as the rest of a sentence.
    pub problem: &'static str,
    /// The accepted forms.
    pub accepted: &'static str,
}

impl fmt::Display for EscapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EscapeError { found, column, problem, accepted } = self;
        write!(f, "{} at column {column} {problem}; accepted: {accepted}", quoted(found))
    }
}

impl std::error::Error for EscapeError {}

/// How many characters of a bad escape an error shows.
const MOST_SHOWN: usize = 12;

/// The bytes of a text with escapes; all other characters become their UTF-8.
///
/// # Errors
/// Fails if a backslash starts none of [`ACCEPTED_ESCAPES`], or an escape is cut short.
pub fn parse_text(text: &str) -> Result<Vec<u8>, EscapeError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(place);
        bytes.extend_from_slice(plain.as_bytes());
        let length = one_escape(escape, &mut bytes).map_err(|(length, problem)| EscapeError {
            found: escape.chars().take(length.min(MOST_SHOWN)).collect(),
            column: text[..text.len() - escape.len()].chars().count() + 1,
            problem,
            accepted: ACCEPTED_ESCAPES,
        })?;
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Parses the escape at the start of `escape`. Returns its length in bytes; on error, how many characters are bad, and
/// why.
fn one_escape(escape: &str, bytes: &mut Vec<u8>) -> Result<usize, (usize, &'static str)> {
    let mut after = escape.chars();
    after.next();
    let simple = match after.next() {
        Some('r') => b'\r',
        Some('n') => b'\n',
        Some('t') => b'\t',
        Some('0') => 0,
        Some('\\') => b'\\',
        Some('x') => {
            let digits = escape.get(2..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            bytes.push(byte.ok_or((4, "needs exactly two hex digits"))?);
            return Ok(4);
        }
        Some('u') => {
            let digits = escape.get(2..).and_then(|braced| braced.strip_prefix('{')?.split_once('}')).map(|it| it.0);
            let digits = digits.ok_or((3, "needs hex digits in braces"))?;
            let good = (1..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let character = u32::from_str_radix(digits, 16).ok().filter(|_| good).and_then(char::from_u32);
            let Some(character) = character else {
                return Err((digits.chars().count() + 4, "is no Unicode scalar value (0 to 10FFFF, no surrogates)"));
            };
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(digits.len() + 4);
        }
        Some(_) => return Err((2, "is no escape")),
        None => return Err((1, "starts no escape")),
    };
    bytes.push(simple);
    Ok(2)
}

/// The bytes of hex as people paste it: pairs of digits, with or without `0x` or `\x`, separated by blanks, commas,
/// colons, semicolons, hyphens or underscores, or not at all. Without digits the result is empty.
///
/// # Errors
/// Fails at a character that is neither, or at a group with an odd number of digits; the error has the column.
pub fn parse_hex(hex: &str) -> Result<Vec<u8>, EscapeError> {
    let is_parting = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';' | '-' | '_' | '\\');
    let error = |column, found: &str, problem| EscapeError {
        found: found.chars().take(MOST_SHOWN).collect(),
        column,
        problem,
        accepted: ACCEPTED_HEX,
    };
    let mut bytes = Vec::with_capacity(hex.len() / 2);
    let mut column = 1;
    let mut after_backslash = false;
    for group in hex.split_inclusive(is_parting) {
        let token = group.trim_end_matches(is_parting);
        let prefixes: &[&str] = if after_backslash { &["x", "X"] } else { &["0x", "0X"] };
        let digits = prefixes.iter().find_map(|prefix| token.strip_prefix(prefix)).unwrap_or(token);
        let prefix_columns = token.len() - digits.len();
        if let Some((place, bad)) = digits.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
            return Err(error(column + prefix_columns + place, bad.encode_utf8(&mut [0; 4]), "is no hex digit"));
        }
        if digits.len() % 2 == 1 {
            return Err(error(column, token, "has an odd number of hex digits"));
        }
        if digits.is_empty() && prefix_columns > 0 {
            return Err(error(column, token, "has no hex digits"));
        }
        let pairs = digits.as_bytes().chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
        bytes.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
        column += group.chars().count();
        after_backslash = group.ends_with('\\');
    }
    Ok(bytes)
}

/// Bytes as editable text, which [`parse_text`] turns into the same bytes again.
///
/// Printable UTF-8 is kept; controls, bidi and other invisible characters, and invalid UTF-8, are escaped.
pub fn escape_for_edit(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let put = |text: &mut String, written: fmt::Arguments<'_>| {
        text.write_fmt(written).expect("writing to a String cannot fail");
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\r' => text.push_str(r"\r"),
                '\n' => text.push_str(r"\n"),
                '\t' => text.push_str(r"\t"),
                '\0' => text.push_str(r"\0"),
                '\\' => text.push_str(r"\\"),
                '\u{1}'..='\u{1f}' | '\u{7f}' => put(&mut text, format_args!("\\x{:02x}", u32::from(character))),
                _ if sanitize::is_hostile(character) => {
                    put(&mut text, format_args!("\\u{{{:x}}}", u32::from(character)));
                }
                _ => text.push(character),
            }
        }
        for byte in chunk.invalid() {
            put(&mut text, format_args!("\\x{byte:02x}"));
        }
    }
    text
}

/// Bytes as pairs of hex digits separated by blanks, which [`parse_hex`] reads.
pub fn spaced_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sanitize;
    use proptest::prelude::*;

    #[test]
    fn every_accepted_escape_stands_for_its_bytes() {
        assert_eq!(parse_text(r"a\r\n\t\0\\\x00\xfF\u{e9}\u{1F600}é").unwrap(), {
            let mut bytes = b"a\r\n\t\0\\\0\xff".to_vec();
            bytes.extend("é😀é".as_bytes());
            bytes
        });
        assert_eq!(parse_text("").unwrap(), b"");
        assert_eq!(parse_text(r"\01").unwrap(), b"\x001", "no octal");
    }

    #[test]
    fn a_bad_escape_is_named_with_its_place_and_what_is_accepted() {
        let cases = [
            (r"héllo\q", r#""\q" at column 6 is no escape"#),
            (r"\e", r#""\e" at column 1 is no escape"#),
            ("ab\\", r#""\" at column 3 starts no escape"#),
            (r"\x4", r#""\x4" at column 1 needs exactly two hex digits"#),
            (r"\xé9", r#""\xé9" at column 1 needs exactly two hex digits"#),
            (r"\x+1", r#""\x+1" at column 1 needs exactly two hex digits"#),
            (r"\u41", r#""\u4" at column 1 needs hex digits in braces"#),
            (r"\u{d800}", r#""\u{d800}" at column 1 is no Unicode scalar value"#),
            (r"\u{}", r#""\u{}" at column 1 is no Unicode scalar value"#),
            (r"\u{+41}", r#""\u{+41}" at column 1 is no Unicode scalar value"#),
        ];
        for (text, message) in cases {
            let error = parse_text(text).unwrap_err().to_string();
            assert!(error.starts_with(message) && error.contains(ACCEPTED_ESCAPES), "{text}: {error}");
        }
    }

    #[test]
    fn hex_is_taken_in_every_common_spelling() {
        let spellings =
            ["48 65 6c", "0x48,0x65,0x6c", "48:65:6C", "48656c", "0x48656c", "48-65_6c\n", r"\x48\x65\x6c", "4865 6c"];
        for hex in spellings {
            assert_eq!(parse_hex(hex).unwrap(), b"Hel", "{hex}");
        }
        assert_eq!(parse_hex("  ").unwrap(), b"");
    }

    #[test]
    fn bad_hex_is_named_with_its_place() {
        let cases = [
            ("48 6g", r#""g" at column 5 is no hex digit"#),
            ("48 656", r#""656" at column 4 has an odd number of hex digits"#),
            ("4 8", r#""4" at column 1 has an odd number of hex digits"#),
            ("0x", r#""0x" at column 1 has no hex digits"#),
            ("48 0xzz", r#""z" at column 6 is no hex digit"#),
            ("48\u{1b}", "\"␛\" at column 3 is no hex digit"),
        ];
        for (hex, message) in cases {
            let error = parse_hex(hex).unwrap_err().to_string();
            assert!(error.starts_with(message) && error.contains(ACCEPTED_HEX), "{hex}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_escaped_for_editing_parses_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(parse_text(&escape_for_edit(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn text_escaped_for_editing_parses_to_itself_and_shows_no_control(text in any::<String>()) {
            let edited = escape_for_edit(text.as_bytes());
            prop_assert!(!edited.chars().any(|c| c.is_control() || sanitize::is_hostile(c)));
            prop_assert_eq!(parse_text(&edited).unwrap(), text.as_bytes());
        }

        #[test]
        fn printed_hex_parses_to_its_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64), parting in "[ ,:]") {
            prop_assert_eq!(parse_hex(&spaced_hex(&bytes).replace(' ', &parting)).unwrap(), bytes);
        }

        #[test]
        fn anything_typed_is_bytes_or_an_error(text in any::<String>(), near in r"[\\xu{}0-9a-fé ]{0,16}") {
            for text in [&text, &near] {
                drop(parse_text(text).map_err(|error| error.to_string()));
                drop(parse_hex(text).map_err(|error| error.to_string()));
            }
        }
    }
}
