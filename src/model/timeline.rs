//! What happened in a session, in the terms of the network: SYN, RST, ICMP, FIN, each with its evidence.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::kinds;
use super::words;
use crate::sessions::attempts::AddressAttempt;
use crate::sessions::news::dns::DnsNews;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, TcpNews, UdpNews};
use crate::sessions::{News, Session};
use crate::text::quantity;
use crate::wire::kernel::tcp_timers::TcpTimerSettings;
use crate::wire::{Class, Evidence, FailedOperation, Failure};

/// How many retransmitted SYNs of one attempt are listed; further ones are counted.
const MOST_SYNS: usize = 3;

/// The timeline of a session.
pub(crate) fn lines(session: &Session, timers: &TcpTimerSettings, now: Instant) -> Vec<TimelineLine> {
    let course = &session.attempts;
    let is_tcp = kinds::connects_by_syn(session);
    let mut lines = Vec::new();
    let mut last_failed: Option<&Failure> = None;
    for (place, (at, news)) in course.facts.iter().enumerate() {
        if place == course.gap_index() && course.left_out > 0 {
            let what = format!("⋯ {} more facts ⋯", quantity::grouped(course.left_out));
            lines.push(TimelineLine {
                at: None,
                what,
                how: String::new(),
                tone: TimelineTone::Quiet,
                known: Evidence::Seen,
            });
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
        let (what, how, tone, known) = match news {
            News::Dial(DialNews::Connecting { peer, attempt })
                if is_tcp && failed_locally(session, *peer, *attempt) =>
            {
                (
                    "nothing was sent".into(),
                    format!("seen: connect() to {peer} failed here"),
                    TimelineTone::Plain,
                    Evidence::Seen,
                )
            }
            _ => describe_news(news, is_tcp),
        };
        lines.push(TimelineLine { at: Some(*at), what, how, tone, known });
    }
    for attempt in course.tried.iter().filter(|_| is_tcp) {
        lines.extend(syn_retransmissions(attempt, timers, now));
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
        | Class::HttpStatus => false,
    })
}

/// The payload bytes of the session, once it is over.
fn bytes_line(session: &Session) -> Option<TimelineLine> {
    let (sent, received) = (session.totals.sent, session.totals.received);
    if sent.bytes + received.bytes == 0 {
        return None;
    }
    let what = format!("▲ {}  ▼ {}", quantity::bytes(sent.bytes), quantity::bytes(received.bytes));
    let last = session.transcript.last_data_at();
    let how =
        if last.is_some() { "seen: the last of them at this time" } else { "seen: all of the session" }.to_owned();
    Some(TimelineLine { at: last, what, how, tone: TimelineTone::Plain, known: Evidence::Seen })
}

/// The retransmitted SYNs of an attempt: as the kernel counted them, else as its timers predict them.
fn syn_retransmissions(attempt: &AddressAttempt, timers: &TcpTimerSettings, now: Instant) -> Vec<TimelineLine> {
    let (sent, known) = syn_times(attempt, timers, now);
    let line = |at: Instant, what: String, how: String| TimelineLine {
        at: Some(at),
        what,
        how,
        tone: TimelineTone::Plain,
        known,
    };
    let how = |count: usize| match known {
        Evidence::Kernel => format!("kernel: retransmits {count}"),
        Evidence::Seen | Evidence::Inferred => "inferred: by tcp(7) tcp_syn_retries".into(),
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

/// News in a few words, with its evidence.
fn describe_news(news: &News, is_tcp: bool) -> (String, String, TimelineTone, Evidence) {
    match news {
        News::Dial(DialNews::Resolving { host }) => (
            format!("looking up {host}"),
            "seen: the system's resolver was asked".into(),
            TimelineTone::Plain,
            Evidence::Seen,
        ),
        News::Dial(DialNews::Resolved { addresses, took, .. }) => {
            let listed: Vec<String> = addresses.iter().take(3).map(ToString::to_string).collect();
            let more = addresses.len().saturating_sub(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let how = format!("seen: {}{more}", listed.join(", "));
            (format!("found in {}", quantity::duration(*took)), how, TimelineTone::Well, Evidence::Seen)
        }
        News::Dial(DialNews::Connecting { peer, .. }) if !is_tcp => {
            let how = format!("seen: connect() to {peer}; for UDP that sends nothing");
            ("peer is set".into(), how, TimelineTone::Plain, Evidence::Seen)
        }
        News::Dial(DialNews::Connecting { peer, attempt }) => {
            let nth = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            let how = format!("inferred: connect() to {peer}{nth}");
            ("SYN sent".into(), how, TimelineTone::Plain, Evidence::Inferred)
        }
        News::Dial(DialNews::Connected { took, local, .. }) if is_tcp => {
            let how = format!("seen: connect() returned after {}, from {local}", quantity::duration(*took));
            ("SYN-ACK came back".into(), how, TimelineTone::Well, Evidence::Seen)
        }
        News::Dial(DialNews::Connected { local, .. }) => (
            "socket is ready".into(),
            format!("seen: from {local}; nothing was sent yet"),
            TimelineTone::Well,
            Evidence::Seen,
        ),
        News::Dial(DialNews::AttemptFailed { failure, took }) => failed(failure, Some(*took)),
        News::Failed(failure) => failed(failure, None),
        News::Dial(DialNews::Retrying { attempt, of, after, .. }) => {
            let how = format!("then attempt {attempt} of {of}; half fixed, half chance");
            (format!("wait {}", quantity::duration(*after)), how, TimelineTone::Quiet, Evidence::Seen)
        }
        News::Udp(UdpNews::Icmp(icmp)) => {
            let by = icmp.offender.map(|offender| format!(" from {offender}")).unwrap_or_default();
            let how = format!("kernel: type {}, code {}{by}", icmp.kind, icmp.code);
            let protocol = if icmp.v6 { "ICMPv6" } else { "ICMP" };
            (format!("{protocol} {}", icmp.meaning()), how, TimelineTone::Bad, Evidence::Kernel)
        }
        News::Dns(news) => dns(news),
        News::Dial(DialNews::Route(route)) => {
            let interface = route.interface.as_deref().map(|name| format!(" over {name}")).unwrap_or_default();
            let router = route.gateway.map(|router| format!(", by router {router}")).unwrap_or_default();
            let how = format!("kernel: from {}{interface}{router}", route.source);
            (format!("route to {}", route.peer), how, TimelineTone::Plain, Evidence::Kernel)
        }
        News::Tcp(TcpNews::WeFinished) => {
            ("FIN sent".into(), "inferred: shutdown() was called".into(), TimelineTone::Plain, Evidence::Inferred)
        }
        News::Tcp(TcpNews::PeerFinished { received_bytes }) => {
            let how = format!("seen: read() returned 0 after {}", quantity::bytes(*received_bytes));
            ("FIN came".into(), how, TimelineTone::Plain, Evidence::Seen)
        }
        News::Http(HttpNews::Request(request)) => {
            let how = format!("seen: {}", request.url);
            (format!("asked {}", request.method), how, TimelineTone::Plain, Evidence::Seen)
        }
        News::Http(HttpNews::Response(response)) => {
            let how = format!("seen: {} after {}", response.version, quantity::duration(response.after));
            let tone = if response.status < 400 { TimelineTone::Well } else { TimelineTone::Bad };
            (format!("answered {} {}", response.status, response.reason).trim_end().into(), how, tone, Evidence::Seen)
        }
        News::Listener(ListenerNews::Listening { local }) => {
            ("bound".into(), format!("seen: bind() gave {local}"), TimelineTone::Well, Evidence::Seen)
        }
        News::Warned(failure) | News::Listener(ListenerNews::AcceptFailed(failure)) => {
            let (what, how, _, known) = failed(failure, None);
            (what, how, TimelineTone::Quiet, known)
        }
        News::Closed { how, .. } => (
            format!("closed ({})", how.name()),
            "seen: our descriptor is closed".into(),
            TimelineTone::Plain,
            Evidence::Seen,
        ),
        other => {
            let told = words::sentence_of(other);
            (told.text, "seen".into(), TimelineTone::Plain, Evidence::Seen)
        }
    }
}

/// News of a DNS session.
fn dns(news: &DnsNews) -> (String, String, TimelineTone, Evidence) {
    let seen = |what: String, how: String, tone| (what, format!("seen: {how}"), tone, Evidence::Seen);
    match news {
        DnsNews::Query(query) => {
            let again = if query.attempt > 1 { format!(", try {}", query.attempt) } else { String::new() };
            let (question, by) = (&query.question, query.wire.name());
            let how = format!("by {by} for {} {}{again}", question.name, question.kind);
            seen(format!("asked {}", query.server), how, TimelineTone::Plain)
        }
        DnsNews::Answer(answer) => {
            let message = &answer.message;
            let count = message.answers.len();
            let records = if count == 1 { "1 record".to_owned() } else { format!("{count} records") };
            let cut = if message.is_truncated() { ", cut short (TC)" } else { "" };
            let how = format!("{records}{cut} after {} by {}", quantity::duration(answer.took), answer.wire.name());
            let tone = if message.rcode() == 0 && count > 0 { TimelineTone::Well } else { TimelineTone::Bad };
            seen(format!("{} came back", message.rcode_name()), how, tone)
        }
        DnsNews::Failed(failed) => {
            let how = format!("{} after {}", failed.failure.message, quantity::duration(failed.took));
            seen("no answer".into(), how, TimelineTone::Bad)
        }
        DnsNews::Plan(plan) => {
            let servers: Vec<String> = plan.servers.iter().take(4).map(ToString::to_string).collect();
            seen(
                "name servers chosen".into(),
                format!("{}, from {}", servers.join(", "), plan.source),
                TimelineTone::Plain,
            )
        }
    }
}

/// A failure: what came back, or that nothing came.
fn failed(failure: &Failure, took: Option<Duration>) -> (String, String, TimelineTone, Evidence) {
    let after = took.map(|took| format!(" after {}", quantity::duration(took))).unwrap_or_default();
    let errno = failure.os_code.map(|code| format!(", errno {code}")).unwrap_or_default();
    let what = match failure.class {
        Class::Refused if failure.operation == FailedOperation::Connect && failure.evidence != Evidence::Kernel => {
            "RST came back"
        }
        Class::Reset => "RST came",
        Class::ConnectTimeout => "we gave up",
        Class::IdleTimeout => "we gave up waiting",
        Class::Resolve => "no address",
        Class::Tls => "TLS failed",
        Class::Local => "this machine said no",
        Class::Refused | Class::Unreachable => "it ended",
        Class::Internal | Class::Usage | Class::Protocol | Class::HttpStatus => "it failed",
    };
    let (known, word) = match (failure.class, failure.evidence) {
        (Class::Refused | Class::Reset, Evidence::Seen) if failure.os_code.is_some() => (Evidence::Kernel, "kernel"),
        (_, Evidence::Seen) => (Evidence::Seen, "seen"),
        (_, Evidence::Kernel) => (Evidence::Kernel, "kernel"),
        (_, Evidence::Inferred) => (Evidence::Inferred, "inferred"),
    };
    // The message of a time-out already has the duration.
    let after = if failure.class == Class::ConnectTimeout { String::new() } else { after };
    let how = format!("{word}: {}{errno}{after}", failure.message);
    (what.into(), how, TimelineTone::Bad, known)
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineLine {
    /// When; `None` for a gap, and for an event without a time.
    pub at: Option<Instant>,
    /// What, in a few words.
    pub what: String,
    /// The evidence, with its figures.
    pub how: String,
    /// Its tone.
    pub tone: TimelineTone,
    /// The kind of evidence.
    pub known: Evidence,
}

/// The tone of a line; the view chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineTone {
    /// It happened.
    Plain,
    /// It went well.
    Well,
    /// It went wrong.
    Bad,
    /// Only time passed.
    Quiet,
}
