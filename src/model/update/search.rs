//! Searches a transcript in the background, or a document at once; moves from hit to hit.

use super::moving;
use super::notices::{notify, warn};
use crate::model::documents::document;
use crate::model::documents::of_view::{document_shown, search_subject};
use crate::model::msg::Effect;
use crate::model::panel::{ActiveSearch, Panel, ScrollPosition, SearchSubject};
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::search::{MOST_HITS, Needle, SearchHit};
use crate::sessions::{Session, SessionId};
use crate::text::{escapes, sanitize};

/// Starts a search in the content of the view.
///
/// # Errors
/// Fails with the reason if the text cannot be searched for.
pub(super) fn search(model: &mut Model, typed: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    let is_hex = model.selected_panel().is_some_and(|panel| panel.view == View::Hex);
    let needle = needle_of(typed, is_hex)?;
    let Some(id) = model.selected else { return Ok(()) };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return Ok(()) };
    let generation = panel.search.as_ref().map_or(1, |search| search.generation + 1);
    let subject = search_subject(session, panel);
    panel.search =
        Some(ActiveSearch { typed: typed.to_owned(), subject, generation, hits: None, done: false, at: None });
    match subject {
        SearchSubject::Transcript => {
            let transcript = Box::new(panel.frozen.as_deref().unwrap_or(&session.transcript).clone());
            let from = match panel.scroll {
                ScrollPosition::At(place) => place.entry,
                ScrollPosition::Tail => u64::MAX,
            };
            effects.push(Effect::Search { id, generation, needle, from, transcript });
        }
        SearchSubject::Document { .. } => {
            let hits = in_document(session, panel, &needle);
            on_hits(model, id, generation, hits, true);
        }
    }
    Ok(())
}

/// What is searched for: in the hex view, bytes typed as that view shows them (`48 65`, `0x48,0x65`) are bytes.
///
/// Only one group of digits is bytes if they are pairs with a decimal digit among them: `4865`, not `cafe`.
///
/// # Errors
/// Fails with the reason if the text cannot be searched for.
fn needle_of(typed: &str, is_hex: bool) -> Result<Needle, String> {
    let groups = typed.split([' ', ',', ':']).filter(|group| !group.is_empty());
    let groups: Vec<&str> = groups.map(|group| group.trim_start_matches("0x")).collect();
    let digits = |group: &&str| group.len().is_multiple_of(2) && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let single = || groups.len() > 1 || typed.contains("0x") || typed.bytes().any(|byte| byte.is_ascii_digit());
    if is_hex && !groups.is_empty() && groups.iter().all(digits) && single() {
        let bytes = escapes::parse_hex(&groups.join(" ")).map_err(|error| error.to_string())?;
        let escaped: Vec<String> = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        return Needle::parse(&escaped.concat());
    }
    Needle::parse(typed)
}

/// Repeats the search if the view now shows something else.
pub(super) fn search_again(model: &mut Model, effects: &mut Vec<Effect>) {
    let (Some(session), Some(panel)) = (model.session(), model.selected_panel()) else { return };
    let Some(search) = panel.search.as_ref().filter(|search| search.subject != search_subject(session, panel)) else {
        return;
    };
    let typed = search.typed.clone();
    // A text that was accepted once is accepted again.
    self::search(model, &typed, effects).unwrap_or_default();
}

/// Searches a document again if its edition has changed; does not scroll.
pub(super) fn refresh(session: &Session, panel: &mut Panel) {
    let now = search_subject(session, panel);
    let Some(search) = &panel.search else { return };
    if search.subject == now || !matches!(now, SearchSubject::Document { .. }) {
        return;
    }
    let Ok(needle) = needle_of(&search.typed, panel.view == View::Hex) else { return };
    let hits = in_document(session, panel, &needle);
    if let Some(search) = &mut panel.search {
        search.subject = now;
        search.generation += 1;
        search.at = search.at.or(Some(0)).filter(|_| !hits.is_empty()).map(|at| at.min(hits.len().saturating_sub(1)));
        search.hits = Some(hits);
        search.done = true;
    }
}

fn in_document(session: &Session, panel: &Panel, needle: &Needle) -> Vec<SearchHit> {
    let Some(document) = document_shown(session, panel) else { return Vec::new() };
    let mut hits = Vec::new();
    for (line, text) in (0_u64..).zip(&document.lines) {
        let text = text.text();
        // Offsets fit, because a document's source is bounded to a few MiB.
        let places = needle.places(text.as_bytes()).filter_map(|(offset, len)| {
            Some(SearchHit { entry: line, offset: u32::try_from(offset).ok()?, len: u32::try_from(len).ok()? })
        });
        hits.extend(places.take(MOST_HITS - hits.len()));
    }
    hits
}

/// Ends a search that has no result, and says why.
pub(super) fn on_failure(model: &mut Model, id: SessionId, generation: u64, why: &str) {
    let Some(panel) = model.panels.get_mut(&id) else { return };
    if panel.search.take_if(|search| search.generation == generation).is_some() {
        warn(model, format!("the search ended: {why}"));
    }
}

/// Stores the hits of a search, and goes to the next hit from the current scroll position. Hits after the first part of
/// an answer do not scroll.
pub(super) fn on_hits(model: &mut Model, id: SessionId, generation: u64, hits: Vec<SearchHit>, done: bool) {
    let (rows, columns) = (usize::from(model.seen.view.rows.max(1)), model.seen.view.columns);
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    let wanted = |search: &ActiveSearch| search.generation == generation;
    let Some(subject) = panel.search.as_ref().filter(|search| wanted(search)).map(|search| search.subject) else {
        return;
    };
    let top = match (subject, panel.scroll) {
        (SearchSubject::Document { .. }, _) => {
            let fold = document_shown(session, panel).map(|document| document::Fold::new(&document, columns));
            fold.map_or(0, |fold| fold.line_at(panel.document_top(fold.row_count(), rows))) as u64
        }
        (SearchSubject::Transcript, ScrollPosition::At(place)) => place.entry,
        (SearchSubject::Transcript, ScrollPosition::Tail) => u64::MAX,
    };
    let Some(search) = &mut panel.search else { return };
    search.done = done;
    if let Some(hit) = search.at.and_then(|at| search.hits.as_ref()?.get(at)).copied() {
        search.at = Some(hits.partition_point(|other| *other < hit).min(hits.len().saturating_sub(1)));
        search.hits = Some(hits);
        return;
    }
    let at = hits.iter().position(|hit| hit.entry >= top).or(hits.len().checked_sub(1));
    search.at = at;
    let typed = sanitize::line(&search.typed);
    let hit = at.and_then(|at| hits.get(at)).copied();
    search.hits = Some(hits);
    match hit {
        Some(hit) if model.selected == Some(id) => show(model, hit),
        Some(_) => {}
        None => warn(model, format!("{typed} was not found")),
    }
}

/// Goes to the next or the previous hit.
pub(super) fn move_to_hit(model: &mut Model, forward: bool) {
    let Some(search) = model.panel_mut().and_then(|panel| panel.search.as_mut()) else { return };
    let count = search.hits.as_ref().map_or(0, Vec::len);
    if count == 0 {
        return;
    }
    let at = search.at.unwrap_or(0);
    let (next, wrapped) = match (forward, at) {
        (true, at) if at + 1 >= count => (0, true),
        (true, at) => (at + 1, false),
        (false, 0) => (count - 1, true),
        (false, at) => (at - 1, false),
    };
    search.at = Some(next);
    let hit = search.hits.as_ref().and_then(|hits| hits.get(next)).copied();
    if let Some(hit) = hit {
        show(model, hit);
    }
    if wrapped && count > 1 {
        notify(model, if forward { "from the first hit again" } else { "from the last hit again" });
    }
}

/// Scrolls to a hit of the selected session's search.
fn show(model: &mut Model, hit: SearchHit) {
    let subject = model.selected_panel().and_then(|panel| panel.search.as_ref()).map(|search| search.subject);
    match subject {
        Some(SearchSubject::Document { .. }) => {
            let line = usize::try_from(hit.entry).unwrap_or(usize::MAX);
            moving::show_line(model, line, hit.offset as usize);
        }
        Some(SearchSubject::Transcript) | None => moving::show(model, hit.entry, hit.offset),
    }
}
