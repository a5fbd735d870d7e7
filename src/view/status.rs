//! How a session stands, in a mark and in words.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::canvas::StyledText;
use crate::files::theme::Role;
use crate::model::state::Model;
use crate::sessions::OpenState;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::spec::HostPort;
use crate::sessions::{CloseReason, Session, SessionPhase, SpecKind};
use crate::text::quantity;
use crate::wire::Class;

/// A mark of one column, how it is meant, and the state in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StatusLabel {
    /// One column; says the same as the words.
    pub(super) mark: &'static str,
    /// The colour of both.
    pub(super) role: Role,
    /// The state, short enough for a title.
    pub(super) words: String,
}

fn standing(mark: &'static str, role: Role, words: impl Into<String>) -> StatusLabel {
    StatusLabel { mark, role, words: words.into() }
}

/// How a session stands at `now`.
pub(super) fn of(session: &Session, now: Instant) -> StatusLabel {
    match &session.phase {
        SessionPhase::Starting => standing("◌", Role::Dim, "starting"),
        SessionPhase::Resolving => standing("◌", Role::Dim, "looking up the name"),
        SessionPhase::Connecting { attempt: 1 } => standing("◌", Role::Dim, "connecting"),
        SessionPhase::Connecting { attempt } => standing("◌", Role::Warn, format!("connecting, attempt {attempt}")),
        SessionPhase::Waiting { attempt, of, until } => {
            let wait = countdown(until.saturating_duration_since(now));
            standing("↻", Role::Warn, format!("retry {attempt} of {of} in {wait}"))
        }
        SessionPhase::Open(open) => opened(session, *open),
        SessionPhase::Listening if matches!(session.kind, SessionKind::Bound { .. }) => {
            standing("◎", Role::Cause, "bound")
        }
        SessionPhase::Listening => standing("◎", Role::Cause, "listening"),
        SessionPhase::Ended { how, failure, .. } => match failure {
            Some(failure) if failure.class == Class::Reset => standing("✗", Role::Bad, "reset by peer"),
            Some(failure) => standing("✗", Role::Bad, format!("failed: {}", failure.message)),
            None => ended(session, *how),
        },
    }
}

fn opened(session: &Session, open: OpenState) -> StatusLabel {
    if let SessionKind::Http(exchange) = &session.kind {
        let words = if exchange.response().is_some() { "receiving" } else { "waiting for the response" };
        return standing("●", Role::Good, words);
    }
    if let SessionKind::Repeat(_) = &session.kind {
        return match open.paused {
            true => standing("‖", Role::Warn, "paused"),
            false => standing("●", Role::Good, "running"),
        };
    }
    if let SessionKind::Dns(_) = &session.kind {
        return standing("●", Role::Good, "asking");
    }
    let mut standing = match (open.we_finished, open.peer_finished) {
        (false, false) => standing("●", Role::Good, "open"),
        (true, false) => standing("◐", Role::Cause, "we finished · peer may still send"),
        (false, true) => standing("◑", Role::Cause, "peer finished · you may still send"),
        (true, true) => standing("◐", Role::Cause, "both finished · closing"),
    };
    if open.paused {
        standing.mark = "‖";
        standing.role = Role::Warn;
        standing.words.push_str(" · not reading");
    }
    standing
}

fn ended(session: &Session, how: CloseReason) -> StatusLabel {
    if let SessionKind::Http(exchange) = &session.kind
        && let Some(response) = exchange.response()
        && how != CloseReason::Error
    {
        let role = status_role(response.status);
        let mark = if response.status < 400 { "✓" } else { "!" };
        return standing(mark, role, format!("{} {}", response.status, response.reason).trim_end().to_owned());
    }
    if let (SessionKind::Repeat(_), CloseReason::Fin) = (&session.kind, how) {
        return standing("✓", Role::Good, "all done");
    }
    if let (SessionKind::Dns(_), CloseReason::Local) = (&session.kind, how) {
        return standing("✓", Role::Good, "answered");
    }
    match how {
        CloseReason::Fin => standing("✓", Role::Dim, "closed"),
        CloseReason::Local => standing("✓", Role::Dim, "closed by us"),
        CloseReason::Rst => standing("✗", Role::Cause, "reset by us"),
        CloseReason::Error => standing("✗", Role::Bad, "failed"),
    }
}

/// The colour of a status code.
pub(super) fn status_role(status: u16) -> Role {
    match status {
        400.. => Role::Bad,
        300..400 => Role::Cause,
        _ => Role::Good,
    }
}

/// A wait that is shown while it passes: tenths of a second, never below zero.
fn countdown(left: Duration) -> String {
    if left < Duration::from_secs(60) { format!("{:.1} s", left.as_secs_f64()) } else { quantity::duration(left) }
}

/// The state for a session's title, in words that need less and less room: the kernel's own word where it is
/// fresh, what a person makes of it, and the round-trip time.
pub(super) fn headlines(session: &Session, now: Instant) -> Vec<StyledText> {
    let standing = of(session, now);
    let kernel = session.kernel.as_ref().filter(|_| !session.ended() && matches!(session.kind, SessionKind::Stream(_)));
    let quiet = matches!(&session.phase, SessionPhase::Open(open) if *open == OpenState::default());
    let state = match (kernel.and_then(|kernel| kernel.state), &session.phase) {
        (Some(state), SessionPhase::Open(_)) => {
            Some(StyledText::of(state.name(), if quiet { Role::Good } else { Role::Cause }))
        }
        _ => None,
    };
    let words = match &state {
        Some(state) if quiet => state.clone(),
        Some(state) => state.clone().and(format!(" · {}", standing.words), Role::Dim),
        None => StyledText::of(standing.words, standing.role),
    };
    let rtt = kernel.and_then(|kernel| kernel.rtt).map(|rtt| format!(" · rtt {}", quantity::duration(rtt)));
    let full = words.clone().and(rtt.unwrap_or_default(), Role::Dim);
    let short = session.failure().map(|failure| StyledText::of(failure.class.name().replace('_', " "), Role::Bad));
    [Some(full), Some(words), state, short].into_iter().flatten().collect()
}

/// The second line in the list of sessions.
pub(super) fn detail(model: &Model, session: &Session) -> StyledText {
    let now = model.now;
    let standing = of(session, now);
    match (&session.phase, &session.kind) {
        (SessionPhase::Ended { failure: Some(failure), .. }, _) => {
            // The message may be long; its explanation has it in a few words. An HTTP status is said best by itself.
            let text = match failure.class {
                Class::Reset => standing.words,
                Class::HttpStatus => failure.message.clone(),
                _ => model.book.failure(failure, session.course.icmp.as_ref()).headline,
            };
            StyledText::of(text, Role::Bad)
        }
        (SessionPhase::Ended { how: CloseReason::Rst, .. }, _) => StyledText::of(standing.words, standing.role),
        (SessionPhase::Waiting { attempt, of, until }, _) => {
            let wait = countdown(until.saturating_duration_since(now));
            StyledText::of(format!("retry {attempt}/{of} in {wait}"), Role::Warn)
        }
        (SessionPhase::Starting | SessionPhase::Resolving | SessionPhase::Connecting { .. }, _) => {
            StyledText::of(standing.words, Role::Dim)
        }
        (_, SessionKind::Http(exchange)) => {
            let Some(response) = exchange.response() else { return StyledText::of(standing.words, Role::Dim) };
            let strip = StyledText::of(response.status.to_string(), status_role(response.status));
            let body = format!(" · {}", quantity::bytes(exchange.gauge.body_bytes));
            let took = exchange.took.map_or(String::new(), |took| format!(" · {}", quantity::duration(took)));
            strip.and(body, Role::Dim).and(took, Role::Dim)
        }
        (_, SessionKind::Listener(ListenerSession { open, .. })) => {
            let word = if *open == 1 { "peer" } else { "peers" };
            StyledText::of(format!("{} {word}", quantity::grouped(*open)), Role::Dim)
        }
        (_, SessionKind::Repeat(view)) => super::repeat::short(view),
        (_, SessionKind::Dns(lookup)) => {
            let answers = lookup.answers().count();
            let word = if answers == 1 { "answer" } else { "answers" };
            StyledText::of(format!("{answers} {word}"), Role::Dim)
        }
        (_, SessionKind::Stream(_) | SessionKind::Conversation { .. } | SessionKind::Bound { .. }) => totals(session),
    }
}

/// Both totals, padded so that they stand below each other.
fn totals(session: &Session) -> StyledText {
    let (sent, received) = (session.totals.sent.bytes, session.totals.received.bytes);
    StyledText::of("▲", Role::Sent)
        .and(format!(" {:<7}", quantity::bytes(sent)), Role::Dim)
        .and(" ▼", Role::Received)
        .and(format!(" {}", quantity::bytes(received)), Role::Dim)
}

/// What a session is called in the list: the protocol and the shortest true name.
pub(super) fn name(session: &Session) -> String {
    match (&session.spec.label, &session.spec.what) {
        (Some(label), SpecKind::Tcp(spec)) => format!("{label} · tcp {}", nearby(&spec.target)),
        (Some(label), SpecKind::Udp(spec)) => format!("{label} · udp {}", nearby(&spec.target)),
        (None | Some(_), what) => unlabelled(session, what),
    }
}

fn unlabelled(session: &Session, what: &SpecKind) -> String {
    match what {
        SpecKind::Http(spec) => {
            let rest = spec.url.split_once("://").map_or(spec.url.as_str(), |(_, rest)| rest);
            let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
            format!("http {} {path}", spec.method)
        }
        SpecKind::Accepted(known) => format!("⇠ {}", known.peer),
        SpecKind::Listen(spec) => match session.bound().unwrap_or(spec.local) {
            local if local.ip().is_unspecified() => format!("listen tcp {}", short(local)),
            local => format!("listen {local}"),
        },
        SpecKind::UdpBound(spec) => format!("udp on {}", short(session.bound().unwrap_or(spec.local))),
        SpecKind::Tcp(_) | SpecKind::Udp(_) | SpecKind::Repeat(_) | SpecKind::Dns(_) => session.title(),
    }
}

/// A peer that has a name: on this host its port is enough.
fn nearby(target: &HostPort) -> String {
    let here = target.host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    if here { format!(":{}", target.port) } else { target.to_string() }
}

/// An address of our own; every address of this host is only the port.
fn short(local: SocketAddr) -> String {
    if local.ip().is_unspecified() { format!(":{}", local.port()) } else { local.to_string() }
}

/// `7 tcp 127.0.0.1:80`, for titles of overlays.
pub(super) fn numbered(session: &Session) -> String {
    format!("{} {}", session.id, session.title())
}
