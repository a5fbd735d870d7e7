//! Bytes a second, and the last seconds as bars of a sparkline.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long one bar of the sparkline lasts.
pub const BAR: Duration = Duration::from_millis(500);

/// The least time between two remembered totals.
const GRAIN: Duration = Duration::from_millis(60);

/// How many bars are kept.
pub const BARS: usize = 64;

/// A rolling rate over the last second, computed from totals and their times.
#[derive(Clone, Debug)]
pub struct Rate {
    samples: VecDeque<(Instant, u64)>,
    bars: VecDeque<u64>,
    bar_start: Option<(Instant, u64)>,
    /// The last sample at which the total was still 0.
    still_at: Option<Instant>,
}

impl Default for Rate {
    fn default() -> Self {
        Rate::new()
    }
}

impl Rate {
    /// A rate without samples.
    pub fn new() -> Self {
        Rate { samples: VecDeque::new(), bars: VecDeque::new(), bar_start: None, still_at: None }
    }

    /// Adds a sample: the total was `total` at `now`.
    pub fn add_sample(&mut self, total: u64, now: Instant) {
        if total == 0 && self.samples.is_empty() {
            // Saves memory: ten thousand idle connections store no samples.
            self.still_at = Some(now);
            return;
        }
        if let Some(still) = self.still_at.take() {
            self.samples.push_back((still, 0));
            self.bar_start = Some((still, 0));
        }
        let window = Duration::from_secs(1);
        let before = self.samples.len().checked_sub(2).and_then(|before| self.samples.get(before)).copied();
        match (before, self.samples.back_mut()) {
            // A sample close to the one before, or equal to the two before, replaces the last one.
            (Some((at, was)), Some(last)) if last.0.duration_since(at) < GRAIN || was == total => *last = (now, total),
            _ => self.samples.push_back((now, total)),
        }
        while self.samples.len() > 2 && self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= window) {
            self.samples.pop_front();
        }
        let (mut start, mut base) = *self.bar_start.get_or_insert((now, total));
        let mut steps = 0;
        while now.duration_since(start) >= BAR && steps < BARS {
            if self.bars.len() == BARS {
                self.bars.pop_front();
            }
            // Not negative: a total that goes backwards is a peer's or a kernel's fault.
            self.bars.push_back(total.saturating_sub(base));
            base = total;
            start += BAR;
            steps += 1;
        }
        if now.duration_since(start) >= BAR {
            start = now;
        }
        self.bar_start = Some((start, base));
    }

    /// Bytes a second over about the last second; 0 after a second without bytes.
    pub fn per_second(&self, now: Instant) -> f64 {
        let (Some((first_at, first)), Some((_, last))) = (self.samples.front(), self.samples.back()) else {
            return 0.0;
        };
        let span = now.duration_since(*first_at).as_secs_f64();
        if span <= 0.0 { 0.0 } else { last.saturating_sub(*first) as f64 / span.max(0.25) }
    }

    /// Whether the rate or a bar will change as time passes, without new bytes.
    pub fn will_change(&self, now: Instant) -> bool {
        let quiet = match (self.samples.front(), self.samples.back()) {
            (Some((_, first)), Some((_, last))) => first == last,
            _ => true,
        };
        !quiet || (self.bar_start.is_some() && self.per_second(now) > 0.0)
    }

    /// The last `count` bars, oldest first, in bytes.
    pub fn bars(&self, count: usize) -> impl Iterator<Item = u64> {
        self.bars.iter().skip(self.bars.len().saturating_sub(count)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_that_go_backwards_and_times_out_of_order_give_no_rate_out_of_nowhere() {
        let start = Instant::now() + Duration::from_secs(100);
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut rate = Rate::new();
        for (total, now) in [
            (u64::MAX, at(0)),
            (0, at(1)),
            (5, at(0)),
            (u64::MAX, at(2)),
            (7, start - Duration::from_secs(50)),
            (3, at(3)),
        ] {
            rate.add_sample(total, now);
            for seconds in [0, 1, 3, 99] {
                let shown = rate.per_second(at(seconds));
                assert!((0.0..=u64::MAX as f64 * 4.0).contains(&shown), "{shown}");
            }
        }
        let mut rate = Rate::new();
        rate.add_sample(1_000, at(0));
        rate.add_sample(10, at(1));
        rate.add_sample(10, at(2));
        assert_eq!((rate.per_second(at(2)), rate.bars(BARS).max()), (0.0, Some(0)));
    }

    #[test]
    fn a_steady_flow_shows_its_rate_and_stops_at_zero() {
        let start = Instant::now();
        let mut rate = Rate::new();
        for step in 0..40 {
            rate.add_sample(step * 100, start + Duration::from_millis(step * 50));
        }
        let now = start + Duration::from_millis(39 * 50);
        assert!((rate.per_second(now) - 2000.0).abs() < 200.0, "{}", rate.per_second(now));
        for step in 0..40 {
            rate.add_sample(3900, now + Duration::from_millis(step * 50));
        }
        assert!(rate.per_second(now + Duration::from_secs(2)) < 1.0);
        assert!(!rate.will_change(now + Duration::from_secs(2)));
    }
}
