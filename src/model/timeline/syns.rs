//! The SYNs that were sent again.

use std::time::Instant;

use super::line::{TimelineLine, TimelineTone};
use crate::sessions::attempts::AddressAttempt;
use crate::wire::Evidence;
use crate::wire::kernel::tcp_timers::TcpTimerSettings;

/// How many SYNs sent again are listed for an attempt; more are counted.
const MOST_SYNS: usize = 3;

/// The retransmitted SYNs of an attempt: as they were captured, else as the kernel counted them, else as its timers
/// predict them.
pub(super) fn syn_retransmissions(
    attempt: &AddressAttempt,
    captured: Option<Vec<Instant>>,
    timers: &TcpTimerSettings,
    now: Instant,
) -> Vec<TimelineLine> {
    let (sent, known) = match captured {
        Some(passed) => (passed, Evidence::Seen),
        None => syn_times(attempt, timers, now),
    };
    let line = |at: Instant, what: String, how: String| TimelineLine {
        at: Some(at),
        what,
        how,
        tone: TimelineTone::Plain,
        known,
    };
    let how = |count: usize| match known {
        Evidence::Kernel => format!("kernel: retransmits {count}"),
        Evidence::Seen => "captured: the same segment again".into(),
        Evidence::Inferred => "inferred: by tcp(7) tcp_syn_retries".into(),
    };
    let told = sent.iter().take(MOST_SYNS).zip(1..);
    let mut lines: Vec<TimelineLine> = told.map(|(at, count)| line(*at, "SYN sent again".into(), how(count))).collect();
    if let (Some(at), true) = (sent.last(), sent.len() > MOST_SYNS) {
        let more = sent.len() - MOST_SYNS;
        lines.push(line(*at, format!("… and {more} more"), how(sent.len())));
    }
    lines
}

/// When the SYNs after the first one of an attempt were sent, and the evidence for it.
pub(crate) fn syn_times(attempt: &AddressAttempt, timers: &TcpTimerSettings, now: Instant) -> (Vec<Instant>, Evidence) {
    if !attempt.syns_again.is_empty() {
        return (attempt.syns_again.clone(), Evidence::Kernel);
    }
    let end = attempt.end.as_ref().map_or(now, |end| end.at);
    let planned = timers.syn_schedule().map(|(syns, _)| syns).unwrap_or_default();
    let sent = planned.into_iter().skip(1).map(|after| attempt.began + after);
    (sent.filter(|at| *at < end).collect(), Evidence::Inferred)
}
