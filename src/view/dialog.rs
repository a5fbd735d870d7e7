//! The box of a dialog.

use ratatui::layout::Rect;

use super::canvas::{Canvas, part, within};
use crate::files::theme::Role;

/// A blank frame in the middle; gives what is within it, a cell of margin at each side.
pub(super) fn dialog(paper: &mut Canvas<'_>, screen: Rect, width: u16, height: u16, title: &str) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    let (x, y) = ((screen.width - width) / 2, (screen.height - height) / 3);
    let area = part(screen, x, y, width, height);
    paper.blank(area, Role::Menu);
    paper.frame(area, Role::Focus);
    let line = part(area, 2, 0, area.width.saturating_sub(4), 1);
    paper.put(line, 0, 0, &format!(" {title} "), Role::Strong);
    let inner = within(area);
    part(inner, 1, 0, inner.width.saturating_sub(2), inner.height)
}
