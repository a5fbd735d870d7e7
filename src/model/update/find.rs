//! Searching: a transcript beside the loop, a document at once; and going from hit to hit.

use std::borrow::Cow;

use super::{object, say, scroll};
use crate::model::document::{self, Document};
use crate::model::msg::Effect;
use crate::model::panel::{ActiveSearch, Panel, ScrollPosition, SearchSubject, View};
use crate::model::state::Model;
use crate::model::{dns_pages, heads};
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::dns::DnsLookup;
use crate::sessions::kinds::http::HttpHop;
use crate::sessions::search::{Needle, SearchHit};
use crate::sessions::{Session, SessionId, SpecKind};
use crate::text::sanitize;

/// How many hits of a document are kept, the first ones.
const MOST_HITS: usize = 100_000;

/// Begins a search, in what the view shows.
///
/// # Errors
/// It cannot be searched for: why.
pub(super) fn search(model: &mut Model, typed: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    let needle = Needle::parse(typed)?;
    let Some(id) = model.selected else { return Ok(()) };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return Ok(()) };
    let generation = panel.search.as_ref().map_or(1, |search| search.generation + 1);
    let subject = subject(session, panel);
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
            found(model, id, generation, hits, true);
        }
    }
    Ok(())
}

/// Searches for the same again where the view shows something else now.
pub(super) fn again(model: &mut Model, effects: &mut Vec<Effect>) {
    let (Some(session), Some(panel)) = (model.session(), model.panel()) else { return };
    let Some(search) = panel.search.as_ref().filter(|search| search.subject != subject(session, panel)) else { return };
    let typed = search.typed.clone();
    // What was found once can be searched for.
    self::search(model, &typed, effects).unwrap_or_default();
}

/// Finds the places again in a document that has another edition, and leaves the screen where it is.
pub(super) fn refresh(session: &Session, panel: &mut Panel) {
    let now = subject(session, panel);
    let Some(search) = &panel.search else { return };
    if search.subject == now || !matches!(now, SearchSubject::Document { .. }) {
        return;
    }
    let Ok(needle) = Needle::parse(&search.typed) else { return };
    let hits = in_document(session, panel, &needle);
    if let Some(search) = &mut panel.search {
        search.subject = now;
        search.generation += 1;
        search.at = search.at.or(Some(0)).filter(|_| !hits.is_empty()).map(|at| at.min(hits.len().saturating_sub(1)));
        search.hits = Some(hits);
        search.done = true;
    }
}

/// What a search goes through now.
fn subject(session: &Session, panel: &Panel) -> SearchSubject {
    if let (SessionKind::Dns(lookup), View::Answer | View::Fields) = (&session.kind, panel.view) {
        return SearchSubject::Document { view: panel.view, edition: lookup.edition() + u64::from(session.ended()) };
    }
    let SessionKind::Http(exchange) = &session.kind else { return SearchSubject::Transcript };
    let heads_of = |hop: &HttpHop| 1 + usize::from(hop.response.is_some()) + hop.interim.len() + hop.trailers.len();
    let heads = || exchange.hops.iter().map(heads_of).sum::<usize>() as u64;
    let edition = match panel.view {
        View::Response => panel.body.edition,
        View::Headers | View::Request => heads(),
        View::Text
        | View::Hex
        | View::Peers
        | View::Ladder
        | View::State
        | View::Kernel
        | View::Flow
        | View::Way
        | View::Answer
        | View::Fields
        | View::Explain
        | View::Latency => return SearchSubject::Transcript,
    };
    SearchSubject::Document { view: panel.view, edition }
}

/// The document that a view shows; none for a transcript.
pub(super) fn shown<'a>(session: &'a Session, panel: &'a Panel) -> Option<Cow<'a, Document>> {
    let exchange = match &session.kind {
        SessionKind::Http(exchange) => exchange,
        SessionKind::Dns(lookup) => return of_dns(session, lookup, panel.view).map(Cow::Owned),
        _ => return None,
    };
    match (panel.view, &session.spec.what) {
        (View::Response, _) => panel.body.document.as_ref().map(Cow::Borrowed),
        (View::Headers, _) => Some(Cow::Owned(heads::of_headers(exchange))),
        (View::Request, SpecKind::Http(spec)) => Some(Cow::Owned(heads::of_request(spec, exchange))),
        (
            View::Request
            | View::Text
            | View::Hex
            | View::Peers
            | View::Ladder
            | View::State
            | View::Kernel
            | View::Flow
            | View::Way
            | View::Answer
            | View::Fields
            | View::Explain
            | View::Latency,
            _,
        ) => None,
    }
}

fn of_dns(session: &Session, lookup: &DnsLookup, view: View) -> Option<Document> {
    match view {
        View::Answer => Some(dns_pages::of_answer(lookup, session.failure())),
        View::Fields => Some(dns_pages::of_fields(lookup)),
        _ => None,
    }
}

fn in_document(session: &Session, panel: &Panel, needle: &Needle) -> Vec<SearchHit> {
    let Some(document) = shown(session, panel) else { return Vec::new() };
    let mut hits = Vec::new();
    for (line, text) in (0_u64..).zip(&document.lines) {
        let text = text.text();
        // A document's source is bounded to a few MiB.
        let places = needle.places(text.as_bytes()).filter_map(|(offset, len)| {
            Some(SearchHit { entry: line, offset: u32::try_from(offset).ok()?, len: u32::try_from(len).ok()? })
        });
        hits.extend(places.take(MOST_HITS - hits.len()));
    }
    hits
}

/// Takes a search's answer, and goes to the hit that is next from where the screen is; what follows the first part of an
/// answer leaves the screen at its hit.
pub(super) fn found(model: &mut Model, id: SessionId, generation: u64, hits: Vec<SearchHit>, done: bool) {
    let columns = model.seen.view.columns;
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    let wanted = |search: &ActiveSearch| search.generation == generation;
    let Some(subject) = panel.search.as_ref().filter(|search| wanted(search)).map(|search| search.subject) else {
        return;
    };
    let top = match (subject, panel.scroll) {
        (SearchSubject::Document { .. }, _) => {
            let fold = shown(session, panel).map(|document| document::Fold::new(&document, columns));
            fold.map_or(0, |fold| fold.line_at(panel.document_scroll)) as u64
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
        None => object(model, format!("{typed} was not found")),
    }
}

/// Goes to the next hit, or the one before.
pub(super) fn step(model: &mut Model, forward: bool) {
    let Some(search) = model.panel_mut().and_then(|panel| panel.search.as_mut()) else {
        object(model, "nothing is searched yet: / begins");
        return;
    };
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
        say(model, if forward { "from the first hit again" } else { "from the last hit again" });
    }
}

/// Scrolls to a hit of the selected session's search.
fn show(model: &mut Model, hit: SearchHit) {
    let subject = model.panel().and_then(|panel| panel.search.as_ref()).map(|search| search.subject);
    match subject {
        Some(SearchSubject::Document { .. }) => {
            let line = usize::try_from(hit.entry).unwrap_or(usize::MAX);
            scroll::show_line(model, line, hit.offset as usize);
        }
        Some(SearchSubject::Transcript) | None => scroll::show(model, hit.entry, hit.offset),
    }
}
