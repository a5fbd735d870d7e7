//! How a session stands, in a mark and in words.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::paper::Strip;
use crate::files::theme::Role;
use crate::model::state::Model;
use crate::sessions::kinds::Kind;
use crate::sessions::session::Open;
use crate::sessions::spec::HostPort;
use crate::sessions::{How, Phase, Session, What};
use crate::text::quantity;
use crate::wire::Class;

/// A mark of one column, how it is meant, and the state in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// One column; says the same as the words.
    pub(super) mark: &'static str,
    /// The colour of both.
    pub(super) role: Role,
    /// The state, short enough for a title.
    pub(super) words: String,
}

fn standing(mark: &'static str, role: Role, words: impl Into<String>) -> Standing {
    Standing { mark, role, words: words.into() }
}

/// How a session stands at `now`.
pub(super) fn of(session: &Session, now: Instant) -> Standing {
    match &session.phase {
        Phase::Starting => standing("◌", Role::Dim, "starting"),
        Phase::Resolving => standing("◌", Role::Dim, "looking up the name"),
        Phase::Connecting { attempt: 1 } => standing("◌", Role::Dim, "connecting"),
        Phase::Connecting { attempt } => standing("◌", Role::Warn, format!("connecting, attempt {attempt}")),
        Phase::Waiting { attempt, of, until } => {
            let wait = countdown(until.saturating_duration_since(now));
            standing("↻", Role::Warn, format!("retry {attempt} of {of} in {wait}"))
        }
        Phase::Open(open) => opened(session, *open),
        Phase::Listening if matches!(session.kind, Kind::Bound { .. }) => standing("◎", Role::Cause, "bound"),
        Phase::Listening => standing("◎", Role::Cause, "listening"),
        Phase::Ended { how, failure, .. } => match failure {
            Some(failure) if failure.class == Class::Reset => standing("✗", Role::Bad, "reset by peer"),
            Some(failure) => standing("✗", Role::Bad, format!("failed: {}", failure.message)),
            None => ended(session, *how),
        },
    }
}

fn opened(session: &Session, open: Open) -> Standing {
    if let Kind::Http(exchange) = &session.kind {
        let words = if exchange.response().is_some() { "receiving" } else { "waiting for the response" };
        return standing("●", Role::Good, words);
    }
    if let Kind::Repeat(_) = &session.kind {
        return match open.paused {
            true => standing("‖", Role::Warn, "paused"),
            false => standing("●", Role::Good, "running"),
        };
    }
    if let Kind::Dns(_) = &session.kind {
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

fn ended(session: &Session, how: How) -> Standing {
    if let Kind::Http(exchange) = &session.kind
        && let Some(response) = exchange.response()
        && how != How::Error
    {
        let role = status_role(response.status);
        let mark = if response.status < 400 { "✓" } else { "!" };
        return standing(mark, role, format!("{} {}", response.status, response.reason).trim_end().to_owned());
    }
    if let (Kind::Repeat(_), How::Fin) = (&session.kind, how) {
        return standing("✓", Role::Good, "all done");
    }
    if let (Kind::Dns(_), How::Local) = (&session.kind, how) {
        return standing("✓", Role::Good, "answered");
    }
    match how {
        How::Fin => standing("✓", Role::Dim, "closed"),
        How::Local => standing("✓", Role::Dim, "closed by us"),
        How::Rst => standing("✗", Role::Cause, "reset by us"),
        How::Error => standing("✗", Role::Bad, "failed"),
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
pub(super) fn headlines(session: &Session, now: Instant) -> Vec<Strip> {
    let standing = of(session, now);
    let kernel = session.kernel.as_ref().filter(|_| !session.ended() && matches!(session.kind, Kind::Stream(_)));
    let quiet = matches!(&session.phase, Phase::Open(open) if *open == Open::default());
    let state = match (kernel.and_then(|kernel| kernel.state), &session.phase) {
        (Some(state), Phase::Open(_)) => Some(Strip::of(state.name(), if quiet { Role::Good } else { Role::Cause })),
        _ => None,
    };
    let words = match &state {
        Some(state) if quiet => state.clone(),
        Some(state) => state.clone().and(format!(" · {}", standing.words), Role::Dim),
        None => Strip::of(standing.words, standing.role),
    };
    let rtt = kernel.and_then(|kernel| kernel.rtt).map(|rtt| format!(" · rtt {}", quantity::duration(rtt)));
    let full = words.clone().and(rtt.unwrap_or_default(), Role::Dim);
    let short = session.failure().map(|failure| Strip::of(failure.class.name().replace('_', " "), Role::Bad));
    [Some(full), Some(words), state, short].into_iter().flatten().collect()
}

/// The second line in the list of sessions.
pub(super) fn detail(model: &Model, session: &Session) -> Strip {
    let now = model.now;
    let standing = of(session, now);
    match (&session.phase, &session.kind) {
        (Phase::Ended { failure: Some(failure), .. }, _) => {
            // The message may be long; its explanation has it in a few words. An HTTP status is said best by itself.
            let text = match failure.class {
                Class::Reset => standing.words,
                Class::HttpStatus => failure.message.clone(),
                _ => model.book.failure(failure, session.course.icmp.as_ref()).headline,
            };
            Strip::of(text, Role::Bad)
        }
        (Phase::Ended { how: How::Rst, .. }, _) => Strip::of(standing.words, standing.role),
        (Phase::Waiting { attempt, of, until }, _) => {
            let wait = countdown(until.saturating_duration_since(now));
            Strip::of(format!("retry {attempt}/{of} in {wait}"), Role::Warn)
        }
        (Phase::Starting | Phase::Resolving | Phase::Connecting { .. }, _) => Strip::of(standing.words, Role::Dim),
        (_, Kind::Http(exchange)) => {
            let Some(response) = exchange.response() else { return Strip::of(standing.words, Role::Dim) };
            let strip = Strip::of(response.status.to_string(), status_role(response.status));
            let body = format!(" · {}", quantity::bytes(exchange.gauge.body_bytes));
            let took = exchange.took.map_or(String::new(), |took| format!(" · {}", quantity::duration(took)));
            strip.and(body, Role::Dim).and(took, Role::Dim)
        }
        (_, Kind::Listener { open, .. }) => {
            let word = if *open == 1 { "peer" } else { "peers" };
            Strip::of(format!("{} {word}", quantity::grouped(*open)), Role::Dim)
        }
        (_, Kind::Repeat(view)) => super::repeat::short(view),
        (_, Kind::Dns(lookup)) => {
            let answers = lookup.answers().count();
            let word = if answers == 1 { "answer" } else { "answers" };
            Strip::of(format!("{answers} {word}"), Role::Dim)
        }
        (_, Kind::Stream(_) | Kind::Conversation { .. } | Kind::Bound { .. }) => totals(session),
    }
}

/// Both totals, padded so that they stand below each other.
fn totals(session: &Session) -> Strip {
    let (sent, received) = (session.totals.sent.bytes, session.totals.received.bytes);
    Strip::of("▲", Role::Sent)
        .and(format!(" {:<7}", quantity::bytes(sent)), Role::Dim)
        .and(" ▼", Role::Received)
        .and(format!(" {}", quantity::bytes(received)), Role::Dim)
}

/// What a session is called in the list: the protocol and the shortest true name.
pub(super) fn name(session: &Session) -> String {
    match (&session.spec.label, &session.spec.what) {
        (Some(label), What::Tcp(spec)) => format!("{label} · tcp {}", nearby(&spec.target)),
        (Some(label), What::Udp(spec)) => format!("{label} · udp {}", nearby(&spec.target)),
        (None | Some(_), what) => unlabelled(session, what),
    }
}

fn unlabelled(session: &Session, what: &What) -> String {
    match what {
        What::Http(spec) => {
            let rest = spec.url.split_once("://").map_or(spec.url.as_str(), |(_, rest)| rest);
            let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
            format!("http {} {path}", spec.method)
        }
        What::Accepted(known) => format!("⇠ {}", known.peer),
        What::Listen(spec) => match session.bound().unwrap_or(spec.local) {
            local if local.ip().is_unspecified() => format!("listen tcp {}", short(local)),
            local => format!("listen {local}"),
        },
        What::UdpBound(spec) => format!("udp on {}", short(session.bound().unwrap_or(spec.local))),
        What::Tcp(_) | What::Udp(_) | What::Repeat(_) | What::Dns(_) => session.title(),
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
