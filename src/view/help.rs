//! The help: every key and what it does, those of the focus first, with a field to narrow them.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, columns_of, part};
use super::dialog::dialog;
use super::prompt;
use crate::files::theme::Role;
use crate::model::editor::TextField;
use crate::model::help;
use crate::model::help_group::HelpGroup;
use crate::model::state::Model;

/// The least columns of one column of the help with a gap beside it; there are as many as fit.
const COLUMN: u16 = 40;

/// The most columns.
const MOST_COLUMNS: u16 = 4;

/// The greatest width of the inside.
const WIDEST: u16 = 170;

/// The cells for keys; more keys go on in the next row.
const KEYS: u16 = 14;

/// The cells between two columns.
const GAP: u16 = 2;

/// One row of the help.
enum HelpLine {
    Title(&'static str),
    /// Keys, and what they do; either may be empty in the rows below the first.
    Key(String, String),
    Blank,
}

/// Draws the help, beginning with its row `scroll`.
pub(super) fn draw(canvas: &mut Canvas<'_>, screen: Rect, model: &Model, query: &TextField, scroll: usize) {
    let inner = dialog(canvas, screen, WIDEST.min(screen.width), screen.height.max(5), "keys");
    canvas.draw_text(inner, 0, 0, "❯", Role::Key);
    prompt::field(canvas, part(inner, 2, 0, inner.width.saturating_sub(2), 1), query);
    if query.is_empty() {
        canvas.draw_text(inner, 2, 0, " type to narrow", Role::Faint);
    }
    let groups = help::of_model(model, query.text());
    let body = part(inner, 0, 1, inner.width, inner.height.saturating_sub(1));
    let count = (body.width / COLUMN).clamp(1, MOST_COLUMNS);
    let width = (body.width + GAP) / count - GAP.min(count - 1);
    let lines = lines(groups, width);
    let height = usize::from(body.height);
    // What fits is spread evenly; what does not is scrolled by rows of all columns.
    let rows = lines.len().div_ceil(usize::from(count)).max(height.min(lines.len()));
    let columns = spread(&lines, rows);
    let longest = columns.iter().map(|column| column.len()).max().unwrap_or(0);
    let first = scroll.min(longest.saturating_sub(height));
    for (place, column) in (0_u16..).zip(&columns) {
        let area = part(body, place * (width + GAP), 0, width, body.height);
        draw_column(canvas, area, column, first);
    }
    if longest == 0 {
        canvas.draw_text(body, 0, 0, "no key has these words", Role::Dim);
    }
    let below = longest.saturating_sub(first + height);
    let text = match (first, below) {
        (0, 0) => return,
        (_, 0) => "▲ ↑ goes back".to_owned(),
        (_, below) => format!("▼ {below} more rows, ↓ scrolls"),
    };
    canvas.draw_right(inner, 0, &StyledText::single(text, Role::Dim));
}

/// The rows in columns of at most about this many rows: no column begins with a blank row, and none ends with a title.
fn spread(lines: &[HelpLine], rows: usize) -> Vec<&[HelpLine]> {
    let mut columns = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        while let Some((HelpLine::Blank, after)) = rest.split_first() {
            rest = after;
        }
        let mut end = rows.clamp(1, rest.len().max(1)).min(rest.len());
        if end > 1 && end < rest.len() && matches!(rest.get(end - 1), Some(HelpLine::Title(_))) {
            end -= 1;
        }
        let (column, after) = rest.split_at(end);
        columns.push(column);
        rest = after;
    }
    columns
}

/// The groups as rows for a column of this width: the keys in their own cells, the description beside them.
fn lines(groups: Vec<HelpGroup>, width: u16) -> Vec<HelpLine> {
    let keys_width = KEYS.min(width / 3);
    let mut lines = Vec::new();
    for group in groups {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Title(group.title));
        for row in group.rows {
            let keys = broken(row.keys.split("  "), "  ", keys_width);
            let words = broken(row.describe.split(' '), " ", width.saturating_sub(keys_width + 2));
            for at in 0..keys.len().max(words.len()) {
                let of = |rows: &[String]| rows.get(at).cloned().unwrap_or_default();
                lines.push(HelpLine::Key(of(&keys), of(&words)));
            }
        }
    }
    lines
}

/// Words in rows of this width, with `gap` between two; a longer word has a row of its own.
fn broken<'a>(words: impl Iterator<Item = &'a str>, gap: &str, width: u16) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in words {
        match rows.last_mut() {
            Some(row) if columns_of(row) + columns_of(gap) + columns_of(word) <= width => {
                row.push_str(gap);
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

fn draw_column(canvas: &mut Canvas<'_>, area: Rect, lines: &[HelpLine], first: usize) {
    let keys = KEYS.min(area.width / 3);
    for (y, line) in (0_u16..area.height).zip(lines.iter().skip(first)) {
        match line {
            HelpLine::Title(title) => {
                canvas.draw_text(area, 0, y, title, Role::Strong);
            }
            HelpLine::Key(chords, what) => {
                canvas.draw_text(part(area, 0, 0, keys + 1, area.height), 0, y, chords, Role::Key);
                canvas.draw_text(area, keys + 2, y, what, Role::Text);
            }
            HelpLine::Blank => {}
        }
    }
}
