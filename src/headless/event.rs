//! Facts as JSON fields. A name once released stays; what is not known is absent.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::sessions::News;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, OptionNews, TcpNews, UdpNews};
use crate::wire::Failure;
use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};
use crate::wire::icmp::IcmpMessage;

mod dns;
pub(super) mod kernel;
pub(crate) mod udp;

/// The fields of one event, in order.
pub(crate) type EventFields = Map<String, Value>;

/// Milliseconds, to the microsecond.
pub(crate) fn milliseconds(duration: Duration) -> Value {
    (duration.as_micros() as f64 / 1e3).into()
}

/// An event's name and its fields. `closed`, and what a failure means, is made elsewhere, as that needs what was told
/// before.
pub(crate) fn fields(news: &News) -> (&'static str, EventFields) {
    let (name, fields) = match news {
        News::Dial(DialNews::Resolving { host }) => ("resolving", json!({"host": host})),
        News::Dial(DialNews::Resolved { host, addresses, took }) => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            ("resolved", json!({"host": host, "addresses": addresses, "ms": milliseconds(*took)}))
        }
        News::Dial(DialNews::Connecting { peer, attempt }) => {
            ("connecting", json!({"peer": peer.to_string(), "attempt": attempt}))
        }
        News::Dial(DialNews::AttemptFailed { failure, took }) => {
            let mut fields = failure_fields(failure);
            fields.insert("ms".to_owned(), milliseconds(*took));
            ("attempt_failed", fields.into())
        }
        News::Dial(DialNews::Connected { local, peer, took, attempt }) => {
            let (local, peer) = (local.to_string(), peer.to_string());
            ("connected", json!({"local": local, "peer": peer, "ms": milliseconds(*took), "attempt": attempt}))
        }
        News::Dial(DialNews::Retrying { attempt, of, after, because }) => {
            let (after, because) = (milliseconds(*after), because.to_string());
            ("retry", json!({"attempt": attempt, "of": of, "after_ms": after, "because": because}))
        }
        News::Listener(ListenerNews::Listening { local }) => ("listening", json!({"local": local.to_string()})),
        News::Listener(ListenerNews::Accepted { listener, local, peer }) => {
            let (local, peer) = (local.to_string(), peer.to_string());
            ("accepted", json!({"listener": listener.0, "local": local, "peer": peer}))
        }
        News::Listener(ListenerNews::TurnedAway { peer, why }) => {
            ("turned_away", json!({"peer": peer.to_string(), "because": why}))
        }
        News::Listener(ListenerNews::ChildEnded { child }) => ("child_ended", json!({"child": child.0})),
        News::Listener(ListenerNews::AcceptFailed(failure)) => ("accept_failed", failure_fields(failure).into()),
        News::Http(HttpNews::Request(request)) => ("request", request_fields(request).into()),
        News::Http(HttpNews::Interim(interim)) => ("interim_response", interim_fields(interim).into()),
        News::Http(HttpNews::Response(response)) => ("response", response_fields(response).into()),
        News::Http(HttpNews::Trailers(fields)) => ("trailers", json!({"headers": headers(fields)})),
        News::Http(HttpNews::Redirect { status, location }) => {
            ("redirect", json!({"status": status, "location": location}))
        }
        News::Tcp(TcpNews::WeFinished) => ("we_finished", json!({})),
        News::Tcp(TcpNews::PeerFinished { received_bytes }) => {
            ("peer_finished", json!({"received_bytes": received_bytes}))
        }
        News::ReadingPaused => ("reading_paused", json!({})),
        News::ReadingContinued => ("reading_continued", json!({})),
        News::Udp(UdpNews::Joined { group }) => ("joined", json!({"group": group.to_string()})),
        News::Udp(UdpNews::Left { group }) => ("left", json!({"group": group.to_string()})),
        News::Udp(UdpNews::Icmp(icmp)) => ("icmp", icmp_fields(icmp).into()),
        News::Udp(UdpNews::MtuStep(step)) => ("mtu_step", udp::step(step).into()),
        News::Udp(UdpNews::PathMtu(report)) => ("path_mtu", udp::report(report).into()),
        News::Udp(UdpNews::BurstEnded { datagrams, took }) => {
            ("burst_ended", json!({"datagrams": datagrams, "ms": milliseconds(*took)}))
        }
        News::FileSent { path, bytes } => ("file_sent", json!({"path": path.to_string_lossy(), "bytes": bytes})),
        News::Dns(news) => {
            let (name, fields) = dns::of(news);
            (name, fields.into())
        }
        News::Dial(DialNews::Compared(compared)) => ("resolver", dns::compared(compared).into()),
        News::Dial(DialNews::Route(route)) => ("route", dns::route(route).into()),
        News::Warned(failure) => ("warned", failure_fields(failure).into()),
        News::Failed(failure) => ("failed", failure_fields(failure).into()),
        News::Tcp(
            TcpNews::State { .. }
            | TcpNews::Call { .. }
            | TcpNews::Stamps { .. }
            | TcpNews::PeerSyn(_)
            | TcpNews::Kernel(_),
        )
        | News::Option(OptionNews::Set { .. } | OptionNews::Reported(_)) => kernel::fields(news),
        News::Closed { how, .. } => ("closed", json!({"how": how.name()})),
    };
    (name, object(fields))
}

/// `class`, `operation`, `peer`, `errno`, `message`.
fn failure_fields(failure: &Failure) -> EventFields {
    let mut fields = object(json!({"class": failure.class.name(), "operation": failure.operation.name()}));
    if !failure.peer.is_empty() {
        fields.insert("peer".to_owned(), failure.peer.as_str().into());
    }
    if let Some(code) = failure.os_code {
        fields.insert("errno".to_owned(), code.into());
    }
    fields.insert("message".to_owned(), failure.message.as_str().into());
    fields
}

fn icmp_fields(icmp: &IcmpMessage) -> EventFields {
    let mut fields = object(json!({"type": icmp.kind, "code": icmp.code}));
    if let Some(offender) = icmp.offender {
        fields.insert("offender".to_owned(), offender.to_string().into());
    }
    if let Some(destination) = icmp.destination {
        fields.insert("destination".to_owned(), destination.to_string().into());
    }
    fields.insert("errno".to_owned(), icmp.os_code.into());
    if let Some(mtu) = icmp.mtu {
        fields.insert("mtu".to_owned(), mtu.into());
    }
    if let Some(about) = &icmp.about {
        // Counted from 1, as the lines that tell of what was sent are.
        fields.insert("datagram".to_owned(), (about.ordinal + 1).into());
        fields.insert("datagram_bytes".to_owned(), about.bytes.into());
        fields.insert("alike".to_owned(), about.alike.into());
        fields.insert("after_ms".to_owned(), milliseconds(about.after));
    }
    fields
}

fn request_fields(request: &RequestHead) -> EventFields {
    let mut fields = object(json!({"method": request.method, "url": request.url}));
    fields.insert("headers".to_owned(), headers(&request.headers));
    if let Some(bytes) = request.body_bytes {
        fields.insert("body_bytes".to_owned(), bytes.into());
    }
    fields
}

fn interim_fields(interim: &InterimHead) -> EventFields {
    let mut fields = object(json!({"status": interim.status}));
    if !interim.reason.is_empty() {
        fields.insert("reason".to_owned(), interim.reason.as_str().into());
    }
    fields.insert("headers".to_owned(), headers(&interim.headers));
    fields.insert("ms".to_owned(), milliseconds(interim.after));
    fields
}

fn response_fields(response: &ResponseHead) -> EventFields {
    let mut fields = object(json!({"status": response.status, "version": response.version}));
    if !response.reason.is_empty() {
        fields.insert("reason".to_owned(), response.reason.as_str().into());
    }
    fields.insert("headers".to_owned(), headers(&response.headers));
    if let Some(peer) = response.peer {
        fields.insert("peer".to_owned(), peer.to_string().into());
    }
    fields.insert("ms".to_owned(), milliseconds(response.after));
    fields
}

/// Pairs of name and value, in order, as a name may come again. A value that is not UTF-8 is read as ISO 8859-1, in
/// which every octet is a character (RFC 9110 §5.5).
fn headers(headers: &[(String, Vec<u8>)]) -> Value {
    let text = |value: &[u8]| match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    };
    headers.iter().map(|(name, value)| json!([name, text(value)])).collect()
}

fn object(value: Value) -> EventFields {
    match value {
        Value::Object(fields) => fields,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}
