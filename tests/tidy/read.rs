//! Reads a file into its modules: what each defines, what it imports, and the code in which it names things.

use crate::tokens::{Placed, Token, cut_tests, group_end, tokens};

/// A file of the crate; `path` is relative to `src`, with `/`.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    /// `net::udp` of `net/udp.rs` and of `net/udp/mod.rs`; empty for `lib.rs`.
    pub(crate) module: String,
    pub(crate) code: Vec<Placed>,
    /// First and last line of each piece of test code.
    pub(crate) test_lines: Vec<(usize, usize)>,
    pub(crate) is_test: bool,
}

pub(crate) struct Module {
    pub(crate) path: Vec<String>,
    /// Index of its file.
    pub(crate) file: usize,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) uses: Vec<Use>,
    pub(crate) bodies: Vec<Body>,
}

pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Visible outside its module.
    pub(crate) is_open: bool,
    /// It or its inline module stands under `#[cfg(not(..))]`, so that another may bear the same name.
    pub(crate) is_twin: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Type,
    Value,
    /// `mod name;`
    ModuleFile,
    /// `mod name { .. }`
    InlineModule,
    /// `impl`, and macros called in the place of an item.
    Nameless,
}

#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    pub(crate) binds: Binding,
    /// `pub use`
    pub(crate) is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Binding {
    Name(String),
    Glob,
}

/// An item's tokens, with the imports that stand inside it.
pub(crate) struct Body {
    pub(crate) tokens: Vec<Placed>,
    pub(crate) uses: Vec<Use>,
}

/// The file without its test code, its modules (the outermost first), and the modules that its tests declare.
pub(crate) fn read_file(path: &str, text: &str, file: usize) -> (SourceFile, Vec<Module>, Vec<String>) {
    let stem = path.trim_end_matches(".rs");
    let module = match stem {
        "lib" | "mod" => String::new(),
        _ => stem.trim_end_matches("/mod").replace('/', "::"),
    };
    let cut = cut_tests(&tokens(text));
    let name = stem.rsplit('/').next().unwrap_or_default();
    let is_test = name == "tests" || name.ends_with("_tests") || stem.contains("/tests/");
    let segments: Vec<String> = module.split("::").filter(|part| !part.is_empty()).map(str::to_string).collect();
    let prefix = if module.is_empty() { String::new() } else { format!("{module}::") };
    let test_modules = cut.test_modules.iter().map(|name| format!("{prefix}{name}")).collect();
    let mut reader = Reader { tokens: &cut.code, file, modules: Vec::new() };
    if !is_test {
        reader.read_module(segments, false, 0, cut.code.len());
    }
    let modules = reader.modules;
    let source = SourceFile { path: path.to_string(), module, code: cut.code, test_lines: cut.test_lines, is_test };
    (source, modules, test_modules)
}

struct Reader<'a> {
    tokens: &'a [Placed],
    file: usize,
    modules: Vec<Module>,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(Placed::word).unwrap_or_default()
    }

    fn is(&self, at: usize, mark: char) -> bool {
        self.tokens.get(at).is_some_and(|placed| placed.is(mark))
    }

    fn read_module(&mut self, path: Vec<String>, is_twin: bool, start: usize, end: usize) {
        let id = self.modules.len();
        let module = Module { path, file: self.file, definitions: Vec::new(), uses: Vec::new(), bodies: Vec::new() };
        self.modules.push(module);
        let mut at = start;
        while at < end {
            at = self.read_item(id, is_twin, at).max(at + 1);
        }
    }

    /// Reads the item at `at` and returns the index behind it.
    fn read_item(&mut self, id: usize, mut is_twin: bool, mut at: usize) -> usize {
        while self.is(at, '#') {
            let open = if self.is(at + 1, '!') { at + 2 } else { at + 1 };
            let end = group_end(self.tokens, open);
            is_twin |= self.word(open + 1) == "cfg" && (open..end).any(|inner| self.word(inner) == "not");
            at = end;
        }
        if at >= self.tokens.len() || self.is(at, ';') || self.is(at, '}') {
            return at + 1;
        }
        let mut is_open = false;
        if self.word(at) == "pub" {
            is_open = true;
            at += 1;
            if self.is(at, '(') {
                at = group_end(self.tokens, at);
            }
        }
        let start = at;
        while matches!(self.word(at), "async" | "unsafe" | "default")
            || self.word(at) == "const" && matches!(self.word(at + 1), "fn" | "unsafe" | "async" | "extern")
            || self.word(at) == "extern"
                && self.word(at + 1) != "crate"
                && !self.is(at + 2, '{')
                && !self.is(at + 1, '{')
            || self.tokens[at].token == Token::Literal && self.word(at + 1) == "fn"
        {
            at += 1;
        }
        let name_at = if self.word(at + 1) == "mut" { at + 2 } else { at + 1 };
        let name = self.word(name_at).to_string();
        let define = |modules: &mut [Module], kind: Kind, name: &str| {
            let name = name.to_string();
            modules[id].definitions.push(Definition { name, kind, is_open, is_twin });
        };
        let to_semicolon = match self.tokens[at].word().unwrap_or_default() {
            "use" => {
                let (uses, end) = read_use(self.tokens, at + 1, is_open);
                self.modules[id].uses.extend(uses);
                return end;
            }
            "mod" if self.is(at + 2, '{') => {
                define(&mut self.modules, Kind::InlineModule, &name);
                let end = group_end(self.tokens, at + 2);
                let path = [self.modules[id].path.as_slice(), &[name]].concat();
                self.read_module(path, is_twin, at + 3, end - 1);
                return end;
            }
            "mod" => {
                define(&mut self.modules, Kind::ModuleFile, &name);
                return at + 3;
            }
            "struct" | "enum" | "union" | "trait" => {
                define(&mut self.modules, Kind::Type, &name);
                false
            }
            "type" => {
                define(&mut self.modules, Kind::Type, &name);
                true
            }
            "const" | "static" => {
                define(&mut self.modules, Kind::Value, &name);
                true
            }
            "fn" => {
                define(&mut self.modules, Kind::Value, &name);
                false
            }
            "macro_rules" => {
                let name = self.word(at + 2).to_string();
                define(&mut self.modules, Kind::Value, &name);
                false
            }
            "extern" => {
                let end = self.item_end(at, false);
                for inner in at..end {
                    if matches!(self.tokens[inner].word(), Some("fn" | "static" | "type")) {
                        let name = self.tokens[inner + 1].word().unwrap_or_default().to_string();
                        let definition = Definition { name, kind: Kind::Value, is_open: true, is_twin };
                        self.modules[id].definitions.push(definition);
                    }
                }
                false
            }
            other => {
                let other = other.to_string();
                define(&mut self.modules, Kind::Nameless, &other);
                false
            }
        };
        let end = self.item_end(at, to_semicolon);
        let body = read_body(&self.tokens[start..end]);
        self.modules[id].bodies.push(body);
        end
    }

    fn item_end(&self, start: usize, to_semicolon: bool) -> usize {
        let mut at = start;
        while at < self.tokens.len() {
            match self.tokens[at].token {
                Token::Mark('(' | '[') => at = group_end(self.tokens, at),
                Token::Mark('{') => {
                    at = group_end(self.tokens, at);
                    if !to_semicolon {
                        return at;
                    }
                }
                Token::Mark(';') => return at + 1,
                _ => at += 1,
            }
        }
        at
    }
}

/// Takes the imports out of an item's tokens.
fn read_body(tokens: &[Placed]) -> Body {
    let mut body = Body { tokens: Vec::new(), uses: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        let starts_statement = at > 0 && matches!(tokens[at - 1].token, Token::Mark('{' | '}' | ';' | ']'));
        if starts_statement && tokens[at].word() == Some("use") {
            let (uses, end) = read_use(tokens, at + 1, false);
            body.uses.extend(uses);
            at = end;
        } else {
            body.tokens.push(tokens[at].clone());
            at += 1;
        }
    }
    body
}

/// The imports of the tree at `start`, and the index behind its semicolon.
fn read_use(tokens: &[Placed], start: usize, is_open: bool) -> (Vec<Use>, usize) {
    let mut uses = Vec::new();
    let end = read_tree(tokens, start, &[], is_open, &mut uses);
    (uses, end + 1)
}

fn read_tree(tokens: &[Placed], mut at: usize, above: &[String], is_open: bool, uses: &mut Vec<Use>) -> usize {
    let mut path = above.to_vec();
    while at < tokens.len() {
        match &tokens[at].token {
            Token::Joint => {
                // `::name` is a crate's.
                if path.is_empty() {
                    path.push("::".to_string());
                }
                at += 1;
            }
            Token::Mark('*') => {
                uses.push(Use { path, binds: Binding::Glob, is_open });
                return at + 1;
            }
            Token::Mark('{') => {
                at += 1;
                while !tokens[at].is('}') {
                    at = read_tree(tokens, at, &path, is_open, uses);
                    if tokens[at].is(',') {
                        at += 1;
                    }
                }
                return at + 1;
            }
            Token::Word(word) if word == "as" => {
                let name = tokens[at + 1].word().unwrap_or_default().to_string();
                uses.push(Use { path, binds: Binding::Name(name), is_open });
                return at + 2;
            }
            Token::Word(word) => {
                if word != "self" || path.is_empty() {
                    path.push(word.clone());
                }
                at += 1;
            }
            _ => break,
        }
    }
    let name = path.last().cloned().unwrap_or_default();
    uses.push(Use { path, binds: Binding::Name(name), is_open });
    at
}
