//! The status line: addresses, drops and limits of a UDP socket or listener; for TCP, what flow control is
//! blocking. Before that, the progress of a file or body that is being sent.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::{connecting, kinds, progress};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::Session;

/// Draws it, wrapped between its parts. Returns how many rows it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> u16 {
    let mut parts = progress::parts(session, model.now, area.width.saturating_sub(2));
    parts.extend(connecting::parts(model, session, panel.view));
    parts.extend(kinds::status_line(session, model, panel));
    let most = if area.height >= 10 { 3 } else { 1 };
    flow(canvas, part(area, 1, 0, area.width.saturating_sub(2), most.min(area.height)), &parts)
}

/// Writes parts with ` · ` between them, on at most as many rows as `area` has.
fn flow(canvas: &mut Canvas<'_>, area: Rect, parts: &[StyledText]) -> u16 {
    let (mut x, mut y) = (0, 0);
    for strip in parts {
        let columns = strip.columns();
        if x > 0 && x + 3 + columns > area.width && y + 1 < area.height {
            (x, y) = (0, y + 1);
        }
        if x > 0 {
            x += canvas.draw_text(area, x, y, " · ", Role::Faint);
        }
        x += canvas.draw_styled_text(area, x, y, strip);
    }
    if parts.is_empty() { 0 } else { (y + 1).min(area.height) }
}
