//! The rows between the panes and the footer: the current notice.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText};
use crate::files::theme::Role;
use crate::model::notice::{Notice, NoticeWeight};
use crate::model::state::Model;

/// How many rows a notice may take.
const MOST_ROWS: u16 = 4;

/// How many rows the current notice takes at this width; 0 without a notice.
pub(super) fn rows(model: &Model, width: u16) -> u16 {
    let Some(notice) = model.notices.current(model.now) else { return 0 };
    let margin = lead(model, notice).columns() + 1;
    Canvas::sentence_rows(width.saturating_sub(margin + 1), &notice.text).min(MOST_ROWS)
}

/// Draws the current notice.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let Some(notice) = model.notices.current(model.now) else { return };
    let lead = lead(model, notice);
    canvas.clear(area, Role::Menu);
    canvas.draw_styled_text(area, 1, 0, &lead);
    let text = Rect { width: area.width.saturating_sub(1), ..area };
    canvas.draw_sentence(text, lead.columns() + 1, 0, &notice.text, Role::Text);
}

/// What stands before the text: the notice's weight, and its place among those that came at the same time.
fn lead(model: &Model, notice: &Notice) -> StyledText {
    let (mark, role) = match notice.weight {
        NoticeWeight::Done => ("◆ ", Role::Good),
        NoticeWeight::Problem => ("! ", Role::Warn),
    };
    let strip = StyledText::single(mark, role);
    match model.notices.position(model.now) {
        Some((place, of)) => strip.with(format!("{place} of {of}  "), Role::Dim),
        None => strip,
    }
}
