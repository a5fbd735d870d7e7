//! Cuts Rust text into tokens, and the test code out of them.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    Mark(char),
    /// `::`
    Joint,
    /// A number, a character or a string.
    Literal,
    Lifetime,
}

#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

impl Placed {
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.token {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn is(&self, mark: char) -> bool {
        self.token == Token::Mark(mark)
    }
}

pub(crate) fn tokens(text: &str) -> Vec<Placed> {
    let mut cutter = Cutter { text: text.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while cutter.at < cutter.text.len() {
        cutter.next();
    }
    cutter.tokens
}

struct Cutter {
    text: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Placed>,
}

impl Cutter {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) {
        if self.peek(0) == '\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    fn push(&mut self, token: Token, first_line: usize) {
        self.tokens.push(Placed { token, first_line, last_line: self.line });
    }

    fn next(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            (c, _) if c.is_whitespace() => self.step(),
            ('/', '/') => {
                while self.at < self.text.len() && self.peek(0) != '\n' {
                    self.step();
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(line),
            ('\'', next) => {
                if next == '\\' || self.peek(2) == '\'' {
                    self.character(line);
                } else {
                    self.step();
                    self.take_word();
                    self.push(Token::Lifetime, line);
                }
            }
            (c, _) if c.is_ascii_digit() => {
                self.take_word();
                if self.peek(0) == '.' && self.peek(1).is_ascii_digit() {
                    self.step();
                    self.take_word();
                }
                self.push(Token::Literal, line);
            }
            (c, _) if c.is_alphabetic() || c == '_' => self.word_or_prefixed_literal(line),
            (':', ':') => {
                self.step();
                self.step();
                self.push(Token::Joint, line);
            }
            (c, _) => {
                self.step();
                self.push(Token::Mark(c), line);
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.step();
                }
                ('*', '/') => {
                    depth -= 1;
                    self.step();
                }
                _ => {}
            }
            self.step();
            if depth == 0 {
                return;
            }
        }
    }

    fn take_word(&mut self) -> String {
        let start = self.at;
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.step();
        }
        self.text[start..self.at].iter().collect()
    }

    fn word_or_prefixed_literal(&mut self, line: usize) {
        let word = self.take_word();
        match (word.as_str(), self.peek(0), self.peek(1)) {
            ("r" | "br" | "cr", '"' | '#', '"' | '#') | ("r" | "br" | "cr", '"', _) => self.raw_string(line),
            ("r", '#', _) => {
                self.step();
                let word = self.take_word();
                self.push(Token::Word(word), line);
            }
            ("b" | "c", '"', _) => self.string(line),
            ("b", '\'', _) => self.character(line),
            _ => self.push(Token::Word(word), line),
        }
    }

    fn quoted(&mut self, end: char, line: usize) {
        self.step();
        while self.at < self.text.len() && self.peek(0) != end {
            if self.peek(0) == '\\' {
                self.step();
            }
            self.step();
        }
        self.step();
        self.push(Token::Literal, line);
    }

    fn string(&mut self, line: usize) {
        self.quoted('"', line);
    }

    fn character(&mut self, line: usize) {
        self.quoted('\'', line);
    }

    fn raw_string(&mut self, line: usize) {
        let mut hashes = 0;
        while self.peek(0) == '#' {
            hashes += 1;
            self.step();
        }
        self.step();
        while self.at < self.text.len() {
            if self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#') {
                break;
            }
            self.step();
        }
        for _ in 0..=hashes {
            self.step();
        }
        self.push(Token::Literal, line);
    }
}

/// The index behind the bracket that closes the one at `open`.
pub(crate) fn group_end(tokens: &[Placed], open: usize) -> usize {
    let mut depth = 0;
    for (at, placed) in tokens.iter().enumerate().skip(open) {
        match placed.token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// A file's code, and what was cut out of it because it is compiled for tests only.
pub(crate) struct Cut {
    pub(crate) code: Vec<Placed>,
    /// First and last line of each piece of test code.
    pub(crate) test_lines: Vec<(usize, usize)>,
    /// Names of the modules in other files that are declared for tests only.
    pub(crate) test_modules: Vec<String>,
}

pub(crate) fn cut_tests(all: &[Placed]) -> Cut {
    let mut cut = Cut { code: Vec::new(), test_lines: Vec::new(), test_modules: Vec::new() };
    let mut at = 0;
    while at < all.len() {
        if !marks_test(&all[at..]) {
            cut.code.push(all[at].clone());
            at += 1;
            continue;
        }
        let mut start = at;
        while all.get(start).is_some_and(|placed| placed.is('#')) {
            start = group_end(all, start + 1);
        }
        let end = thing_end(all, start);
        if let [.., module, name, last] = &all[start..end]
            && module.word() == Some("mod")
            && last.is(';')
        {
            cut.test_modules.extend(name.word().map(str::to_string));
        }
        cut.test_lines.push((all[at].first_line, all[end - 1].last_line));
        at = end;
    }
    cut
}

fn marks_test(tokens: &[Placed]) -> bool {
    let words = |count: usize| -> Vec<Token> { tokens.iter().take(count).map(|placed| placed.token.clone()).collect() };
    let marked = |text: &str| {
        let wanted = self::tokens(text);
        words(wanted.len()) == wanted.iter().map(|placed| placed.token.clone()).collect::<Vec<_>>()
    };
    tokens[0].is('#') && (marked("#[cfg(test)]") || marked("#[cfg(all(test,") || marked("#[test]"))
}

/// The index behind the item, field or statement that starts at `start`.
fn thing_end(all: &[Placed], start: usize) -> usize {
    const ITEMS: &[&str] =
        &["pub", "fn", "mod", "use", "struct", "enum", "impl", "trait", "const", "static", "type", "let", "async"];
    let first = all.get(start).and_then(Placed::word).unwrap_or_default();
    let is_item = ITEMS.contains(&first) || first == "unsafe";
    let to_semicolon = matches!(first, "use" | "static" | "type" | "let")
        || first == "const" && all.get(start + 2).is_some_and(|placed| placed.is(':'));
    let mut at = start;
    while at < all.len() {
        match all[at].token {
            Token::Mark('(' | '[') => at = group_end(all, at),
            Token::Mark('{') => {
                at = group_end(all, at);
                if !to_semicolon {
                    return at;
                }
            }
            Token::Mark(')' | ']' | '}') => return at,
            Token::Mark(';') => return at + 1,
            Token::Mark(',') if !is_item => return at + 1,
            _ => at += 1,
        }
    }
    at
}
