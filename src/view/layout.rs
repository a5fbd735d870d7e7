//! The layout of the screen for the terminal's size.

use ratatui::layout::Rect;

use super::canvas::part;
use super::notice;
use crate::model::overlay::Overlay;
use crate::model::state::{Focus, INSIGHT_COLUMNS, Model};

/// The width of the list of sessions, with its frame: below 100 columns, and from there on.
const SIDEBAR: (u16, u16) = (29, 30);

/// From this width on, there is a column of figures.
const WIDE: u16 = INSIGHT_COLUMNS;

/// With fewer columns, the list of sessions is not shown beside the pane.
const NARROW: u16 = 72;

/// With fewer rows, there is no footer.
const SHORT: u16 = 12;

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
    /// Everything above the notice, the prompt and the footer, where dialogs are drawn.
    pub(super) dialogs: Rect,
    /// The current notice, below the panes.
    pub(super) notice: Rect,
    /// The one-line field that is open at the bottom.
    pub(super) prompt: Rect,
    /// One row of keys at the bottom.
    pub(super) footer: Rect,
}

/// The layout for this area.
pub(super) fn screen_layout(area: Rect, model: &Model) -> ScreenLayout {
    let header_rows = u16::from(area.height >= 4);
    let footer_rows = u16::from(area.height >= SHORT);
    let prompt_rows = u16::from(matches!(model.overlay, Some(Overlay::Prompt { .. })));
    let below = footer_rows + prompt_rows;
    let notice_rows = notice::rows(model, area.width).min(area.height.saturating_sub(header_rows + below).div_ceil(3));
    let above = area.height.saturating_sub(below + notice_rows);
    let body = part(area, 0, header_rows, area.width, above.saturating_sub(header_rows));
    let mut layout = ScreenLayout {
        header: part(area, 0, 0, area.width, header_rows),
        dialogs: part(area, 0, 0, area.width, above),
        notice: part(area, 0, above, area.width, notice_rows),
        prompt: part(area, 0, above + notice_rows, area.width, prompt_rows),
        footer: part(area, 0, area.height - footer_rows, area.width, footer_rows),
        ..ScreenLayout::default()
    };
    let list_focused = model.focus == Focus::Sessions && !model.sessions.is_empty();
    let at_home = model.session().is_none();
    if model.sessions.is_empty() || at_home && area.width < NARROW {
        layout.main = body;
    } else if list_focused && (area.width < NARROW || model.zoomed) {
        layout.sidebar = body;
    } else if area.width < NARROW || model.zoomed {
        layout.main = body;
    } else {
        let insight = if area.width >= WIDE && !at_home { (area.width / 3).clamp(48, 58) } else { 0 };
        let sidebar = if area.width < 100 { SIDEBAR.0 } else { SIDEBAR.1 };
        layout.sidebar = part(body, 0, 0, sidebar, body.height);
        layout.main = part(body, sidebar, 0, body.width - sidebar - insight, body.height);
        layout.insight = part(body, body.width - insight, 0, insight, body.height);
    }
    layout
}
