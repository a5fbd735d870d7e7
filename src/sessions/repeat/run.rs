//! Counters of a repeat run, and one reading of them.

use std::time::Duration;

use super::latency::LatencyHistogram;
use super::series::{SeriesSlot, TimeSeries};
use crate::wire::{Both, Class, Totals};

/// Counters of one part of a run. Parts are added with [`RepeatTally::merge`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepeatTally {
    /// How many attempts succeeded: connected, answered, or read to the end.
    pub done: u64,
    /// How many failed, by class, in the order of [`Class::ALL`].
    failed: [u64; Class::ALL.len()],
    /// Datagrams without a timely answer.
    pub lost: u64,
    /// Answers that came too late, came twice, or matched no datagram.
    pub stray: u64,
    /// HTTP: how many responses of each status class, 1xx to 5xx; the last element counts all others.
    pub statuses: [u64; 6],
    /// The time of each successful attempt: from its start or, if a rate was requested, from its scheduled start.
    pub latency: LatencyHistogram,
    /// If a rate was requested: the time from the actual start, without correction.
    pub service: LatencyHistogram,
    /// The counts over time.
    pub series: TimeSeries,
    /// Payload bytes: datagrams, or HTTP bodies as they came over the wire.
    pub totals: Both<Totals>,
}

/// One successful attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletedAttempt {
    /// When it ended, counted from the start of the run.
    pub at: Duration,
    /// Its time, corrected if a rate was requested.
    pub latency: Duration,
    /// Its time from the actual start, if it is measured separately.
    pub service: Option<Duration>,
}

impl RepeatTally {
    /// Counts one successful attempt.
    pub fn count_done(&mut self, done: CompletedAttempt) {
        self.done += 1;
        self.latency.record(done.latency);
        if let Some(service) = done.service {
            self.service.record(service);
        }
        self.series.add(done.at, SeriesSlot { done: 1, failed: 0, slowest: done.latency });
    }

    /// Counts datagrams that were sent and need no answer.
    pub fn count_sent(&mut self, count: u64, at: Duration) {
        self.done += count;
        self.series.add(at, SeriesSlot { done: count, failed: 0, slowest: Duration::ZERO });
    }

    /// Turns one datagram counted by [`RepeatTally::count_sent`] into a failure: its error was reported later.
    pub fn turn_into_failure(&mut self, class: Class, at: Duration) {
        self.done = self.done.saturating_sub(1);
        self.count_failed(class, at);
    }

    /// Counts one failed attempt; `at` is counted from the start of the run.
    pub fn count_failed(&mut self, class: Class, at: Duration) {
        if let Some(count) = self.failed.get_mut(place(class)) {
            *count += 1;
        }
        self.series.add(at, SeriesSlot { done: 0, failed: 1, slowest: Duration::ZERO });
    }

    /// Counts lost datagrams; `at` is when the loss was noticed, counted from the start of the run.
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

    /// How many attempts failed with this class.
    pub fn failed_of(&self, class: Class) -> u64 {
        self.failed.get(place(class)).copied().unwrap_or_default()
    }

    /// The classes of failures and their counts, in the order of the exit codes.
    pub fn failures(&self) -> impl Iterator<Item = (Class, u64)> {
        Class::ALL.into_iter().zip(self.failed).filter(|(_, count)| *count > 0)
    }

    /// How many attempts failed.
    pub fn failed_in_all(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// How many attempts are over: successful, failed or lost.
    pub fn finished_count(&self) -> u64 {
        self.done + self.failed_in_all() + self.lost
    }

    /// The class that failed most often, and how often; the first one if two are equal.
    pub fn commonest_failure(&self) -> Option<(Class, u64)> {
        self.failures().fold(None, |most, next| match most {
            Some((_, count)) if count >= next.1 => most,
            Some(_) | None => Some(next),
        })
    }

    /// Adds the counts of another part.
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

/// One reading of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepeatReading {
    /// The counts so far.
    pub tally: RepeatTally,
    /// How many attempts were requested, if a number was.
    pub asked: Option<u64>,
    /// How many attempts were started.
    pub started: u64,
    /// How many attempts are under way; at the end of a run, how many were cut off by it.
    pub in_flight: u64,
    /// True: a rate was requested, and latency counts from the scheduled start.
    pub corrected: bool,
    /// UDP: the interarrival jitter of RFC 3550 §6.4.1, computed on round trips; `None` before the second answer.
    pub jitter: Option<Duration>,
    /// How long the run has lasted, without pauses.
    pub elapsed: Duration,
    /// True: paused; no attempt is started until it is continued.
    pub paused: bool,
    /// True: the last reading; nothing will change.
    pub final_one: bool,
}

impl RepeatReading {
    /// Attempts that ended per second, on average; `None` before any time passed.
    pub fn per_second(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.tally.finished_count() as f64 / seconds)
    }

    /// The lost share of the datagrams that are over, from 0 to 1; `None` before one is over.
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
