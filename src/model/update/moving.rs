//! Moves in the content of a view.

use crate::model::documents::document::Fold;
use crate::model::documents::of_view;
use crate::model::panel::ScrollPosition;
use crate::model::state::Model;
use crate::model::transcript_layout::TranscriptPlace;
use crate::model::view::View;

/// A movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScrollMove {
    /// Rows down, or up where negative.
    Rows(isize),
    /// To the first row.
    Top,
    /// To the last row, which is then followed.
    Bottom,
}

pub(super) fn moved_index(at: usize, step: ScrollMove, last: usize) -> usize {
    match step {
        ScrollMove::Rows(by) => at.saturating_add_signed(by).min(last),
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
    if !(panel.document_scroll..panel.document_scroll + rows).contains(&row) {
        panel.document_scroll = row.saturating_sub(rows / 3).min(last);
    }
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
    panel.scroll =
        ScrollPosition::At(panel.layout(session, columns).rows_back(TranscriptPlace { entry, offset }, rows / 3));
}
