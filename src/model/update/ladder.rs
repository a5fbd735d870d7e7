//! The cursor of the ladder: moves between rungs, and from a rung to its bytes in the transcript and back.

use super::moving::{self, ScrollMove};
use super::notices::warn;
use crate::model::panel::{Panel, ScrollPosition};
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::tcp::ladder::{Ladder, Rung};
use crate::sessions::{Session, Transcript};

/// The rung under the cursor after a move; `None` follows the newest.
pub(super) fn moved_rung(session: &Session, panel: &Panel, step: ScrollMove) -> Option<u64> {
    let ladder = &panel.tcp_history(session)?.ladder;
    let last = ladder.len().checked_sub(1)?;
    let at = panel.rung.map_or(last, |id| ladder.index_of(id).unwrap_or(0));
    let at = match step {
        ScrollMove::Step(by) | ScrollMove::Rows(by) => at.saturating_add_signed(by).min(last),
        ScrollMove::Top => 0,
        ScrollMove::Bottom => last,
    };
    if at == last { None } else { ladder.get(at).map(|rung| rung.id) }
}

/// The newest rung.
pub(super) fn newest_rung(session: &Session, panel: &Panel) -> Option<u64> {
    panel.tcp_history(session)?.ladder.rungs().next_back().map(|rung| rung.id)
}

/// Shows the transcript entry of the selected rung.
pub(super) fn jump_to_entry(model: &mut Model) {
    let (Some(session), Some(panel)) = (model.session(), model.selected_panel()) else { return };
    let Some(story) = panel.tcp_history(session) else { return };
    let picked = match panel.rung {
        Some(id) => story.ladder.index_of(id).and_then(|index| story.ladder.get(index)),
        None => story.ladder.rungs().next_back(),
    };
    let Some(rung) = picked else { return };
    let id = rung.id;
    match place_of(session, rung, panel.transcript(session)) {
        Some((entry, within)) => {
            if let Some(panel) = model.panel_mut() {
                panel.view = View::Text;
                panel.came_from = Some(View::Ladder);
                panel.cursor = None;
                panel.rung = Some(id);
            }
            moving::show(model, entry, within);
        }
        None => warn(model, "this rung has no bytes in the transcript"),
    }
}

/// The place of a rung in the transcript: that of its bytes, else that of its news.
fn place_of(session: &Session, rung: &Rung, transcript: &Transcript) -> Option<(u64, u32)> {
    let byte = rung.byte().filter(|_| session.has_bare_stream());
    let by_byte = byte.and_then(|(direction, byte)| transcript.of_byte(direction, byte));
    by_byte.or_else(|| rung.entry.filter(|entry| transcript.entry(*entry).is_some()).map(|entry| (entry, 0)))
}

/// The rung of a transcript entry.
fn rung_of<'a>(session: &Session, ladder: &'a Ladder, entry: u64, transcript: &Transcript) -> Option<&'a Rung> {
    let byte = transcript.byte_of(entry).filter(|_| session.has_bare_stream());
    let captured = byte.and_then(|(direction, byte)| ladder.of_byte(direction, byte));
    captured.or_else(|| ladder.rung_of_entry(entry))
}

/// Selects the rung of the visible part of the transcript, when the ladder is opened: the rung selected before, if its
/// entry is on the screen, else that of the top entry.
pub(super) fn pick_shown(model: &mut Model) {
    let rows = usize::from(model.seen.view.rows.max(1));
    let columns = model.seen.view.columns.max(1);
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    let ScrollPosition::At(top) = panel.scroll else { return };
    if !panel.view.is_transcript() {
        return;
    }
    let bottom = panel.layout(session, columns).rows_from(top, rows).last().map_or(top.entry, |row| row.place.entry);
    let Some(story) = panel.frozen_story.as_deref().or(session.tcp_history()) else { return };
    let shown = top.entry..=bottom;
    let picked = panel.rung.and_then(|id| story.ladder.get(story.ladder.index_of(id)?));
    let transcript = panel.frozen.as_deref().unwrap_or(&session.transcript);
    let place = picked.and_then(|rung| place_of(session, rung, transcript));
    if !place.is_some_and(|(entry, _)| shown.contains(&entry)) {
        panel.rung = rung_of(session, &story.ladder, top.entry, transcript).map(|rung| rung.id);
    }
}
