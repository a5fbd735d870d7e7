//! What of a session's task was not done when `--for` ended it: a sentence for each kind. No socket, no clock.

use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::dns::DnsLookup;
use crate::sessions::kinds::http::HttpExchange;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::kinds::ports::PortScan;
use crate::sessions::kinds::unix::UnixListenerSession;
use crate::sessions::phase::SessionPhase;
use crate::sessions::spec::ScriptStep;
use crate::sessions::{Session, SpecKind};
use crate::text::quantity::grouped;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// What was still open, as a failure of class [`Class::CutShort`]; `None`: all that was asked for was done.
///
/// `awaits_peer`: the session is a listener that serves one connection, and none has come. Sends that were not carried
/// out are not known here: the session reports them itself.
pub(super) fn still_open(session: &Session, awaits_peer: bool) -> Option<Failure> {
    match &session.kind {
        SessionKind::Stream(_) | SessionKind::Unix(_) => not_connected(session),
        SessionKind::Conversation { .. } => not_connected(session).or_else(|| mtu_not_found(session)),
        SessionKind::Http(http) => Some(http_rest(session, http)),
        SessionKind::Dns(lookup) => no_answer(session, lookup),
        SessionKind::Listener(ListenerSession { accepted, .. })
        | SessionKind::UnixListener(UnixListenerSession { accepted, .. }) => {
            let nobody = awaits_peer && *accepted == 0;
            nobody.then(|| cut_short(session, FailedOperation::Accept, "nobody had connected yet"))
        }
        SessionKind::Ports(scan) => ports_left(session, scan),
        // A bound socket waits for whoever comes, and a repeated run has its own time limit, and tells of it itself.
        SessionKind::Bound { .. } | SessionKind::Repeat(_) => None,
    }
}

/// The session could not carry out all of its sends; `sent_bytes` is the exact total, if it is known.
pub(super) fn not_all_sent(session: &Session, sent_bytes: Option<u64>) -> Failure {
    let what = match sent_bytes {
        Some(0) => "nothing was sent".to_owned(),
        Some(sent) => format!("not everything was sent, only {} bytes,", grouped(sent)),
        None => "not everything was sent".to_owned(),
    };
    cut_short(session, FailedOperation::Send, &what)
}

fn not_connected(session: &Session) -> Option<Failure> {
    let what = match &session.phase {
        SessionPhase::Starting | SessionPhase::Resolving => "still not connected, and nothing sent,".to_owned(),
        SessionPhase::Connecting { attempt } => format!("still not connected, at attempt {attempt},"),
        SessionPhase::Waiting { attempt, of, .. } => format!("still not connected, before attempt {attempt} of {of},"),
        SessionPhase::Open(_) | SessionPhase::Listening | SessionPhase::Ended { .. } => return None,
    };
    Some(cut_short(session, FailedOperation::Connect, &what))
}

fn ports_left(session: &Session, scan: &PortScan) -> Option<Failure> {
    let SpecKind::Ports(spec) = &session.spec.what else { return None };
    let (known, all) = (scan.counts.total(), spec.ports.count());
    let what = format!("{} of {} ports were known", grouped(known.into()), grouped(all.into()));
    (known < all).then(|| cut_short(session, FailedOperation::Connect, &what))
}

fn mtu_not_found(session: &Session) -> Option<Failure> {
    let probes = session.spec.script.steps.contains(&ScriptStep::ProbeMtu);
    probes.then(|| cut_short(session, FailedOperation::Probe, "the path MTU was not found yet"))
}

/// An exchange that ended by itself is not asked: one that we end always lacks something.
fn http_rest(session: &Session, http: &HttpExchange) -> Failure {
    if http.response().is_none() {
        let what = if http.hops.is_empty() { "still not connected" } else { "no response yet" };
        return cut_short(session, FailedOperation::Request, what);
    }
    let came = grouped(http.gauge.wire_body_bytes);
    let what = match http.gauge.expected_bytes {
        Some(all) => format!("{came} of {} body bytes had come", grouped(all)),
        None => format!("{came} body bytes had come, and not its end,"),
    };
    cut_short(session, FailedOperation::Read, &what)
}

/// A lookup that we end is not done, even if some of its questions are answered.
fn no_answer(session: &Session, lookup: &DnsLookup) -> Option<Failure> {
    let SpecKind::Dns(spec) = &session.spec.what else { return None };
    let (answered, asked) = (lookup.answers().count(), spec.kinds.len());
    let what = if answered == 0 {
        "no answer yet".to_owned()
    } else {
        format!("{answered} answers to {asked} questions had come")
    };
    Some(cut_short(session, FailedOperation::Ask, &what))
}

/// Fewer answers were received than `--answers` asked for: `(received, asked)`.
pub(super) fn too_few_answers(session: &Session, class: Class, (got, asked): (u64, u64), when: &str) -> Failure {
    let what = match (got, asked) {
        (0, 1) => "no answer had come".to_owned(),
        (0, _) => format!("none of {} answers had come", grouped(asked)),
        (_, _) => format!("{} of {} answers had come", grouped(got), grouped(asked)),
    };
    Failure::new(class, FailedOperation::Read, peer_of(session), format!("{what} {when}"))
        .with_reason(FailureReason::AnswersMissing)
}

fn cut_short(session: &Session, operation: FailedOperation, what: &str) -> Failure {
    Failure::new(Class::CutShort, operation, peer_of(session), format!("{what} when --for ended the run"))
}

/// The peer or the target of a session, as messages name it.
fn peer_of(session: &Session) -> String {
    let facets = session.spec.what.facets();
    match &session.spec.what {
        SpecKind::Dns(spec) => spec.question_text(),
        SpecKind::Http(spec) => spec.url.clone(),
        SpecKind::Accepted(spec) => spec.peer.to_string(),
        SpecKind::Ports(spec) => spec.range_text(),
        SpecKind::Unix(spec) => spec.target.to_string(),
        SpecKind::UnixListen(spec) => spec.local.to_string(),
        SpecKind::UnixAccepted(spec) => spec.peer_name(),
        SpecKind::Listen(spec) => session.bound().unwrap_or(spec.local).to_string(),
        SpecKind::Tcp(_) | SpecKind::Udp(_) | SpecKind::UdpBound(_) | SpecKind::Repeat(_) => {
            facets.target().map_or_else(|| facets.title(session.bound()), |target| target.to_string())
        }
    }
}
