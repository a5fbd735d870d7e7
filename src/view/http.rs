//! An HTTP exchange: the headline of the response, its body, the heads, the request.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::marks::ShownRange;
use super::status_label::status_role;
use super::{document, failure_card, kinds};
use crate::files::theme::Role;
use crate::model::documents::{document as documents, timing};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::http::{HttpExchange, MOST_BROKEN_RULES};
use crate::sessions::{Session, SpecKind};
use crate::text::quantity;

/// The most bytes of a field that the figures show.
const MOST_FIELD: usize = 200;

/// The sources of a response's page, besides the exchange itself.
#[derive(Clone, Copy)]
pub(super) struct HttpPage<'a> {
    /// The model: for the keys in the hints.
    pub(super) model: &'a Model,
    /// The session.
    pub(super) session: &'a Session,
    /// Its panel.
    pub(super) panel: &'a Panel,
}

/// Draws the response: its headline, then its body; for a failure, its explanation.
pub(super) fn response(
    canvas: &mut Canvas<'_>,
    area: Rect,
    page: &HttpPage<'_>,
    exchange: &HttpExchange,
) -> ShownRange {
    let HttpPage { model, session, panel } = *page;
    let head = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    let mut y = 0;
    if let Some(failure) = session.failure() {
        y += canvas.draw_sentence(head, 0, y, &format!("✗ {failure}"), Role::Bad);
    }
    match exchange.response() {
        Some(_) => y += draw_figures(canvas, part(head, 0, y, head.width, head.height), session, exchange),
        None if session.failure().is_none() => {
            let text = if session.is_over() { "no response came" } else { kinds::http_words(session, exchange) };
            canvas.draw_text(head, 0, y, text, Role::Dim);
            y += 1;
        }
        None => {}
    }
    y += draw_redirect(canvas, part(head, 0, y, head.width, head.height.saturating_sub(y)), session, exchange);
    y += draw_progress(canvas, part(head, 0, y, head.width, 1), session, exchange);
    y += u16::from(area.height > 8);
    let rest = part(area, 0, y, area.width, area.height.saturating_sub(y));
    match &panel.body.document {
        Some(body) if !body.lines.is_empty() => {
            let shown = document::draw_folded(canvas, rest, body, panel.body.fold.as_ref(), panel);
            if let (Some(failure), Ok(used)) = (session.failure(), u16::try_from(canvas.seen.document_rows))
                && used + failure_card::least_rows(model, session, failure, rest.width) <= rest.height
            {
                failure_card::draw(canvas, part(rest, 0, used, rest.width, rest.height), model, session, failure);
            }
            shown
        }
        _ => {
            let empty = documents::Document::default();
            if let Some(failure) = session.failure() {
                failure_card::draw(canvas, rest, model, session, failure);
            } else if exchange.response().is_some() {
                let text = if session.is_over() { "the response has no body" } else { "the body has not begun yet" };
                canvas.draw_text(part(rest, 1, 0, rest.width, 1), 0, 0, text, Role::Dim);
            }
            document::draw(canvas, rest, &empty, panel)
        }
    }
}

/// The figures of a response, each with its name. Returns how many rows it took.
fn draw_figures(canvas: &mut Canvas<'_>, area: Rect, session: &Session, exchange: &HttpExchange) -> u16 {
    let Some(response) = exchange.response() else { return 0 };
    let status = format!("{} {} {}", response.version, response.status, response.reason);
    let mut status = StyledText::single(status.trim_end(), status_role(response.status));
    if matches!(&session.spec.what, SpecKind::Http(spec) if spec.insecure) {
        status = status.with("   certificate not verified", Role::Warn);
    }
    let broken: usize = exchange.hops.iter().map(|hop| hop.broken.len()).sum();
    let or_more = if exchange.hops.iter().any(|hop| hop.broken.len() >= MOST_BROKEN_RULES) { " or more" } else { "" };
    let figures = match broken {
        0 => StyledText::new(),
        1 => StyledText::single("! 1 broken rule · ", Role::Warn),
        count => StyledText::single(format!("! {count}{or_more} broken rules · "), Role::Warn),
    };
    let figures = figures.with(figures_text(exchange), Role::Dim);
    let all = status.clone().with("   ", Role::Dim).append(figures.clone());
    if all.columns() <= area.width {
        canvas.draw_styled_text(area, 0, 0, &all);
        return 1;
    }
    canvas.draw_styled_text(area, 0, 0, &status);
    canvas.draw_styled_text(area, 0, 1, &figures);
    2
}

/// Where a redirect that was not followed leads to. Returns how many rows it took.
fn draw_redirect(canvas: &mut Canvas<'_>, area: Rect, session: &Session, exchange: &HttpExchange) -> u16 {
    let redirects = |status: u16| (300..400).contains(&status) && status != 304;
    let followed = matches!(&session.spec.what, SpecKind::Http(spec) if spec.redirects > 0);
    let Some(location) = header(exchange, "location")
        .filter(|_| !followed && exchange.response().is_some_and(|response| redirects(response.status)))
    else {
        return 0;
    };
    let location = session.secrets.text(&location);
    canvas.draw_sentence(area, 0, 0, &format!("→ {location}, not followed; -L follows"), Role::Cause)
}

/// The measurements of the body and the connection, in one row.
fn figures_text(exchange: &HttpExchange) -> String {
    let gauge = &exchange.gauge;
    let mut parts = vec![format!("{} body", quantity::bytes(gauge.body_bytes))];
    let coding = header(exchange, "content-encoding");
    if gauge.wire_body_bytes != gauge.body_bytes {
        let coding = coding.map_or(String::new(), |coding| format!(" ({coding})"));
        parts.push(format!("{} on the wire{coding}", quantity::bytes(gauge.wire_body_bytes)));
    }
    if let Some(all) = gauge.connection_received {
        let secure = exchange.hops.last().is_some_and(|hop| hop.request.url.starts_with("https:"));
        let with = if secure { "with headers and TLS" } else { "with headers" };
        parts.push(format!("{} {with}", quantity::bytes(all)));
    }
    if let Some(took) = exchange.took {
        parts.push(quantity::duration(took));
    }
    let redirects = exchange.hops.len().saturating_sub(1);
    if redirects > 0 {
        parts.push(format!("{redirects} {}", if redirects == 1 { "redirect" } else { "redirects" }));
    }
    parts.join(" · ")
}

fn header(exchange: &HttpExchange, name: &str) -> Option<String> {
    let headers = &exchange.response()?.headers;
    let (_, value) = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(String::from_utf8_lossy(value.get(..value.len().min(MOST_FIELD)).unwrap_or_default()).into_owned())
}

/// The progress of a body of known length while it arrives. Returns how many rows it took.
fn draw_progress(canvas: &mut Canvas<'_>, area: Rect, session: &Session, exchange: &HttpExchange) -> u16 {
    let Some(expected) = exchange.gauge.expected_bytes.filter(|all| *all > 0 && !session.is_over()) else { return 0 };
    let here = exchange.gauge.wire_body_bytes.min(expected);
    let percent = u128::from(here) * 100 / u128::from(expected);
    let text = format!(" {percent:>3} % of {}", quantity::bytes(expected));
    let bar = area.width.saturating_sub(super::canvas::columns_of(&text)).min(60);
    let full = u16::try_from(u128::from(here) * u128::from(bar) / u128::from(expected)).unwrap_or(bar);
    canvas.draw_repeated(area, 0, 0, "┄", bar, Role::Border);
    canvas.draw_repeated(area, 0, 0, "━", full, Role::Received);
    canvas.draw_text(area, bar, 0, &text, Role::Dim);
    1
}

/// Draws the phases of the exchange.
pub(super) fn draw_timing(
    canvas: &mut Canvas<'_>,
    area: Rect,
    model: &Model,
    session: &Session,
    exchange: &HttpExchange,
    panel: &Panel,
) -> ShownRange {
    let page = timing::timing_document(session, exchange, model.now, area.width.saturating_sub(2));
    document::draw(canvas, area, &page, panel)
}
