//! The one-line field at the bottom: its purpose, its completions above it, and the error.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, StyledText, columns_of, part};
use super::layout::ScreenLayout;
use crate::files::theme::Role;
use crate::model::command;
use crate::model::editor::TextField;
use crate::model::overlay::PromptPurpose;
use crate::model::state::Model;
use crate::model::view::View;

/// The most rows of completions.
const MOST_COMPLETIONS: u16 = 8;

/// The most rows of an error.
const MOST_PROBLEM: u16 = 4;

/// Draws the field in its row; its completions, or the error, above it.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    layout: &ScreenLayout,
    model: &Model,
    purpose: PromptPurpose,
    input: &TextField,
    completing: Option<&(usize, String)>,
    problem: Option<&str>,
) {
    let row = layout.prompt;
    canvas.clear(row, Role::Menu);
    let mut x = canvas.draw_text(row, 1, 0, label(purpose), Role::Key) + 1;
    if !matches!(purpose, PromptPurpose::Command | PromptPurpose::Search) {
        x += 1;
    }
    field(canvas, part(row, x, 0, row.width.saturating_sub(x + 1), 1), input);
    let typed = columns_of(input.text()).min(row.width);
    let room = part(row, x + typed + 3, 0, row.width, 1);
    if columns_of(example(model, purpose)) <= room.width {
        canvas.draw_text(room, 0, 0, example(model, purpose), Role::Faint);
    }
    let above = layout.dialogs;
    if let Some(problem) = problem {
        let width = above.width.saturating_sub(4);
        let rows = Canvas::sentence_rows(width, problem).min(MOST_PROBLEM).min(above.height);
        let lines = part(above, 0, above.height - rows, above.width, rows);
        canvas.clear(lines, Role::Menu);
        canvas.draw_text(lines, 1, 0, "!", Role::Bad);
        canvas.draw_sentence(part(lines, 0, 0, lines.width.saturating_sub(1), rows), 3, 0, problem, Role::Bad);
    } else if purpose == PromptPurpose::Command {
        completions(canvas, above, model, input, completing);
    }
}

/// What can be typed, where the label does not say it.
fn example(model: &Model, purpose: PromptPurpose) -> &'static str {
    let is_hex = model.selected_panel().is_some_and(|panel| panel.view == View::Hex);
    match purpose {
        PromptPurpose::Search if is_hex => r"48 65, words, \r\n",
        PromptPurpose::Filter => "sent, received, events, words, -without",
        PromptPurpose::Search => r"words, \r\n, \x00",
        PromptPurpose::Command | PromptPurpose::SendFile | PromptPurpose::Save { .. } => "",
    }
}

fn label(purpose: PromptPurpose) -> &'static str {
    match purpose {
        PromptPurpose::Command => ":",
        PromptPurpose::Search => "/",
        PromptPurpose::Filter => "filter",
        PromptPurpose::SendFile => "send file",
        PromptPurpose::Save { .. } => "save to",
    }
}

/// Draws a one-line field, and puts the terminal's cursor in it.
pub(super) fn field(canvas: &mut Canvas<'_>, area: Rect, input: &TextField) {
    if area.is_empty() {
        return;
    }
    let window = input.visible_window(area.width, 1);
    if let Some(line) = window.lines.first() {
        canvas.draw_text(area, 0, 0, line, Role::Text);
    }
    canvas.cursor = Some(Position { x: area.x + window.cursor.0.min(area.width - 1), y: area.y });
}

fn completions(
    canvas: &mut Canvas<'_>,
    above: Rect,
    model: &Model,
    input: &TextField,
    completing: Option<&(usize, String)>,
) {
    let base = completing.map_or(input.text(), |(_, base)| base.as_str());
    let found = command::complete(base, &model.settings.themes);
    let picked = completing.map(|(at, _)| *at);
    let rows = MOST_COMPLETIONS.min(above.height / 2).min(u16::try_from(found.len()).unwrap_or(u16::MAX));
    let count = usize::from(rows);
    if count == 0 {
        return;
    }
    let first = picked.unwrap_or(0).saturating_sub(count - 1).min(found.len() - count);
    let area = part(above, 0, above.height - rows, above.width, rows);
    canvas.clear(area, Role::Menu);
    let column = found.iter().map(|completion| columns_of(&completion.text)).max().unwrap_or(0).min(above.width / 2);
    let more = match found.len() - count {
        0 => StyledText::new(),
        more => StyledText::single(format!("   {more} more"), Role::Dim),
    };
    let edge = part(area, 0, 0, area.width.saturating_sub(1), 1);
    canvas.draw_right(edge, 0, &more);
    for (y, (at, completion)) in (0_u16..).zip(found.iter().enumerate().skip(first).take(count)) {
        let line = part(area, 0, y, area.width, 1);
        let room = if y == 0 { edge.width.saturating_sub(more.columns()) } else { line.width };
        canvas.draw_text(part(line, 0, 0, column + 2, 1), 2, 0, &completion.text, Role::Text);
        canvas.draw_text(part(line, 0, 0, room, 1), column + 4, 0, &completion.describe, Role::Dim);
        if Some(at) == picked {
            canvas.draw_text(line, 0, 0, "▌", Role::Focus);
            canvas.tint(line, Role::Selection);
        }
    }
}
