//! The help: every key and what it does, those of the focus first, with a field to narrow them.

use std::borrow::Cow;

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
#[derive(Clone)]
enum HelpLine {
    Title(Cow<'static, str>),
    /// Keys, and what they do.
    Key(String, String),
    /// The same, in the rows below the first; either may be empty.
    More(String, String),
    Blank,
}

/// Draws the help, beginning with its row `scroll`.
pub(super) fn draw(canvas: &mut Canvas<'_>, screen: Rect, model: &Model, query: &TextField, scroll: usize) {
    let inner = dialog(canvas, screen, WIDEST.min(screen.width), screen.height.max(5), "keys");
    let groups = help::of_model(model, query.text());
    let body = part(inner, 0, 1, inner.width, inner.height.saturating_sub(1));
    let count = (body.width / COLUMN).clamp(1, MOST_COLUMNS);
    let width = (body.width + GAP) / count - GAP.min(count - 1);
    let lines = lines(groups, width);
    let height = usize::from(body.height);
    let mut columns = columns_of_lines(&lines, usize::from(count), height);
    let dense: Vec<HelpLine>;
    if longest_of(&columns) > height {
        // Without blank rows, if everything is in sight then.
        dense = lines.iter().filter(|line| !matches!(line, HelpLine::Blank)).cloned().collect();
        let fitting = columns_of_lines(&dense, usize::from(count), height);
        columns = if longest_of(&fitting) > height { columns } else { fitting };
    }
    let longest = longest_of(&columns);
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
        (0, 0) => String::new(),
        (_, 0) => "▲ ↑ goes back".to_owned(),
        (_, below) => format!("▼ {below} more, ↓ scrolls"),
    };
    let text = StyledText::single(text, Role::Dim);
    canvas.draw_right(inner, 0, &text);
    canvas.draw_text(inner, 0, 0, "❯", Role::Key);
    let field = part(inner, 2, 0, inner.width.saturating_sub(text.columns() + 3), 1);
    prompt::field(canvas, field, query);
    if query.is_empty() {
        canvas.draw_text(field, 1, 0, "type to narrow", Role::Faint);
    }
}

fn longest_of(columns: &[&[HelpLine]]) -> usize {
    columns.iter().map(|column| column.len()).max().unwrap_or(0)
}

/// The rows in at most `count` columns: what fits is spread evenly; what does not is scrolled by rows of all columns.
fn columns_of_lines(lines: &[HelpLine], count: usize, height: usize) -> Vec<&[HelpLine]> {
    let least = lines.len().div_ceil(count).max(height.min(lines.len()));
    let mut spreads = (least..=lines.len()).map(|rows| spread(lines, rows));
    spreads.find(|columns| columns.len() <= count).unwrap_or_default()
}

/// The rows in columns of at most this many rows: no column begins with a blank row, none ends with a title, and an entry
/// stays in one column, unless it is longer.
fn spread(lines: &[HelpLine], rows: usize) -> Vec<&[HelpLine]> {
    let mut columns = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        while let Some((HelpLine::Blank, after)) = rest.split_first() {
            rest = after;
        }
        let most = rows.max(1).min(rest.len());
        let splits_entry = |end: usize| matches!(rest.get(end), Some(HelpLine::More(..)));
        let ends_with_title = |end: usize| matches!(rest.get(end - 1), Some(HelpLine::Title(_))) && end < rest.len();
        let end = (1..=most).rev().find(|end| !splits_entry(*end) && !ends_with_title(*end)).unwrap_or(most);
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
                let row = if at == 0 { HelpLine::Key } else { HelpLine::More };
                lines.push(row(of(&keys), of(&words)));
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
            HelpLine::Key(chords, what) | HelpLine::More(chords, what) => {
                canvas.draw_text(part(area, 0, 0, keys + 1, area.height), 0, y, chords, Role::Key);
                canvas.draw_text(area, keys + 2, y, what, Role::Text);
            }
            HelpLine::Blank => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the help: `T` a title, `K` a key, `m` a further row of its entry, a blank between two groups.
    fn lines(rows: &str) -> Vec<HelpLine> {
        let of = |letter: char| match letter {
            'T' => HelpLine::Title("title".into()),
            'K' => HelpLine::Key("k".into(), "what".into()),
            'm' => HelpLine::More(String::new(), "it does".into()),
            _ => HelpLine::Blank,
        };
        rows.chars().map(of).collect()
    }

    fn letters(column: &[HelpLine]) -> String {
        let of = |line: &HelpLine| match line {
            HelpLine::Title(_) => 'T',
            HelpLine::Key(..) => 'K',
            HelpLine::More(..) => 'm',
            HelpLine::Blank => ' ',
        };
        column.iter().map(of).collect()
    }

    #[test]
    fn an_entry_stays_in_one_column_and_a_title_with_its_first_entry() {
        for (rows, most, columns) in [
            ("TKKmK", 3, vec!["TK", "KmK"]),
            ("TKmmK", 3, vec!["TKm", "mK"]),
            ("TKK TKmK", 4, vec!["TKK ", "TKmK"]),
            ("TKK TKmK", 5, vec!["TKK ", "TKmK"]),
            ("TKK TKmK", 6, vec!["TKK ", "TKmK"]),
            ("TKK TKmK", 8, vec!["TKK TKmK"]),
        ] {
            let lines = lines(rows);
            let spread: Vec<String> = spread(&lines, most).into_iter().map(letters).collect();
            assert_eq!(spread, columns, "{rows} in {most}");
        }
    }

    #[test]
    fn every_row_has_its_column_and_no_more_columns_are_needed_than_there_are() {
        let all = "TKKmmK TKmKmKm TKKKmmmm TKmmKKK".repeat(3);
        for count in 1..5 {
            for height in 1..60 {
                let lines = lines(&all);
                let columns = columns_of_lines(&lines, count, height);
                assert!(columns.len() <= count, "{count} columns of {height}");
                let shown: usize = columns.iter().map(|column| letters(column).replace(' ', "").len()).sum();
                assert_eq!(shown, all.replace(' ', "").len(), "{count} columns of {height}");
            }
        }
    }
}
