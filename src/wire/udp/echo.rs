//! Detects a peer that echoes our datagrams: only then can answers and losses be counted.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant};

/// How many of our datagrams may wait for their echo; with more under way, counting stops for good.
const MOST_WAITING: usize = 4_096;

/// How many echoes are remembered, to recognise a duplicate.
const MOST_REMEMBERED: usize = 1_024;

/// An echo that has not come after this time counts as lost; if it comes late, it counts as answered after all.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// State of a peer that may be an echo.
#[derive(Clone, Debug, Default)]
pub struct EchoTracker {
    /// The peer sent something that is no echo, or a datagram was not seen: nothing can be counted from then on.
    given_up: bool,
    waiting: VecDeque<UnansweredDatagram>,
    remembered: VecDeque<u64>,
    answered: u64,
    again: u64,
    last_rtt: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct UnansweredDatagram {
    ordinal: u64,
    at: Instant,
    print: u64,
}

fn print(payload: &[u8]) -> u64 {
    // With fixed keys: a peer that makes two payloads with the same hash spoils only its own counts.
    let mut hasher = DefaultHasher::new();
    payload.hash(&mut hasher);
    hasher.finish()
}

impl EchoTracker {
    /// A tracker that never counts: for a socket with several peers.
    pub fn disabled() -> Self {
        EchoTracker { given_up: true, ..EchoTracker::default() }
    }

    /// Stops counting, because not every datagram is seen.
    pub fn disable(&mut self) {
        *self = EchoTracker::disabled();
    }

    /// Records that we sent the datagram with this ordinal.
    pub fn on_sent(&mut self, ordinal: u64, payload: &[u8], at: Instant) {
        if self.given_up {
            return;
        }
        if self.waiting.len() == MOST_WAITING {
            return self.disable();
        }
        self.waiting.push_back(UnansweredDatagram { ordinal, at, print: print(payload) });
    }

    /// Records a datagram from the peer.
    pub fn received(&mut self, payload: &[u8], at: Instant) {
        if self.given_up {
            return;
        }
        let print = print(payload);
        if let Some(place) = self.waiting.iter().position(|waiting| waiting.print == print)
            && let Some(waiting) = self.waiting.remove(place)
        {
            self.answered += 1;
            self.last_rtt = Some(at.saturating_duration_since(waiting.at));
            if self.remembered.len() == MOST_REMEMBERED {
                self.remembered.pop_front();
            }
            self.remembered.push_back(print);
        } else if self.remembered.contains(&print) {
            self.again += 1;
        } else {
            self.disable();
        }
    }

    /// Records an ICMP message: the datagram with this ordinal did not arrive.
    pub fn on_refused(&mut self, ordinal: u64) {
        self.waiting.retain(|waiting| waiting.ordinal != ordinal);
    }

    fn is_echo(&self) -> bool {
        !self.given_up && self.answered > 0
    }

    /// How many datagrams were echoed; `None` if the peer is not known to echo.
    pub fn echoed_count(&self) -> Option<u64> {
        self.is_echo().then_some(self.answered)
    }

    /// How many were neither echoed within [`PATIENCE`] nor refused; `None` if the peer is not known to echo.
    pub fn lost_count(&self, now: Instant) -> Option<u64> {
        let late = |waiting: &&UnansweredDatagram| now.saturating_duration_since(waiting.at) >= PATIENCE;
        self.is_echo().then(|| self.waiting.iter().take_while(late).count() as u64)
    }

    /// How many were not echoed yet, lost ones included; `None` if the peer is not known to echo.
    pub fn outstanding_count(&self) -> Option<u64> {
        self.is_echo().then_some(self.waiting.len() as u64)
    }

    /// How many echoes came twice; `None` if the peer is not known to echo.
    pub fn duplicates(&self) -> Option<u64> {
        self.is_echo().then_some(self.again)
    }

    /// The round-trip time of the newest echo.
    pub fn last_rtt(&self) -> Option<Duration> {
        self.last_rtt.filter(|_| self.is_echo())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoes_are_matched_and_what_does_not_come_back_is_lost_after_a_second() {
        let (start, ms) = (Instant::now(), Duration::from_millis);
        let mut echo = EchoTracker::default();
        for (ordinal, payload) in [(0, "a"), (1, "b"), (2, "c"), (3, "d")] {
            echo.on_sent(ordinal, payload.as_bytes(), start);
        }
        assert_eq!((echo.echoed_count(), echo.lost_count(start + PATIENCE)), (None, None), "nobody is known to echo");
        echo.received(b"b", start + ms(3));
        echo.received(b"a", start + ms(4));
        echo.received(b"a", start + ms(5));
        echo.on_refused(3);
        assert_eq!((echo.echoed_count(), echo.duplicates(), echo.outstanding_count()), (Some(2), Some(1), Some(1)));
        assert_eq!((echo.lost_count(start), echo.lost_count(start + PATIENCE)), (Some(0), Some(1)));
        assert_eq!(echo.last_rtt(), Some(ms(4)));
    }

    #[test]
    fn a_peer_that_says_something_of_its_own_is_no_echo() {
        let start = Instant::now();
        let mut echo = EchoTracker::default();
        echo.on_sent(0, b"a", start);
        echo.received(b"a", start);
        echo.received(b"who are you?", start);
        assert_eq!((echo.echoed_count(), echo.lost_count(start + PATIENCE)), (None, None));
    }

    #[test]
    fn too_many_under_way_give_the_count_up() {
        let start = Instant::now();
        let mut echo = EchoTracker::default();
        for ordinal in 0..=MOST_WAITING as u64 {
            echo.on_sent(ordinal, &ordinal.to_ne_bytes(), start);
        }
        echo.received(&0_u64.to_ne_bytes(), start);
        assert_eq!(echo.echoed_count(), None);
    }
}
