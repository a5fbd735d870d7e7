//! The dialog of socket options: each with its value; for the one under the cursor, its effect, its values and its
//! system call.

use ratatui::layout::Rect;

use super::canvas::{Canvas, capital, columns_of, part};
use super::dialog::{dialog as framed, draw_more_below};
use super::layout::ScreenLayout;
use super::list::first_shown;
use super::{overlay_keys, prompt, status};
use crate::files::theme::Role;
use crate::model::options::{OptionLine, OptionsDialog, ValueField, ValueSource};
use crate::model::seen::ClickTarget;
use crate::model::state::Model;
use crate::wire::option::OptionUnit;

/// The columns of a name, with a blank after it.
const NAME: u16 = 15;

/// The columns of a value.
const VALUE: u16 = 17;

/// The rows that describe the option under the cursor, with their rule: on a usual screen, and on one so wide that each
/// part takes one row.
const BOX: (u16, u16) = (7, 5);

/// With fewer columns, an option shows its name and its value only.
const NARROW: u16 = 50;

/// From this width on, each part of the description takes one row.
const WIDE: u16 = 120;

/// The greatest width that is easy to read.
const WIDEST: u16 = 118;

/// Draws the dialog.
pub(super) fn draw(canvas: &mut Canvas<'_>, layout: &ScreenLayout, model: &Model, dialog: &OptionsDialog) {
    let (screen, keys) = (layout.dialogs, overlay_keys::rows(layout));
    let lines = dialog.lines(model.options_source());
    let boxed = match screen {
        Rect { height: ..18, .. } => 3,
        Rect { width: ..WIDE, .. } => BOX.0,
        _ => BOX.1,
    };
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let height = count.saturating_add(boxed + 2 + keys);
    let inner = framed(canvas, screen, WIDEST, height, &title(model, dialog));
    let list = part(inner, 0, 0, inner.width, inner.height.saturating_sub(boxed + keys));
    let picked = dialog.picked.min(lines.len().saturating_sub(1));
    let shown = usize::from(list.height);
    let first = first_shown(picked, shown, lines.len());
    for (y, (at, line)) in (0_u16..).zip(lines.iter().enumerate().skip(first).take(shown)) {
        let row = part(list, 0, y, list.width, 1);
        let field = dialog.field.as_ref().filter(|_| at == picked);
        draw_line(canvas, row, line, at == picked, field.is_some());
        if let Some(field) = field {
            let place = part(row, NAME + 1, 0, row.width.saturating_sub(NAME + 1), 1);
            canvas.clear(place, Role::Menu);
            prompt::field(canvas, place, &field.input);
        }
        canvas.hit(row, ClickTarget::Line(at));
    }
    if let Some(line) = lines.get(picked) {
        let below = part(inner, 0, list.height, inner.width, boxed);
        draw_explanation(canvas, below, model, dialog, line);
    }
    overlay_keys::draw(canvas, layout, inner, model);
    draw_more_below(canvas, inner, lines.len().saturating_sub(first + shown));
}

fn title(model: &Model, dialog: &OptionsDialog) -> String {
    match dialog.session(model.options_source()) {
        Some(session) if dialog.is_live(model.options_source()) => {
            format!("socket options of {}: as the kernel reports them", status::numbered_title(session))
        }
        Some(session) => format!("socket options of {}: what will be set", status::numbered_title(session)),
        None => "socket options of the new session: what will be set".to_owned(),
    }
}

fn draw_line(canvas: &mut Canvas<'_>, row: Rect, line: &OptionLine, picked: bool, typing: bool) {
    canvas.draw_text(row, 0, 0, if picked { "▌" } else { " " }, Role::Focus);
    canvas.draw_text(part(row, 1, 0, NAME - 1, 1), 0, 0, line.option.name(), Role::Text);
    if typing {
        return;
    }
    let role = match line.sure {
        ValueSource::Kernel => Role::Strong,
        ValueSource::Wished => Role::Sent,
        ValueSource::Default | ValueSource::Unknown => Role::Dim,
        ValueSource::Refused => Role::Bad,
    };
    let room = part(row, NAME + 1, 0, VALUE.max(columns_of(&line.value).min(VALUE + 8)), 1);
    canvas.draw_text(room, 0, 0, &line.value, role);
    let beside = if row.width >= NARROW { row.width.saturating_sub(NAME + 2 + room.width) } else { 0 };
    let rest = part(row, NAME + 1 + room.width + 1, 0, beside, 1);
    let (text, role) = match (line.sure, line.remark.as_str()) {
        (ValueSource::Refused, why) => (format!("! {why}"), Role::Bad),
        (_, "") => (line.option.summary().to_owned(), Role::Dim),
        (_, remark) => (remark.to_owned(), Role::Text),
    };
    canvas.draw_text(rest, 0, 0, &text, role);
    if picked {
        canvas.tint(row, Role::Selection);
    }
}

/// The effect of the option under the cursor, its values, when it applies, and the call that sets it.
fn draw_explanation(canvas: &mut Canvas<'_>, area: Rect, model: &Model, dialog: &OptionsDialog, line: &OptionLine) {
    canvas.draw_repeated(area, 0, 0, "─", area.width, Role::Border);
    canvas.draw_text(part(area, 1, 0, area.width.saturating_sub(2), 1), 0, 0, &format!(" {} ", line.option), Role::Dim);
    let bottom = area.height.saturating_sub(1);
    canvas.draw_text(area, 0, bottom, &line.call, Role::Key);
    let room = part(area, 0, 1, area.width, bottom.saturating_sub(1));
    if let Some(ValueField { problem: Some(problem), .. }) = &dialog.field {
        canvas.draw_text(room, 0, 0, "!", Role::Bad);
        canvas.draw_sentence(room, 2, 0, problem, Role::Bad);
        return;
    }
    let mut y = 0;
    if line.sure == ValueSource::Refused {
        y += canvas.draw_sentence(room, 0, y, &format!("Not taken: {}.", line.remark), Role::Bad);
    }
    if dialog.field.is_none() || room.height > 2 {
        let does = format!("{}.", capital(line.option.summary()));
        y += canvas.draw_sentence(part(room, 0, y, room.width, room.height.saturating_sub(y)), 0, 0, &does, Role::Text);
    }
    let mut accepted = format!("Accepted: {}", line.option.accepted_text());
    if !dialog.is_live(model.options_source()) {
        let nothing = if line.option.unit() == OptionUnit::Switch { "" } else { "; empty leaves it as it is" };
        accepted.push_str(nothing);
    }
    y += canvas.draw_sentence(part(room, 0, y, room.width, room.height.saturating_sub(y)), 0, 0, &accepted, Role::Dim);
    if dialog.is_live(model.options_source())
        && let Some(late) = line.option.late_effect(dialog.kind(model.options_source()))
    {
        let rest = part(room, 0, y, room.width, room.height.saturating_sub(y));
        canvas.draw_sentence(rest, 0, 0, &format!("Now: {late}."), Role::Warn);
    }
}
