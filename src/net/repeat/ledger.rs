//! The counts of a run, in parts, so that workers do not wait for each other.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::plan::{RunPlan, StartTicket};
use crate::net::journal::Journal;
use crate::sessions::News;
use crate::sessions::repeat::run::{CompletedAttempt, RepeatReading, RepeatTally};
use crate::wire::{Both, Class, Direction, Failure, FailureReason, Totals};

/// The most parts; each holds two histograms, about half a MiB.
const MOST_PARTS: usize = 8;

/// How many failures are reported individually; the others are only counted.
const MOST_TOLD: u32 = 8;

/// The jitter is not known yet.
const UNKNOWN: u64 = u64::MAX;

/// The result of one attempt.
#[derive(Debug)]
pub(super) struct AttemptOutcome {
    /// The HTTP status if there is one, or why it failed.
    pub(super) result: Result<Option<u16>, Failure>,
    /// Payload bytes that moved, even if it failed.
    pub(super) moved: Both<Totals>,
}

/// The counts of a run.
#[derive(Debug)]
pub(super) struct RunLedger {
    plan: Arc<RunPlan>,
    journal: Arc<Journal>,
    parts: Vec<Mutex<RepeatTally>>,
    started: AtomicU64,
    told: AtomicU32,
    /// Of each class that was reported individually: the reason that all of those failures have.
    reasons: Mutex<Vec<(Class, Option<FailureReason>)>>,
    /// In nanoseconds.
    jitter: AtomicU64,
}

impl RunLedger {
    /// A ledger for this many workers.
    pub(super) fn new(plan: Arc<RunPlan>, journal: Arc<Journal>, workers: usize) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let parts = workers.min(cores).clamp(1, MOST_PARTS);
        Arc::new(RunLedger {
            plan,
            journal,
            parts: (0..parts).map(|_| Mutex::default()).collect(),
            started: AtomicU64::new(0),
            told: AtomicU32::new(0),
            reasons: Mutex::default(),
            jitter: AtomicU64::new(UNKNOWN),
        })
    }

    /// The part that a worker counts in. Its lock is held for some nanoseconds, by a worker or by
    /// [`RunLedger::sample`].
    pub(super) fn part(&self, worker: usize) -> MutexGuard<'_, RepeatTally> {
        let part = &self.parts[worker % self.parts.len()];
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a start.
    pub(super) fn started(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a finished attempt. Waits only to report one of the first failures.
    pub(super) async fn record_outcome(
        &self,
        worker: usize,
        ticket: StartTicket,
        ended: Instant,
        outcome: AttemptOutcome,
    ) {
        let at = self.plan.elapsed(ended);
        let told = {
            let mut part = self.part(worker);
            part.totals.sent.merge(outcome.moved.sent);
            part.totals.received.merge(outcome.moved.received);
            match outcome.result {
                Ok(status) => {
                    part.count_done(self.completed(ticket, ended));
                    if let Some(status) = status {
                        part.count_status(status);
                    }
                    return;
                }
                Err(failure) => {
                    part.count_failed(failure.class, at);
                    failure
                }
            }
        };
        self.report_failure(told).await;
    }

    /// The times of a completed attempt.
    pub(super) fn completed(&self, ticket: StartTicket, ended: Instant) -> CompletedAttempt {
        let service = ended.saturating_duration_since(ticket.started);
        CompletedAttempt {
            at: self.plan.elapsed(ended),
            latency: ended.saturating_duration_since(ticket.from),
            service: self.plan.corrected().then_some(service),
        }
    }

    /// Reports a failure if it is one of the first [`MOST_TOLD`].
    pub(super) async fn report_failure(&self, failure: Failure) {
        if self.told.load(Ordering::Relaxed) < MOST_TOLD && self.told.fetch_add(1, Ordering::Relaxed) < MOST_TOLD {
            self.note_reason(&failure);
            self.journal.news(News::Warned(failure)).await;
        }
    }

    fn note_reason(&self, failure: &Failure) {
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        match reasons.iter_mut().find(|(class, _)| *class == failure.class) {
            Some((_, reason)) if *reason == failure.reason => {}
            Some((_, reason)) => *reason = None,
            None => reasons.push((failure.class, failure.reason)),
        }
    }

    /// The reason of the failures of this class, if those that were reported have the same one.
    pub(super) fn reason_of(&self, class: Class) -> Option<FailureReason> {
        let reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        reasons.iter().find(|(of, _)| *of == class).and_then(|(_, reason)| *reason)
    }

    /// Records the current jitter.
    pub(super) fn set_jitter(&self, jitter: Duration) {
        let nanoseconds = u64::try_from(jitter.as_nanos()).unwrap_or(UNKNOWN - 1);
        self.jitter.store(nanoseconds, Ordering::Relaxed);
    }

    /// How many were started and finished, and whether the run is paused: a cheap check whether anything changed.
    pub(super) fn progress(&self) -> (u64, u64, bool) {
        let over =
            self.parts.iter().map(|part| part.lock().unwrap_or_else(PoisonError::into_inner).finished_count()).sum();
        (self.started.load(Ordering::Relaxed), over, self.plan.is_paused())
    }

    /// Reads all parts, and reports to the journal. Cost: some 100 KiB copied per part.
    pub(super) fn sample(&self, asked: Option<u64>, final_one: bool) -> Arc<RepeatReading> {
        let mut tally = RepeatTally::default();
        for part in &self.parts {
            tally.merge(&part.lock().unwrap_or_else(PoisonError::into_inner));
        }
        // Read after the parts: every counted end then has a counted start.
        let started = self.started.load(Ordering::Relaxed);
        let jitter = Some(self.jitter.load(Ordering::Relaxed)).filter(|jitter| *jitter != UNKNOWN);
        let reading = Arc::new(RepeatReading {
            asked,
            started,
            in_flight: started.saturating_sub(tally.finished_count()),
            corrected: self.plan.corrected(),
            jitter: jitter.map(Duration::from_nanos),
            elapsed: self.plan.elapsed(Instant::now()),
            paused: self.plan.is_paused(),
            final_one,
            tally,
        });
        let before = self.journal.totals();
        for direction in [Direction::Sent, Direction::Received] {
            let (now, before) = (reading.tally.totals.of(direction), before.of(direction));
            let more =
                Totals { bytes: now.bytes.saturating_sub(before.bytes), ops: now.ops.saturating_sub(before.ops) };
            self.journal.count_unobserved(direction, more);
        }
        self.journal.repeat(Arc::clone(&reading));
        reading
    }
}
