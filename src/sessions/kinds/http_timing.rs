//! The phases of an HTTP exchange, as they pass: on one axis over redirects, retries and reused connections.

use std::time::{Duration, Instant};

use crate::sessions::news::{DialNews, HttpNews, HttpPhase, News};

/// How many rows are kept; further ones are counted.
pub const MOST_TIMING_ROWS: usize = 128;

/// A phase, or a wait between two attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedStep {
    /// A phase of a request.
    Phase(HttpPhase),
    /// The wait before another attempt to connect.
    RetryWait,
}

/// A phase of one request, with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimingRow {
    /// Which request, from 0: each redirect makes another.
    pub hop: usize,
    /// What passed.
    pub step: TimedStep,
    /// When it began.
    pub began: Instant,
    /// When it ended; `None`: it goes on.
    pub end: Option<Instant>,
}

/// The phases of an exchange so far, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub struct HttpTiming {
    /// The rows, at most [`MOST_TIMING_ROWS`].
    pub rows: Vec<TimingRow>,
    /// How many further ones there were.
    pub left_out: u64,
    /// How many redirects were followed.
    redirects: usize,
    /// The present request goes over TLS.
    is_secured: bool,
}

impl HttpTiming {
    /// No phase yet, of a request to this URL.
    pub fn new(url: &str) -> Self {
        HttpTiming { is_secured: is_https(url), ..HttpTiming::default() }
    }

    /// The number of the present request, from 0.
    fn hop(&self) -> usize {
        self.redirects
    }

    /// Applies a news item.
    pub fn on_news(&mut self, news: &News, at: Instant) {
        match news {
            News::Dial(DialNews::Resolving { .. }) => {
                self.end_open(at);
                self.begin(HttpPhase::Dns, at);
            }
            News::Dial(DialNews::Connecting { .. }) => {
                self.end_open_of(HttpPhase::Dns, at);
                if !self.is_open(HttpPhase::Connect) {
                    self.end_open(at);
                    self.begin(HttpPhase::Connect, at);
                }
            }
            News::Dial(DialNews::Connected { .. }) => {
                self.end_open_of(HttpPhase::Connect, at);
                if self.is_secured {
                    self.begin(HttpPhase::Tls, at);
                }
            }
            News::Dial(DialNews::Retrying { after, .. }) => {
                self.end_open(at);
                self.push(TimedStep::RetryWait, at, Some(at + *after));
            }
            News::Http(HttpNews::Request(_)) => {
                self.end_open(at);
                self.begin(HttpPhase::Send, at);
            }
            News::Http(HttpNews::Phase { phase, began, took, .. }) => self.on_phase(*phase, *began, *took),
            News::Http(HttpNews::Redirect { location, .. }) => {
                self.end_open(at);
                self.is_secured = is_https(location);
                self.redirects += 1;
            }
            News::Failed(_) | News::Closed { .. } => self.end_open(at),
            _ => {}
        }
    }

    /// A phase is over, and its times are exact; the next one begins.
    fn on_phase(&mut self, phase: HttpPhase, began: Instant, took: Duration) {
        let (hop, end) = (self.hop(), began + took);
        let same = |row: &&mut TimingRow| row.hop == hop && row.step == TimedStep::Phase(phase);
        match self.rows.iter_mut().rev().find(same) {
            Some(row) => (row.began, row.end) = (began, Some(end)),
            None => self.push(TimedStep::Phase(phase), began, Some(end)),
        }
        match phase {
            HttpPhase::Send if !self.has(HttpPhase::Wait) => self.begin(HttpPhase::Wait, end),
            HttpPhase::Wait => self.begin(HttpPhase::Receive, end),
            HttpPhase::Dns | HttpPhase::Connect | HttpPhase::Tls | HttpPhase::Send | HttpPhase::Receive => {}
        }
    }

    /// Whether a phase goes on.
    pub fn is_growing(&self) -> bool {
        self.rows.iter().any(|row| row.end.is_none())
    }

    fn has(&self, phase: HttpPhase) -> bool {
        let hop = self.hop();
        self.rows.iter().any(|row| row.hop == hop && row.step == TimedStep::Phase(phase))
    }

    fn is_open(&self, phase: HttpPhase) -> bool {
        self.rows.iter().any(|row| row.end.is_none() && row.step == TimedStep::Phase(phase))
    }

    fn begin(&mut self, phase: HttpPhase, at: Instant) {
        self.push(TimedStep::Phase(phase), at, None);
    }

    fn push(&mut self, step: TimedStep, began: Instant, end: Option<Instant>) {
        if self.rows.len() < MOST_TIMING_ROWS {
            self.rows.push(TimingRow { hop: self.hop(), step, began, end });
        } else {
            self.left_out += 1;
        }
    }

    fn end_open_of(&mut self, phase: HttpPhase, at: Instant) {
        for row in self.rows.iter_mut().filter(|row| row.end.is_none() && row.step == TimedStep::Phase(phase)) {
            row.end = Some(at);
        }
    }

    fn end_open(&mut self, at: Instant) {
        for row in self.rows.iter_mut().filter(|row| row.end.is_none()) {
            row.end = Some(at);
        }
    }
}

fn is_https(url: &str) -> bool {
    url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::news::CloseReason;
    use crate::wire::Both;
    use crate::wire::http::head::RequestHead;

    fn request() -> News {
        News::Http(HttpNews::Request(RequestHead {
            method: "GET".into(),
            url: "http://h/".into(),
            headers: Vec::new(),
            body_bytes: Some(0),
        }))
    }

    fn shown(timing: &HttpTiming, start: Instant) -> Vec<(usize, TimedStep, u128, Option<u128>)> {
        let millis = |at: Instant| at.duration_since(start).as_millis();
        timing.rows.iter().map(|row| (row.hop, row.step, millis(row.began), row.end.map(millis))).collect()
    }

    #[test]
    fn each_phase_begins_where_the_one_before_ended_and_the_last_one_grows() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut timing = HttpTiming::default();
        timing.on_news(&News::Dial(DialNews::Resolving { host: "h".into() }), at(0));
        let peer = ([127, 0, 0, 1], 80).into();
        timing.on_news(&News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }), at(5));
        timing.on_news(&News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }), at(6));
        let took = Duration::from_millis(4);
        timing.on_news(&News::Dial(DialNews::Connected { local: peer, peer, took, attempt: 1 }), at(9));
        timing.on_news(&request(), at(10));
        let phase = |phase, from, took| {
            News::Http(HttpNews::Phase {
                phase,
                began: at(from),
                start: Duration::from_millis(from),
                took: Duration::from_millis(took),
            })
        };
        timing.on_news(&phase(HttpPhase::Send, 10, 1), at(11));
        let of = TimedStep::Phase;
        let before = [
            (0, of(HttpPhase::Dns), 0, Some(5)),
            (0, of(HttpPhase::Connect), 5, Some(9)),
            (0, of(HttpPhase::Send), 10, Some(11)),
        ];
        assert_eq!(shown(&timing, start)[..3], before);
        assert_eq!(shown(&timing, start)[3..], [(0, of(HttpPhase::Wait), 11, None)]);
        timing.on_news(&phase(HttpPhase::Wait, 11, 20), at(32));
        assert_eq!(shown(&timing, start)[4..], [(0, of(HttpPhase::Receive), 31, None)]);
        timing.on_news(&News::Http(HttpNews::Redirect { status: 302, location: "/".into() }), at(40));
        timing.on_news(&request(), at(41));
        timing.on_news(&News::Closed { totals: Both::default(), how: CloseReason::Local }, at(50));
        assert_eq!(
            shown(&timing, start)[4..],
            [(0, of(HttpPhase::Receive), 31, Some(40)), (1, of(HttpPhase::Send), 41, Some(50))]
        );
    }

    #[test]
    fn the_rows_have_a_bound() {
        let mut timing = HttpTiming::default();
        let now = Instant::now();
        for _ in 0..1_000 {
            timing.on_news(&request(), now);
        }
        assert_eq!((timing.rows.len(), timing.left_out), (MOST_TIMING_ROWS, 1_000 - MOST_TIMING_ROWS as u64));
    }
}
