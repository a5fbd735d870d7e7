//! News of an HTTP exchange as JSON fields.

use serde_json::{Value, json};

use super::fields::{EventFields, into_fields, milliseconds};
use crate::sessions::news::{BrokenRuleNews, HttpNews};
use crate::text::latin1::utf8_or_latin1;
use crate::text::secret::SecretDisplay;
use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};

/// The name of the event, and its fields. URLs are masked with the other texts of the event ([`super::secrets`]).
pub(super) fn event(news: &HttpNews, secrets: SecretDisplay) -> (&'static str, EventFields) {
    match news {
        HttpNews::Request(request) => ("request", request_fields(request, secrets)),
        HttpNews::Interim(interim) => ("interim_response", interim_fields(interim, secrets)),
        HttpNews::Response(response) => ("response", response_fields(response, secrets)),
        HttpNews::Trailers(fields) => ("trailers", into_fields(json!({"headers": headers(fields, secrets)}))),
        HttpNews::BrokenRule(broken) => {
            let BrokenRuleNews { section, offset, bytes, .. } = broken;
            let rule = format!("{} ({section})", broken.rule_text());
            ("broken_rule", into_fields(json!({"rule": rule, "offset": offset, "bytes": bytes})))
        }
        HttpNews::Phase { phase, start, took, .. } => {
            let (start, took) = (milliseconds(*start), milliseconds(*took));
            ("phase", into_fields(json!({"name": phase.name(), "start_ms": start, "ms": took})))
        }
        HttpNews::Redirect { status, location } => {
            ("redirect", into_fields(json!({"status": status, "location": location})))
        }
    }
}

fn request_fields(request: &RequestHead, secrets: SecretDisplay) -> EventFields {
    let mut fields = into_fields(json!({"method": request.method, "url": request.url}));
    fields.insert("headers".to_owned(), headers(&request.headers, secrets));
    if let Some(bytes) = request.body_bytes {
        fields.insert("body_bytes".to_owned(), bytes.into());
    }
    fields
}

fn interim_fields(interim: &InterimHead, secrets: SecretDisplay) -> EventFields {
    let mut fields = into_fields(json!({"status": interim.status}));
    if !interim.reason.is_empty() {
        fields.insert("reason".to_owned(), interim.reason.as_str().into());
    }
    fields.insert("headers".to_owned(), headers(&interim.headers, secrets));
    fields.insert("ms".to_owned(), milliseconds(interim.after));
    fields
}

fn response_fields(response: &ResponseHead, secrets: SecretDisplay) -> EventFields {
    let mut fields = into_fields(json!({"status": response.status, "version": response.version}));
    if !response.reason.is_empty() {
        fields.insert("reason".to_owned(), response.reason.as_str().into());
    }
    fields.insert("headers".to_owned(), headers(&response.headers, secrets));
    if let Some(peer) = response.peer {
        fields.insert("peer".to_owned(), peer.to_string().into());
    }
    fields.insert("ms".to_owned(), milliseconds(response.after));
    fields
}

/// Headers as pairs of name and value, in order, because a name may occur more than once.
fn headers(headers: &[(String, Vec<u8>)], secrets: SecretDisplay) -> Value {
    headers.iter().map(|(name, value)| json!([name, utf8_or_latin1(&secrets.field(name, value))])).collect()
}
