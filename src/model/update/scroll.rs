//! Scrolls the content of a panel.

use super::moving::{ScrollMove, moved_index};
use super::{cursor, ladder, remedies};
use crate::model::kinds;
use crate::model::state::Model;
use crate::model::view::ViewContent;
use crate::sessions::SessionId;
use crate::sessions::tcp::gauges::Gauge;

/// Scrolls the selected session's view.
pub(super) fn scroll(model: &mut Model, step: ScrollMove) {
    let rows = usize::from(model.seen.view.rows.max(1));
    let columns = model.seen.view.columns.max(1);
    let document_rows = model.seen.document_rows;
    let Some(id) = model.selected else { return };
    if model.selected_panel().is_some_and(|panel| panel.view.entry().shows == ViewContent::Peers)
        && scroll_listener(model, id, step)
    {
        return;
    }
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    match panel.view.entry().shows {
        ViewContent::Transcript => cursor::move_in_transcript(session, panel, step, columns, rows),
        ViewContent::Rungs => panel.rung = ladder::moved_rung(session, panel, step),
        ViewContent::Gauges if session.tcp_history().is_some() => {
            panel.gauge = moved_index(panel.gauge, step, Gauge::ALL.len() - 1);
        }
        ViewContent::Document(_) => cursor::move_in_document(panel, step, document_rows, rows),
        ViewContent::Remedies => remedies::scroll(model, step),
        ViewContent::Page | ViewContent::Gauges => {
            let last = document_rows.saturating_sub(rows);
            panel.document_scroll = moved_index(panel.document_scroll, step, last);
        }
        ViewContent::Peers => {
            let last = kinds::listed_peers(session).saturating_sub(1);
            panel.peer_picked = moved_index(panel.peer_picked, step, last);
        }
    }
}

/// Moves through the connections of a listener; returns whether the session is a listener.
fn scroll_listener(model: &mut Model, id: SessionId, step: ScrollMove) -> bool {
    if !model.sessions.get(&id).is_some_and(|session| session.is_listener()) {
        return false;
    }
    let children: Vec<SessionId> = model.accepted_by(id).map(|child| child.id).collect();
    if let Some(panel) = model.panels.get_mut(&id) {
        let at = children.iter().position(|child| Some(*child) == panel.child_picked).unwrap_or(0);
        let to = moved_index(at, step, children.len().saturating_sub(1));
        // `None`, so that the cursor stays on the newest as others come.
        panel.child_picked = children.get(to).copied().filter(|_| to > 0);
    }
    true
}
