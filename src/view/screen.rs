//! Draws the whole screen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, columns_of};
use super::style::StyleSheet;
use super::{ascii, figures, footer, header, home, layout, notice, overlay, pane, sidebar};
use crate::files::theme::Role;
use crate::model::seen::{CellArea, FrameReport};
use crate::model::state::Model;

/// Draws the model. Returns what is on the screen: page sizes and click targets.
///
/// Works at every size, 0×0 included. Its cost depends on the screen, not on the amount of traffic.
pub fn draw(frame: &mut Frame<'_>, model: &Model, look: &StyleSheet) -> FrameReport {
    let (seen, cursor) = draw_cells(frame.buffer_mut(), model, look);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    seen
}

/// The text that the screen shows in some cells, without blanks at the ends of its lines.
pub fn text_shown(model: &Model, look: &StyleSheet, cells: CellArea) -> String {
    let whole = Rect { x: 0, y: 0, width: model.size.columns, height: model.size.rows };
    let mut buffer = Buffer::empty(whole);
    draw_cells(&mut buffer, model, look);
    let part = Rect { x: cells.column, y: cells.row, width: cells.columns, height: cells.rows }.intersection(whole);
    let line = |y: u16| {
        let (mut text, mut x) = (String::new(), part.left());
        while x < part.right() {
            let symbol = buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
            text.push_str(symbol);
            x += columns_of(symbol).max(1);
        }
        text.trim_end().to_owned()
    };
    let lines: Vec<String> = (part.top()..part.bottom()).map(line).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

fn draw_cells(buffer: &mut Buffer, model: &Model, look: &StyleSheet) -> (FrameReport, Option<Position>) {
    let area = *buffer.area();
    let mut canvas = Canvas { buffer, look, seen: FrameReport::default(), cursor: None };
    if area.is_empty() {
        return (canvas.seen, None);
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
    let Canvas { buffer, look, seen, cursor } = canvas;
    if look.is_ascii() {
        ascii::to_ascii(buffer);
    }
    (seen, cursor.filter(|cursor| area.contains(*cursor)))
}
