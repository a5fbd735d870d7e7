//! A text that can be scrolled: a response's body, heads, a request, help.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::model::wrap;
use crate::text::{quantity, sanitize};

/// The most bytes of source text in a document; the last line counts the rest.
pub const MOST_SOURCE: usize = 8 * 1024 * 1024;

/// The most lines of a document; the last line counts the rest.
pub const MOST_LINES: usize = 200_000;

/// The most bytes that are dumped as hex; the hex view shows everything that is kept.
pub const MOST_DUMPED: usize = 64 * 1024;

/// How many bytes are examined to distinguish text from binary.
const SNIFFED: usize = 4096;

/// Tab stops are at multiples of this many columns.
const TAB: usize = 4;

/// A text of lines, each of coloured spans. It contains no character that a terminal would act on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The lines, unwrapped.
    pub lines: Vec<DocLine>,
    /// How many bytes of the body are shown, if the last line says that there are more.
    shown: Option<usize>,
}

/// One line of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocLine {
    /// Its parts, in order.
    pub spans: Vec<TextSpan>,
    /// Whether its rows end between words where they can; else where they are full.
    is_by_words: bool,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSpan {
    /// Its role.
    pub role: TextRole,
    /// The text to draw; already neutralised.
    pub text: String,
}

/// The role of a part of a line; the view chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextRole {
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
    /// A remark about the text, not part of it.
    Comment,
    /// A good status.
    Good,
    /// A bad status.
    Bad,
    /// A heading.
    Title,
}

impl TextSpan {
    /// A span of our own text, or of text that is already neutralised.
    pub fn new(role: TextRole, text: impl Into<String>) -> Self {
        TextSpan { role, text: text.into() }
    }

    /// A span of text from outside, which is neutralised here.
    pub fn untrusted(role: TextRole, text: &str) -> Self {
        TextSpan { role, text: sanitize::line(text) }
    }
}

impl DocLine {
    /// A line of these spans.
    pub fn new(spans: impl Into<Vec<TextSpan>>) -> Self {
        DocLine { spans: spans.into(), is_by_words: false }
    }

    /// The same line, broken between words: for our own sentences and tables. Wrapping reads the whole line.
    #[must_use]
    pub fn by_words(self) -> Self {
        DocLine { is_by_words: true, ..self }
    }

    /// A line of one span.
    pub fn single_span(role: TextRole, text: impl Into<String>) -> Self {
        DocLine::new([TextSpan::new(role, text)])
    }

    /// Its text without the roles; borrowed where there is one span.
    pub fn text(&self) -> Cow<'_, str> {
        match self.spans.as_slice() {
            [only] => Cow::Borrowed(&only.text),
            spans => Cow::Owned(spans.iter().map(|span| span.text.as_str()).collect()),
        }
    }

    fn len(&self) -> usize {
        self.spans.iter().map(|span| span.text.len()).sum()
    }

    fn is_ascii(&self) -> bool {
        self.spans.iter().all(|span| span.text.is_ascii())
    }

    /// A part of the line; `range` is in bytes, on character boundaries.
    fn slice(&self, range: &Range<usize>) -> DocLine {
        let mut at = 0;
        let mut spans = Vec::new();
        for span in &self.spans {
            let (start, end) = (range.start.max(at), range.end.min(at + span.text.len()));
            if start < end
                && let Some(text) = span.text.get(start - at..end - at)
            {
                spans.push(TextSpan::new(span.role, text));
            }
            at += span.text.len();
        }
        DocLine::new(spans)
    }

    /// How many rows it takes at this width.
    fn row_count(&self, columns: u16) -> usize {
        let len = self.len();
        // A character is never wider than its number of bytes.
        if len <= usize::from(columns) {
            return 1;
        }
        if self.is_by_words {
            return wrap::wrap_words(&self.text(), columns).len();
        }
        if self.is_ascii() {
            return len.div_ceil(usize::from(columns.max(1)));
        }
        wrap::wrap_hard(&self.text(), columns).count()
    }

    fn rows(&self, columns: u16, skip: usize, take: usize) -> Vec<DocLine> {
        self.row_ranges(columns, skip, take).into_iter().map(|row| self.row(&row)).collect()
    }

    /// The part of the line that a row shows: without the blank between it and the next row.
    fn row(&self, range: &Range<usize>) -> DocLine {
        let mut row = self.slice(range);
        if self.is_by_words
            && range.end < self.len()
            && let Some(last) = row.spans.last_mut().filter(|last| last.text.ends_with(' '))
        {
            last.text.pop();
        }
        row
    }

    /// The byte ranges of its rows.
    fn row_ranges(&self, columns: u16, skip: usize, take: usize) -> Vec<Range<usize>> {
        if self.is_by_words && self.len() > usize::from(columns) {
            return wrap::wrap_words(&self.text(), columns).into_iter().skip(skip).take(take).collect();
        }
        if self.is_ascii() {
            let rows = (skip..self.row_count(columns)).take(take);
            let (len, columns) = (self.len(), usize::from(columns.max(1)));
            return rows.map(|row| row * columns..len.min((row + 1) * columns)).collect();
        }
        wrap::wrap_hard(&self.text(), columns).skip(skip).take(take).collect()
    }

    /// Which of its rows, counted from 0, holds a byte; the last row for an offset beyond the end.
    pub fn row_at(&self, columns: u16, offset: usize) -> usize {
        if self.is_ascii() && !self.is_by_words {
            return (offset / usize::from(columns.max(1))).min(self.row_count(columns) - 1);
        }
        let rows: Vec<usize> = self.row_ranges(columns, 0, usize::MAX).into_iter().map(|row| row.end).collect();
        rows.partition_point(|end| *end <= offset).min(rows.len().saturating_sub(1))
    }
}

/// A row of a document on the screen: which bytes of which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocRow {
    /// The line, from 0.
    pub line: usize,
    /// Its bytes in the row.
    pub range: Range<usize>,
    /// The text of the row.
    pub text: DocLine,
}

/// A line as rows of at most `columns`, broken when a row is full. At least one row.
pub fn wrap(line: &DocLine, columns: u16) -> Vec<DocLine> {
    line.rows(columns, 0, usize::MAX)
}

/// A document wrapped to a width: the row at which each line begins. Built again when the document or the width
/// changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    columns: u16,
    /// For each line, the number of rows up to its end.
    ends: Vec<usize>,
}

impl Fold {
    /// Wraps a document. Cost: one step per line of ASCII, else one per character; at most a few milliseconds.
    pub fn new(document: &Document, columns: u16) -> Self {
        let ends = document.lines.iter().scan(0, |rows, line| {
            *rows += line.row_count(columns);
            Some(*rows)
        });
        Fold { columns, ends: ends.collect() }
    }

    /// Wraps the last line again, when only that line has changed.
    pub(crate) fn renew_last(&mut self, document: &Document) {
        if let Some(last) = document.lines.last()
            && document.lines.len() == self.ends.len()
        {
            self.ends.pop();
            self.ends.push(self.row_count() + last.row_count(self.columns));
        }
    }

    /// The width, in columns.
    pub fn columns(&self) -> u16 {
        self.columns
    }

    /// The number of rows.
    pub fn row_count(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// `count` rows from row `first` on; `document` is the one that was wrapped. Cost: these rows.
    pub fn rows(&self, document: &Document, first: usize, count: usize) -> Vec<DocRow> {
        let at = self.line_at(first);
        let mut skip = first.saturating_sub(self.row_of(at));
        let mut rows: Vec<DocRow> = Vec::new();
        for (number, line) in document.lines.iter().enumerate().skip(at) {
            if rows.len() >= count {
                break;
            }
            let ranges = line.row_ranges(self.columns, skip, count - rows.len()).into_iter();
            rows.extend(ranges.map(|range| DocRow { line: number, text: line.row(&range), range }));
            skip = 0;
        }
        rows
    }

    /// The line that a row belongs to.
    pub fn line_at(&self, row: usize) -> usize {
        self.ends.partition_point(|end| *end <= row)
    }

    /// The row in which a line begins: to jump to a line that a search found.
    pub fn row_of(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0)
    }
}

/// A body for reading: text as lines, anything else as a hex dump.
///
/// `bytes` is the part of the body that is there, from its start; `total` is its length as far as known. At most
/// [`MOST_SOURCE`] bytes of text, or [`MOST_DUMPED`] bytes of anything else, are used; the last line says what is left
/// out.
pub fn body_document(bytes: &[u8], total: u64, content_type: Option<&str>) -> Document {
    let mut document = Document::default();
    document.add_body(bytes, total, content_type);
    document
}

impl Document {
    /// Adds a line. With [`MOST_LINES`] lines it is not added, and the result is false.
    ///
    /// A very long line that is not ASCII is split into several, so that every row is found quickly.
    pub(crate) fn push(&mut self, line: DocLine) -> bool {
        if self.lines.len() >= MOST_LINES {
            return false;
        }
        if line.len() <= wrap::STEP || line.is_ascii() {
            self.lines.push(line);
            return true;
        }
        let text = line.text();
        let mut start = 0;
        while start < text.len() {
            let end = wrap::character_end(text.as_bytes(), start + wrap::STEP);
            self.lines.push(line.slice(&(start..end)));
            start = end;
        }
        true
    }

    /// Adds a remark about the text, even if the document is full.
    pub(crate) fn remark(&mut self, text: impl Into<String>) {
        self.lines.push(DocLine::single_span(TextRole::Comment, text));
    }

    /// Adds a body, in the form that [`body_document`] describes.
    pub(crate) fn add_body(&mut self, bytes: &[u8], total: u64, content_type: Option<&str>) {
        if bytes.is_empty() {
            self.remark(if total == 0 { "no byte of a body came" } else { "nothing of the body is kept" });
            return;
        }
        let shown = if is_text(bytes, content_type) { self.add_text(bytes) } else { self.add_dump(bytes) };
        if (shown as u64) < total {
            self.remark(shown_of_total(shown, total));
            self.shown = Some(shown);
        }
    }

    /// Updates the body's length in the last line, after the body has grown beyond the part that is shown. Returns
    /// false if the document itself would change. Cost: one line.
    pub(crate) fn renew_total(&mut self, total: u64) -> bool {
        let (Some(shown), Some(last)) = (self.shown, self.lines.last_mut()) else { return false };
        *last = DocLine::single_span(TextRole::Comment, shown_of_total(shown, total));
        true
    }

    /// Adds text line by line. Returns how many bytes of it were used.
    fn add_text(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        let source = &bytes[..bytes.len().min(MOST_SOURCE)];
        while at < source.len() {
            let end = memchr::memchr(b'\n', &source[at..]).map_or(source.len(), |newline| at + newline + 1);
            let line = &source[at..end];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !self.push_source(line) {
                break;
            }
            at = end;
        }
        at
    }

    /// Adds a line of text; a very long one that is not ASCII is split, as in [`Document::push`].
    fn push_source(&mut self, line: &[u8]) -> bool {
        if line.len() <= wrap::STEP || line.is_ascii() {
            return self.push(DocLine::single_span(TextRole::Plain, expand_tabs(line)));
        }
        let mut start = 0;
        while start < line.len() {
            let end = wrap::character_end(line, start + wrap::STEP);
            if !self.push(DocLine::single_span(TextRole::Plain, expand_tabs(&line[start..end]))) {
                return false;
            }
            start = end;
        }
        true
    }

    /// Adds a hex dump. Returns how many bytes were used.
    fn add_dump(&mut self, bytes: &[u8]) -> usize {
        let source = &bytes[..bytes.len().min(MOST_DUMPED)];
        for (row, chunk) in source.chunks(16).enumerate() {
            let characters: String = chunk.iter().map(|byte| printable_or_dot(*byte)).collect();
            self.lines.push(DocLine::new([
                TextSpan::new(TextRole::Punctuation, format!("{:08x}  ", row * 16)),
                TextSpan::new(TextRole::Number, dump_columns(chunk)),
                TextSpan::new(TextRole::Plain, characters),
            ]));
        }
        source.len()
    }
}

/// The line that stands for the part of a body that is left out.
fn shown_of_total(shown: usize, total: u64) -> String {
    let (shown, total) = (quantity::grouped(shown as u64), quantity::grouped(total));
    format!("⋯ the first {shown} of {total} bytes are shown ⋯")
}

/// Up to 16 bytes in two groups of eight, padded to 50 columns. Written without `format!`: a dump has 4,096 such lines.
fn dump_columns(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    const COLUMNS: usize = 50;
    let mut hex = String::with_capacity(COLUMNS);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 {
            hex.push_str(if place == 8 { "  " } else { " " });
        }
        hex.push(DIGITS[usize::from(byte >> 4)]);
        hex.push(DIGITS[usize::from(byte & 15)]);
    }
    hex.extend(std::iter::repeat_n(' ', COLUMNS.saturating_sub(hex.len())));
    hex
}

fn printable_or_dot(byte: u8) -> char {
    if matches!(byte, b' '..=b'~') { char::from(byte) } else { '·' }
}

/// A line of text with its tabs as spaces, and everything else neutralised.
fn expand_tabs(line: &[u8]) -> String {
    if let Some(text) = as_plain_text(line) {
        return text.to_owned();
    }
    if !line.contains(&b'\t') {
        return sanitize::line_of(line);
    }
    let (mut text, mut column, mut at) = (String::with_capacity(line.len() + 16), 0, 0);
    for glyph in sanitize::glyphs(line) {
        if line.get(at) == Some(&b'\t') {
            let spaces = TAB - column % TAB;
            text.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
        } else {
            text.push_str(&glyph.text);
            column += usize::from(glyph.columns);
        }
        at += usize::from(glyph.bytes);
    }
    text
}

/// The line itself if every character can be drawn unchanged: avoids the split into glyphs, which costs ten times as
/// much.
fn as_plain_text(line: &[u8]) -> Option<&str> {
    let text = str::from_utf8(line).ok()?;
    // These ranges hold no hostile and no combining character: for most text, one comparison is enough.
    let common = |c| {
        matches!(c, ' '..='~' | '\u{ae}'..='\u{2ff}' | '\u{391}'..='\u{482}' | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}')
    };
    let settled = |c: char| !sanitize::is_hostile(c) && !sanitize::is_unsettled(c);
    let seen = |c: char| common(c) || c.width().is_some_and(|width| width > 0) && settled(c);
    text.chars().all(seen).then_some(text)
}

/// Whether a body is text: by its media type, unless its first bytes contradict it.
fn is_text(bytes: &[u8], content_type: Option<&str>) -> bool {
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    let binary = ["image/", "audio/", "video/", "font/", "application/zip", "application/gzip", "application/pdf"];
    if binary.iter().any(|prefix| kind.starts_with(prefix)) && !kind.contains("xml") {
        return false;
    }
    let start = &bytes[..bytes.len().min(SNIFFED)];
    if start.contains(&0) {
        return false;
    }
    // Up to a tenth of the glyphs may be odd (an ESC of a coloured log, a Latin-1 letter); with more, it counts as
    // binary.
    let (odd, all) = sanitize::glyphs(start).fold((0_usize, 0_usize), |(odd, all), glyph| {
        let line_end = glyph.kind == sanitize::GlyphKind::Control && matches!(&*glyph.text, "␉" | "␊" | "␍");
        (odd + usize::from(glyph.kind != sanitize::GlyphKind::Plain && !line_end), all + 1)
    });
    odd * 10 <= all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::sanitize;

    fn texts(document: &Document) -> Vec<String> {
        document.lines.iter().map(|line| line.text().into_owned()).collect()
    }

    #[test]
    fn a_line_by_words_is_broken_between_them_and_its_rows_are_counted_alike() {
        let line = DocLine::new([TextSpan::new(TextRole::Key, "one two "), TextSpan::new(TextRole::Value, "three")]);
        let texts = |rows: Vec<DocLine>| rows.iter().map(|row| row.text().into_owned()).collect::<Vec<_>>();
        assert_eq!(texts(wrap(&line, 6)), ["one tw", "o thre", "e"]);
        let line = line.by_words();
        assert_eq!(texts(wrap(&line, 6)), ["one", "two", "three"]);
        assert_eq!(texts(wrap(&line, 7)), ["one two", "three"]);
        assert_eq!((line.row_count(6), line.row_at(6, 4), line.row_at(6, 12)), (3, 1, 2));
        assert_eq!(texts(wrap(&line, 80)), ["one two three"]);
    }

    #[test]
    fn text_is_shown_as_its_lines_and_neutralised() {
        let document = body_document(b"one\r\n\ttwo\tx\nth\x1bree", 18, Some("text/plain"));
        assert_eq!(texts(&document), ["one", "    two x", "th␛ree"]);
    }

    #[test]
    fn anything_else_is_shown_as_hex() {
        let document = body_document(b"\x89PNG\0\x01ABCDEFGHIJKL", 18, Some("image/png"));
        assert_eq!(
            texts(&document),
            [
                "00000000  89 50 4e 47 00 01 41 42  43 44 45 46 47 48 49 4a  ·PNG··ABCDEFGHIJ",
                "00000010  4b 4c                                             KL",
            ]
        );
    }

    #[test]
    fn what_is_left_out_is_said() {
        assert_eq!(texts(&body_document(b"ab", 5000, None))[1], "⋯ the first 2 of 5,000 bytes are shown ⋯");
        assert_eq!(texts(&body_document(b"", 0, None)), ["no byte of a body came"]);
        let long = vec![b'\n'; MOST_LINES + 10];
        let document = body_document(&long, long.len() as u64, None);
        assert_eq!(document.lines.len(), MOST_LINES + 1);
        assert_eq!(document.lines[MOST_LINES].text(), "⋯ the first 200,000 of 200,010 bytes are shown ⋯");
    }

    #[test]
    fn a_fold_counts_rows_and_gives_any_of_them() {
        let document = body_document("abcdefg\n\n日本語x\nend".as_bytes(), 23, None);
        let fold = Fold::new(&document, 3);
        let rows =
            |first, count| fold.rows(&document, first, count).iter().map(|row| row.text.text().into_owned()).collect();
        let all: Vec<String> = rows(0, 100);
        assert_eq!(all, ["abc", "def", "g", "", "日", "本", "語x", "end"]);
        assert_eq!(fold.row_count(), 8);
        for first in 0..9 {
            let some: Vec<String> = rows(first, 2);
            assert_eq!(some, all[first.min(8)..(first + 2).min(8)]);
        }
        assert_eq!((fold.row_of(0), fold.row_of(2), fold.row_of(3)), (0, 4, 7));
        let row_of = |line: usize, offset| fold.row_of(line) + document.lines[line].row_at(3, offset);
        assert_eq!((row_of(0, 4), row_of(0, 7), row_of(1, 0), row_of(2, 6), row_of(2, 9)), (1, 2, 3, 6, 6));
    }

    #[test]
    fn wrapping_keeps_the_roles() {
        let line = DocLine::new([TextSpan::new(TextRole::Key, "abc"), TextSpan::new(TextRole::Value, "é日")]);
        let rows = wrap(&line, 4);
        assert_eq!(rows[0], DocLine::new([TextSpan::new(TextRole::Key, "abc"), TextSpan::new(TextRole::Value, "é")]));
        assert_eq!(rows[1], DocLine::single_span(TextRole::Value, "日"));
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_the_columns_and_nothing_is_lost(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,80}", columns in 2..60_u16) {
            let body = [&bytes[..], text.as_bytes()].concat();
            let document = body_document(&body, body.len() as u64, Some("text/plain"));
            let fold = Fold::new(&document, columns);
            let rows = fold.rows(&document, 0, usize::MAX);
            prop_assert_eq!(rows.len(), fold.row_count());
            let mut text = String::new();
            for row in &rows {
                let row = row.text.text();
                let widths: Vec<usize> = sanitize::glyphs(row.as_bytes()).map(|glyph| usize::from(glyph.columns)).collect();
                prop_assert!(widths.iter().sum::<usize>() <= usize::from(columns) || widths.len() == 1);
                prop_assert!(!row.chars().any(sanitize::is_hostile));
                text.push_str(&row);
            }
            if !body.contains(&b'\t') && is_text(&body, Some("text/plain")) {
                let neutral: Vec<String> = body.split(|byte| *byte == b'\n').map(|line| sanitize::line_of(line.strip_suffix(b"\r").unwrap_or(line))).collect();
                prop_assert!(document.lines.iter().zip(&neutral).all(|(line, neutral)| line.text() == *neutral));
            }
            let whole: String = document.lines.iter().map(|line| line.text().into_owned()).collect();
            prop_assert_eq!(text, whole);
        }
    }
}
