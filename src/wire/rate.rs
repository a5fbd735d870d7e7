//! Bytes a second, and the last seconds as a row of bars.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long one bar of the sparkline lasts.
pub const BAR: Duration = Duration::from_millis(500);

/// How many bars are remembered.
pub const BARS: usize = 64;

/// Totals that were seen closer together than this share a sample, however often somebody looks.
const SAMPLE: Duration = Duration::from_millis(50);

/// A running rate over the last second, fed with totals and the time.
#[derive(Clone, Debug)]
pub struct Rate {
    samples: VecDeque<(Instant, u64)>,
    bars: VecDeque<u64>,
    bar_start: Option<(Instant, u64)>,
}

impl Default for Rate {
    fn default() -> Self {
        Rate::new()
    }
}

impl Rate {
    /// Nothing measured yet.
    pub fn new() -> Self {
        Rate { samples: VecDeque::new(), bars: VecDeque::new(), bar_start: None }
    }

    /// Tells that the total stood at `total` at `now`.
    pub fn observe(&mut self, total: u64, now: Instant) {
        let window = Duration::from_secs(1);
        // The last sample moves with the time until it is far enough from the one before.
        match self.samples.iter().nth_back(1).copied().zip(self.samples.back_mut()) {
            Some(((before, _), last)) if now.duration_since(before) < SAMPLE => *last = (now, total),
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
            self.bars.push_back(total - base);
            base = total;
            start += BAR;
            steps += 1;
        }
        if now.duration_since(start) >= BAR {
            start = now;
        }
        self.bar_start = Some((start, base));
    }

    /// Bytes a second over about the last second; 0 once nothing moved for as long.
    pub fn per_second(&self, now: Instant) -> f64 {
        let (Some((first_at, first)), Some((_, last))) = (self.samples.front(), self.samples.back()) else {
            return 0.0;
        };
        let span = now.duration_since(*first_at).as_secs_f64();
        if span <= 0.0 { 0.0 } else { (last - first) as f64 / span.max(0.25) }
    }

    /// Whether the rate or a bar will still change by the mere passing of time.
    pub fn decays(&self, now: Instant) -> bool {
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
    fn a_steady_flow_shows_its_rate_and_stops_at_zero() {
        let start = Instant::now();
        let mut rate = Rate::new();
        for step in 0..40 {
            rate.observe(step * 100, start + Duration::from_millis(step * 50));
        }
        let now = start + Duration::from_millis(39 * 50);
        assert!((rate.per_second(now) - 2000.0).abs() < 200.0, "{}", rate.per_second(now));
        for step in 0..40 {
            rate.observe(3900, now + Duration::from_millis(step * 50));
        }
        assert!(rate.per_second(now + Duration::from_secs(2)) < 1.0);
        assert!(!rate.decays(now + Duration::from_secs(2)));
    }
}
