//! The timers of an open connection on one axis: the application's idle time-out above, the kernel's timers below.

use std::time::{Duration, Instant};

use super::axis::{AXIS, NAME, REMARK, TimeAxis, TimelineCell, attempt_row, scale};
use crate::files::theme::Role;
use crate::sessions::kinds::SessionKind;
use crate::sessions::tcp::timers::TimerHistory;
use crate::sessions::{Session, SessionPhase, SpecKind};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::wire::Class;
use crate::wire::kernel::tcp_timers::TcpTimerSettings;
use crate::wire::kernel::view::TimerKind;

/// A deadline further away than this is given in words, and does not extend the axis.
const FAR: Duration = Duration::from_secs(600);

/// The times at which the connection will be closed, and the last traffic.
struct ClosingTimes {
    /// The last traffic, in either direction.
    moved: Instant,
    /// When the application gives up if nothing is sent or received.
    idle: Option<Instant>,
    /// When the kernel gives up because of `TCP_USER_TIMEOUT`.
    user_timeout: Option<Instant>,
}

/// The bars in rows; empty if no timer runs or ran, or if there is no room.
pub(super) fn rows(session: &Session, timers: &TcpTimerSettings, now: Instant, columns: u16) -> Vec<StyledText> {
    let clocks = &session.attempts.timers;
    let Some(times) = times(session, clocks) else { return Vec::new() };
    let beside = columns >= NAME + AXIS.0 + REMARK;
    let room = columns.saturating_sub(NAME + if beside { REMARK } else { 0 }).min(AXIS.1);
    let stalled = clocks.consecutive_firings().is_some() || clocks.running.is_some();
    let broke = session.failure().map(|failure| failure.class);
    let waited = matches!(broke, Some(Class::IdleTimeout | Class::CutShort | Class::Unreachable));
    let over = session.is_over();
    if room < AXIS.0 || !(if over { waited } else { stalled || times.idle.is_some() }) {
        return Vec::new();
    }
    let now = match &session.phase {
        SessionPhase::Ended { at, .. } => *at,
        _ => now,
    };
    let axis = time_axis(clocks, &times, now, over, room);
    let mut ours = vec![TimelineCell::Nothing; axis.cells];
    if let Some(idle) = times.idle {
        axis.fill_span(&mut ours, times.moved, now.min(idle), TimelineCell::Wait);
        mark(&mut ours, &axis, idle, TimelineCell::End);
    }
    if !over {
        mark(&mut ours, &axis, now, TimelineCell::Now);
    }
    let mut kernel = vec![TimelineCell::Nothing; axis.cells];
    let every = clocks.keep_every.or(timers.keepalive_every);
    if let Some((kind, _)) = clocks.next().filter(|_| !over) {
        for at in clocks.expected_firings(every, axis.from + axis.whole) {
            mark(&mut kernel, &axis, at, TimelineCell::ToCome(kind));
        }
    }
    for fired in &clocks.fired {
        mark(&mut kernel, &axis, fired.at, TimelineCell::Fired(fired.kind));
    }
    if let Some(end) = times.user_timeout {
        mark(&mut kernel, &axis, end, TimelineCell::End);
    }
    let said = [idle_words(&times, now, over), kernel_words(clocks, now, over)];
    let mut rows = Vec::new();
    for ((name, cells), words) in [("ours", &ours), ("kernel", &kernel)].into_iter().zip(&said) {
        rows.push(attempt_row(name, cells, beside.then(|| words.clone())));
    }
    rows.push(scale(&axis, room));
    if !beside {
        for words in said {
            rows.push(StyledText::single(format!("{:width$}{words}", "", width = usize::from(NAME)), Role::Dim));
        }
    }
    let gives_up = format!("{:<width$}{}", "gives up", timeout_text(clocks, &times, timers), width = usize::from(NAME));
    rows.push(StyledText::single(gives_up, Role::Dim));
    rows
}

fn times(session: &Session, clocks: &TimerHistory) -> Option<ClosingTimes> {
    let SessionKind::Stream(_) = session.kind else { return None };
    // Without a connection, the only timer is that of the SYN.
    let connected = match &session.spec.what {
        SpecKind::Accepted(_) => session.opened,
        _ => session.attempts.connected_at()?,
    };
    let moved = session.transcript.last_data_at().map_or(connected, |at| at.max(connected));
    let user_timeout = clocks.user_timeout.and_then(|time| Some(clocks.waits_since? + time));
    Some(ClosingTimes { moved, idle: session.idle_timeout().map(|limit| moved + limit), user_timeout })
}

/// The axis from the last received segment or traffic to the last deadline.
fn time_axis(clocks: &TimerHistory, times: &ClosingTimes, now: Instant, over: bool, room: u16) -> TimeAxis {
    let begun = [clocks.heard, clocks.waits_since, clocks.fired.front().map(|fired| fired.at)];
    let from = begun.into_iter().flatten().fold(times.moved, Instant::min);
    let next = clocks.next().map(|(_, at)| at).filter(|_| !over);
    let ends = [times.idle, times.user_timeout, next];
    let near = ends.into_iter().flatten().filter(|end| end.saturating_duration_since(now) <= FAR);
    let end = near.fold(now, Instant::max);
    let whole = end.saturating_duration_since(from).max(Duration::from_millis(1));
    TimeAxis { from, whole, cells: usize::from(room) }
}

/// Marks a time, if the axis reaches that far.
fn mark(lane: &mut [TimelineCell], axis: &TimeAxis, at: Instant, cell: TimelineCell) {
    if at >= axis.from && at <= axis.from + axis.whole {
        lane[axis.cell(at)] = cell;
    }
}

fn remaining_text(until: Instant, now: Instant) -> String {
    format!("{:.1} s", until.saturating_duration_since(now).as_secs_f64())
}

fn idle_words(times: &ClosingTimes, now: Instant, over: bool) -> String {
    match times.idle {
        Some(_) if over => "idle time-out: it ran out".into(),
        Some(idle) => format!("idle time-out in {}", remaining_text(idle, now)),
        None => "no idle time-out".into(),
    }
}

/// Which timer fired, how often, and when it fires next.
fn kernel_words(clocks: &TimerHistory, now: Instant, over: bool) -> String {
    let name = |kind| match kind {
        TimerKind::Retransmit => "R: sent again",
        TimerKind::Keepalive => "K: probed",
        TimerKind::Probe => "W: probed",
        TimerKind::TimeWait => "TIME-WAIT",
    };
    let next = clocks.next().filter(|_| !over).map(|(kind, at)| (kind, remaining_text(at, now)));
    match (clocks.consecutive_firings(), next) {
        (Some((kind, times)), Some((_, next))) => format!("{} {times}×, next in {next}", name(kind)),
        (Some((kind, times)), None) => format!("{} {times}×", name(kind)),
        (None, Some((TimerKind::Retransmit, next))) => format!("r: sent again in {next}"),
        (None, Some((TimerKind::Keepalive, next))) => format!("k: keepalive probe in {next}"),
        (None, Some((TimerKind::Probe, next))) => format!("w: window probe in {next}"),
        (None, Some((TimerKind::TimeWait, next))) => format!("the port rests, {next}"),
        (None, None) => "no timer runs".into(),
    }
}

/// When the kernel gives up by itself.
fn timeout_text(clocks: &TimerHistory, times: &ClosingTimes, timers: &TcpTimerSettings) -> String {
    let probing = clocks.next().map(|(kind, _)| kind).or(clocks.consecutive_firings().map(|(kind, _)| kind));
    let mut parts = Vec::new();
    let answered = clocks.consecutive_firings().is_none();
    if let Some(time) = clocks.user_timeout {
        parts.push(format!("kernel after {} (TCP_USER_TIMEOUT)", quantity::duration(time)));
    } else if probing == Some(TimerKind::Probe) && answered {
        // tcp_retries2 limits the probes that are not answered (RFC 9293 §3.8.6.1: an answered one shows a living peer).
        parts.push("kernel never: the probes are answered".to_owned());
    } else if probing.is_none() && clocks.waits_since.is_none() {
        parts.push("kernel never: nothing waits for an answer".to_owned());
    } else if probing == Some(TimerKind::Keepalive) {
        let count = clocks.keep_count.or(timers.keepalive_probes);
        let every = clocks.keep_every.or(timers.keepalive_every);
        if let (Some(count), Some(every)) = (count, every) {
            parts.push(format!("kernel after {count} keepalive probes, {} apart", quantity::duration(every)));
        }
    } else if let (Some(time), Some(retries)) = (timers.data(), timers.retries) {
        let least = quantity::duration(time);
        parts.push(format!("kernel after {least} (tcp_retries2 {retries})"));
    }
    if times.idle.is_none() {
        parts.push("we never".into());
    }
    parts.join(" · ")
}
