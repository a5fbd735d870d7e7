//! The layout of the screen for the terminal's size.

use ratatui::layout::Rect;

use super::canvas::part;
use crate::model::state::{Focus, INSIGHT_COLUMNS, Model};

/// The width of the list of sessions, with its frame: below 100 columns, and from there on.
const SIDEBAR: (u16, u16) = (29, 30);

/// From this width on, there is a column of figures.
const WIDE: u16 = INSIGHT_COLUMNS;

/// With fewer columns, the list of sessions is not shown beside the pane.
const NARROW: u16 = 72;

/// With fewer rows, there is no footer.
const SHORT: u16 = 14;

/// The areas of the screen; an empty rectangle is not drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ScreenLayout {
    /// One row at the top.
    pub(super) header: Rect,
    /// The list of sessions.
    pub(super) sidebar: Rect,
    /// The selected session, or the home screen.
    pub(super) main: Rect,
    /// The figures of the selected session.
    pub(super) insight: Rect,
    /// One row of hints at the bottom.
    pub(super) footer: Rect,
    /// The row of prompts and notices: the footer, or the last row of the screen.
    pub(super) bottom: Rect,
}

/// The layout for this area.
pub(super) fn screen_layout(area: Rect, model: &Model) -> ScreenLayout {
    let header_rows = u16::from(area.height >= 4);
    let footer_rows = u16::from(area.height >= SHORT);
    let body = part(area, 0, header_rows, area.width, area.height - header_rows - footer_rows);
    let mut layout = ScreenLayout {
        header: part(area, 0, 0, area.width, header_rows),
        footer: part(area, 0, area.height - footer_rows, area.width, footer_rows),
        bottom: part(area, 0, area.height.saturating_sub(1), area.width, 1),
        ..ScreenLayout::default()
    };
    let list_focused = model.focus == Focus::Sessions && !model.sessions.is_empty();
    if model.sessions.is_empty() {
        layout.main = body;
    } else if list_focused && (area.width < NARROW || model.zoomed) {
        layout.sidebar = body;
    } else if area.width < NARROW || model.zoomed {
        layout.main = body;
    } else {
        let insight = if area.width >= WIDE { (area.width / 3).clamp(48, 58) } else { 0 };
        let sidebar = if area.width < 100 { SIDEBAR.0 } else { SIDEBAR.1 };
        layout.sidebar = part(body, 0, 0, sidebar, body.height);
        layout.main = part(body, sidebar, 0, body.width - sidebar - insight, body.height);
        layout.insight = part(body, body.width - insight, 0, insight, body.height);
    }
    layout
}
