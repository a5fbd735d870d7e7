//! Records when a connection was last active, so that the kernel is sampled while bytes flow or the state changes.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Delay of the first sample after activity: short enough to see FIN-WAIT-1 before it becomes FIN-WAIT-2.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(50);

/// Interval between samples while bytes flow.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// Longest interval between samples while nothing moves but the kernel still has work; the interval doubles up to this.
pub(super) const SLOWEST_LOOK: Duration = Duration::from_secs(1);

/// Activity of one connection: both halves write it, the sampler and the idle time-out read it.
#[derive(Debug)]
pub(super) struct StreamActivity {
    opened: Instant,
    moved_at_us: AtomicU64,
    pub(super) moved: AtomicBool,
    pub(super) bell: Notify,
    /// Fixed sampling period in milliseconds; 0 samples only while something moves.
    every_ms: AtomicU64,
    pub(super) period_changed: Notify,
    /// How many halves wait for the journal. While one waits, the quiet is our own slowness, not the peer's.
    pub(super) waiting: AtomicU32,
}

impl StreamActivity {
    pub(super) fn new(opened: Instant) -> Self {
        StreamActivity {
            opened,
            moved_at_us: AtomicU64::new(0),
            moved: AtomicBool::new(false),
            bell: Notify::new(),
            every_ms: AtomicU64::new(0),
            period_changed: Notify::new(),
            waiting: AtomicU32::new(0),
        }
    }

    /// Records that bytes moved or the connection's state changed. Cost: two atomic writes.
    pub(super) fn mark_activity(&self) {
        let micros = u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.moved_at_us.store(micros, Ordering::Relaxed);
        if !self.moved.swap(true, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }

    /// Sets a fixed sampling period; `None` samples only while something moves.
    pub(super) fn set_sampling_period(&self, period: Option<Duration>) {
        let millis = period.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self.every_ms.store(millis, Ordering::Relaxed);
        if period.is_none() {
            // The kernel may still have work (probes, retransmissions) although nothing of ours moves.
            self.bell.notify_one();
        }
        self.period_changed.notify_one();
    }

    pub(super) fn sampling_period(&self) -> Option<Duration> {
        Some(self.every_ms.load(Ordering::Relaxed)).filter(|millis| *millis > 0).map(Duration::from_millis)
    }

    pub(super) fn begin_wait(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end_wait(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn quiet_for(&self) -> Duration {
        let moved_at = Duration::from_micros(self.moved_at_us.load(Ordering::Relaxed));
        self.opened.elapsed().saturating_sub(moved_at)
    }
}
