//! The status of a session, as a mark and words.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::canvas::StyledText;
use super::status_label::{StatusLabel, beside_open, status_label};
use super::{connecting, kinds, progress};
use crate::files::theme::Role;
use crate::model::state::Model;
use crate::sessions::kinds::SessionKind;
use crate::sessions::spec::HostPort;
use crate::sessions::{CloseReason, Session, SessionPhase, SpecKind};
use crate::text::quantity;
use crate::wire::Class;

/// The status of a session at `now`.
pub(super) fn session_status(session: &Session, now: Instant) -> StatusLabel {
    match &session.phase {
        SessionPhase::Starting => status_label("◌", Role::Dim, "starting"),
        SessionPhase::Resolving => status_label("◌", Role::Dim, "looking up the name"),
        SessionPhase::Connecting { attempt: 1 } => status_label("◌", Role::Dim, "connecting"),
        SessionPhase::Connecting { attempt } => status_label("◌", Role::Warn, format!("connecting, attempt {attempt}")),
        SessionPhase::Waiting { attempt, of, until } => {
            let wait = countdown_text(until.saturating_duration_since(now));
            status_label("↻", Role::Warn, format!("retry {attempt} of {of} in {wait}"))
        }
        SessionPhase::Open(open) => kinds::open(session, *open),
        SessionPhase::Listening => kinds::listening(session),
        SessionPhase::Ended { how, failure, .. } => match failure {
            Some(failure) if failure.class == Class::Reset => status_label("✗", Role::Bad, "reset by peer"),
            Some(failure) => status_label("✗", Role::Bad, format!("failed: {}", failure.message)),
            None => kinds::ended_status(session, *how),
        },
    }
}

/// A wait while it passes: in tenths of a second, never below zero.
fn countdown_text(left: Duration) -> String {
    if left < Duration::from_secs(60) { format!("{:.1} s", left.as_secs_f64()) } else { quantity::duration(left) }
}

/// The state for a session's title, from the longest form to the shortest: the kernel's own state while it is recent,
/// our word for it, and the round-trip time.
pub(super) fn headlines(session: &Session, now: Instant) -> Vec<StyledText> {
    let standing = session_status(session, now);
    let kernel =
        session.kernel.as_ref().filter(|_| !session.is_over() && matches!(session.kind, SessionKind::Stream(_)));
    let (state, words) = match (kernel.and_then(|kernel| kernel.state), &session.phase) {
        (Some(state), SessionPhase::Open(open)) => {
            // The state's name says that it is open.
            let beside = beside_open(*open);
            let state = StyledText::single(state.name(), if beside.is_empty() { Role::Good } else { Role::Cause });
            let words = beside.iter().fold(state.clone(), |words, more| words.with(format!(" · {more}"), Role::Dim));
            (Some(state), words)
        }
        _ => (None, StyledText::single(standing.words, standing.role)),
    };
    let rtt = kernel.and_then(|kernel| kernel.rtt).map(|rtt| format!(" · rtt {}", quantity::duration(rtt)));
    let full = words.clone().with(rtt.unwrap_or_default(), Role::Dim);
    let class = session.failure().map(|failure| failure.class.name().replace('_', " "));
    // Alone the name of a class may read as what is going on (`resolve`), so its mark goes before it.
    let marked = class.as_ref().map(|class| StyledText::single(format!("✗ {class}"), Role::Bad));
    let class = class.map(|class| StyledText::single(class, Role::Bad));
    [Some(full), Some(words), state, marked, class].into_iter().flatten().collect()
}

/// The second line in the list of sessions.
pub(super) fn detail(model: &Model, session: &Session) -> StyledText {
    let now = model.now;
    let standing = session_status(session, now);
    match &session.phase {
        SessionPhase::Ended { failure: Some(failure), .. } => {
            // The message may be long, so the headline of its explanation is shown. An HTTP status is clear by itself.
            let text = match failure.class {
                Class::Reset => standing.words,
                Class::HttpStatus => failure.message.clone(),
                _ => model.book.headline(failure, session.attempts.icmp.as_ref()),
            };
            StyledText::single(text, Role::Bad)
        }
        SessionPhase::Ended { how: CloseReason::Rst, .. } => StyledText::single(standing.words, standing.role),
        SessionPhase::Waiting { attempt, of, until } => {
            let wait = countdown_text(until.saturating_duration_since(now));
            StyledText::single(format!("retry {attempt}/{of} in {wait}"), Role::Warn)
        }
        SessionPhase::Starting | SessionPhase::Resolving | SessionPhase::Connecting { .. } => {
            connecting::brief(model, session).unwrap_or_else(|| StyledText::single(standing.words, Role::Dim))
        }
        SessionPhase::Open(_) | SessionPhase::Listening | SessionPhase::Ended { .. } => {
            let under_way = progress::brief(session, now).or_else(|| connecting::brief(model, session));
            under_way.unwrap_or_else(|| kinds::detail(session, standing))
        }
    }
}

/// The session's name in the list: the protocol and the shortest unambiguous name.
pub(super) fn name(session: &Session) -> String {
    match (&session.spec.label, &session.spec.what) {
        (Some(label), SpecKind::Tcp(spec)) => format!("{label} · tcp {}", target_text(&spec.target)),
        (Some(label), SpecKind::Udp(spec)) => format!("{label} · udp {}", target_text(&spec.target)),
        (None | Some(_), what) => kinds::name(session, what),
    }
}

/// A target as text: for one on this host, the port is enough.
fn target_text(target: &HostPort) -> String {
    let here = target.host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    if here { format!(":{}", target.port) } else { target.to_string() }
}

/// `7 tcp 127.0.0.1:80`, for titles of overlays.
pub(super) fn numbered_title(session: &Session) -> String {
    format!("{} {}", session.id, session.title())
}
