//! A text field: text, cursor, limit and undo. Independent of screen and keys.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::keys::EditAction;
use super::window::{FieldView, line_end, line_start, one_line_window, wrapped_rows, wrapped_window};

/// How many changes can be undone; beyond that, the oldest is dropped.
const MOST_CHANGES: usize = 200;

/// Whether a field may hold more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldLines {
    /// A prompt: a pasted line break becomes a space.
    One,
    /// A composer: a line break is kept, as `\n`.
    Many,
    /// A command: a line break is kept, as `\n`, and drawn as a sign; for the cursor and the window it is one line.
    Folded,
}

/// A change that can be undone: at `at`, `removed` was replaced with `inserted` bytes.
#[derive(Clone, Debug)]
struct EditChange {
    at: usize,
    removed: String,
    inserted: usize,
    cursor: usize,
}

/// A text field. The cursor is always on a grapheme boundary, and the text never above its limit.
#[derive(Clone, Debug)]
pub struct TextField {
    text: String,
    cursor: usize,
    lines: FieldLines,
    limit_bytes: usize,
    changes: Vec<EditChange>,
}

impl TextField {
    /// An empty field that holds at most `limit_bytes` of UTF-8.
    pub fn new(lines: FieldLines, limit_bytes: usize) -> Self {
        TextField { text: String::new(), cursor: 0, lines, limit_bytes, changes: Vec::new() }
    }

    /// The text, with `\n` between its lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the next character is inserted: a byte index into the text, on a grapheme boundary.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The most text that fits, in bytes of UTF-8.
    pub fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    /// Replaces the text, puts the cursor at its end and clears the undo history.
    ///
    /// Returns how many bytes did not fit, like [`TextField::insert`].
    pub fn set(&mut self, text: &str) -> usize {
        self.clear();
        let unfit = self.insert(text);
        self.changes.clear();
        unfit
    }

    /// Removes the text, and clears the undo history.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
        self.changes.clear();
    }

    /// Takes the text, and leaves the field empty.
    pub fn take_text(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.clear();
        text
    }

    /// Inserts text at the cursor, and puts the cursor after it.
    ///
    /// `\r\n` and `\r` (as terminals paste a line break) become `\n`; in a field of one line, a line break within the
    /// text becomes a space, and line breaks at its end are removed, as in a folded one. Text beyond the limit is left out, cut between
    /// graphemes.
    ///
    /// Returns how many bytes were left out: 0 if all of it fits. The caller reports it to the user.
    pub fn insert(&mut self, text: &str) -> usize {
        let text = self.normalized(text);
        let room = self.limit_bytes.saturating_sub(self.text.len());
        let fit = if text.len() <= room { text.len() } else { boundary_before(&text, room) };
        if fit > 0 {
            self.replace(self.cursor, self.cursor, &text[..fit]);
        }
        text.len() - fit
    }

    /// Inserts one typed character at the cursor. Returns whether it fitted.
    pub fn insert_char(&mut self, char: char) -> bool {
        self.insert(char.encode_utf8(&mut [0; 4])) == 0
    }

    /// Does one edit. Returns whether anything changed: the text, or the cursor's position.
    ///
    /// [`EditAction::Up`] on the first line and [`EditAction::Down`] on the last change nothing, so that the caller can
    /// move in the history instead.
    pub fn apply(&mut self, edit: EditAction) -> bool {
        match edit {
            EditAction::Left => self.move_to(self.previous_boundary(self.cursor)),
            EditAction::Right => self.move_to(self.next_boundary(self.cursor)),
            EditAction::WordLeft => self.move_to(self.word_before()),
            EditAction::WordRight => self.move_to(self.word_after()),
            EditAction::Up => self.move_to(self.line_up()),
            EditAction::Down => self.move_to(self.line_down()),
            EditAction::Home => self.move_to(self.line_start()),
            EditAction::End => self.move_to(self.line_end()),
            EditAction::TextStart => self.move_to(0),
            EditAction::TextEnd => self.move_to(self.text.len()),
            EditAction::Backspace => self.delete_back_to(self.previous_boundary(self.cursor)),
            EditAction::Delete => self.delete_on_to(self.next_boundary(self.cursor)),
            EditAction::DeleteWordBack => self.delete_back_to(self.blank_before()),
            EditAction::DeleteWordForward => self.delete_on_to(self.word_after()),
            EditAction::DeleteToStart => match self.line_start() {
                start if start == self.cursor => self.delete_back_to(self.previous_boundary(start)),
                start => self.delete_back_to(start),
            },
            EditAction::DeleteToEnd => match self.line_end() {
                end if end == self.cursor => self.delete_on_to(self.next_boundary(end)),
                end => self.delete_on_to(end),
            },
            EditAction::Undo => self.undo(),
        }
    }

    /// The part of the text that fits a window of this size: the rows around the cursor. A field of many lines wraps
    /// them; one of a single line scrolls sideways as far as needed. Cost: depends on the window, not on the text.
    ///
    /// Without a column or a row there are no lines, and the cursor is at (0, 0).
    pub fn visible_window(&self, columns: u16, rows: u16) -> FieldView {
        match self.lines {
            FieldLines::Many => wrapped_window(&self.text, self.cursor, columns, rows),
            FieldLines::One | FieldLines::Folded => one_line_window(&self.text, self.cursor, columns, rows),
        }
    }

    fn line_start(&self) -> usize {
        if self.lines == FieldLines::Folded { 0 } else { line_start(&self.text, self.cursor) }
    }

    fn line_end(&self) -> usize {
        if self.lines == FieldLines::Folded { self.text.len() } else { line_end(&self.text, self.cursor) }
    }

    /// How many rows the text takes, wrapped to so many columns: at least 1. Counts no further than `most`.
    pub fn rows(&self, columns: u16, most: u16) -> u16 {
        wrapped_rows(&self.text, columns, most)
    }

    fn normalized<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        if !text.contains(['\r', '\n']) {
            return text.into();
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match self.lines {
            FieldLines::Many => text.into(),
            FieldLines::Folded => text.trim_end_matches('\n').to_owned().into(),
            FieldLines::One => text.trim_end_matches('\n').replace('\n', " ").into(),
        }
    }

    fn move_to(&mut self, to: usize) -> bool {
        let from = self.cursor;
        self.cursor = self.boundary_at_or_after(to);
        self.cursor != from
    }

    fn previous_boundary(&self, at: usize) -> usize {
        step_grapheme(&self.text, at, GraphemeCursor::prev_boundary)
    }

    fn next_boundary(&self, at: usize) -> usize {
        step_grapheme(&self.text, at, GraphemeCursor::next_boundary)
    }

    fn word_before(&self) -> usize {
        let words = self.text[..self.cursor].split_word_bound_indices();
        words.rev().find(|(_, word)| is_word(word)).map_or(0, |(at, _)| at)
    }

    fn word_after(&self) -> usize {
        let words = self.text[self.cursor..].split_word_bound_indices();
        let mut words = words.filter(|(_, word)| is_word(word));
        words.next().map_or(self.text.len(), |(at, word)| self.boundary_at_or_after(self.cursor + at + word.len()))
    }

    /// The start of the run of non-blank characters before the cursor; blanks directly before the cursor are skipped.
    fn blank_before(&self) -> usize {
        let word = self.text[..self.cursor].trim_end();
        word.rfind(char::is_whitespace).map_or(0, |blank| self.next_boundary(blank))
    }

    fn line_up(&self) -> usize {
        let start = self.line_start();
        if start == 0 { self.cursor } else { self.same_column(start, line_start(&self.text, start - 1)) }
    }

    fn line_down(&self) -> usize {
        let end = self.line_end();
        if end == self.text.len() {
            self.cursor
        } else {
            self.same_column(line_start(&self.text, self.cursor), end + 1)
        }
    }

    /// The position in the line that begins at `other` with as many graphemes before it as the cursor has in the line
    /// that begins at `start`.
    fn same_column(&self, start: usize, other: usize) -> usize {
        let column = self.text[start..self.cursor].graphemes(true).count();
        let line = &self.text[other..line_end(&self.text, other)];
        line.grapheme_indices(true).nth(column).map_or(other + line.len(), |(at, _)| other + at)
    }

    fn delete_back_to(&mut self, start: usize) -> bool {
        let deletes = start < self.cursor;
        if deletes {
            self.replace(start, self.cursor, "");
        }
        deletes
    }

    fn delete_on_to(&mut self, end: usize) -> bool {
        let deletes = end > self.cursor;
        if deletes {
            self.replace(self.cursor, end, "");
        }
        deletes
    }

    /// The only place where the text changes: records how to undo the change, and keeps the cursor on a boundary.
    fn replace(&mut self, start: usize, end: usize, with: &str) {
        let removed = self.text[start..end].to_owned();
        let typed = removed.is_empty() && !with.chars().any(char::is_whitespace) && with.chars().nth(1).is_none();
        match self.changes.last_mut() {
            // A typed word is undone as a whole.
            Some(last) if typed && last.removed.is_empty() && last.at + last.inserted == start => {
                last.inserted += with.len();
            }
            _ => self.push_undo(EditChange { at: start, removed, inserted: with.len(), cursor: self.cursor }),
        }
        self.text.replace_range(start..end, with);
        self.cursor = self.boundary_at_or_after(start + with.len());
    }

    /// Records a change to be undone. The oldest are dropped above [`MOST_CHANGES`], or if together they hold more
    /// bytes than the field may hold.
    fn push_undo(&mut self, change: EditChange) {
        self.changes.push(change);
        let mut held: usize = self.changes.iter().map(|change| change.removed.len()).sum();
        while self.changes.len() > MOST_CHANGES || held > self.limit_bytes {
            held -= self.changes.remove(0).removed.len();
        }
    }

    fn undo(&mut self) -> bool {
        let Some(EditChange { at, removed, inserted, cursor }) = self.changes.pop() else { return false };
        self.text.replace_range(at..at + inserted, &removed);
        self.cursor = self.boundary_at_or_after(cursor);
        true
    }

    /// The first grapheme boundary at or after `at`: a combining mark may join the character typed before it.
    fn boundary_at_or_after(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        if cursor.is_boundary(&self.text, 0).unwrap_or(true) { at } else { self.next_boundary(at) }
    }
}

/// Moves to the next or previous grapheme boundary; stays at either end.
fn step_grapheme(
    text: &str,
    at: usize,
    to: fn(&mut GraphemeCursor, &str, usize) -> Result<Option<usize>, unicode_segmentation::GraphemeIncomplete>,
) -> usize {
    // The whole text is passed as one chunk, so the result is never "incomplete".
    to(&mut GraphemeCursor::new(at, text.len(), true), text, 0).ok().flatten().unwrap_or(at)
}

/// The last grapheme boundary of `text` at or before `limit` bytes.
fn boundary_before(text: &str, limit: usize) -> usize {
    let limit = (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let mut cursor = GraphemeCursor::new(limit, text.len(), true);
    if cursor.is_boundary(text, 0).unwrap_or(true) {
        limit
    } else {
        step_grapheme(text, limit, GraphemeCursor::prev_boundary)
    }
}

fn is_word(part: &str) -> bool {
    part.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
#[path = "editor_tests.rs"]
mod tests;
