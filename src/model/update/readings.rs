//! Applies readings to the sessions and to their panels.

use crate::wire::FailedOperation;
use std::time::Instant;

use super::search;
use crate::model::documents::body::BodyText;
use crate::model::documents::{document, json};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::model::words;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::http::HttpExchange;
use crate::sessions::news::{HttpNews, ListenerNews, UnixNews};
use crate::sessions::transcript::EntryKind;
use crate::sessions::{News, Reading, Record, Session, SessionId, Spec};
use crate::text::quantity;
use crate::wire::Direction;

/// How much of a response's body is collected to be shown as one text: 8 MiB.
pub(crate) const MOST_BODY: usize = 8 * 1024 * 1024;

/// Applies the readings of a frame.
pub(super) fn apply_readings(model: &mut Model, all: Vec<Reading>) {
    let now = model.now;
    let mut refused = None;
    for reading in all {
        let id = reading.id;
        refused = refused_here(model, &reading).or(refused);
        if !model.sessions.contains_key(&id) {
            add_accepted_session(model, &reading);
        }
        // Bytes of a DNS message are not text, so an ESC among them is not an escape sequence.
        let is_text = model.sessions.get(&id).is_none_or(|session| !matches!(session.kind, SessionKind::Dns(_)));
        if let Some(panel) = model.panels.get_mut(&id).filter(|_| is_text) {
            panel.hostile += reading.escapes;
        }
        if let Some(session) = model.sessions.get_mut(&id) {
            let standing = |session: &Session| (session.is_over(), session.failure().is_some());
            let before = standing(session);
            session.apply_reading(reading, now);
            model.census.stale |= standing(session) != before;
        }
    }
    model.refresh_summary();
    if let Some(why) = refused {
        super::notices::warn(model, why);
    }
    refresh_panel(model);
    super::notices::settle_focus(model);
}

/// Why an order to the session on the screen was not carried out, for a notice: only the transcript shows notes, and not
/// while it is frozen. Why capture was refused is told for every session.
fn refused_here(model: &Model, reading: &Reading) -> Option<String> {
    let panel = model.selected_panel().filter(|_| model.selected == Some(reading.id));
    let hidden = panel.is_some_and(|panel| !panel.view.is_transcript() || panel.frozen.is_some());
    reading.records.iter().find_map(|record| match record {
        Record::News { news: News::Warned(failure), .. } if failure.operation == FailedOperation::Capture => {
            Some(failure.message.clone())
        }
        Record::News { news: news @ News::Warned(_), .. } if hidden => Some(words::sentence_of(news).text),
        Record::News { .. } | Record::Block(_) | Record::NotKept { .. } => None,
    })
}

/// Adds the session of a reading, if the reading reports that a listener has just accepted it.
fn add_accepted_session(model: &mut Model, reading: &Reading) {
    let Some((at, known)) = reading.accepted() else { return };
    let listener = known.facets().parent().and_then(|parent| model.sessions.get_mut(&parent));
    let retain = listener.as_ref().map_or(model.settings.retain, |parent| parent.spec.retain);
    let input = listener.as_ref().map(|parent| parent.spec.input).unwrap_or_default();
    if let Some(parent) = listener {
        parent.accepted_one();
        // The connection itself reports this; whoever looks at the listener sees it too.
        let told = reading.records.iter().find(|record| tells_acceptance(record)).cloned();
        told.into_iter().for_each(|told| parent.transcript.push(told));
    }
    let secrets = model.settings.secrets;
    let session = Session { secrets, ..Session::new(reading.id, Spec { retain, input, ..Spec::new(known) }, at) };
    model.panels.insert(session.id, Panel::new(&session, model.settings.line_ending));
    model.sessions.insert(session.id, Box::new(session));
}

/// Whether a record says that a connection was accepted.
fn tells_acceptance(record: &Record) -> bool {
    matches!(
        record,
        Record::News {
            news: News::Listener(ListenerNews::Accepted { .. }) | News::Unix(UnixNews::Accepted { .. }),
            ..
        }
    )
}

/// Updates what is derived from the selected session's transcript: filter, body text and search.
pub(super) fn refresh_panel(model: &mut Model) {
    let now = model.now;
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    if let Some(filtered) = &mut panel.filter {
        let transcript = panel.frozen.as_deref().unwrap_or(&session.transcript);
        filtered.index.update(transcript, &filtered.filter, words::text_of);
    }
    if matches!(session.kind, SessionKind::Http(_)) && panel.view == View::Response {
        gather_body(session, panel, now);
        fold_body(&mut panel.body, model.seen.view.columns);
    }
    search::refresh(session, panel);
}

/// Collects new bytes of the body. While it grows, it is laid out only every
/// [`BODY_PAUSE`](crate::model::documents::body::BODY_PAUSE), and once at the end.
fn gather_body(session: &Session, panel: &mut Panel, now: Instant) {
    let SessionKind::Http(exchange) = &session.kind else { return };
    if exchange.hops.len() > panel.body.judged_hops && exchange.hops.last().is_some_and(|hop| hop.response.is_some()) {
        panel.body.judged_hops = exchange.hops.len();
        panel.body.is_stream = is_stream(exchange);
        panel.body.pretty |= is_json(exchange);
        panel.document_follows |= panel.body.is_stream && panel.document_cursor.is_none() && panel.document_scroll == 0;
    }
    let body = &mut panel.body;
    let transcript = panel.frozen.as_deref().unwrap_or(&session.transcript);
    let mut at = transcript.next_from(body.gathered_to);
    while let Some(number) = at {
        if let Some(entry) = transcript.entry(number) {
            match entry.kind {
                EntryKind::Data(data) if data.direction == Direction::Received => {
                    let room = MOST_BODY.saturating_sub(body.bytes.len());
                    body.bytes.extend_from_slice(&data.bytes[..data.bytes.len().min(room)]);
                    body.passed += data.bytes.len() as u64;
                    body.stale |= room > 0;
                    body.longer = true;
                }
                // The body of a redirect is not the body of the final response.
                EntryKind::Note(News::Http(HttpNews::Redirect { .. })) => {
                    body.bytes.clear();
                    body.stale = true;
                }
                EntryKind::Data(_) | EntryKind::Note(_) | EntryKind::Gap(_) => {}
            }
        }
        body.gathered_to = number + 1;
        at = transcript.next(number);
    }
    if body.bytes.is_empty() && (exchange.response().is_none() || session.failure().is_some()) {
        // There is no body: the view shows the reason instead.
        body.document = None;
        return;
    }
    let due = session.is_over() || body.next_layout_at().is_some_and(|due| due <= now);
    let missing = if panel.frozen.is_none() {
        let unseen = session.totals.received.bytes.saturating_sub(body.passed);
        unseen.min(session.transcript.not_kept().received.bytes)
    } else {
        body.missing
    };
    let total = exchange.gauge.body_bytes.saturating_sub(missing);
    // Within a long body only the length in the last line changes, which costs one line.
    let renewed = body.longer
        && !body.stale
        && missing == body.missing
        && body.document.as_mut().is_some_and(|document| document.renew_total(total));
    if renewed {
        body.longer = false;
        if let (Some(fold), Some(document)) = (&mut body.fold, &body.document) {
            fold.renew_last(document);
        }
    } else if body.document.is_none()
        || body.stale && due
        || session.is_over() && (body.longer || body.pretty && !body.laid_out_whole)
    {
        body.missing = missing;
        lay_out_body(exchange, body, now, session.is_over());
        // Nobody asked for it, so nobody is told that it is no JSON.
        body.pretty &= body.problem.take().is_none();
    }
}

/// Media types whose bodies are read at their end while they arrive: events, lines of JSON, frames.
const STREAMS: [&str; 6] = [
    "text/event-stream",
    "application/x-ndjson",
    "application/jsonl",
    "application/json-seq",
    "application/stream+json",
    "multipart/x-mixed-replace",
];

/// Whether a response is a stream, by its type.
fn is_stream(exchange: &HttpExchange) -> bool {
    STREAMS.contains(&media_type(exchange).as_str())
}

/// Whether a response is one JSON text, by its type (RFC 8259, RFC 6839 §3.1).
fn is_json(exchange: &HttpExchange) -> bool {
    let kind = media_type(exchange);
    kind == "application/json" || kind.ends_with("+json") && !STREAMS.contains(&kind.as_str())
}

/// The media type in small letters, without parameters; empty if there is none.
fn media_type(exchange: &HttpExchange) -> String {
    let kind = content_type(exchange).unwrap_or_default().to_ascii_lowercase();
    kind.split(';').next().unwrap_or_default().trim().to_owned()
}

fn content_type(exchange: &HttpExchange) -> Option<String> {
    let head = exchange.response()?;
    let (_, value) = head.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// Wraps the body to the width of the view, once, so that a frame need not measure its lines again.
fn fold_body(body: &mut BodyText, columns: u16) {
    if let Some(document) = &body.document
        && body.fold.as_ref().is_none_or(|fold| fold.columns() != columns)
    {
        body.fold = Some(document::Fold::new(document, columns));
    }
}

/// Builds the document of a body again, pretty-printed as JSON if requested, `whole`, and possible.
fn lay_out_body(exchange: &HttpExchange, body: &mut BodyText, now: Instant, whole: bool) {
    body.laid_out_whole = whole;
    body.problem = None;
    body.fold = None;
    body.stale = false;
    body.longer = false;
    body.laid_out = Some(now);
    body.edition += 1;
    if body.pretty && whole {
        match json::pretty_json(&body.bytes) {
            Ok(document) => {
                body.document = Some(document);
                return;
            }
            Err(problem) => body.problem = Some(problem),
        }
    }
    let content_type = content_type(exchange);
    let total = exchange.gauge.body_bytes.saturating_sub(body.missing);
    let mut document = document::body_document(&body.bytes, total, content_type.as_deref());
    if body.missing > 0 {
        let text =
            format!("⋯ {} bytes were not kept; what is kept of the body follows ⋯", quantity::grouped(body.missing));
        document.lines.insert(0, document::DocLine::single_span(document::TextRole::Comment, text));
    }
    body.document = Some(document);
}

/// Lays out the selected session's body again, after pretty-printing was switched.
pub(super) fn lay_out_again(model: &mut Model) {
    let now = model.now;
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    if let SessionKind::Http(exchange) = &session.kind {
        lay_out_body(exchange, &mut panel.body, now, true);
        fold_body(&mut panel.body, model.seen.view.columns);
    }
}

/// Whether a session exists and is open.
pub(super) fn is_open(model: &Model, id: SessionId) -> bool {
    model.sessions.get(&id).is_some_and(|session| !session.is_over())
}
