//! The cursor in text, hex and documents: it moves by rows, the view scrolls with it, and a mark extends from it.

use super::moving::{ScrollMove, moved_index};
use super::notices::{notify, warn};
use crate::model::panel::{Panel, ScrollPosition, TranscriptCursor};
use crate::model::state::Model;
use crate::model::transcript_layout::{TranscriptLayout, TranscriptPlace, TranscriptRow};
use crate::sessions::Session;

/// Moves in the transcript. At its end, without a mark, there is no cursor: the view follows.
pub(super) fn move_in_transcript(session: &Session, panel: &mut Panel, step: ScrollMove, columns: u16, rows: usize) {
    let mark = panel.cursor.and_then(|cursor| cursor.mark);
    let (scroll, at) = {
        let layout = panel.layout(session, columns);
        match step {
            ScrollMove::Step(by) => stepped(&layout, panel, by < 0, rows),
            ScrollMove::Top => {
                let first = layout.row_start(TranscriptPlace::default());
                (ScrollPosition::At(TranscriptPlace::default()), panel.cursor.map(|_| first))
            }
            ScrollMove::Bottom if mark.is_some() => last_row(&layout, rows),
            ScrollMove::Bottom => (ScrollPosition::Tail, None),
            ScrollMove::Rows(by) => {
                let scroll = scrolled(&layout, panel.scroll, by, rows);
                match (scroll, panel.cursor) {
                    (ScrollPosition::Tail, Some(_)) if mark.is_some() => last_row(&layout, rows),
                    (ScrollPosition::Tail, _) | (_, None) => (scroll, None),
                    (ScrollPosition::At(top), Some(cursor)) => {
                        let shown = layout.rows_from(top, rows);
                        (scroll, Some(within(&shown, cursor.at)))
                    }
                }
            }
        }
    };
    panel.scroll = scroll;
    panel.cursor = at.map(|at| TranscriptCursor { at, mark });
}

/// The top row that is shown.
fn top(layout: &TranscriptLayout<'_>, scroll: ScrollPosition, rows: usize) -> TranscriptPlace {
    match scroll {
        ScrollPosition::At(place) => layout.row_start(place),
        ScrollPosition::Tail => layout.last_page(rows),
    }
}

/// The last row of all, with the cursor on it.
fn last_row(layout: &TranscriptLayout<'_>, rows: usize) -> (ScrollPosition, Option<TranscriptPlace>) {
    let last = layout.rows_back(layout.end_place(), 1);
    (ScrollPosition::At(layout.last_page(rows)), Some(last))
}

/// The place in a row that is shown which is nearest to the cursor.
fn within(shown: &[TranscriptRow], at: TranscriptPlace) -> TranscriptPlace {
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return at };
    if at >= last.next { last.place } else { at.max(first.place) }
}

/// The cursor one row up or down, and the view with it as far as needed. The first step puts it on the row that is
/// nearest: the last one for a step up, the first one for a step down.
fn stepped(
    layout: &TranscriptLayout<'_>,
    panel: &Panel,
    up: bool,
    rows: usize,
) -> (ScrollPosition, Option<TranscriptPlace>) {
    let end = |panel: &Panel| match panel.cursor {
        Some(TranscriptCursor { at, mark: Some(_) }) => (panel.scroll, Some(at)),
        Some(TranscriptCursor { mark: None, .. }) | None => (ScrollPosition::Tail, None),
    };
    if panel.cursor.is_none() && panel.scroll == ScrollPosition::Tail && !up {
        return end(panel);
    }
    let top = top(layout, panel.scroll, rows);
    let shown = layout.rows_from(top, rows.max(1));
    let held = panel.cursor.map(|cursor| within(&shown, cursor.at));
    let held = held.and_then(|at| shown.iter().position(|row| row.place <= at && at < row.next));
    let next = match (held, up) {
        (Some(0), true) => None,
        (Some(at), true) => Some(at - 1),
        (Some(at), false) => Some(at + 1),
        (None, true) => shown.len().checked_sub(1),
        (None, false) => Some(0),
    };
    match next.map(|next| shown.get(next)) {
        // Above the first row that is shown.
        None => {
            let above = layout.rows_back(top, 1);
            (ScrollPosition::At(above), Some(above))
        }
        Some(Some(row)) => (ScrollPosition::At(top), Some(row.place)),
        // Below the last one.
        Some(None) => {
            let below = shown.last().and_then(|last| layout.rows_from(last.next, 1).into_iter().next());
            match below {
                Some(below) => (ScrollPosition::At(layout.rows_forward(top, 1)), Some(below.place)),
                None => end(panel),
            }
        }
    }
}

fn scrolled(layout: &TranscriptLayout<'_>, scroll: ScrollPosition, by: isize, rows: usize) -> ScrollPosition {
    if by < 0 {
        return ScrollPosition::At(layout.rows_back(top(layout, scroll, rows), by.unsigned_abs()));
    }
    let ScrollPosition::At(place) = scroll else { return ScrollPosition::Tail };
    let by = by.unsigned_abs();
    let ahead = layout.rows_from(place, by + rows + 1);
    match ahead.get(by) {
        Some(row) if ahead.len() > by + rows => ScrollPosition::At(row.place),
        _ => ScrollPosition::Tail,
    }
}

/// Moves in a document of so many rows. At its end it is followed.
pub(super) fn move_in_document(panel: &mut Panel, step: ScrollMove, document_rows: usize, rows: usize) {
    let last = document_rows.saturating_sub(rows);
    let top = panel.document_top(document_rows, rows);
    if let ScrollMove::Step(by) = step {
        let Some(bottom) = document_rows.checked_sub(1) else { return };
        let at = match panel.document_cursor {
            Some(at) => at.saturating_add_signed(by).min(bottom),
            None if by < 0 => (top + rows).saturating_sub(1).min(bottom),
            None => top,
        };
        panel.document_cursor = Some(at);
        panel.document_scroll = top.min(at).max((at + 1).saturating_sub(rows));
        panel.document_follows = false;
        return;
    }
    let to = moved_index(top, step, last);
    panel.document_scroll = to;
    panel.document_follows = step == ScrollMove::Bottom || to > top && to == last;
    panel.document_cursor = match panel.document_cursor {
        Some(_) if panel.document_follows => None,
        Some(at) => Some(at.clamp(to, (to + rows).saturating_sub(1).max(to))),
        None => None,
    };
}

/// Begins to mark rows at the cursor, or marks nothing any more.
pub(super) fn toggle_mark(model: &mut Model) {
    let (rows, columns) = (usize::from(model.seen.view.rows.max(1)), model.seen.view.columns.max(1));
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    if let Some(TranscriptCursor { mark: mark @ Some(_), .. }) = &mut panel.cursor {
        *mark = None;
        notify(model, "nothing is marked any more");
        return;
    }
    let at = {
        let layout = panel.layout(session, columns);
        let top = top(&layout, panel.scroll, rows);
        let shown = layout.rows_from(top, rows);
        let picked = match (panel.cursor, panel.scroll) {
            (Some(cursor), _) => Some(within(&shown, cursor.at)),
            (None, ScrollPosition::Tail) => shown.last().map(|row| row.place),
            (None, ScrollPosition::At(_)) => shown.first().map(|row| row.place),
        };
        picked.map(|at| (top, at))
    };
    let Some((top, at)) = at else {
        warn(model, "there is nothing to mark yet");
        return;
    };
    panel.scroll = ScrollPosition::At(top);
    panel.cursor = Some(TranscriptCursor { at, mark: Some(at) });
    notify(model, "marking: move to extend, y copies, Esc marks nothing");
}
