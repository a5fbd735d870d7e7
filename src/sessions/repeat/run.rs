//! What is counted of a run, and one look at it.

use std::time::Duration;

use super::latency::LatencyHistogram;
use super::series::{SeriesSlot, TimeSeries};
use crate::wire::{Both, Class, Totals};

/// What one part of a run has counted. Parts are added with [`RepeatTally::merge`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepeatTally {
    /// How many were done: connected, answered, or read to the end.
    pub done: u64,
    /// How many failed, by class, in the order of [`Class::ALL`].
    failed: [u64; Class::ALL.len()],
    /// Datagrams without an answer in time.
    pub lost: u64,
    /// Answers that came too late, came again, or were no answer to anything.
    pub stray: u64,
    /// HTTP: how many answers of each hundred, from 1xx to 5xx; the last one counts all others.
    pub statuses: [u64; 6],
    /// The time of each one that was done: from its start, or, where a rate was asked for, from when it should have
    /// been started.
    pub latency: LatencyHistogram,
    /// Where a rate was asked for: the time from the actual start, without correction.
    pub service: LatencyHistogram,
    /// How it went over time.
    pub series: TimeSeries,
    /// Payload bytes: datagrams, or HTTP bodies as they came over the wire.
    pub totals: Both<Totals>,
}

/// One that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletedAttempt {
    /// When, counted from the start of the run.
    pub at: Duration,
    /// Its time, corrected where a rate was asked for.
    pub latency: Duration,
    /// Its time from the actual start, where that is another one.
    pub service: Option<Duration>,
}

impl RepeatTally {
    /// Counts one that was done.
    pub fn count_done(&mut self, done: CompletedAttempt) {
        self.done += 1;
        self.latency.record(done.latency);
        if let Some(service) = done.service {
            self.service.record(service);
        }
        self.series.add(done.at, SeriesSlot { done: 1, failed: 0, slowest: done.latency });
    }

    /// Counts datagrams that were sent and whose answers nobody waits for.
    pub fn count_sent(&mut self, count: u64, at: Duration) {
        self.done += count;
        self.series.add(at, SeriesSlot { done: count, failed: 0, slowest: Duration::ZERO });
    }

    /// Turns one that was counted by [`RepeatTally::count_sent`] into one that failed: word of it came back later.
    pub fn turn_into_failure(&mut self, class: Class, at: Duration) {
        self.done = self.done.saturating_sub(1);
        self.count_failed(class, at);
    }

    /// Counts one that failed at `at`, counted from the start of the run.
    pub fn count_failed(&mut self, class: Class, at: Duration) {
        if let Some(count) = self.failed.get_mut(place(class)) {
            *count += 1;
        }
        self.series.add(at, SeriesSlot { done: 0, failed: 1, slowest: Duration::ZERO });
    }

    /// Counts datagrams that were lost, noted at `at`.
    pub fn count_lost(&mut self, count: u64, at: Duration) {
        self.lost += count;
        self.series.add(at, SeriesSlot { done: 0, failed: count, slowest: Duration::ZERO });
    }

    /// Counts an HTTP status.
    pub fn count_status(&mut self, status: u16) {
        let hundred = usize::from(status / 100);
        let place = if (1..=5).contains(&hundred) { hundred - 1 } else { 5 };
        if let Some(count) = self.statuses.get_mut(place) {
            *count += 1;
        }
    }

    /// How many failed of this class.
    pub fn failed_of(&self, class: Class) -> u64 {
        self.failed.get(place(class)).copied().unwrap_or_default()
    }

    /// The classes that failed, and how often, in the order of the exit codes.
    pub fn failures(&self) -> impl Iterator<Item = (Class, u64)> {
        Class::ALL.into_iter().zip(self.failed).filter(|(_, count)| *count > 0)
    }

    /// How many failed.
    pub fn failed_in_all(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// How many are over: done, failed or lost.
    pub fn finished_count(&self) -> u64 {
        self.done + self.failed_in_all() + self.lost
    }

    /// The class that failed most often, and how often; of two that did the first one.
    pub fn commonest_failure(&self) -> Option<(Class, u64)> {
        self.failures().fold(None, |most, next| match most {
            Some((_, count)) if count >= next.1 => most,
            Some(_) | None => Some(next),
        })
    }

    /// Adds another part's counts.
    pub fn merge(&mut self, other: &RepeatTally) {
        self.done += other.done;
        self.lost += other.lost;
        self.stray += other.stray;
        self.failed.iter_mut().zip(other.failed).for_each(|(own, more)| *own += more);
        self.statuses.iter_mut().zip(other.statuses).for_each(|(own, more)| *own += more);
        self.latency.merge(&other.latency);
        self.service.merge(&other.service);
        self.series.merge(&other.series);
        self.totals.sent.merge(other.totals.sent);
        self.totals.received.merge(other.totals.received);
    }
}

fn place(class: Class) -> usize {
    usize::from(class.exit_code()).saturating_sub(1)
}

/// One look at a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepeatReading {
    /// What was counted so far.
    pub tally: RepeatTally,
    /// How many were asked for, where a number was.
    pub asked: Option<u64>,
    /// How many were started.
    pub started: u64,
    /// How many are under way; at the end of a run, how many were cut off by it.
    pub in_flight: u64,
    /// True: a rate was asked for, and the times count from when each one should have been started.
    pub corrected: bool,
    /// UDP: the interarrival jitter as RFC 3550 §6.4.1 has it, of round trips; `None` before the second answer.
    pub jitter: Option<Duration>,
    /// How long it ran so far, pauses taken off.
    pub elapsed: Duration,
    /// True: no new ones are started until it is told to go on.
    pub paused: bool,
    /// True: this is the last look; nothing will change.
    pub final_one: bool,
}

impl RepeatReading {
    /// How many were over in a second, on average; `None` before any time passed.
    pub fn per_second(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.tally.finished_count() as f64 / seconds)
    }

    /// The part of the datagrams that are over that was lost, from 0 to 1; `None` before one is over.
    pub fn loss_ratio(&self) -> Option<f64> {
        let over = self.tally.finished_count();
        (over > 0).then(|| self.tally.lost as f64 / over as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_done_failed_or_lost_in_every_merge() {
        let at = Duration::from_secs(1);
        let (mut left, mut right) = (RepeatTally::default(), RepeatTally::default());
        left.count_done(CompletedAttempt { at, latency: at, service: None });
        left.count_failed(Class::Refused, at);
        right.count_failed(Class::Reset, at);
        right.count_failed(Class::Reset, at);
        right.count_lost(3, at);
        right.count_status(204);
        right.count_status(999);
        left.merge(&right);
        assert_eq!(left.finished_count(), 7);
        assert_eq!(left.commonest_failure(), Some((Class::Reset, 2)));
        assert_eq!(left.statuses, [0, 1, 0, 0, 0, 1]);
        let slots = left.series.slots().iter();
        assert_eq!(slots.map(|slot| slot.done + slot.failed).sum::<u64>(), 7);
    }
}
