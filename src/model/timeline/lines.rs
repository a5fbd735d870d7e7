//! The facts of a session in order, with the SYNs that were sent again.

use std::net::SocketAddr;
use std::time::Instant;

use super::captured;
use super::facts;
use super::line::{FactText, TimelineLine, TimelineTone};
use super::syns::syn_retransmissions;
use crate::model::kinds;
use crate::sessions::attempts::AddressAttempt;
use crate::sessions::news::DialNews;
use crate::sessions::{News, Session};
use crate::text::quantity;
use crate::wire::kernel::tcp_timers::TcpTimerSettings;
use crate::wire::{Class, Evidence, Failure};

/// What happened in a session, in order.
pub(crate) fn lines(session: &Session, timers: &TcpTimerSettings, now: Instant) -> Vec<TimelineLine> {
    let course = &session.attempts;
    let is_tcp = kinds::connects_by_syn(session);
    let points = captured::turning_points(session);
    let mut lines = Vec::new();
    let mut last_failed: Option<&Failure> = None;
    for (place, (at, news)) in course.facts.iter().enumerate() {
        if place == course.gap_index() && course.left_out > 0 {
            let what = format!("⋯ {} more facts ⋯", quantity::grouped(course.left_out));
            let tone = TimelineTone::Quiet;
            lines.push(TimelineLine { at: None, what, how: String::new(), tone, known: Evidence::Seen });
        }
        match news {
            News::Dial(DialNews::AttemptFailed { failure, .. }) => last_failed = Some(failure),
            // The line of the attempt already shows this failure.
            News::Failed(failure) if last_failed == Some(failure) => continue,
            News::Failed(_) => lines.extend(bytes_line(session)),
            News::Closed { .. } if session.failure().is_none() => lines.extend(bytes_line(session)),
            _ => {}
        }
        if matches!(news, News::Closed { .. }) && session.failure().is_some() {
            continue;
        }
        let text = match news {
            News::Dial(DialNews::Connecting { peer, attempt, .. })
                if is_tcp && failed_locally(session, *peer, *attempt) =>
            {
                let how = format!("connect() to {peer} failed here");
                FactText::seen("nothing was sent", how, TimelineTone::Plain)
            }
            _ => facts::describe_news(news, is_tcp),
        };
        lines.push(match captured::time_of(&points, news, *at) {
            Some(passed) => captured::as_captured(text).at(Some(passed)),
            None => text.at(Some(*at)),
        });
    }
    for attempt in course.tried.iter().filter(|_| is_tcp) {
        let end = attempt.end.as_ref().map_or(now, |end| end.at);
        let passed = captured::syns_again(&points, attempt.began, end);
        lines.extend(syn_retransmissions(attempt, passed, timers, now));
    }
    lines.dedup_by(|later, line| later.at == line.at && later.what == line.what);
    // Observed events are already in order; inferred ones are sorted in, and a gap keeps its place.
    let mut latest = session.opened;
    let mut keyed: Vec<(Instant, TimelineLine)> = Vec::with_capacity(lines.len());
    for line in lines {
        latest = line.at.unwrap_or(latest);
        keyed.push((latest, line));
    }
    keyed.sort_by_key(|(at, _)| *at);
    keyed.into_iter().map(|(_, line)| line).collect()
}

/// Whether an attempt failed within this machine, so that no SYN was sent. An ICMP error comes from the network, and
/// does not count.
fn failed_locally(session: &Session, peer: SocketAddr, number: u32) -> bool {
    let mut attempts = session.attempts.tried.iter().rev();
    let attempt = attempts.find(|attempt| attempt.peer == peer && attempt.number == number);
    attempt.and_then(AddressAttempt::failure).is_some_and(|failure| match failure.class {
        Class::Local | Class::Usage => true,
        Class::Unreachable => failure.evidence == Evidence::Seen,
        Class::Internal
        | Class::Resolve
        | Class::Refused
        | Class::ConnectTimeout
        | Class::Reset
        | Class::Tls
        | Class::Protocol
        | Class::IdleTimeout
        | Class::HttpStatus
        | Class::CutShort => false,
    })
}

/// The payload bytes of the session, once it is over.
fn bytes_line(session: &Session) -> Option<TimelineLine> {
    let (sent, received) = (session.totals.sent, session.totals.received);
    if sent.bytes == 0 && received.bytes == 0 {
        return None;
    }
    let what = format!("▲ {}  ▼ {}", quantity::bytes(sent.bytes), quantity::bytes(received.bytes));
    let last = session.transcript.last_data_at();
    let how = if last.is_some() { "all bytes; the last of them then" } else { "all of the session" };
    Some(FactText::seen(what, how, TimelineTone::Plain).at(last))
}
