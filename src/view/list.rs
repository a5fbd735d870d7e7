//! A list with a cursor.

use ratatui::layout::Rect;

use super::canvas::{Canvas, part};
use crate::files::theme::Role;
use crate::model::seen::ClickTarget;

/// The first line on the screen of a list of `all` lines with room for `room`: the one at the cursor is in the middle,
/// unless the list begins or ends nearer to it.
pub(super) fn first_shown(picked: usize, room: usize, all: usize) -> usize {
    picked.saturating_sub(room / 2).min(all.saturating_sub(room))
}

/// Draws the lines that fit, the one at the cursor with its mark; a click finds each. `draw` draws one line, from the
/// column behind the mark on. Returns how many lines are below those on the screen.
pub(super) fn draw_list<L>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    lines: impl ExactSizeIterator<Item = L>,
    picked: usize,
    mut draw: impl FnMut(&mut Canvas<'_>, Rect, L),
) -> usize {
    let (room, all) = (usize::from(area.height), lines.len());
    let first = first_shown(picked, room, all);
    for (y, (at, line)) in (0_u16..).zip(lines.enumerate().skip(first).take(room)) {
        let row = part(area, 0, y, area.width, 1);
        let mark = canvas.draw_text(row, 0, 0, if at == picked { "▌" } else { " " }, Role::Focus);
        draw(canvas, part(row, mark, 0, row.width, 1), line);
        if at == picked {
            canvas.tint(row, Role::Selection);
        }
        canvas.hit(row, ClickTarget::Line(at));
    }
    all.saturating_sub(first + room)
}
