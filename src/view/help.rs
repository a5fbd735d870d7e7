//! Every key and what it does, with a field to narrow them.

use ratatui::layout::Rect;

use super::overlay::dialog;
use super::paper::{Paper, Strip, columns_of, part};
use super::{keys, prompt};
use crate::files::theme::Role;
use crate::model::action::{Action, AppAction};
use crate::model::editor::Editor;
use crate::model::help::{self, Group};
use crate::model::keymap::Mode;
use crate::model::state::Model;

/// From so many columns within the frame on the groups stand in two columns.
const TWO_COLUMNS: u16 = 92;

/// One line of the help.
enum Line {
    Title(&'static str),
    Key(String, String),
    Blank,
}

/// Draws the help from its row `scroll` on.
pub(super) fn draw(paper: &mut Paper<'_>, screen: Rect, model: &Model, query: &Editor, scroll: usize) {
    let width = if screen.width >= TWO_COLUMNS + 8 { 116 } else { 76 };
    let inner = dialog(paper, screen, width, screen.height.saturating_sub(2).max(5), "keys");
    paper.put(inner, 0, 0, "❯", Role::Key);
    prompt::field(paper, part(inner, 2, 0, inner.width.saturating_sub(2), 1), query);
    if query.is_empty() {
        paper.put(inner, 2, 0, " type to narrow", Role::Faint);
    }
    let groups = help::search(&model.keymap, query.text());
    let body = part(inner, 0, 2, inner.width, inner.height.saturating_sub(3));
    let columns: Vec<Vec<Line>> = if inner.width >= TWO_COLUMNS {
        let (left, right) = halves(groups);
        vec![lines(left), lines(right)]
    } else {
        vec![lines(groups)]
    };
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let height = usize::from(body.height);
    let first = scroll.min(longest.saturating_sub(height));
    let count = u16::try_from(columns.len()).unwrap_or(1).max(1);
    let column_width = body.width / count;
    for (place, column) in (0_u16..).zip(&columns) {
        let area =
            part(body, place * column_width, 0, column_width.saturating_sub(u16::from(count > 1) * 2), body.height);
        draw_column(paper, area, column, first);
    }
    if longest == 0 {
        paper.put(body, 0, 0, "no key has these words", Role::Dim);
    }
    let last = inner.height.saturating_sub(1);
    let hints = [(keys::key(model, Mode::Prompt, Action::App(AppAction::Escape)), "leaves")];
    keys::draw(paper, inner, 0, last, &hints);
    let below = longest.saturating_sub(first + height);
    let text = match (first, below) {
        (0, 0) => return,
        (_, 0) => "▲ ↑ goes back".to_owned(),
        (_, below) => format!("▼ {below} more rows, ↓ scrolls"),
    };
    paper.right(inner, last, &Strip::of(text, Role::Dim));
}

/// The groups in two columns of about one length, in their order.
fn halves(groups: Vec<Group>) -> (Vec<Group>, Vec<Group>) {
    let all: usize = groups.iter().map(|group| group.rows.len() + 2).sum();
    let mut left: Vec<Group> = Vec::new();
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
    (left, right)
}

fn lines(groups: Vec<Group>) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in groups {
        if !lines.is_empty() {
            lines.push(Line::Blank);
        }
        lines.push(Line::Title(group.title));
        lines.extend(group.rows.into_iter().map(|row| Line::Key(row.keys, row.describe)));
    }
    lines
}

fn draw_column(paper: &mut Paper<'_>, area: Rect, lines: &[Line], first: usize) {
    let widest = lines.iter().map(|line| if let Line::Key(keys, _) = line { columns_of(keys) } else { 0 }).max();
    let keys = widest.unwrap_or(0).min(17).min(area.width / 3);
    for (y, line) in (0_u16..area.height).zip(lines.iter().skip(first)) {
        match line {
            Line::Title(title) => {
                paper.put(area, 0, y, title, Role::Strong);
            }
            Line::Key(chords, what) => {
                let used = paper.put(area, 0, y, chords, Role::Key);
                paper.put(area, used.max(keys) + 2, y, what, Role::Text);
            }
            Line::Blank => {}
        }
    }
}
