//! A histogram of times with three significant digits (HDR): exact enough for every percentile, of a fixed size.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The reported percentiles, with their names.
pub(crate) const PERCENTILES: [(f64, &str); 7] =
    [(0.5, "p50"), (0.75, "p75"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9"), (0.9999, "p99.99")];

/// In nanoseconds; shorter times count as this.
const LEAST: u64 = 100;

/// One hour in nanoseconds; a longer time counts as this.
const MOST: u64 = 3_600_000_000_000;

/// Three significant digits.
const DIGITS: u8 = 3;

/// A histogram of times; about 240 KiB, however many are counted.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyHistogram {
    /// In nanoseconds. `None` if the bounds above made no histogram, which a test rules out.
    histogram: Option<Histogram<u64>>,
    sum: Duration,
}

/// One bar of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistogramBar {
    /// The longest time in this bar.
    pub up_to: Duration,
    /// How many times are in it: above the bar before, up to this one.
    pub count: u64,
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        LatencyHistogram { histogram: Histogram::new_with_bounds(LEAST, MOST, DIGITS).ok(), sum: Duration::ZERO }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl LatencyHistogram {
    /// Counts one time. Cost: a few nanoseconds; never allocates.
    pub fn record(&mut self, time: Duration) {
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(nanoseconds(time).min(MOST));
            self.sum = self.sum.saturating_add(time);
        }
    }

    /// Adds another histogram's times.
    pub fn merge(&mut self, other: &LatencyHistogram) {
        if let (Some(own), Some(other)) = (&mut self.histogram, &other.histogram) {
            // Cannot fail: both histograms have the same bounds.
            own.add(other).unwrap_or_default();
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    /// How many times were `least` or longer, to three digits.
    pub fn at_least(&self, least: Duration) -> u64 {
        let least = nanoseconds(least).min(MOST);
        self.histogram.as_ref().map_or(0, |histogram| histogram.count_between(least, MOST))
    }

    fn histogram(&self) -> Option<&Histogram<u64>> {
        self.histogram.as_ref().filter(|histogram| !histogram.is_empty())
    }

    /// The time that this share of all (from 0 to 1) did not exceed; `None` before the first one.
    pub fn quantile(&self, part: f64) -> Option<Duration> {
        self.histogram().map(|histogram| Duration::from_nanos(histogram.value_at_quantile(part.clamp(0.0, 1.0))))
    }

    /// The shortest time.
    pub fn minimum(&self) -> Option<Duration> {
        self.histogram().map(|histogram| Duration::from_nanos(histogram.min()))
    }

    /// The longest time.
    pub fn maximum(&self) -> Option<Duration> {
        self.histogram().map(|histogram| Duration::from_nanos(histogram.max()))
    }

    /// The mean, exact.
    pub fn mean(&self) -> Option<Duration> {
        let count = self.histogram()?.len();
        Some(Duration::from_nanos(u64::try_from(self.sum.as_nanos() / u128::from(count)).unwrap_or(u64::MAX)))
    }

    /// The histogram as this many bars on a logarithmic scale, from the shortest time to the longest: each bar is wider
    /// than the one before by the same factor. Together they hold every time. Empty before the first one.
    pub fn bars(&self, bars: usize) -> Vec<HistogramBar> {
        let Some(histogram) = self.histogram() else { return Vec::new() };
        let (least, most) = (histogram.min().max(LEAST) as f64, histogram.max().max(LEAST) as f64);
        let last = i32::try_from(bars).unwrap_or(i32::MAX);
        let step = (most / least).powf(1.0 / f64::from(last.max(1)));
        let tops = (1..=last).map(|number| match number {
            _ if number == last => histogram.max(),
            _ => (least * step.powi(number)) as u64,
        });
        let mut all: Vec<HistogramBar> =
            tops.map(|top| HistogramBar { up_to: Duration::from_nanos(top), count: 0 }).collect();
        let mut place = 0;
        for value in histogram.iter_recorded() {
            let time = Duration::from_nanos(value.value_iterated_to());
            while place + 1 < all.len() && all.get(place).is_some_and(|bar| bar.up_to < time) {
                place += 1;
            }
            if let Some(bar) = all.get_mut(place) {
                bar.count += value.count_at_value();
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_make_a_histogram() {
        assert!(LatencyHistogram::default().histogram.is_some());
    }

    #[test]
    fn percentiles_hold_to_three_digits_and_bars_hold_every_time() {
        let mut latency = LatencyHistogram::default();
        for micros in 1..=10_000 {
            latency.record(Duration::from_micros(micros));
        }
        for (part, micros) in [(0.5, 5_000.0), (0.9, 9_000.0), (0.999, 9_990.0)] {
            let found = latency.quantile(part).unwrap().as_secs_f64() * 1e6;
            assert!((found / micros - 1.0).abs() < 0.002, "{part}: {found}");
        }
        assert_eq!(latency.mean(), Some(Duration::from_nanos(5_000_500)));
        for bars in [1, 7, 40] {
            let all = latency.bars(bars);
            assert_eq!(all.len(), bars);
            assert_eq!(all.iter().map(|bar| bar.count).sum::<u64>(), 10_000);
        }
    }

    #[test]
    fn nothing_is_known_before_the_first_time_and_an_absurd_one_does_no_harm() {
        let mut latency = LatencyHistogram::default();
        assert_eq!((latency.quantile(0.5), latency.mean(), latency.bars(5).len()), (None, None, 0));
        latency.record(Duration::MAX);
        latency.record(Duration::ZERO);
        assert_eq!(latency.count(), 2);
        assert_eq!(latency.bars(3).iter().map(|bar| bar.count).sum::<u64>(), 2);
    }

    #[test]
    fn what_is_merged_counts_as_if_it_was_recorded_here() {
        let (mut left, mut right, mut both) =
            (LatencyHistogram::default(), LatencyHistogram::default(), LatencyHistogram::default());
        for micros in 1..500 {
            let time = Duration::from_micros(micros * 7);
            if micros % 3 == 0 {
                left.record(time);
            } else {
                right.record(time);
            }
            both.record(time);
        }
        left.merge(&right);
        assert_eq!(left, both);
    }
}
