//! JSON, pretty-printed: one member per line, with a message where the text is not JSON (RFC 8259).
//!
//! The text itself is kept byte for byte: numbers are not rounded, escapes not decoded, and a repeated name is shown
//! each time.

use super::document::{DocLine, Document, MOST_LINES, MOST_SOURCE, TextRole, TextSpan};
use crate::text::{quantity, sanitize};

/// How deep arrays and objects may be nested.
pub const DEEPEST: usize = 128;

/// At greater depth, the indentation does not grow.
const DEEPEST_INDENT: usize = 32;

/// Pretty-prints JSON; several consecutive values (JSON lines) are accepted too.
///
/// # Errors
/// Fails with a sentence that has line and column, if the text is not JSON, is nested deeper than [`DEEPEST`], or is
/// longer than [`MOST_SOURCE`].
pub fn pretty_json(bytes: &[u8]) -> Result<Document, String> {
    if bytes.len() > MOST_SOURCE {
        let (len, most) = (quantity::grouped(bytes.len() as u64), quantity::grouped(MOST_SOURCE as u64));
        return Err(format!("{len} bytes are too many to be laid out; at most {most}"));
    }
    let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut reader = JsonReader { bytes, at, document: Document::default(), line: Vec::new(), left_out: 0 };
    loop {
        reader.value(0)?;
        reader.end_line();
        let apart = reader.starts_new_value();
        match reader.peek_token() {
            None => break,
            Some(_) if apart => {}
            Some(_) => return Err(reader.expected_error("the end")),
        }
    }
    if reader.left_out > 0 {
        let left_out = quantity::grouped(reader.left_out);
        reader.document.remark(format!("⋯ {left_out} more lines are not shown ⋯"));
    }
    Ok(reader.document)
}

/// Parses and lays out in one pass.
struct JsonReader<'a> {
    bytes: &'a [u8],
    at: usize,
    document: Document,
    line: Vec<TextSpan>,
    left_out: u64,
}

impl<'a> JsonReader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn peek_token(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.peek()
    }

    /// Whether the next bytes cannot belong to the value before them.
    fn starts_new_value(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        matches!(before, Some(b']' | b'}' | b'"'))
            || matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n' | b'[' | b'{' | b'"'))
    }

    /// Whether the document is full, so that further lines are only counted.
    fn is_full(&self) -> bool {
        self.document.lines.len() >= MOST_LINES
    }

    fn push_span(&mut self, role: TextRole, text: impl Into<String>) {
        if !self.is_full() {
            self.line.push(TextSpan::new(role, text));
        }
    }

    /// Adds the source from `start` up to the current position.
    fn put_source(&mut self, role: TextRole, start: usize) {
        if !self.is_full() {
            self.push_span(role, sanitize::line_of(&self.bytes[start..self.at]));
        }
    }

    fn end_line(&mut self) {
        let line = DocLine::new(std::mem::take(&mut self.line));
        if !self.document.push(line) {
            self.left_out += 1;
        }
    }

    fn begin_line(&mut self, depth: usize) {
        self.end_line();
        if depth > 0 && !self.is_full() {
            self.push_span(TextRole::Plain, "  ".repeat(depth.min(DEEPEST_INDENT)));
        }
    }

    fn expected_error(&self, expected: &str) -> String {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        let window = &self.bytes[before.len()..self.bytes.len().min(before.len() + 64)];
        let found = sanitize::glyphs(window).next();
        let found = found.map_or("the end".to_owned(), |glyph| format!("'{}'", glyph.text));
        format!("not JSON at line {line}, column {column}: expected {expected}, found {found}")
    }

    fn value(&mut self, depth: usize) -> Result<(), String> {
        match self.peek_token() {
            Some(b'{') => self.group(depth, b'}'),
            Some(b'[') => self.group(depth, b']'),
            Some(b'"') => self.string(TextRole::String),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.read_number(),
            _ => Err(self.expected_error("a value")),
        }
    }

    fn group(&mut self, depth: usize, close: u8) -> Result<(), String> {
        if depth >= DEEPEST {
            return Err(self.expected_error(&format!("no more than {DEEPEST} levels")));
        }
        let (open, close_text) = if close == b'}' { ("{", "}") } else { ("[", "]") };
        self.push_span(TextRole::Punctuation, open);
        self.at += 1;
        if self.peek_token() == Some(close) {
            self.push_span(TextRole::Punctuation, close_text);
            self.at += 1;
            return Ok(());
        }
        loop {
            self.begin_line(depth + 1);
            if close == b'}' {
                self.name()?;
            }
            self.value(depth + 1)?;
            match self.peek_token() {
                Some(b',') => self.push_span(TextRole::Punctuation, ","),
                Some(byte) if byte == close => {
                    self.begin_line(depth);
                    self.push_span(TextRole::Punctuation, close_text);
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.expected_error(&format!("',' or '{close_text}'"))),
            }
            self.at += 1;
        }
    }

    fn name(&mut self) -> Result<(), String> {
        if self.peek_token() != Some(b'"') {
            return Err(self.expected_error("a name in quotes"));
        }
        self.string(TextRole::Key)?;
        if self.peek_token() != Some(b':') {
            return Err(self.expected_error("':'"));
        }
        self.at += 1;
        self.push_span(TextRole::Punctuation, ": ");
        Ok(())
    }

    fn string(&mut self, role: TextRole) -> Result<(), String> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0..0x20) | None => return Err(self.expected_error("the end of a string")),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        self.put_source(role, start);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err(self.expected_error("four hex digits"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.expected_error("an escape")),
        }
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), String> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.expected_error("a value"));
        }
        self.at += word.len();
        self.push_span(TextRole::Keyword, word);
        Ok(())
    }

    fn read_number(&mut self) -> Result<(), String> {
        let start = self.at;
        self.skip_any(b"-");
        if !self.skip_any(b"0") {
            self.read_digits()?;
        }
        if self.skip_any(b".") {
            self.read_digits()?;
        }
        if self.skip_any(b"eE") {
            self.skip_any(b"+-");
            self.read_digits()?;
        }
        self.put_source(TextRole::Number, start);
        Ok(())
    }

    /// Skips one of these bytes, if it comes next.
    fn skip_any(&mut self, any: &[u8]) -> bool {
        let there = self.peek().is_some_and(|byte| any.contains(&byte));
        self.at += usize::from(there);
        there
    }

    fn read_digits(&mut self) -> Result<(), String> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.expected_error("a digit"));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::model::documents::document::TextRole;

    fn text(document: &Document) -> String {
        document.lines.iter().map(|line| line.text().into_owned()).collect::<Vec<_>>().join("\n")
    }

    fn laid_out(json: &str) -> Result<String, String> {
        pretty_json(json.as_bytes()).map(|document| text(&document))
    }

    #[test]
    fn json_is_laid_out_one_member_a_line() {
        let json = r#"{"a":[1,-2.50e+3,true],"b":{},"c":"x\u001b\"y","a":null}"#;
        let expected = "{\n  \"a\": [\n    1,\n    -2.50e+3,\n    true\n  ],\n  \"b\": {},\n  \"c\": \"x\\u001b\\\"y\",\n  \"a\": null\n}";
        assert_eq!(laid_out(json).as_deref(), Ok(expected));
        let document = pretty_json(json.as_bytes()).unwrap();
        let roles: Vec<TextRole> = document.lines[1].spans.iter().map(|span| span.role).collect();
        assert_eq!(roles, [TextRole::Plain, TextRole::Key, TextRole::Punctuation, TextRole::Punctuation]);
    }

    #[test]
    fn json_lines_are_taken_one_after_another() {
        assert_eq!(laid_out("{\"a\":1}\n[]\n").as_deref(), Ok("{\n  \"a\": 1\n}\n[]"));
        assert_eq!(laid_out("\u{feff}1").as_deref(), Ok("1"));
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        let wrong = |json| laid_out(json).unwrap_err();
        assert_eq!(wrong(""), "not JSON at line 1, column 1: expected a value, found the end");
        assert_eq!(wrong("{\n \"é\": x}"), "not JSON at line 2, column 7: expected a value, found 'x'");
        assert_eq!(wrong("[1,]"), "not JSON at line 1, column 4: expected a value, found ']'");
        assert_eq!(wrong("[1 2]"), "not JSON at line 1, column 4: expected ',' or ']', found '2'");
        assert_eq!(wrong("{a:1}"), "not JSON at line 1, column 2: expected a name in quotes, found 'a'");
        assert_eq!(wrong("\"a\u{1b}"), "not JSON at line 1, column 3: expected the end of a string, found '␛'");
        assert_eq!(wrong("1."), "not JSON at line 1, column 3: expected a digit, found the end");
        for json in ["01", "-", "\"\\x\"", "\"\\u12g4\"", "tru", "1e", "[", "{\"a\"}", "]", "1true"] {
            assert!(laid_out(json).is_err(), "{json}");
        }
    }

    #[test]
    fn nesting_and_length_have_bounds() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(laid_out(&deep(DEEPEST)).is_ok());
        let problem = laid_out(&deep(DEEPEST + 1)).unwrap_err();
        assert!(problem.contains("no more than 128 levels"), "{problem}");
        assert!(pretty_json(&vec![b' '; MOST_SOURCE + 1]).is_err());
        let many = format!("[{}1]", "1,".repeat(crate::model::documents::document::MOST_LINES));
        let document = pretty_json(many.as_bytes()).unwrap();
        assert_eq!(
            document.lines.last().map(|line| line.text().into_owned()).as_deref(),
            Some("⋯ 3 more lines are not shown ⋯")
        );
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ -~é日]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec(("[a-z\\\\\"]{0,5}", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_laid_out_as_others_lay_it_out(value in json()) {
            let shown = laid_out(&value.to_string()).unwrap();
            prop_assert_eq!(shown, serde_json::to_string_pretty(&value).unwrap());
        }

        #[test]
        fn no_bytes_make_it_panic_and_it_takes_what_json_is(bytes in "[\\[\\]{}:,\"\\\\0-9eE+.truefalsn \n-]{0,24}") {
            let ours = pretty_json(bytes.as_bytes()).is_ok();
            let theirs = serde_json::Deserializer::from_str(&bytes).into_iter::<serde::de::IgnoredAny>().all(|value| value.is_ok());
            prop_assert!(ours || !theirs || bytes.trim().is_empty(), "{}", bytes);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            // Any result is good: the test is that the call returns.
            drop(pretty_json(&bytes));
        }
    }
}
