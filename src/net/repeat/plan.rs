//! When attempts are due: the count, the clock, the pauses and the end, shared by all workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::sessions::spec::repeat::{RepeatSpec, StartPace};

/// The schedule that all workers of a run share.
#[derive(Debug)]
pub(super) struct RunPlan {
    pace: StartPace,
    count: Option<u64>,
    duration: Option<Duration>,
    began: Instant,
    next: AtomicU64,
    /// Total length of finished pauses in nanoseconds; a pause in progress is not included.
    shift: AtomicU64,
    paused: watch::Sender<Option<Instant>>,
}

/// Permission to start one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartTicket {
    /// When its time starts to count: now, or when it was due, if the worker was still busy then.
    pub(super) from: Instant,
    /// When it was really started.
    pub(super) started: Instant,
}

impl RunPlan {
    pub(super) fn new(spec: &RepeatSpec) -> Arc<Self> {
        Arc::new(RunPlan {
            pace: spec.pace,
            count: spec.count,
            duration: spec.duration,
            began: Instant::now(),
            next: AtomicU64::new(0),
            shift: AtomicU64::new(0),
            paused: watch::Sender::new(None),
        })
    }

    /// Whether times count from when an attempt was due.
    pub(super) fn corrected(&self) -> bool {
        matches!(self.pace, StartPace::Rate(_))
    }

    /// Pauses new starts; `false` if already paused.
    pub(super) fn pause(&self) -> bool {
        self.paused.send_if_modified(|since| {
            let first = since.is_none();
            since.get_or_insert_with(Instant::now);
            first
        })
    }

    /// Resumes: attempts that were not yet due are delayed by the pause's length. `false` if not paused.
    pub(super) fn resume(&self) -> bool {
        self.paused.send_if_modified(|since| {
            let Some(at) = since.take() else { return false };
            let paused = u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.shift.fetch_add(paused, Ordering::Relaxed);
            true
        })
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused.borrow().is_some()
    }

    fn paused_total(&self) -> Duration {
        Duration::from_nanos(self.shift.load(Ordering::Relaxed))
    }

    /// How long the run has lasted at `at`, without pauses.
    pub(super) fn elapsed(&self, at: Instant) -> Duration {
        let until = self.paused.borrow().unwrap_or(at).min(at);
        until.saturating_duration_since(self.began).saturating_sub(self.paused_total())
    }

    /// How long ago the run's duration ended, if it has one.
    pub(super) fn past_end(&self, at: Instant) -> Option<Duration> {
        self.elapsed(at).checked_sub(self.duration?)
    }

    /// A worker's own schedule.
    pub(super) fn worker_schedule(self: &Arc<Self>) -> WorkerSchedule {
        let paused = self.paused.subscribe();
        WorkerSchedule { plan: Arc::clone(self), paused, number: None, woke: self.began, ended: None }
    }

    /// When ticket `number` is due for a worker whose last attempt ended at `ended`; `None` is at once.
    fn due_at(&self, number: u64, ended: Option<Instant>) -> Option<Instant> {
        match self.pace {
            StartPace::FlatOut => None,
            StartPace::Rate(rate) => {
                self.began.checked_add(rate.start_offset(number).saturating_add(self.paused_total()))
            }
            StartPace::Interval(interval) => ended.and_then(|ended| ended.checked_add(interval)),
        }
    }
}

/// One worker's schedule: it yields the worker's tickets.
#[derive(Debug)]
pub(super) struct WorkerSchedule {
    plan: Arc<RunPlan>,
    paused: watch::Receiver<Option<Instant>>,
    /// A ticket that was drawn but is not yet due.
    number: Option<u64>,
    /// When this worker last woke up. A start that became due during the sleep is late because of our own timer, which
    /// has a resolution of a millisecond, not because of the peer.
    woke: Instant,
    ended: Option<Instant>,
}

impl WorkerSchedule {
    /// Waits until the next attempt is due; `None` if there are no more. Cancel-safe: a ticket that was drawn is kept.
    pub(super) async fn next(&mut self) -> Option<StartTicket> {
        loop {
            if self.paused.borrow_and_update().is_some() {
                // An error means that nobody can pause or continue any more.
                self.paused.changed().await.ok()?;
                self.woke = Instant::now();
                continue;
            }
            let now = Instant::now();
            if self.plan.past_end(now).is_some() {
                return None;
            }
            let number = match self.number {
                Some(number) => number,
                None => self.draw()?,
            };
            let due = self.plan.due_at(number, self.ended).filter(|due| *due > now);
            if let Some(due) = due {
                let past_end = self.plan.past_end(due).is_some();
                if past_end && !self.plan.is_paused() {
                    return None;
                }
                tokio::select! {
                    biased;
                    changed = self.paused.changed() => changed.ok()?,
                    () = tokio::time::sleep_until(due) => self.woke = Instant::now(),
                }
                continue;
            }
            self.number = None;
            return Some(self.ticket(number, now));
        }
    }

    /// Adds tickets that are due now, up to `most` in total; never waits. With an interval there is never another one.
    pub(super) fn add_due(&mut self, tickets: &mut Vec<StartTicket>, most: usize) {
        let now = Instant::now();
        if matches!(self.plan.pace, StartPace::Interval(_)) || self.plan.is_paused() {
            return;
        }
        while tickets.len() < most {
            let Some(number) = self.number.or_else(|| self.draw()) else { return };
            if self.plan.due_at(number, None).is_some_and(|due| due > now) {
                self.number = Some(number);
                return;
            }
            self.number = None;
            tickets.push(self.ticket(number, now));
        }
    }

    fn ticket(&self, number: u64, now: Instant) -> StartTicket {
        let from = match self.plan.pace {
            StartPace::Rate(_) => self.plan.due_at(number, None).unwrap_or(now).max(self.woke).min(now),
            StartPace::FlatOut | StartPace::Interval(_) => now,
        };
        StartTicket { from, started: now }
    }

    fn draw(&mut self) -> Option<u64> {
        let number = self.plan.next.fetch_add(1, Ordering::Relaxed);
        if self.plan.count.is_some_and(|count| number >= count) {
            return None;
        }
        self.number = Some(number);
        self.number
    }

    /// The pace of the run.
    pub(super) fn pace(&self) -> StartPace {
        self.plan.pace
    }

    /// How long the run has lasted at `at`, without pauses.
    pub(super) fn elapsed(&self, at: Instant) -> Duration {
        self.plan.elapsed(at)
    }

    /// Records when the last attempt ended; an interval counts from then.
    pub(super) fn set_ended(&mut self, at: Instant) {
        self.ended = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::repeat::RepeatKind;
    use crate::sessions::spec::{HostPort, TcpSpec};

    fn spec(pace: StartPace, count: Option<u64>, duration: Option<Duration>) -> RepeatSpec {
        let what = RepeatKind::Connect(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 9 }));
        RepeatSpec { what, count, duration, pace, concurrency: 1 }
    }

    fn rate(per_second: f64) -> StartPace {
        StartPace::per_second(per_second).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_was_kept_busy_starts_late_and_counts_from_when_it_was_due() {
        let plan = RunPlan::new(&spec(rate(10.0), Some(30), None));
        let mut lane = plan.worker_schedule();
        assert_eq!(lane.next().await.unwrap().from, plan.began);
        tokio::time::advance(Duration::from_secs(1)).await;
        for number in 1..=10 {
            let ticket = lane.next().await.unwrap();
            assert_eq!(ticket.from, plan.began + Duration::from_millis(100) * number);
            assert_eq!(ticket.started, plan.began + Duration::from_secs(1));
        }
        let ticket = lane.next().await.unwrap();
        assert_eq!(ticket.from, ticket.started, "on time again");
    }

    #[tokio::test(start_paused = true)]
    async fn the_count_is_exact_among_many_workers() {
        let plan = RunPlan::new(&spec(rate(1000.0), Some(100), None));
        let (mut left, mut right, mut all) = (plan.worker_schedule(), plan.worker_schedule(), 0);
        while left.next().await.is_some() {
            all += 1 + u32::from(right.next().await.is_some());
        }
        assert_eq!(all, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_moves_what_is_due_and_the_end() {
        let plan = RunPlan::new(&spec(rate(1.0), None, Some(Duration::from_millis(2500))));
        let mut lane = plan.worker_schedule();
        assert!(lane.next().await.is_some());
        assert!(plan.pause());
        assert!(!plan.pause());
        tokio::time::advance(Duration::from_secs(100)).await;
        assert!(plan.resume());
        for second in 1..=2 {
            let ticket = lane.next().await.unwrap();
            assert_eq!(plan.elapsed(ticket.from), Duration::from_secs(second));
        }
        assert_eq!(lane.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_ticket_that_was_waited_for_in_vain_is_not_lost() {
        let plan = RunPlan::new(&spec(rate(1.0), Some(2), None));
        let mut lane = plan.worker_schedule();
        assert!(lane.next().await.is_some());
        let waited = tokio::time::timeout(Duration::from_millis(10), lane.next()).await;
        assert!(waited.is_err());
        assert!(lane.next().await.is_some());
        assert_eq!(lane.next().await, None);
    }
}
