//! A text to be scrolled: a response's body, heads, a request, help.

/// The most octets of source text that a document is made of; what is beyond is said in its last line.
pub const MOST_SOURCE: usize = 8 * 1024 * 1024;

/// A text of lines, each of coloured spans. Nothing in it is obeyed by a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The lines, unwrapped.
    pub lines: Vec<DocLine>,
}

/// One line of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocLine {
    /// Its parts, in order.
    pub spans: Vec<Span>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it is.
    pub role: Role,
    /// What to draw.
    pub text: String,
}

/// What a part of a line is; the colours are the view's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Plain,
    /// The name of a field or a header.
    Key,
    /// Its value.
    Value,
    /// A number.
    Number,
    /// A string.
    String,
    /// `true`, `false`, `null`; a method.
    Keyword,
    /// Braces, colons, offsets.
    Punctuation,
    /// What is said about the text and is not part of it.
    Comment,
    /// A good status.
    Good,
    /// A bad status.
    Bad,
    /// A heading.
    Title,
}
