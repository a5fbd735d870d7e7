//! The help: every key and what it does, with a field to filter them.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, columns_of, part};
use super::dialog::dialog;
use super::{overlay_keys, prompt};
use crate::files::theme::Role;
use crate::model::editor::TextField;
use crate::model::help::{self, HelpGroup};
use crate::model::state::Model;

/// From this inner width on, the groups are in two columns.
const TWO_COLUMNS: u16 = 92;

/// The columns for keys; a longer key shifts its own description.
const KEYS: u16 = 11;

/// One line of the help.
enum HelpLine {
    Title(&'static str),
    Key(String, String),
    /// The rest of a description that does not fit beside the key.
    More(String),
    Blank,
}

/// Draws the help, beginning with its row `scroll`.
pub(super) fn draw(canvas: &mut Canvas<'_>, screen: Rect, model: &Model, query: &TextField, scroll: usize) {
    let width = if screen.width >= TWO_COLUMNS + 8 { 116 } else { 76 };
    let inner = dialog(canvas, screen, width, screen.height.saturating_sub(2).max(5), "keys");
    canvas.draw_text(inner, 0, 0, "❯", Role::Key);
    prompt::field(canvas, part(inner, 2, 0, inner.width.saturating_sub(2), 1), query);
    if query.is_empty() {
        canvas.draw_text(inner, 2, 0, " type to narrow", Role::Faint);
    }
    let groups = help::search(&model.keymap, query.text());
    let body = part(inner, 0, 2, inner.width, inner.height.saturating_sub(3));
    let groups = if inner.width >= TWO_COLUMNS { two_columns(groups).into() } else { vec![groups] };
    let count = u16::try_from(groups.len()).unwrap_or(1).max(1);
    let column_width = body.width / count;
    let text_width = column_width.saturating_sub(u16::from(count > 1) * 2);
    let columns: Vec<Vec<HelpLine>> = groups.into_iter().map(|groups| lines(groups, text_width)).collect();
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let height = usize::from(body.height);
    let first = scroll.min(longest.saturating_sub(height));
    for (place, column) in (0_u16..).zip(&columns) {
        let area = part(body, place * column_width, 0, text_width, body.height);
        draw_column(canvas, area, column, first);
    }
    if longest == 0 {
        canvas.draw_text(body, 0, 0, "no key has these words", Role::Dim);
    }
    let last = inner.height.saturating_sub(1);
    overlay_keys::draw(canvas, part(inner, 0, last, inner.width, 1), model);
    let below = longest.saturating_sub(first + height);
    let text = match (first, below) {
        (0, 0) => return,
        (_, 0) => "▲ ↑ goes back".to_owned(),
        (_, below) => format!("▼ {below} more rows, ↓ scrolls"),
    };
    canvas.draw_right(inner, last, &StyledText::single(text, Role::Dim));
}

/// The groups in two columns of similar length, in their order.
fn two_columns(groups: Vec<HelpGroup>) -> [Vec<HelpGroup>; 2] {
    let all: usize = groups.iter().map(|group| group.rows.len() + 2).sum();
    let mut left: Vec<HelpGroup> = Vec::new();
    let mut right = Vec::new();
    let mut length = 0;
    for group in groups {
        let rows = group.rows.len() + 2;
        if right.is_empty() && (left.is_empty() || length + rows / 2 <= all / 2) {
            length += rows;
            left.push(group);
        } else {
            right.push(group);
        }
    }
    [left, right]
}

/// The groups as lines for a column of this width; a description begins beside its key, and continues below.
fn lines(groups: Vec<HelpGroup>, width: u16) -> Vec<HelpLine> {
    let indent = description_column(width);
    let mut lines = Vec::new();
    for group in groups {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Title(group.title));
        for row in group.rows {
            let first = columns_of(&row.keys).max(KEYS.min(width / 3)) + 2;
            let mut rows =
                break_words(&row.describe, width.saturating_sub(first), width.saturating_sub(indent)).into_iter();
            lines.push(HelpLine::Key(row.keys, rows.next().unwrap_or_default()));
            lines.extend(rows.map(HelpLine::More));
        }
    }
    lines
}

/// Where the descriptions begin in a column of this width; a longer key shifts only its own.
fn description_column(width: u16) -> u16 {
    KEYS.min(width / 3) + 2
}

/// A text broken at its blanks, with different widths for the first row and the others.
fn break_words(text: &str, first: u16, others: u16) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        let room = if rows.len() == 1 { first } else { others };
        match rows.last_mut() {
            Some(row) if row.is_empty() => row.push_str(word),
            Some(row) if columns_of(row) + 1 + columns_of(word) <= room => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

fn draw_column(canvas: &mut Canvas<'_>, area: Rect, lines: &[HelpLine], first: usize) {
    let indent = description_column(area.width);
    for (y, line) in (0_u16..area.height).zip(lines.iter().skip(first)) {
        match line {
            HelpLine::Title(title) => {
                canvas.draw_text(area, 0, y, title, Role::Strong);
            }
            HelpLine::Key(chords, what) => {
                let used = canvas.draw_text(area, 0, y, chords, Role::Key);
                canvas.draw_text(area, indent.max(used + 2), y, what, Role::Text);
            }
            HelpLine::More(what) => {
                canvas.draw_text(area, indent, y, what, Role::Text);
            }
            HelpLine::Blank => {}
        }
    }
}
