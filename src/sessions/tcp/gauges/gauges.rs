//! History of the kernel's gauges of a socket, bounded; by default the last minute.

use std::time::{Duration, Instant};

use super::history::{GaugeHistory, GaugeSample};
use super::name::Gauge;
use crate::text::quantity;
use crate::wire::kernel::view::KernelView;

/// The default sample period.
pub const EVERY: Duration = Duration::from_millis(100);

/// The shortest sample period: a shorter one costs time, and nobody can see the difference.
pub const SHORTEST_PERIOD: Duration = Duration::from_millis(10);

/// The longest sample period.
pub const LONGEST_PERIOD: Duration = Duration::from_secs(60);

/// Parses a sample period.
///
/// # Errors
/// Fails if the text is no duration, or out of bounds; the message says what is accepted.
pub fn parse_every(text: &str) -> Result<Duration, String> {
    let every = quantity::parse_duration(text)?;
    if (SHORTEST_PERIOD..=LONGEST_PERIOD).contains(&every) {
        return Ok(every);
    }
    Err(format!("{} is out of bounds; accepted: 10ms to 1m", quantity::duration(every)))
}

/// How many samples are kept: one minute at ten a second. Beyond it the oldest are dropped.
pub const MOST_SAMPLES: usize = 600;

/// The history of all gauges of one socket.
#[derive(Clone, Debug)]
pub struct Gauges {
    every: Duration,
    /// All samples but the newest.
    before: GaugeHistory,
    newest: Option<GaugeSample>,
    last_at: Option<Instant>,
}

/// The least, the greatest and the newest value among the samples kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaugeRange {
    /// The least.
    pub min: u64,
    /// The greatest.
    pub max: u64,
    /// The newest.
    pub last: u64,
}

impl Default for Gauges {
    fn default() -> Self {
        Gauges { every: EVERY, before: GaugeHistory::default(), newest: None, last_at: None }
    }
}

impl Gauges {
    /// The time that all samples together cover.
    pub fn span(&self) -> Duration {
        self.every.saturating_mul(u32::try_from(self.len()).unwrap_or(u32::MAX))
    }

    /// Changes the sample period. Samples already kept are repeated or thinned out, so that they keep their time.
    pub fn pace(&mut self, every: Duration) {
        let every = every.clamp(SHORTEST_PERIOD, LONGEST_PERIOD);
        if every == self.every {
            return;
        }
        let (old, new) = (self.every.as_nanos(), every.as_nanos());
        let samples: Vec<GaugeSample> = self.before.samples().chain(self.newest).collect();
        let count = (samples.len() as u128 * old).div_ceil(new).min(MOST_SAMPLES as u128);
        let ages = (0..count).rev().map(|age| usize::try_from(age * new / old).unwrap_or(usize::MAX));
        let last = samples.len().saturating_sub(1);
        let mut paced: Vec<GaugeSample> =
            ages.filter_map(|age| samples.get(last.saturating_sub(age)).copied()).collect();
        self.newest = paced.pop();
        self.before = GaugeHistory::default();
        for sample in paced {
            self.before.push(sample, 1);
        }
        self.every = every;
    }

    /// Applies a kernel sample. The values of the sample before are repeated for the periods that passed since; within
    /// one period the new sample replaces the one before.
    pub fn sample(&mut self, view: &KernelView, now: Instant) {
        let sample = GaugeSample::new(Gauge::ALL.map(|gauge| gauge.read_from(view)));
        let passed =
            self.last_at.map_or(0, |last| now.saturating_duration_since(last).as_nanos() / self.every.as_nanos());
        if let Some(before) = self.newest.replace(sample)
            && passed > 0
        {
            let times = u32::try_from(passed.min(MOST_SAMPLES as u128)).unwrap_or(u32::MAX);
            self.before.push(before, times);
            self.before.truncate_to(MOST_SAMPLES - 1);
        }
        if passed > 0 || self.last_at.is_none() {
            self.last_at = Some(now);
        }
    }

    /// How many samples are kept.
    pub fn len(&self) -> usize {
        self.before.len() + usize::from(self.newest.is_some())
    }

    /// Whether there is no sample yet.
    pub fn is_empty(&self) -> bool {
        self.newest.is_none()
    }

    /// The newest value of a gauge.
    pub fn last_value(&self, gauge: Gauge) -> Option<u64> {
        self.newest.and_then(|sample| sample.value(gauge))
    }

    /// All values of a gauge, oldest first.
    fn values(&self, gauge: Gauge) -> impl Iterator<Item = Option<u64>> {
        self.before.values(gauge).chain(self.newest.map(|sample| sample.value(gauge)))
    }

    /// The range of a gauge; `None` if it was never known, or is not known now.
    pub fn range(&self, gauge: Gauge) -> Option<GaugeRange> {
        let values = self.values(gauge).flatten();
        let (min, max) = values.fold((u64::MAX, 0), |(min, max), value| (min.min(value), max.max(value)));
        self.last_value(gauge).map(|last| GaugeRange { min, max, last })
    }

    /// The newest `count` values of a gauge, oldest first; fewer if fewer are kept.
    pub fn series(&self, gauge: Gauge, count: usize) -> impl Iterator<Item = Option<u64>> {
        self.values(gauge).skip(self.len().saturating_sub(count))
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
            gauges.sample(&queue(bytes), now + Duration::from_millis(millis));
        }
        assert_eq!(values(&gauges), [Some(2), Some(3), Some(3), Some(3), Some(4)]);
        assert_eq!(gauges.range(Gauge::RecvQueue), Some(GaugeRange { min: 2, max: 4, last: 4 }));
        assert_eq!(gauges.range(Gauge::Rtt), None);
        assert_eq!(gauges.text(Gauge::Rtt), "–");
    }

    #[test]
    fn a_minute_is_remembered_however_long_it_was_quiet() {
        let now = Instant::now();
        let mut gauges = Gauges::default();
        for hour in 0..3 {
            gauges.sample(&queue(hour), now + Duration::from_secs(3_600 * hour));
            for step in 0..700 {
                gauges.sample(&queue(hour), now + Duration::from_secs(3_600 * hour) + EVERY * step);
            }
        }
        assert_eq!(gauges.len(), MOST_SAMPLES);
    }

    #[test]
    fn another_pace_leaves_what_is_remembered_in_its_place_in_time() {
        let now = Instant::now();
        let mut gauges = Gauges::default();
        for (step, bytes) in (0..).zip([1, 2, 3, 4]) {
            gauges.sample(&queue(bytes), now + EVERY * step);
        }
        gauges.pace(EVERY / 2);
        assert_eq!(values(&gauges), [1, 1, 2, 2, 3, 3, 4, 4].map(Some));
        gauges.pace(EVERY * 2);
        assert_eq!((values(&gauges), gauges.span()), (vec![Some(2), Some(4)], EVERY * 4));
        assert_eq!(parse_every("50ms"), Ok(Duration::from_millis(50)));
        assert!(parse_every("1ms").is_err_and(|why| why.contains("accepted: 10ms to 1m")));
    }

    #[test]
    fn every_gauge_has_a_name_and_one_line() {
        let empty = Gauges::default();
        for (place, gauge) in Gauge::ALL.into_iter().enumerate() {
            assert_eq!(gauge as usize, place);
            assert!(gauge.name().len() <= 14 && gauge.explain().ends_with('.'), "{gauge:?}");
            assert_eq!((empty.text(gauge).as_str(), empty.remark(gauge).as_str()), ("–", ""));
            assert!(empty.sentence(gauge).ends_with("not known."));
        }
    }
}
