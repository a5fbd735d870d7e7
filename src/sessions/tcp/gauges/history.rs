//! Samples of all gauges, newest last, stored compactly: only the values that changed since the sample before.

use std::collections::VecDeque;

use super::name::Gauge;

const GAUGES: usize = Gauge::ALL.len();

/// One value of every gauge; an unknown gauge has no bit in `known`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GaugeSample {
    values: [u64; GAUGES],
    known: u32,
}

impl GaugeSample {
    pub(super) fn new(values: [Option<u64>; GAUGES]) -> Self {
        let bits = values.iter().enumerate().map(|(place, value)| u32::from(value.is_some()) << place);
        GaugeSample { values: values.map(Option::unwrap_or_default), known: bits.sum() }
    }

    pub(super) fn value(&self, gauge: Gauge) -> Option<u64> {
        (self.known & bit(gauge as usize) != 0).then_some(self.values[gauge as usize])
    }

    /// The gauges whose values differ, as bits.
    fn changed_gauges(&self, other: &GaugeSample) -> u32 {
        let differs = (0..GAUGES).filter(|place| self.values[*place] != other.values[*place]).map(bit);
        (self.known ^ other.known) | differs.sum::<u32>()
    }

    fn apply(&mut self, run: SampleRun, mut values: impl Iterator<Item = u64>) {
        self.known = run.known;
        for place in places(run.changed) {
            self.values[place] = values.next().unwrap_or_default();
        }
    }
}

fn bit(place: usize) -> u32 {
    1 << place
}

fn places(bits: u32) -> impl Iterator<Item = usize> {
    (0..GAUGES).filter(move |place| bits & bit(*place) != 0)
}

/// A run of equal samples: their number, and which gauges are known and which changed since the run before.
#[derive(Clone, Copy, Debug)]
struct SampleRun {
    samples: u32,
    known: u32,
    changed: u32,
}

/// The samples; the caller limits their number.
#[derive(Clone, Debug, Default)]
pub(super) struct GaugeHistory {
    /// The sample before the first run.
    base: GaugeSample,
    /// The last sample.
    last: GaugeSample,
    runs: VecDeque<SampleRun>,
    /// The changed values of all runs, back to back.
    values: VecDeque<u64>,
    len: usize,
}

impl GaugeHistory {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a sample `times` times.
    pub(super) fn push(&mut self, sample: GaugeSample, times: u32) {
        if times == 0 {
            return;
        }
        self.len += times as usize;
        let changed = sample.changed_gauges(&self.last);
        match self.runs.back_mut().filter(|_| changed == 0) {
            Some(run) => run.samples += times,
            None => {
                self.runs.push_back(SampleRun { samples: times, known: sample.known, changed });
                self.values.extend(places(changed).map(|place| sample.values[place]));
            }
        }
        self.last = sample;
    }

    /// Drops the oldest samples beyond `most`.
    pub(super) fn truncate_to(&mut self, most: usize) {
        while self.len > most {
            let Some(first) = self.runs.front_mut() else { return };
            let excess = u32::try_from(self.len - most).unwrap_or(u32::MAX);
            if first.samples > excess {
                first.samples -= excess;
                self.len = most;
                return;
            }
            let run = *first;
            self.runs.pop_front();
            self.len -= run.samples as usize;
            let count = run.changed.count_ones() as usize;
            self.base.apply(run, self.values.drain(..count.min(self.values.len())));
        }
    }

    /// All samples, oldest first.
    pub(super) fn samples(&self) -> impl Iterator<Item = GaugeSample> {
        let (mut now, mut values) = (self.base, self.values.iter().copied());
        self.runs.iter().flat_map(move |run| {
            now.apply(*run, values.by_ref());
            std::iter::repeat_n(now, run.samples as usize)
        })
    }

    /// All values of a gauge, oldest first.
    pub(super) fn values(&self, gauge: Gauge) -> impl Iterator<Item = Option<u64>> {
        self.samples().map(move |sample| sample.value(gauge))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_pushed_is_read_again_as_far_as_it_is_remembered(
            steps in proptest::collection::vec((proptest::option::of(0..3_u64), proptest::option::of(any::<u64>()), 0..4_u32), 0..60),
            most in 1..40_usize,
        ) {
            let (mut history, mut plain) = (GaugeHistory::default(), VecDeque::new());
            for (rtt, backoff, times) in steps {
                let mut values = [None; GAUGES];
                values[Gauge::Rtt as usize] = rtt;
                values[Gauge::Backoff as usize] = backoff;
                history.push(GaugeSample::new(values), times);
                plain.extend(std::iter::repeat_n((rtt, backoff), times as usize));
                while plain.len() > most {
                    plain.pop_front();
                }
                history.truncate_to(most);
                prop_assert_eq!(history.len(), plain.len());
                prop_assert!(history.values(Gauge::Rtt).eq(plain.iter().map(|(rtt, _)| *rtt)));
                prop_assert!(history.values(Gauge::Backoff).eq(plain.iter().map(|(_, backoff)| *backoff)));
            }
            prop_assert!(history.values(Gauge::Mss).all(|value| value.is_none()));
        }
    }
}
