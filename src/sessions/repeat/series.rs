//! A chart of the whole run over time, however long it lasts, in a bounded number of slots.

use std::time::Duration;

/// The greatest number of slots; beyond it, pairs of slots are merged and each slot lasts twice as long.
pub(crate) const MOST_SLOTS: usize = 240;

/// The initial duration of a slot.
const FIRST_SLOT: Duration = Duration::from_millis(250);

/// What ended in one time slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeriesSlot {
    /// How many succeeded.
    pub done: u64,
    /// How many failed or were lost.
    pub failed: u64,
    /// The longest time of the successful ones.
    pub slowest: Duration,
}

impl SeriesSlot {
    fn merge(&mut self, other: SeriesSlot) {
        self.done += other.done;
        self.failed += other.failed;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// The slots of a run, from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeSeries {
    slot: Duration,
    slots: Vec<SeriesSlot>,
}

impl Default for TimeSeries {
    fn default() -> Self {
        TimeSeries { slot: FIRST_SLOT, slots: Vec::new() }
    }
}

impl TimeSeries {
    /// The duration of one slot.
    pub fn slot_length(&self) -> Duration {
        self.slot
    }

    /// The slots from the start of the run; trailing slots in which nothing ended are left out.
    pub fn slots(&self) -> &[SeriesSlot] {
        &self.slots
    }

    /// Counts what ended at `at`, from the start of the run. Saturates in the last slot after some years.
    pub fn add(&mut self, at: Duration, ended: SeriesSlot) {
        while self.slot_index(at) >= MOST_SLOTS && self.slot < Duration::MAX / 4 {
            self.double_slots();
        }
        let place = self.slot_index(at).min(MOST_SLOTS - 1);
        if place >= self.slots.len() {
            self.slots.resize(place + 1, SeriesSlot::default());
        }
        if let Some(slot) = self.slots.get_mut(place) {
            slot.merge(ended);
        }
    }

    fn slot_index(&self, at: Duration) -> usize {
        usize::try_from(at.as_nanos() / self.slot.as_nanos()).unwrap_or(usize::MAX)
    }

    fn double_slots(&mut self) {
        self.slot *= 2;
        let halves = self.slots.chunks(2).map(|pair| {
            let mut whole = SeriesSlot::default();
            pair.iter().for_each(|half| whole.merge(*half));
            whole
        });
        self.slots = halves.collect();
    }

    /// Adds another series of the same run.
    pub fn merge(&mut self, other: &TimeSeries) {
        while self.slot < other.slot {
            self.double_slots();
        }
        for (number, slot) in (0_u32..).zip(&other.slots) {
            self.add(other.slot.saturating_mul(number), *slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: SeriesSlot = SeriesSlot { done: 1, failed: 0, slowest: Duration::ZERO };

    #[test]
    fn a_long_run_stays_bounded_and_loses_no_count() {
        let mut series = TimeSeries::default();
        for second in 0..100_000 {
            series.add(Duration::from_secs(second), ONE);
        }
        series.add(Duration::MAX, ONE);
        assert!(series.slots().len() <= MOST_SLOTS);
        assert_eq!(series.slots().iter().map(|slot| slot.done).sum::<u64>(), 100_001);
    }

    #[test]
    fn series_of_different_grain_add_up() {
        let (mut short, mut long) = (TimeSeries::default(), TimeSeries::default());
        short.add(Duration::from_millis(300), ONE);
        long.add(Duration::from_secs(600), ONE);
        let mut left = short.clone();
        left.merge(&long);
        long.merge(&short);
        assert_eq!(left, long);
        assert_eq!(left.slots().iter().map(|slot| slot.done).sum::<u64>(), 2);
    }
}
