//! Which document a view shows.

use std::borrow::Cow;

use super::document::Document;
use super::{dns, http, tls};
use crate::model::panel::{Panel, SearchSubject};
use crate::model::picked_datagram;
use crate::model::view::ViewDocument;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::http::HttpHop;
use crate::sessions::{Session, SpecKind};
use crate::text::secret::SecretDisplay;

/// What a search goes through: the document of the view, else the transcript.
pub(crate) fn search_subject(session: &Session, panel: &Panel) -> SearchSubject {
    let edition = panel.view.document().and_then(|document| document_edition(session, panel, document));
    edition.map_or(SearchSubject::Transcript, |edition| SearchSubject::Document { view: panel.view, edition })
}

/// The edition of a document: a different number whenever its lines may differ. `None` if the session has no such
/// document.
fn document_edition(session: &Session, panel: &Panel, document: ViewDocument) -> Option<u64> {
    let heads_of = |hop: &HttpHop| {
        1 + usize::from(hop.response.is_some()) + hop.interim.len() + hop.trailers.len() + hop.broken.len()
    };
    match (document, &session.kind) {
        (ViewDocument::Body, SessionKind::Http(_)) => Some(panel.body.edition),
        (ViewDocument::Heads | ViewDocument::Request, SessionKind::Http(exchange)) => {
            // Masked and shown are two editions of the same heads, and so are those before and after the end.
            let shown = u64::from(session.secrets == SecretDisplay::Shown);
            Some(
                exchange.hops.iter().map(heads_of).sum::<usize>() as u64 * 4
                    + u64::from(exchange.took.is_some()) * 2
                    + shown,
            )
        }
        (ViewDocument::Tls, SessionKind::Http(exchange)) => Some(exchange.handshake_count),
        (ViewDocument::DnsAnswer | ViewDocument::DnsFields, SessionKind::Dns(lookup)) => {
            Some(lookup.edition() + u64::from(session.is_over()))
        }
        (ViewDocument::DnsFields, SessionKind::Conversation { .. } | SessionKind::Bound { .. }) => {
            picked_datagram::selected(session, panel).map(|(entry, _)| entry.number)
        }
        (
            ViewDocument::Body
            | ViewDocument::Heads
            | ViewDocument::Request
            | ViewDocument::Tls
            | ViewDocument::DnsAnswer
            | ViewDocument::DnsFields,
            _,
        ) => None,
    }
}

/// The document of a view; `None` if the view shows something else, or has nothing to show yet.
pub(crate) fn document_shown<'a>(session: &'a Session, panel: &'a Panel) -> Option<Cow<'a, Document>> {
    match (panel.view.document()?, &session.kind, &session.spec.what) {
        (ViewDocument::Body, SessionKind::Http(_), _) => panel.body.document.as_ref().map(Cow::Borrowed),
        (ViewDocument::Heads, SessionKind::Http(exchange), _) => {
            Some(Cow::Owned(http::headers_document(exchange, session.secrets)))
        }
        (ViewDocument::Request, SessionKind::Http(exchange), SpecKind::Http(spec)) => {
            Some(Cow::Owned(http::request_document(spec, exchange, session.secrets)))
        }
        (ViewDocument::Tls, SessionKind::Http(exchange), SpecKind::Http(spec)) => {
            let expected = !session.is_over() && spec.url.starts_with("https:");
            Some(Cow::Owned(tls::tls_document(exchange.handshakes.iter().map(|it| &**it), expected)))
        }
        (ViewDocument::DnsAnswer, SessionKind::Dns(lookup), SpecKind::Dns(spec)) => {
            Some(Cow::Owned(dns::of_answer(lookup, session.failure(), spec.printed)))
        }
        (ViewDocument::DnsFields, SessionKind::Dns(lookup), _) => Some(Cow::Owned(dns::field_document(lookup))),
        (ViewDocument::DnsFields, SessionKind::Conversation { .. } | SessionKind::Bound { .. }, _) => {
            let (_, data) = picked_datagram::selected(session, panel)?;
            Some(Cow::Owned(dns::datagram_document(&data, data.peer.or_else(|| session.kind.state().peer()))))
        }
        (
            ViewDocument::Body
            | ViewDocument::Heads
            | ViewDocument::Request
            | ViewDocument::Tls
            | ViewDocument::DnsAnswer
            | ViewDocument::DnsFields,
            _,
            _,
        ) => None,
    }
}
