//! Moves in the content of a view.

use crate::model::documents::document::Fold;
use crate::model::documents::of_view;
use crate::model::panel::{ScrollPosition, TranscriptCursor};
use crate::model::state::Model;
use crate::model::transcript_layout::TranscriptPlace;
use crate::model::view::View;

/// A movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScrollMove {
    /// The cursor a row down, or up where negative; as [`ScrollMove::Rows`] in a view without a cursor.
    Step(isize),
    /// Rows down, or up where negative.
    Rows(isize),
    /// To the first row.
    Top,
    /// To the last row, which is then followed.
    Bottom,
}

pub(super) fn moved_index(at: usize, step: ScrollMove, last: usize) -> usize {
    match step {
        ScrollMove::Step(by) | ScrollMove::Rows(by) => at.saturating_add_signed(by).min(last),
        ScrollMove::Top => 0,
        ScrollMove::Bottom => last,
    }
}

/// Shows the document row that holds an offset of a line; if it is not on the screen yet, a third below the top.
pub(super) fn show_line(model: &mut Model, line: usize, offset: usize) {
    let rows = usize::from(model.seen.view.rows.max(1));
    let columns = model.seen.view.columns.max(1);
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    let Some(document) = of_view::document_shown(session, panel) else { return };
    let fold = Fold::new(&document, columns);
    let row = fold.row_of(line) + document.lines.get(line).map_or(0, |line| line.row_at(columns, offset));
    let last = fold.row_count().saturating_sub(rows);
    let top = panel.document_top(fold.row_count(), rows);
    panel.document_scroll = if (top..top + rows).contains(&row) { top } else { row.saturating_sub(rows / 3).min(last) };
    panel.document_follows = false;
    panel.document_cursor = Some(row);
}

/// Shows the row that holds a place, a third below the top.
pub(super) fn show(model: &mut Model, entry: u64, offset: u32) {
    let rows = usize::from(model.seen.view.rows.max(1));
    let columns = model.seen.view.columns.max(1);
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    if !panel.view.is_transcript() {
        panel.view = View::Text;
    }
    let layout = panel.layout(session, columns);
    let place = TranscriptPlace { entry, offset };
    let (top, at) = (layout.rows_back(place, rows / 3), layout.row_start(place));
    panel.scroll = ScrollPosition::At(top);
    panel.cursor = Some(TranscriptCursor { at, mark: panel.cursor.and_then(|cursor| cursor.mark) });
}
