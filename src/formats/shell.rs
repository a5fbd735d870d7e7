//! Splits a pasted command line into words without a shell: quotes and escapes are decoded, nothing is run or expanded.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::text::sanitize::quoted;

/// The words of one command: `'…'`, `"…"`, `$'…'`, backslashes, and backslash-newline between lines.
///
/// An `&` or `;` within a word is kept, as in a URL that was pasted without quotes.
///
/// # Errors
/// Fails with a sentence if a quote is not closed, or for something only a shell can do (pipes, redirection, `$NAME`,
/// `` ` ``).
pub fn split_words(line: &str) -> Result<Vec<String>, String> {
    let mut reader = ShellReader { line, rest: line.char_indices().peekable(), word: None, words: Vec::new() };
    reader.read()?;
    Ok(reader.words)
}

struct ShellReader<'a> {
    line: &'a str,
    rest: Peekable<CharIndices<'a>>,
    word: Option<String>,
    words: Vec<String>,
}

impl ShellReader<'_> {
    fn read(&mut self) -> Result<(), String> {
        while let Some((at, c)) = self.rest.next() {
            match c {
                '\\' => match self.rest.next() {
                    Some((_, '\n')) => {}
                    Some((_, '\r')) if self.next_is('\n') => drop(self.rest.next()),
                    Some((_, escaped)) => self.push(escaped),
                    None => return Err(format!("the backslash at column {} escapes nothing", self.column(at))),
                },
                '\'' => self.read_single_quoted(at)?,
                '"' => self.double(at)?,
                '$' if self.next_is('\'') => {
                    self.rest.next();
                    self.ansi(at)?;
                }
                '$' => self.dollar(at)?,
                '`' | '|' | '<' | '>' => return Err(self.needs_shell(at)),
                '&' | ';' if self.word.is_none() || self.word_ends() => return Err(self.needs_shell(at)),
                _ if c.is_whitespace() => self.words.extend(self.word.take()),
                _ => self.push(c),
            }
        }
        self.words.extend(self.word.take());
        Ok(())
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.rest.peek().is_some_and(|(_, c)| *c == wanted)
    }

    fn word_ends(&mut self) -> bool {
        self.rest.peek().is_none_or(|(_, c)| c.is_whitespace() || matches!(c, '&' | ';'))
    }

    fn column(&self, at: usize) -> usize {
        self.line[..at].chars().count() + 1
    }

    fn needs_shell(&self, at: usize) -> String {
        let shown: String = self.line[at..].chars().take_while(|c| !c.is_whitespace()).take(12).collect();
        let column = self.column(at);
        format!("{} at column {column} needs a shell; accepted: one command, its words in quotes", quoted(&shown))
    }

    fn not_closed(&self, at: usize) -> String {
        format!("the quote at column {} is not closed", self.column(at))
    }

    fn read_single_quoted(&mut self, at: usize) -> Result<(), String> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next() {
                None => return Err(self.not_closed(at)),
                Some((_, '\'')) => return Ok(()),
                Some((_, c)) => self.push(c),
            }
        }
    }

    fn double(&mut self, at: usize) -> Result<(), String> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next() {
                None => return Err(self.not_closed(at)),
                Some((_, '"')) => return Ok(()),
                Some((inner, '$')) => self.dollar(inner)?,
                Some((inner, '`')) => return Err(self.needs_shell(inner)),
                Some((_, '\\')) => match self.rest.next() {
                    None => return Err(self.not_closed(at)),
                    Some((_, '\n')) => {}
                    Some((_, c @ ('"' | '\\' | '$' | '`'))) => self.push(c),
                    Some((_, c)) => {
                        self.push('\\');
                        self.push(c);
                    }
                },
                Some((_, c)) => self.push(c),
            }
        }
    }

    /// Refuses a dollar sign before something to expand; any other dollar sign is kept.
    fn dollar(&mut self, at: usize) -> Result<(), String> {
        let names = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '(' | '?' | '!' | '@' | '*' | '#');
        if self.rest.peek().is_some_and(|(_, c)| names(c)) {
            return Err(self.needs_shell(at));
        }
        self.push('$');
        Ok(())
    }

    /// Decodes `$'…'` like bash. Its bytes are collected first, because `\xc3\xa9` is one character.
    fn ansi(&mut self, at: usize) -> Result<(), String> {
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let Some((_, c)) = self.rest.next() else { return Err(self.not_closed(at)) };
            match c {
                '\'' => break,
                '\\' => {
                    let Some((inner, escape)) = self.rest.next() else { return Err(self.not_closed(at)) };
                    self.ansi_escape(inner, escape, &mut bytes)?;
                }
                _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            format!("the text quoted at column {} is no UTF-8; accepted: a file with @", self.column(at))
        })?;
        self.word.get_or_insert_default().push_str(&text);
        Ok(())
    }

    fn ansi_escape(&mut self, at: usize, escape: char, bytes: &mut Vec<u8>) -> Result<(), String> {
        let (radix, most, first) = match escape {
            'x' => (16, 2, None),
            'u' => (16, 4, None),
            'U' => (16, 8, None),
            '0'..='7' => (8, 2, escape.to_digit(8)),
            _ => {
                let byte = match escape {
                    'a' => 0x07,
                    'b' => 0x08,
                    'e' | 'E' => 0x1b,
                    'f' => 0x0c,
                    'n' => b'\n',
                    'r' => b'\r',
                    't' => b'\t',
                    'v' => 0x0b,
                    '\\' | '\'' | '"' | '?' => escape as u8,
                    _ => {
                        bytes.push(b'\\');
                        bytes.extend_from_slice(escape.encode_utf8(&mut [0; 4]).as_bytes());
                        return Ok(());
                    }
                };
                bytes.push(byte);
                return Ok(());
            }
        };
        let mut value = first;
        for _ in 0..most {
            let Some(digit) = self.rest.peek().and_then(|(_, c)| c.to_digit(radix)) else { break };
            value = Some(value.unwrap_or(0).wrapping_mul(radix) + digit);
            self.rest.next();
        }
        let wrong = || format!("the escape at column {} names no character", self.column(at).saturating_sub(1));
        let value = value.ok_or_else(wrong)?;
        if matches!(escape, 'u' | 'U') {
            let character = char::from_u32(value).ok_or_else(wrong)?;
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            bytes.push((value & 0xff) as u8);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_read_as_a_shell_reads_them() {
        let cases: [(&str, &[&str]); 9] = [
            ("a  b\tc\n", &["a", "b", "c"]),
            (r#"'a b' "c \" \\ \d" e\ f"#, &["a b", r#"c " \ \d"#, "e f"]),
            ("a \\\n  b \\\r\n c", &["a", "b", "c"]),
            (r"$'a\nb\x41\u00e9\'\101\xc3\xa9'x", &["a\nbAé'Aéx"]),
            ("-H'A: b'\"c\"", &["-HA: bc"]),
            ("'' \"\"", &["", ""]),
            ("http://h/?a=1&b=2;c", &["http://h/?a=1&b=2;c"]),
            ("5$ \"$\" 'a$b`|'", &["5$", "$", "a$b`|"]),
            ("", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(split_words(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused_with_its_place() {
        let cases = [
            ("curl h | jq", r#""|" at column 8"#),
            ("curl h > f", r#"">" at column 8"#),
            ("curl h 2>&1", r#"">&1" at column 9"#),
            ("curl h &", r#""&" at column 8"#),
            ("curl h; ls", r#"";" at column 7"#),
            ("curl a&& ls", r#""&&" at column 7"#),
            ("curl $HOST", r#""$HOST" at column 6"#),
            ("curl \"${HOST}\"", r#""${HOST}"#),
            ("curl `x`", r#""`x`" at column 6"#),
            ("a 'b", "the quote at column 3 is not closed"),
            ("a \"b", "the quote at column 3 is not closed"),
            ("$'b", "the quote at column 1 is not closed"),
            ("a\\", "the backslash at column 2"),
            (r"$'\xff'", "is no UTF-8"),
            (r"$'\ud800'", "names no character"),
        ];
        for (line, part) in cases {
            let error = split_words(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_stands_in_single_quotes_is_taken_as_it_is(text in "[^']{0,40}") {
            prop_assert_eq!(split_words(&format!("'{text}'")).unwrap(), vec![text]);
        }

        #[test]
        fn any_line_is_words_or_an_error(line in any::<String>(), near in r#"[a'"$\\ xuU0-9{}&;|\n]{0,24}"#) {
            for line in [&line, &near] {
                drop(split_words(line));
            }
        }
    }
}
