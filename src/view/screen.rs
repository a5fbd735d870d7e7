//! Draws the whole screen.

use ratatui::Frame;

use super::canvas::Canvas;
use super::style::StyleSheet;
use super::{figures, footer, header, home, layout, notice, overlay, pane, sidebar};
use crate::files::theme::Role;
use crate::model::seen::FrameReport;
use crate::model::state::Model;

/// Draws the model. Returns what is on the screen: page sizes and click targets.
///
/// Works at every size, 0×0 included. Its cost depends on the screen, not on the amount of traffic.
pub fn draw(frame: &mut Frame<'_>, model: &Model, look: &StyleSheet) -> FrameReport {
    let area = frame.area();
    let mut canvas = Canvas { buffer: frame.buffer_mut(), look, seen: FrameReport::default(), cursor: None };
    if area.is_empty() {
        return canvas.seen;
    }
    canvas.clear(area, Role::Background);
    let layout = layout::screen_layout(area, model);
    header::draw(&mut canvas, layout.header, model, layout.footer.is_empty());
    if !layout.sidebar.is_empty() {
        sidebar::draw(&mut canvas, layout.sidebar, model);
    }
    if !layout.main.is_empty() {
        match (model.session(), model.selected_panel()) {
            (Some(session), Some(panel)) => {
                pane::draw(&mut canvas, layout.main, model, session, panel);
                if !layout.insight.is_empty() {
                    figures::draw(&mut canvas, layout.insight, model, session, panel);
                }
            }
            _ => home::draw(&mut canvas, layout.main, model),
        }
    }
    notice::draw(&mut canvas, layout.notice, model);
    footer::draw(&mut canvas, layout.footer, model);
    if let Some(overlay) = &model.overlay {
        canvas.cursor = None;
        overlay::draw(&mut canvas, &layout, model, overlay);
    }
    let Canvas { seen, cursor, .. } = canvas;
    if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
    seen
}
