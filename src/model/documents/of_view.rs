//! Which document a view shows.

use std::borrow::Cow;

use super::document::Document;
use super::{dns, http};
use crate::model::panel::{Panel, SearchSubject};
use crate::model::view::View;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::dns::DnsLookup;
use crate::sessions::kinds::http::HttpHop;
use crate::sessions::{Session, SpecKind};

/// What a search goes through now.
pub(crate) fn subject(session: &Session, panel: &Panel) -> SearchSubject {
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
pub(crate) fn shown<'a>(session: &'a Session, panel: &'a Panel) -> Option<Cow<'a, Document>> {
    let exchange = match &session.kind {
        SessionKind::Http(exchange) => exchange,
        SessionKind::Dns(lookup) => return of_dns(session, lookup, panel.view).map(Cow::Owned),
        _ => return None,
    };
    match (panel.view, &session.spec.what) {
        (View::Response, _) => panel.body.document.as_ref().map(Cow::Borrowed),
        (View::Headers, _) => Some(Cow::Owned(http::of_headers(exchange))),
        (View::Request, SpecKind::Http(spec)) => Some(Cow::Owned(http::of_request(spec, exchange))),
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
        View::Answer => Some(dns::of_answer(lookup, session.failure())),
        View::Fields => Some(dns::of_fields(lookup)),
        _ => None,
    }
}
