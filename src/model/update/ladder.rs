//! The cursor on a ladder: from rung to rung, to the bytes in the transcript, and back.

use super::object;
use super::scroll::{self, Move};
use crate::model::panel::{Panel, Scroll, View};
use crate::model::state::Model;
use crate::wire::Session;

/// The rung under the cursor after a move; `None` is the newest, and stays it.
pub(super) fn moved(session: &Session, panel: &Panel, step: Move) -> Option<u64> {
    let ladder = &panel.story(session)?.ladder;
    let last = ladder.len().checked_sub(1)?;
    let at = panel.rung.map_or(last, |id| ladder.index_of(id).unwrap_or(0));
    let at = match step {
        Move::Rows(by) => at.saturating_add_signed(by).min(last),
        Move::Top => 0,
        Move::Bottom => last,
    };
    if at == last { None } else { ladder.get(at).map(|rung| rung.id) }
}

/// Shows the entry of the transcript that the picked rung stands for.
pub(super) fn jump(model: &mut Model) {
    let (Some(session), Some(panel)) = (model.session(), model.panel()) else { return };
    let Some(story) = panel.story(session) else { return };
    let picked = match panel.rung {
        Some(id) => story.ladder.index_of(id).and_then(|index| story.ladder.get(index)),
        None => story.ladder.rungs().next_back(),
    };
    let Some(rung) = picked else { return };
    let id = rung.id;
    match rung.entry.filter(|entry| panel.transcript(session).entry(*entry).is_some()) {
        Some(entry) => {
            if let Some(panel) = model.panel_mut() {
                panel.view = View::Text;
                panel.rung = Some(id);
            }
            scroll::show(model, entry, 0);
        }
        None => object(model, "this rung has no bytes in the transcript"),
    }
}

/// Picks the rung of what the transcript shows, on the way from there to the ladder: the one that was picked, where
/// its entry is on the screen, else that of the entry on top.
pub(super) fn pick_shown(model: &mut Model) {
    let rows = usize::from(model.seen.view.rows.max(1));
    let columns = model.seen.view.columns.max(1);
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    let Scroll::At(top) = panel.scroll else { return };
    if !matches!(panel.view, View::Text | View::Hex) {
        return;
    }
    let bottom = panel.sight(session, columns).rows_from(top, rows).last().map_or(top.entry, |row| row.place.entry);
    let Some(story) = panel.frozen_story.as_deref().or(session.story.as_deref()) else { return };
    let shown = top.entry..=bottom;
    let picked = panel.rung.and_then(|id| story.ladder.get(story.ladder.index_of(id)?));
    if !picked.and_then(|rung| rung.entry).is_some_and(|entry| shown.contains(&entry)) {
        panel.rung = story.ladder.of_entry(top.entry).map(|rung| rung.id);
    }
}
