//! Spec of a repeat run: the same action many times.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::http::HttpSpec;
use super::kind_facets::KindFacets;
use super::script::Pace;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use super::tcp::TcpSpec;
use super::udp::UdpSpec;
use crate::sessions::id::SessionId;
use crate::text::secret::mask_text;
use crate::wire::option::SocketKind;

/// The most attempts under way at once: each one is a socket or a datagram to remember.
pub const MOST_CONCURRENCY: usize = 10_000;

/// How long to wait for the answer to a datagram by default; then it counts as lost.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(1);

/// The greatest rate that can be requested, in starts a second.
pub const MOST_PER_SECOND: f64 = 10_000_000.0;

/// What to repeat, how many times, how fast, and how many at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatSpec {
    /// The action.
    pub what: RepeatKind,
    /// How many times; `None`: until the duration is over or the session is closed.
    pub count: Option<u64>,
    /// How long new attempts are started, without pauses; `None`: until the count is reached.
    pub duration: Option<Duration>,
    /// The pace.
    pub pace: StartPace,
    /// How many may be under way at once, from 1 to [`MOST_CONCURRENCY`]; the engine clamps it.
    pub concurrency: usize,
}

impl RepeatSpec {
    /// `count` times, one after the other, without waiting.
    pub fn times(what: RepeatKind, count: u64) -> Self {
        RepeatSpec { what, count: Some(count), duration: None, pace: StartPace::FlatOut, concurrency: 1 }
    }

    /// The action and its pace in a few words: `GET http://… ×1,000 @50/s`.
    pub fn title(&self) -> String {
        let what = match &self.what {
            RepeatKind::Connect(tcp) => format!("tcp {}", tcp.target),
            RepeatKind::Echo(echo) => format!("udp {}", echo.udp.target),
            RepeatKind::Http(http) => mask_text(&format!("{} {}", http.method, http.url)).into_owned(),
        };
        let times = self.count.map_or_else(String::new, |count| format!(" ×{}", crate::text::quantity::grouped(count)));
        let pace = match self.pace {
            StartPace::FlatOut => String::new(),
            StartPace::Rate(rate) => format!(" @{}/s", rate.rate()),
            StartPace::Interval(interval) => format!(" every {}", crate::text::quantity::duration(interval)),
        };
        format!("{what}{times}{pace}")
    }
}

impl KindFacets for RepeatSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("repeat {}", self.title())
    }

    fn target(&self) -> Option<HostPort> {
        None
    }

    fn parent(&self) -> Option<SessionId> {
        None
    }

    fn socket(&self) -> Option<&SocketSpec> {
        None
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        None
    }

    fn socket_kind(&self) -> Option<SocketKind> {
        None
    }

    fn family(&self) -> Option<IpFamily> {
        None
    }

    fn local(&self) -> Option<SocketAddr> {
        None
    }

    fn set_local(&mut self, _local: Option<SocketAddr>) {}

    fn broadcast_mut(&mut self) -> Option<&mut bool> {
        None
    }

    fn idle_timeout(&self) -> Option<Duration> {
        None
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        None
    }

    fn wait_longer(&mut self) -> bool {
        false
    }
}

/// What can be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepeatKind {
    /// A TCP connection: opened, measured, and closed at once.
    Connect(TcpSpec),
    /// A datagram, and the answer to it.
    Echo(EchoSpec),
    /// An HTTP request over connections that are kept open, its body read to the end.
    Http(HttpSpec),
}

/// Datagrams that the peer answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoSpec {
    /// The UDP peer and socket.
    pub udp: UdpSpec,
    /// The payload of each datagram.
    pub payload: Bytes,
    /// True: [`TAG`] bytes with a number follow the payload, so that each echoed answer matches its datagram. False:
    /// the payload is sent unchanged, and an answer counts for the oldest unanswered datagram; after a loss that may be
    /// the wrong one, and its time too.
    pub tagged: bool,
    /// How long to wait for an answer; then the datagram counts as lost. Zero: answers are not awaited, and each sent
    /// datagram counts as a success.
    pub patience: Duration,
}

/// Length of the number at a datagram's end: 4 bytes for the run, 8 for the datagram, in network order.
pub const TAG: usize = 12;

/// When new attempts are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartPace {
    /// As soon as one is over: a closed loop. A stalled peer gets fewer attempts, so the stall weighs little in the
    /// percentiles ("coordinated omission").
    FlatOut,
    /// By the clock, whatever the peer does: an open loop. Latency counts from the scheduled
    /// start, so a stall is felt by every request that should have started in it (coordinated omission).
    Rate(Pace),
    /// This long after one is over, for each of those under way at once: a closed loop.
    Interval(Duration),
}

impl StartPace {
    /// This many starts a second, rounded to a thousandth.
    ///
    /// # Errors
    /// Fails if the rate is not above 0, or above [`MOST_PER_SECOND`]; the message says what is accepted.
    pub fn per_second(rate: f64) -> Result<Self, String> {
        let thousandths = (rate * 1000.0).round();
        if !(1.0..=MOST_PER_SECOND * 1000.0).contains(&thousandths) {
            return Err(format!("{rate}: accepted are rates from 0.001 to {MOST_PER_SECOND} a second"));
        }
        let pace = Pace::new(thousandths as u64, Duration::from_secs(1000));
        pace.map(StartPace::Rate).ok_or_else(|| format!("{rate}: is no rate"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_makes_no_sense_is_refused() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert!(StartPace::per_second(rate).is_err(), "{rate}");
        }
    }

    #[test]
    fn a_title_says_what_is_repeated_and_how() {
        let target = HostPort { host: "localhost".into(), port: 80 };
        let mut spec = RepeatSpec::times(RepeatKind::Connect(TcpSpec::new(target)), 1000);
        spec.pace = StartPace::per_second(50.0).unwrap();
        assert_eq!(spec.title(), "tcp localhost:80 ×1,000 @50/s");
        spec.pace = StartPace::Interval(Duration::from_secs(2));
        spec.count = None;
        assert_eq!(spec.title(), "tcp localhost:80 every 2.0 s");
    }
}
