//! Whether a connection moves, so that the kernel is sampled while it does.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The first look after something moved: soon enough to see FIN-WAIT-1 become FIN-WAIT-2.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(50);

/// Between looks while bytes flow.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// Between looks while nothing moves but the kernel is not done; doubled up to this.
pub(super) const SLOWEST_LOOK: Duration = Duration::from_secs(1);

/// What both halves write, and the watchers below read.
#[derive(Debug)]
pub(super) struct StreamActivity {
    opened: Instant,
    moved_at_us: AtomicU64,
    pub(super) moved: AtomicBool,
    pub(super) bell: Notify,
    /// Looks are this many milliseconds apart whatever happens; 0 is only while something moves.
    every_ms: AtomicU64,
    pub(super) period_changed: Notify,
    /// How many halves wait for the journal: then it is us who are slow, not the peer.
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

    /// Something moved: bytes, or the connection's state. Cost: two atomic writes.
    pub(super) fn mark_activity(&self) {
        let micros = u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.moved_at_us.store(micros, Ordering::Relaxed);
        if !self.moved.swap(true, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }

    /// How often to look, whatever happens; `None` is only while something moves.
    pub(super) fn set_sampling_period(&self, period: Option<Duration>) {
        let millis = period.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self.every_ms.store(millis, Ordering::Relaxed);
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
