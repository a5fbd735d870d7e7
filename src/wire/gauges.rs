//! What the kernel said of a socket over the last minute: a bounded history of each gauge.

mod history;
mod name;
mod words;

use std::time::{Duration, Instant};

pub use name::Gauge;

use super::reading::KernelView;
use history::{History, Sample};

/// One sample stands for as long.
pub const EVERY: Duration = Duration::from_millis(100);

/// How many samples are remembered: a minute. Beyond it the oldest go.
pub const MOST_SAMPLES: usize = 600;

/// The history of all gauges of one socket.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    /// All samples but the newest.
    before: History,
    newest: Option<Sample>,
    last_at: Option<Instant>,
}

/// The least, the greatest and the newest value of a gauge, over the samples that are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub min: u64,
    /// The greatest.
    pub max: u64,
    /// The newest.
    pub last: u64,
}

impl Gauges {
    /// Takes in what the kernel says now. Where some time passed since the last sample, the values of then are taken
    /// to have stood until now; within [`EVERY`] the newest replaces the one before.
    pub fn sampled(&mut self, view: &KernelView, now: Instant) {
        let sample = Sample::new(Gauge::ALL.map(|gauge| gauge.of(view)));
        let passed = self.last_at.map_or(0, |last| now.saturating_duration_since(last).as_nanos() / EVERY.as_nanos());
        if let Some(before) = self.newest.replace(sample)
            && passed > 0
        {
            let times = u32::try_from(passed.min(MOST_SAMPLES as u128)).unwrap_or(u32::MAX);
            self.before.push(before, times);
            self.before.shorten(MOST_SAMPLES - 1);
        }
        if passed > 0 || self.last_at.is_none() {
            self.last_at = Some(now);
        }
    }

    /// How many samples are remembered.
    pub fn len(&self) -> usize {
        self.before.len() + usize::from(self.newest.is_some())
    }

    /// Whether the kernel never said anything.
    pub fn is_empty(&self) -> bool {
        self.newest.is_none()
    }

    /// The newest value of a gauge.
    pub fn last(&self, gauge: Gauge) -> Option<u64> {
        self.newest.and_then(|sample| sample.of(gauge))
    }

    /// All values of a gauge, oldest first.
    fn all(&self, gauge: Gauge) -> impl Iterator<Item = Option<u64>> {
        self.before.of(gauge).chain(self.newest.map(|sample| sample.of(gauge)))
    }

    /// The range of a gauge; `None` where it was never known, or is not known now.
    pub fn range(&self, gauge: Gauge) -> Option<Range> {
        let values = self.all(gauge).flatten();
        let (min, max) = values.fold((u64::MAX, 0), |(min, max), value| (min.min(value), max.max(value)));
        self.last(gauge).map(|last| Range { min, max, last })
    }

    /// The newest `count` values of a gauge, oldest first; fewer where fewer are remembered.
    pub fn series(&self, gauge: Gauge, count: usize) -> impl Iterator<Item = Option<u64>> {
        self.all(gauge).skip(self.len().saturating_sub(count))
    }

    /// The newest value as a person reads it; `–` where it is not known.
    pub fn text(&self, gauge: Gauge) -> String {
        words::value(self, gauge)
    }

    /// The least and the greatest value that are remembered: `least 28 µs, greatest 1.2 ms`.
    pub fn bounds(&self, gauge: Gauge) -> String {
        match self.range(gauge) {
            Some(Range { min, max, .. }) => {
                let text = |value| words::text(gauge, value, self.last(Gauge::Mss));
                format!("least {}, greatest {}", text(min), text(max))
            }
            None => "this system does not tell it".to_owned(),
        }
    }

    /// What the value means now, in a few words, where there is something to say: `min 28 µs`, `slow start`.
    pub fn remark(&self, gauge: Gauge) -> String {
        words::remark(self, gauge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(bytes: u64) -> KernelView {
        KernelView { recv_queue_bytes: Some(bytes), ..KernelView::default() }
    }

    fn values(gauges: &Gauges) -> Vec<Option<u64>> {
        gauges.series(Gauge::RecvQueue, 100).collect()
    }

    #[test]
    fn a_value_stands_until_the_next_one_comes() {
        let now = Instant::now();
        let mut gauges = Gauges::default();
        for (millis, bytes) in [(0, 1), (40, 2), (120, 3), (440, 4)] {
            gauges.sampled(&queue(bytes), now + Duration::from_millis(millis));
        }
        assert_eq!(values(&gauges), [Some(2), Some(3), Some(3), Some(3), Some(4)]);
        assert_eq!(gauges.range(Gauge::RecvQueue), Some(Range { min: 2, max: 4, last: 4 }));
        assert_eq!(gauges.range(Gauge::Rtt), None);
        assert_eq!(gauges.text(Gauge::Rtt), "–");
    }

    #[test]
    fn a_minute_is_remembered_however_long_it_was_quiet() {
        let now = Instant::now();
        let mut gauges = Gauges::default();
        for hour in 0..3 {
            gauges.sampled(&queue(hour), now + Duration::from_secs(3_600 * hour));
            for step in 0..700 {
                gauges.sampled(&queue(hour), now + Duration::from_secs(3_600 * hour) + EVERY * step);
            }
        }
        assert_eq!(gauges.len(), MOST_SAMPLES);
    }

    #[test]
    fn every_gauge_has_a_name_and_one_line() {
        let empty = Gauges::default();
        for (place, gauge) in Gauge::ALL.into_iter().enumerate() {
            assert_eq!(gauge as usize, place);
            assert!(gauge.name().len() <= 14 && gauge.explain().ends_with('.'), "{gauge:?}");
            assert_eq!((empty.text(gauge).as_str(), empty.remark(gauge).as_str()), ("–", ""));
        }
    }
}
