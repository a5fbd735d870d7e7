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
    let mut words = Vec::new();
    for token in split_tokens(line)? {
        match token {
            ShellToken::Word(word) => words.push(word),
            ShellToken::Operator { text, .. } if text == "\n" => {}
            ShellToken::Operator { at, .. } | ShellToken::Document { at, .. } => return Err(needs_shell(line, at)),
        }
    }
    Ok(words)
}

/// A word, or what stands between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ShellToken {
    /// A word, without its quotes.
    Word(String),
    /// An operator, and its byte offset: `|`, `|&`, `||`, `&`, `&&`, `;`, a line break, `<`, `<<<`, or a redirection of
    /// output with its number: `>`, `2>`, `>>`, `>&`, `&>`.
    Operator {
        /// The operator.
        text: String,
        /// Where it stands.
        at: usize,
    },
    /// A here-document (`<<WORD`): its lines.
    Document {
        /// Its text, with the last line break.
        text: String,
        /// Where it begins.
        at: usize,
    },
}

/// The words and operators of a line.
///
/// # Errors
/// Fails with a sentence if a quote is not closed, or for `$NAME` and `` ` ``.
pub(super) fn split_tokens(line: &str) -> Result<Vec<ShellToken>, String> {
    let mut reader = ShellReader {
        line,
        rest: line.char_indices().peekable(),
        word: None,
        is_quoted: false,
        tokens: Vec::new(),
        documents: Vec::new(),
    };
    reader.read()?;
    if let Some(document) = reader.documents.first() {
        return Err(format!("the text after {} at column {} has no end", quoted("<<"), column(line, document.at)));
    }
    Ok(reader.tokens)
}

/// The error for something that only a shell can do.
pub(super) fn needs_shell(line: &str, at: usize) -> String {
    let shown: String = line[at..].chars().take_while(|c| !c.is_whitespace()).take(12).collect();
    let column = column(line, at);
    format!("{} at column {column} needs a shell; accepted: one command, its words in quotes", quoted(&shown))
}

fn column(line: &str, at: usize) -> usize {
    line[..at].chars().count() + 1
}

/// The control character that a letter behind a backslash stands for, in `$'…'`, `printf` and `echo -e`.
pub(super) fn control_escape(letter: char) -> Option<u8> {
    Some(match letter {
        'a' => 0x07,
        'b' => 0x08,
        'e' | 'E' => 0x1b,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        _ => return None,
    })
}

/// Whether a shell expands a dollar sign before this.
fn is_expanded(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '(' | '?' | '!' | '@' | '*' | '#')
}

/// The text of a here-document whose end is not quoted: a backslash protects `$`, `` ` `` and itself, and joins lines.
/// `None`: there is something to expand.
fn plain_document(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some('$' | '`' | '\\')) => plain.extend(rest.next()),
            ('\\', Some('\n')) => drop(rest.next()),
            ('`', _) => return None,
            ('$', Some(next)) if is_expanded(*next) => return None,
            _ => plain.push(c),
        }
    }
    Some(plain)
}

/// A here-document that was announced.
struct PendingDocument {
    /// The line that ends it.
    end: String,
    /// Where it was announced.
    at: usize,
    /// Whether tabs at the start of its lines are removed.
    without_tabs: bool,
    /// Whether its end is quoted: then nothing in it is expanded.
    literal: bool,
    /// Its token, whose text is still empty.
    token: usize,
}

struct ShellReader<'a> {
    line: &'a str,
    rest: Peekable<CharIndices<'a>>,
    word: Option<String>,
    /// Whether a part of the word was quoted.
    is_quoted: bool,
    tokens: Vec<ShellToken>,
    /// The here-documents whose lines come after the next line break.
    documents: Vec<PendingDocument>,
}

impl ShellReader<'_> {
    fn read(&mut self) -> Result<(), String> {
        while let Some((at, c)) = self.rest.next() {
            match c {
                '\\' => match self.rest.next() {
                    Some((_, '\n')) => {}
                    Some((_, '\r')) => {
                        self.take('\n');
                    }
                    Some((_, escaped)) => {
                        self.is_quoted = true;
                        self.push(escaped);
                    }
                    None => return Err(format!("the backslash at column {} escapes nothing", self.column(at))),
                },
                '\'' => self.read_single_quoted(at)?,
                '"' => self.double(at)?,
                '$' if self.next_is('\'') => {
                    self.rest.next();
                    self.ansi(at)?;
                }
                '$' => self.dollar(at)?,
                '`' => return Err(self.needs_shell(at)),
                '|' => {
                    let text = if self.take('|') {
                        "||"
                    } else if self.take('&') {
                        "|&"
                    } else {
                        "|"
                    };
                    self.operator(text.to_owned(), at);
                }
                '<' => self.input(at)?,
                '>' => self.output(at, String::new()),
                '&' if self.word.is_none() && self.next_is('>') => {
                    self.rest.next();
                    self.output(at, "&".to_owned());
                }
                '&' | ';' if self.word.is_none() || self.word_ends() => {
                    let text = if c == ';' {
                        ";"
                    } else if self.take('&') {
                        "&&"
                    } else {
                        "&"
                    };
                    self.operator(text.to_owned(), at);
                }
                '#' if self.word.is_none() => self.skip_comment(),
                '\n' | '\r' => {
                    if c == '\r' {
                        self.take('\n');
                    }
                    self.operator("\n".to_owned(), at);
                    self.read_documents()?;
                }
                _ if c.is_whitespace() => self.end_word(),
                _ => self.push(c),
            }
        }
        self.end_word();
        Ok(())
    }

    fn end_word(&mut self) {
        self.tokens.extend(self.word.take().map(ShellToken::Word));
        self.is_quoted = false;
    }

    fn operator(&mut self, text: String, at: usize) {
        self.end_word();
        self.tokens.push(ShellToken::Operator { text, at });
    }

    fn skip_comment(&mut self) {
        while self.rest.peek().is_some_and(|(_, c)| !matches!(c, '\n' | '\r')) {
            self.rest.next();
        }
    }

    /// `>`, `>>`, `>&`, `>|`, behind the number of a descriptor or an `&`.
    fn output(&mut self, at: usize, before: String) {
        let digits = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let number = if self.is_quoted { None } else { self.word.take_if(|word| digits(word)) };
        let mut text = before + &number.unwrap_or_default() + ">";
        for sign in ['>', '&', '|'] {
            if self.take(sign) {
                text.push(sign);
                break;
            }
        }
        self.operator(text, at);
    }

    /// `<`, `<<<`, or a here-document, whose lines are read after the line break.
    fn input(&mut self, at: usize) -> Result<(), String> {
        if !self.take('<') {
            if self.next_is('(') || self.next_is('&') {
                return Err(self.needs_shell(at));
            }
            self.operator("<".to_owned(), at);
            return Ok(());
        }
        if self.take('<') {
            self.operator("<<<".to_owned(), at);
            return Ok(());
        }
        self.end_word();
        let without_tabs = self.take('-');
        while self.take(' ') {}
        let (mut end, mut literal) = (String::new(), false);
        while let Some((_, c)) =
            self.rest.next_if(|(_, c)| !c.is_whitespace() && !matches!(c, ';' | '|' | '&' | '>' | '<'))
        {
            if matches!(c, '\'' | '"' | '\\') {
                literal = true;
            } else {
                end.push(c);
            }
        }
        if end.is_empty() {
            return Err(self.needs_shell(at));
        }
        let token = self.tokens.len();
        self.tokens.push(ShellToken::Document { text: String::new(), at });
        self.documents.push(PendingDocument { end, at, without_tabs, literal, token });
        Ok(())
    }

    /// The lines of the here-documents that were announced on the line that ends here.
    fn read_documents(&mut self) -> Result<(), String> {
        for PendingDocument { end, at, without_tabs, literal, token } in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            loop {
                if self.rest.peek().is_none() {
                    return Err(format!("the text after {} at column {} has no end", quoted("<<"), self.column(at)));
                }
                let mut line = String::new();
                while let Some((_, c)) = self.rest.next_if(|(_, c)| !matches!(c, '\n' | '\r')) {
                    line.push(c);
                }
                self.take('\r');
                self.take('\n');
                let line = if without_tabs { line.trim_start_matches('\t') } else { line.as_str() };
                if line == end {
                    break;
                }
                text.push_str(line);
                text.push('\n');
            }
            let text = if literal { Some(text) } else { plain_document(&text) };
            let expands = || {
                let (marks, quoted_end) = (quoted("<<"), quoted(&format!("<<'{end}'")));
                format!(
                    "the text after {marks} has a $ or ` for a shell; accepted: {quoted_end}, which takes it literally"
                )
            };
            self.tokens[token] = ShellToken::Document { text: text.ok_or_else(expands)?, at };
        }
        Ok(())
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.rest.peek().is_some_and(|(_, c)| *c == wanted)
    }

    /// Takes the next character if it is this one.
    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, c)| *c == wanted).is_some()
    }

    fn word_ends(&mut self) -> bool {
        self.rest.peek().is_none_or(|(_, c)| c.is_whitespace() || matches!(c, '&' | ';'))
    }

    fn column(&self, at: usize) -> usize {
        column(self.line, at)
    }

    fn needs_shell(&self, at: usize) -> String {
        needs_shell(self.line, at)
    }

    fn not_closed(&self, at: usize) -> String {
        format!("the quote at column {} is not closed", self.column(at))
    }

    fn read_single_quoted(&mut self, at: usize) -> Result<(), String> {
        self.word.get_or_insert_default();
        self.is_quoted = true;
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
        self.is_quoted = true;
        loop {
            match self.rest.next() {
                None => return Err(self.not_closed(at)),
                Some((_, '"')) => return Ok(()),
                Some((inner, '$')) => self.dollar(inner)?,
                Some((inner, '`')) => return Err(self.needs_shell(inner)),
                Some((_, '\\')) => match self.rest.next() {
                    None => return Err(self.not_closed(at)),
                    Some((_, '\n')) => {}
                    Some((_, '\r')) => {
                        self.take('\n');
                    }
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
        if self.rest.peek().is_some_and(|(_, c)| is_expanded(*c)) {
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
            '\\' | '\'' | '"' | '?' => {
                bytes.push(escape as u8);
                return Ok(());
            }
            _ => {
                match control_escape(escape) {
                    Some(byte) => bytes.push(byte),
                    None => {
                        bytes.push(b'\\');
                        bytes.extend_from_slice(escape.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
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
            ("a \\\n  b \\\r\n c \\\r d", &["a", "b", "c", "d"]),
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
            ("curl h < f", r#""<" at column 8"#),
            ("curl h <<E\nx\nE\n", r#""<<E" at column 8"#),
            ("curl h <<E\nx\n", "has no end"),
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

    #[test]
    fn operators_stand_between_words_and_a_here_document_has_its_lines() {
        let told = |line: &str| {
            let tokens = split_tokens(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            let told = tokens.into_iter().map(|token| match token {
                ShellToken::Word(word) => word,
                ShellToken::Operator { text, .. } => format!("[{text}]"),
                ShellToken::Document { text, .. } => format!("{{{text}}}"),
            });
            told.collect::<Vec<_>>().join(" ").replace('\n', "␊")
        };
        let cases = [
            ("a|b |& c||d", "a [|] b [|&] c [||] d"),
            ("a>f 2>/dev/null &>x >>y 2>&1", "a [>] f [2>] /dev/null [&>] x [>>] y [2>&] 1"),
            ("a '2'>f", "a 2 [>] f"),
            ("a && b; c &", "a [&&] b [;] c [&]"),
            ("a <<< 'x y' < f", "a [<<<] x y [<] f"),
            ("a <<-'END' b\n\tx $y\n\tEND\nc", "a {x $y␊} b [␊] c"),
            ("a <<END\n1 \\$x \\\\ $ 5\\\n6\nEND", "a {1 $x \\ $ 56␊} [␊]"),
            ("# what it does\na # more\n", "[␊] a [␊]"),
            ("a 'x\ny'\rb", "a x␊y [␊] b"),
            ("h?a=1&b;c", "h?a=1&b;c"),
        ];
        for (line, expected) in cases {
            assert_eq!(told(line), expected, "{line}");
        }
        for expanded in ["$X", "${X}", "$(date)", "`date`", "$1"] {
            let why = split_tokens(&format!("a <<END\n{expanded}\nEND")).unwrap_err();
            assert!(why.contains("<<'END'"), "{why}");
        }
    }

    proptest! {
        #[test]
        fn what_stands_in_single_quotes_is_taken_as_it_is(text in "[^']{0,40}") {
            prop_assert_eq!(split_words(&format!("'{text}'")).unwrap(), vec![text]);
        }

        #[test]
        fn any_line_is_words_or_an_error(line in any::<String>(), near in r#"[a'"$\\ xuU0-9{}&;|\n\r<>#-]{0,24}"#) {
            for line in [&line, &near] {
                drop(split_words(line));
                drop(split_tokens(line));
            }
        }
    }
}
