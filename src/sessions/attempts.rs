//! Connection history of a session: its attempts, the waits between them, and the facts that explain its current state.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::news::{DialNews, HttpNews, News, UdpNews};
use super::spec::RetryPolicy;
use crate::sessions::tcp::timers::TimerHistory;
use crate::wire::Failure;
use crate::wire::icmp::IcmpMessage;
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::state::TcpState;

/// How many facts are kept: the first `FIRST_FACTS` and the newest of the rest; the dropped ones in between are
/// counted.
pub const MOST_FACTS: usize = 48;

/// How many of the first facts are never dropped.
const FIRST_FACTS: usize = 12;

/// How many attempts are kept; beyond it the oldest are dropped.
pub const MOST_ATTEMPTS: usize = 64;

/// How many SYNs of an attempt are kept.
pub const MOST_SYNS: usize = 64;

/// Tolerance for a SYN that is sent again slightly early: the kernel's timers count in ticks.
const SLACK: Duration = Duration::from_millis(50);

/// Connection history of a session. Bounded, whatever the peer does.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    /// The facts that explain, in order.
    pub facts: VecDeque<(Instant, News)>,
    /// How many facts after the first twelve were dropped.
    pub left_out: u64,
    /// The addresses that were tried, in order (RFC 8305).
    pub tried: VecDeque<AddressAttempt>,
    /// Waits between attempts, in order.
    pub waits: VecDeque<RetryWait>,
    /// The last ICMP message; cleared when a name is looked up or a connection is made.
    pub icmp: Option<IcmpMessage>,
    /// Events of the kernel's timers on the open connection.
    pub timers: TimerHistory,
    /// When the newest attempt's SYN is due to be sent again, by the kernel's timer.
    pub syn_due: Option<Instant>,
}

/// One address that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct AddressAttempt {
    /// Which of the application's attempts it belongs to, from 1.
    pub number: u32,
    /// The address.
    pub peer: SocketAddr,
    /// When `connect()` was called.
    pub began: Instant,
    /// How it ended; `None` while it is under way.
    pub end: Option<AttemptEnd>,
    /// When each further SYN was sent: as the kernel's timer had announced, else when the kernel's count was seen to
    /// grow; at most [`MOST_SYNS`].
    pub syns_again: Vec<Instant>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptEnd {
    /// When it ended.
    pub at: Instant,
    /// How long it took: as the session's task reported it, else the time since it began.
    pub took: Duration,
    /// The result.
    pub outcome: AddressOutcome,
}

/// Result of one address that was tried.
#[derive(Clone, Debug, PartialEq)]
pub enum AddressOutcome {
    /// It connected first: this is the connection.
    Won,
    /// Abandoned: another address connected first, or we closed.
    GivenUp,
    /// It failed.
    Failed(Failure),
}

impl AddressAttempt {
    /// The failure, if the attempt failed.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.end.as_ref()?.outcome {
            AddressOutcome::Failed(failure) => Some(failure),
            AddressOutcome::Won | AddressOutcome::GivenUp => None,
        }
    }

    fn finish(&mut self, at: Instant, took: Option<Duration>, outcome: AddressOutcome) {
        let took = took.unwrap_or_else(|| at.saturating_duration_since(self.began));
        self.end = Some(AttemptEnd { at, took, outcome });
    }
}

/// A wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryWait {
    /// When it began.
    pub from: Instant,
    /// Its length, jitter included.
    pub after: Duration,
    /// The number of the next attempt.
    pub attempt: u32,
    /// The greatest number of attempts.
    pub of: u32,
}

impl RetryWait {
    /// The shortest and the longest wait that the random jitter allows.
    pub fn span(&self, retry: &RetryPolicy) -> (Duration, Duration) {
        (retry.wait_before(self.attempt, 0.0), retry.wait_before(self.attempt, 1.0))
    }
}

impl Attempts {
    /// Applies a news item.
    pub fn on_news(&mut self, news: &News, at: Instant) {
        match news {
            News::Dial(DialNews::Connecting { peer, attempt, .. }) => {
                self.syn_due = None;
                let attempt =
                    AddressAttempt { number: *attempt, peer: *peer, began: at, end: None, syns_again: Vec::new() };
                push(&mut self.tried, attempt, MOST_ATTEMPTS);
            }
            News::Dial(DialNews::AttemptFailed { failure, took }) => {
                self.end_attempt(failure, *took, at);
            }
            News::Dial(DialNews::Connected { peer, took, .. }) => {
                self.icmp = None;
                for won in self.tried.iter_mut().filter(|one| one.end.is_none() && one.peer == *peer) {
                    won.finish(at, Some(*took), AddressOutcome::Won);
                }
                // The race is over: the other attempts are abandoned (RFC 8305 §5).
                self.end_all(at, &AddressOutcome::GivenUp);
            }
            // An ICMP message about the last attempt does not apply to the next one.
            News::Dial(DialNews::Resolving { .. }) => self.icmp = None,
            News::Dial(DialNews::Retrying { attempt, of, after, because, .. }) => {
                self.end_all(at, &AddressOutcome::Failed(because.clone()));
                push(&mut self.waits, RetryWait { from: at, after: *after, attempt: *attempt, of: *of }, MOST_ATTEMPTS);
            }
            News::Udp(UdpNews::Icmp(icmp)) => self.icmp = Some(icmp.clone()),
            News::Failed(failure) => self.end_all(at, &AddressOutcome::Failed(failure.clone())),
            News::Closed { .. } => self.end_all(at, &AddressOutcome::GivenUp),
            _ => {}
        }
        self.timers.on_news(news);
        self.push_fact(news, at);
    }

    /// Applies a kernel sample of a connection that waits for its SYN-ACK: records how often the SYN was sent again.
    ///
    /// If the kernel's timer had announced the SYN, its time is recorded; else that of the sample, which is late by at
    /// most one sample period.
    pub fn sample(&mut self, kernel: &Arc<KernelView>, now: Instant) {
        self.timers.sample(kernel, now);
        let Some(info) = kernel.tcp.as_ref().filter(|info| info.state == Some(TcpState::SynSent)) else { return };
        let count = usize::from(info.retransmits.unwrap_or(0)).min(MOST_SYNS);
        let Some(attempt) = self.tried.iter_mut().rev().find(|attempt| attempt.end.is_none()) else { return };
        // SYNs are at least a second apart (RFC 6298 §2.1): a greater count belongs to an earlier attempt.
        let tried = now.saturating_duration_since(attempt.began) + SLACK;
        let due = self.syn_due.filter(|due| attempt.began < *due && *due <= now);
        if attempt.syns_again.len() < count
            && let Some(due) = due
        {
            attempt.syns_again.push(due);
        }
        while attempt.syns_again.len() < count && tried.as_secs() > attempt.syns_again.len() as u64 {
            attempt.syns_again.push(now);
        }
        self.syn_due = kernel.timer.and_then(|timer| now.checked_add(timer.expires));
    }

    /// The failure of the newest address that was tried, if it failed.
    pub fn failed_attempt(&self) -> Option<&Failure> {
        self.tried.back().and_then(AddressAttempt::failure)
    }

    /// When the connection was made; `None`: it was not.
    pub fn connected_at(&self) -> Option<Instant> {
        let ends = self.tried.iter().rev().filter_map(|attempt| attempt.end.as_ref());
        ends.filter(|end| end.outcome == AddressOutcome::Won).map(|end| end.at).next()
    }

    /// The addresses of the last attempt, in order: the lanes of its race.
    pub fn race(&self) -> impl ExactSizeIterator<Item = &AddressAttempt> + Clone {
        let last = self.tried.back().map_or(0, |attempt| attempt.number);
        let first = self.tried.iter().rposition(|attempt| attempt.number != last).map_or(0, |before| before + 1);
        self.tried.range(first..)
    }

    fn end_attempt(&mut self, failure: &Failure, took: Duration, at: Instant) {
        // Matches by address; if the failure names none, by the duration.
        let named = |attempt: &&mut AddressAttempt| attempt.end.is_none() && attempt.peer.to_string() == failure.peer;
        let began = at.checked_sub(took);
        let found = self.tried.iter_mut().rev().find(named);
        let open = match found {
            Some(open) => Some(open),
            None => self
                .tried
                .iter_mut()
                .rev()
                .find(|attempt| attempt.end.is_none() && began.is_none_or(|began| attempt.began <= began)),
        };
        if let Some(open) = open {
            open.finish(at, Some(took), AddressOutcome::Failed(failure.clone()));
        }
    }

    fn end_all(&mut self, at: Instant, outcome: &AddressOutcome) {
        for open in self.tried.iter_mut().filter(|attempt| attempt.end.is_none()) {
            open.finish(at, None, outcome.clone());
        }
    }

    fn push_fact(&mut self, news: &News, at: Instant) {
        // An attempt that did not begin sent nothing: its failure alone is the fact.
        let not_begun = matches!(news, News::Dial(DialNews::Connecting { begun: false, .. }));
        if not_begun || !news.place().in_timeline() {
            return;
        }
        let told = match news {
            News::Http(HttpNews::Request(head)) => {
                let mut head = head.clone();
                head.headers.clear();
                News::Http(HttpNews::Request(head))
            }
            News::Http(HttpNews::Response(head)) => {
                let mut head = head.clone();
                head.headers.clear();
                News::Http(HttpNews::Response(head))
            }
            News::Http(HttpNews::Interim(head)) => {
                let mut head = head.clone();
                head.headers.clear();
                News::Http(HttpNews::Interim(head))
            }
            other => other.clone(),
        };
        self.facts.push_back((at, told));
        if self.facts.len() > MOST_FACTS {
            self.facts.remove(FIRST_FACTS);
            self.left_out += 1;
        }
    }

    /// Index among the facts at which [`Attempts::left_out`] facts are missing.
    pub fn gap_index(&self) -> usize {
        FIRST_FACTS
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(item);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Class, FailedOperation};

    fn peer(port: u16) -> SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    #[test]
    fn an_attempt_ends_with_the_failure_that_names_its_address() {
        let start = Instant::now();
        let mut course = Attempts::default();
        course.on_news(&News::Dial(DialNews::Connecting { peer: peer(1), attempt: 1, begun: true }), start);
        course.on_news(&News::Dial(DialNews::Connecting { peer: peer(2), attempt: 1, begun: true }), start);
        let failure = Failure::new(Class::Refused, FailedOperation::Connect, "127.0.0.1:1", "refused");
        let took = Duration::from_millis(5);
        course.on_news(&News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took }), start + took);
        assert_eq!(course.tried[0].failure(), Some(&failure));
        assert_eq!(course.tried[1].end, None);
        let connected = News::Dial(DialNews::Connected { local: peer(9), peer: peer(2), took, attempt: 1 });
        course.on_news(&connected, start + took);
        assert_eq!(course.tried[1].end, Some(AttemptEnd { at: start + took, took, outcome: AddressOutcome::Won }));
    }

    #[test]
    fn the_first_address_that_answers_wins_and_the_others_are_given_up() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let peers: Vec<SocketAddr> =
            ["[2001:db8::1]:80", "[2001:db8::2]:80", "192.0.2.1:80"].map(|text| text.parse().unwrap()).into();
        let mut course = Attempts::default();
        for (place, peer) in (0_u64..).zip(&peers) {
            course.on_news(&News::Dial(DialNews::Connecting { peer: *peer, attempt: 1, begun: true }), at(250 * place));
        }
        let failure = Failure::new(Class::Unreachable, FailedOperation::Connect, peers[1].to_string(), "no route");
        let quick = Duration::from_millis(3);
        let news = News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took: quick });
        course.on_news(&news, at(253));
        let took = Duration::from_millis(20);
        let connected = DialNews::Connected { local: "192.0.2.9:5".parse().unwrap(), peer: peers[2], took, attempt: 1 };
        course.on_news(&News::Dial(connected), at(520));
        let ends: Vec<AttemptEnd> = course.race().map(|one| one.end.clone().unwrap()).collect();
        let end = |at, took, outcome| AttemptEnd { at, took, outcome };
        assert_eq!(ends[0], end(at(520), Duration::from_millis(520), AddressOutcome::GivenUp));
        assert_eq!(ends[1], end(at(253), quick, AddressOutcome::Failed(failure)));
        assert_eq!(ends[2], end(at(520), took, AddressOutcome::Won));
        course.on_news(&News::Dial(DialNews::Connecting { peer: peers[0], attempt: 2, begun: true }), at(600));
        assert_eq!(course.race().len(), 1);
    }

    #[test]
    fn icmp_of_an_attempt_says_nothing_of_the_next_one() {
        let now = Instant::now();
        let icmp = News::Udp(UdpNews::Icmp(IcmpMessage::default()));
        let mut course = Attempts::default();
        course.on_news(&icmp, now);
        course.on_news(&News::Dial(DialNews::Connecting { peer: peer(1), attempt: 1, begun: true }), now);
        assert!(course.icmp.is_some());
        course.on_news(&News::Dial(DialNews::Resolving { host: "h".into() }), now);
        assert_eq!(course.icmp, None);
    }

    #[test]
    fn whatever_happens_it_stays_bounded_and_the_beginning_stays() {
        let start = Instant::now();
        let mut course = Attempts::default();
        for count in 1..=1000 {
            course.on_news(&News::Dial(DialNews::Connecting { peer: peer(1), attempt: count, begun: true }), start);
        }
        assert_eq!((course.facts.len(), course.tried.len()), (MOST_FACTS, MOST_ATTEMPTS));
        assert_eq!(course.left_out, 1000 - MOST_FACTS as u64);
        assert!(matches!(course.facts[0].1, News::Dial(DialNews::Connecting { attempt: 1, .. })));
        assert!(matches!(course.facts[MOST_FACTS - 1].1, News::Dial(DialNews::Connecting { attempt: 1000, .. })));
    }
}
