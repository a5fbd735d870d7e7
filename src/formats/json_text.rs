//! JSON as text (RFC 8259): strings to write, and values to check.

/// The deepest nesting of a value.
const DEEPEST: usize = 128;

/// A text as a JSON string, with its quotes.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if u32::from(c) < 0x20 => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a text is one JSON value; one that is nested deeper than 128 levels is none.
pub(super) fn is_value(text: &str) -> bool {
    value(text.trim_start_matches(BLANKS), 0).is_some_and(|rest| rest.trim_start_matches(BLANKS).is_empty())
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// What stands behind a value; `None`: there is none.
fn value(text: &str, depth: usize) -> Option<&str> {
    if depth > DEEPEST {
        return None;
    }
    match text.bytes().next()? {
        b'{' => members(&text[1..], '}', |text| {
            let rest = after_string(text)?.trim_start_matches(BLANKS).strip_prefix(':')?;
            value(rest.trim_start_matches(BLANKS), depth + 1)
        }),
        b'[' => members(&text[1..], ']', |text| value(text, depth + 1)),
        b'"' => after_string(text),
        b'-' | b'0'..=b'9' => after_number(text),
        _ => ["true", "false", "null"].iter().find_map(|word| text.strip_prefix(word)),
    }
}

/// What stands behind the members of an object or an array, and its end.
fn members<'t>(text: &'t str, end: char, member: impl Fn(&'t str) -> Option<&'t str>) -> Option<&'t str> {
    let mut rest = text.trim_start_matches(BLANKS);
    if let Some(behind) = rest.strip_prefix(end) {
        return Some(behind);
    }
    loop {
        rest = member(rest)?.trim_start_matches(BLANKS);
        if let Some(behind) = rest.strip_prefix(end) {
            return Some(behind);
        }
        rest = rest.strip_prefix(',')?.trim_start_matches(BLANKS);
    }
}

fn after_string(text: &str) -> Option<&str> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return text.get(at + 2..),
            '\\' => match characters.next()?.1 {
                '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                'u' => {
                    for _ in 0..4 {
                        characters.next().filter(|(_, digit)| digit.is_ascii_hexdigit())?;
                    }
                }
                _ => return None,
            },
            c if u32::from(c) < 0x20 => return None,
            _ => {}
        }
    }
    None
}

fn after_number(text: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return None;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        rest = (count > 0).then(|| &fraction[count..])?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        rest = (count > 0).then(|| &exponent[count..])?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_what_rfc_8259_says() {
        for text in ["5", "-0.5e+3", "\"a\\u00e9\\n\"", " [1, {\"a\": null}, []] ", "{}", "true"] {
            assert!(is_value(text), "{text}");
        }
        for text in ["", "01", "1.", "nope", "\"a", "'a'", "[1,]", "{a:1}", "{\"a\"}", "1 2", "+1", "\"\t\""] {
            assert!(!is_value(text), "{text}");
        }
        assert!(is_value(&format!("{}1{}", "[".repeat(100), "]".repeat(100))));
        assert!(!is_value(&"[".repeat(100_000)));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_reader_of_json(text in "[\\[\\]{}:,\"\\\\u0-9a-f.eE+ -]{0,12}|\"[^\"]{0,5}\"") {
            // A lone half of a surrogate pair is no text there; as JSON text it is well-formed.
            prop_assume!(!text.contains("\\u"));
            let known = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(is_value(&text), known);
        }

        #[test]
        fn a_string_is_read_back(text in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&string(&text)).unwrap(), text.clone());
            prop_assert!(is_value(&string(&text)));
        }
    }
}
