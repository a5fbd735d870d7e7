//! Connection attempts on one time axis, with the kernel's timers below the application's; and the timers of an open
//! connection.

use std::time::{Duration, Instant};

use super::axis::{AXIS, NAME, REMARK, TimeAxis, TimelineCell, attempt_row, scale};
use super::open;
use crate::files::theme::Role;
use crate::model::timeline;
use crate::sessions::attempts::{AddressAttempt, AddressOutcome};
use crate::sessions::kinds::SessionKind;
use crate::sessions::spec::RetryPolicy;
use crate::sessions::{Session, SessionPhase, SpecKind};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::wire::Evidence;
use crate::wire::kernel::tcp_timers::TcpTimerSettings;

/// The bars of a session, in rows; empty if no attempt was made, if nothing waits, or if there is no room.
pub(crate) fn rows(session: &Session, timers: &TcpTimerSettings, now: Instant, columns: u16) -> Vec<StyledText> {
    let mut rows = attempt_rows(session, timers, now, columns);
    let open = open::rows(session, timers, now, columns);
    if !rows.is_empty() && !open.is_empty() {
        rows.push(StyledText::new());
    }
    rows.extend(open);
    rows
}

/// The bars of the connection attempts.
fn attempt_rows(session: &Session, timers: &TcpTimerSettings, now: Instant, columns: u16) -> Vec<StyledText> {
    let course = &session.attempts;
    let Some(first) = course.tried.front() else { return Vec::new() };
    let beside = columns >= NAME + AXIS.0 + REMARK;
    let room = columns.saturating_sub(NAME + if beside { REMARK } else { 0 }).min(AXIS.1);
    if matches!(session.kind, SessionKind::Conversation { .. } | SessionKind::Bound { .. }) {
        return Vec::new();
    }
    let repeats = course.tried.len() > 1 || !course.waits.is_empty();
    let open = first.end.is_none();
    if room < AXIS.0 || !(repeats || open || attempt_duration(first, now) >= Duration::from_millis(500)) {
        return Vec::new();
    }
    let retry = retry(session);
    let end = end(session, &retry, now);
    let axis = TimeAxis {
        from: first.began,
        whole: end.saturating_duration_since(first.began).max(Duration::from_millis(1)),
        cells: usize::from(room),
    };
    let mut attempts = vec![TimelineCell::Nothing; axis.cells];
    let mut kernel = vec![TimelineCell::Nothing; axis.cells];
    for wait in &course.waits {
        let (least, most) = wait.span(&retry);
        axis.fill_span(&mut attempts, wait.from, wait.from + least, TimelineCell::Wait);
        let chance = if now < wait.from + wait.after { most } else { wait.after };
        if chance > least {
            axis.fill_span(&mut attempts, wait.from + least, wait.from + chance, TimelineCell::Jitter);
        }
    }
    let mut counted = false;
    for attempt in &course.tried {
        let (until, cell) = match &attempt.end {
            Some(end) => match end.outcome {
                AddressOutcome::Failed(_) => (end.at, TimelineCell::Failed),
                AddressOutcome::Won => (end.at, TimelineCell::Connected),
                AddressOutcome::GivenUp => (end.at, TimelineCell::GivenUp),
            },
            None => (now, TimelineCell::UnderWay),
        };
        axis.fill_span(&mut attempts, attempt.began, until, cell);
        kernel[axis.cell(attempt.began)] = TimelineCell::Syn;
        let (again, how) = timeline::syn_times(attempt, timers, now);
        counted |= how == Evidence::Kernel;
        for syn in again {
            kernel[axis.cell(syn)] = TimelineCell::Syn;
        }
        if attempt.end.is_none() {
            to_come(&mut kernel, &axis, attempt, timers, now);
        }
    }
    if matches!(session.phase, SessionPhase::Connecting { .. } | SessionPhase::Waiting { .. }) {
        attempts[axis.cell(now)] = TimelineCell::Now;
    }
    let mut rows = vec![attempt_row("attempts", &attempts, beside.then(|| remark(session, now)))];
    let how = match (counted, kernel.contains(&TimelineCell::SynToCome)) {
        (true, true) => "S: a SYN, counted; s: to come",
        (true, false) => "S: a SYN, as the kernel counted",
        (false, true) => "S: a SYN; s: to come, doubling",
        (false, false) => "S: a SYN, by the kernel's timers",
    };
    rows.push(attempt_row("kernel", &kernel, beside.then(|| how.to_owned())));
    rows.push(scale(&axis, room));
    if !beside {
        rows.push(StyledText::single(
            format!("{:width$}{}", "", remark(session, now), width = usize::from(NAME)),
            Role::Dim,
        ));
    }
    rows.extend(timer_row(session, timers));
    rows
}

/// The SYNs that the kernel will still send without an answer, and the time at which it gives up.
fn to_come(
    lane: &mut [TimelineCell],
    axis: &TimeAxis,
    attempt: &AddressAttempt,
    timers: &TcpTimerSettings,
    now: Instant,
) {
    let Some((syns, gives_up)) = timers.syn_schedule() else { return };
    let end = axis.from + axis.whole;
    for at in syns.into_iter().map(|after| attempt.began + after).filter(|at| *at > now && *at < end) {
        let place = &mut lane[axis.cell(at)];
        if *place == TimelineCell::Nothing {
            *place = TimelineCell::SynToCome;
        }
    }
    if attempt.began + gives_up < end {
        lane[axis.cell(attempt.began + gives_up)] = TimelineCell::End;
    }
}

fn attempt_duration(attempt: &AddressAttempt, now: Instant) -> Duration {
    attempt.end.as_ref().map_or(now, |end| end.at).saturating_duration_since(attempt.began)
}

fn retry(session: &Session) -> RetryPolicy {
    session.spec.what.facets().shown_retry().unwrap_or_default()
}

/// The end of the axis: the deadline of the wait or attempt under way, else the end of the last attempt.
fn end(session: &Session, retry: &RetryPolicy, now: Instant) -> Instant {
    let course = &session.attempts;
    let past = course.tried.iter().filter_map(|attempt| attempt.end.as_ref().map(|end| end.at)).max();
    match (&session.phase, course.waits.back(), course.tried.back()) {
        (SessionPhase::Waiting { .. }, Some(wait), _) => (wait.from + wait.span(retry).1).max(now),
        (SessionPhase::Connecting { .. }, _, Some(attempt)) => match &session.spec.what {
            SpecKind::Tcp(tcp) => (attempt.began + tcp.socket.connect_timeout).max(now),
            _ => now,
        },
        _ => past.unwrap_or(now),
    }
}

/// The number of the current attempt, with the time that is left.
pub(super) fn remark(session: &Session, now: Instant) -> String {
    let course = &session.attempts;
    let number = course.tried.back().map_or(1, |attempt| attempt.number);
    let of = retry(session).times.saturating_add(1);
    let left = |until: Instant| format!("{:.1} s", until.saturating_duration_since(now).as_secs_f64());
    match &session.phase {
        SessionPhase::Waiting { attempt, of, until } => format!("attempt {attempt} of {of} in {}", left(*until)),
        SessionPhase::Connecting { .. } => match (&session.spec.what, course.tried.back()) {
            (SpecKind::Tcp(tcp), Some(attempt)) => {
                format!("{number} of {of}, gives up in {}", left(attempt.began + tcp.socket.connect_timeout))
            }
            _ => format!("attempt {number} of {of}"),
        },
        SessionPhase::Ended { failure: Some(_), .. } if course.connected_at().is_none() => {
            let word = if of == 1 { "attempt" } else { "attempts" };
            format!("{number} of {of} {word}, all failed")
        }
        _ => format!("attempt {number} of {of}"),
    }
}

/// When each gives up: the application, and the kernel by itself.
fn timer_row(session: &Session, timers: &TcpTimerSettings) -> Option<StyledText> {
    let mut parts = Vec::new();
    if let SpecKind::Tcp(tcp) = &session.spec.what {
        parts.push(format!("ours {}", quantity::duration(tcp.socket.connect_timeout)));
    }
    if let Some((syns, gives_up)) = timers.syn_schedule() {
        let again = syns.len().saturating_sub(1);
        parts.push(format!("kernel {} after {again} more SYNs", quantity::duration(gives_up)));
    }
    let text = format!("{:<width$}{}", "gives up", parts.join(" · "), width = usize::from(NAME));
    (!parts.is_empty()).then(|| StyledText::single(text, Role::Dim))
}
