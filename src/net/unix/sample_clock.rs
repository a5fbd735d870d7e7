//! When the kernel is asked about a socket of datagrams: with the first one that moves, then at intervals while they do.

use std::time::{Duration, Instant};

use crate::sessions::tcp::gauges::SHORTEST_PERIOD;

/// Interval between two samples.
const EVERY: Duration = Duration::from_millis(250);

/// Decides when to sample. No clock of its own: the caller says what time it is.
#[derive(Debug)]
pub(super) struct SampleClock {
    /// A fixed period; `None`: only while something moves.
    period: Option<Duration>,
    /// Something moved since the last sample.
    moved: bool,
    /// The earliest time of the next sample.
    next: Instant,
}

impl SampleClock {
    /// Nothing has moved yet.
    pub(super) fn new(now: Instant) -> Self {
        SampleClock { period: None, moved: false, next: now }
    }

    /// A datagram moved, or waits for room.
    pub(super) fn mark_activity(&mut self) {
        self.moved = true;
    }

    /// Sets a fixed period; `None`: only while something moves.
    pub(super) fn set_period(&mut self, period: Option<Duration>, now: Instant) {
        self.period = period.map(|period| period.max(SHORTEST_PERIOD));
        self.next = now;
    }

    /// When the next sample is due; `None`: when something moves. While nothing is read, the queue fills without any
    /// action of ours.
    pub(super) fn due(&self, reading: bool) -> Option<Instant> {
        (self.moved || !reading || self.period.is_some()).then_some(self.next)
    }

    /// A sample was taken.
    pub(super) fn on_sample(&mut self, now: Instant) {
        self.moved = false;
        self.next = now + self.period.unwrap_or(EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_datagram_is_sampled_at_once_and_later_ones_at_intervals() {
        let begin = Instant::now();
        let mut clock = SampleClock::new(begin);
        assert_eq!(clock.due(true), None);
        clock.mark_activity();
        assert_eq!(clock.due(true), Some(begin));
        clock.on_sample(begin);
        assert_eq!(clock.due(true), None, "nothing has moved since then");
        clock.mark_activity();
        assert_eq!(clock.due(true), Some(begin + EVERY), "the last datagram is sampled too, once it is time");
        clock.on_sample(begin + EVERY);
        assert_eq!((clock.due(true), clock.due(false)), (None, Some(begin + EVERY * 2)));
        clock.set_period(Some(Duration::from_secs(1)), begin + EVERY);
        clock.on_sample(begin + EVERY);
        assert_eq!(clock.due(true), Some(begin + EVERY + Duration::from_secs(1)));
    }
}
