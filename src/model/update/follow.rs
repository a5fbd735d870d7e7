//! Following the end of what is shown.

use super::ladder;
use super::notices::notify;
use crate::model::panel::ScrollPosition;
use crate::model::state::Model;
use crate::model::view::ViewContent;

/// What is said when a view follows its end, and when it does not any more.
const FOLLOWS: [&str; 2] = ["not following any more: F follows again", "following the end as more comes"];

/// Follows the end as more arrives, or stops doing so, and says which.
pub(super) fn toggle(model: &mut Model) {
    let (rows, columns) = (usize::from(model.seen.view.rows.max(1)), model.seen.view.columns.max(1));
    let document_rows = model.seen.document_rows;
    let newest = model.selected.and_then(|id| model.accepted_by(id).next()).map(|child| child.id);
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    let follows = match panel.view.entry().shows {
        ViewContent::Transcript => {
            let follows = panel.scroll != ScrollPosition::Tail;
            panel.cursor = None;
            panel.scroll = match follows {
                true => ScrollPosition::Tail,
                false => ScrollPosition::At(panel.layout(session, columns).last_page(rows)),
            };
            follows
        }
        ViewContent::Document(_) => {
            panel.document_scroll = panel.document_top(document_rows, rows);
            panel.document_follows = !panel.document_follows;
            panel.document_cursor = None;
            panel.document_follows
        }
        ViewContent::Rungs => {
            panel.rung = if panel.rung.is_some() { None } else { ladder::newest_rung(session, panel) };
            panel.rung.is_none()
        }
        ViewContent::Peers if session.is_listener() => {
            panel.child_picked = if panel.child_picked.is_some() { None } else { newest };
            panel.child_picked.is_none()
        }
        // Refused: there is no end to follow.
        ViewContent::Peers | ViewContent::Page | ViewContent::Remedies | ViewContent::Gauges => return,
    };
    notify(model, FOLLOWS[usize::from(follows)]);
}
