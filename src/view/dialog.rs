//! The box of a dialog.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, inner_area, part};
use crate::files::theme::Role;
use crate::text::quantity;

/// With fewer columns beside it, a dialog takes the whole width.
const LEAST_MARGIN: u16 = 12;

/// Draws an empty frame in the middle of the screen. Returns its inside, with a margin of one cell at each side.
pub(super) fn dialog(canvas: &mut Canvas<'_>, screen: Rect, width: u16, height: u16, title: &str) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    // A margin of a few cells would leave single letters of what is behind.
    let width = if screen.width - width < LEAST_MARGIN { screen.width } else { width };
    let (x, y) = ((screen.width - width) / 2, (screen.height - height) / 3);
    let area = part(screen, x, y, width, height);
    canvas.clear(area, Role::Menu);
    canvas.draw_frame(area, Role::Focus);
    let line = part(area, 2, 0, area.width.saturating_sub(4), 1);
    canvas.draw_text(line, 0, 0, &format!(" {title} "), Role::Strong);
    let inner = inner_area(area);
    part(inner, 1, 0, inner.width.saturating_sub(2), inner.height)
}

/// Says on the lower edge of a dialog with this inside how many lines are below those on the screen.
pub(super) fn draw_more_below(canvas: &mut Canvas<'_>, inner: Rect, below: usize) {
    if below > 0 {
        let edge = Rect { y: inner.y + inner.height, height: 1, ..inner };
        let text = format!(" ▼ {} more ", quantity::grouped(below as u64));
        canvas.draw_right(edge, 0, &StyledText::single(text, Role::Dim));
    }
}
