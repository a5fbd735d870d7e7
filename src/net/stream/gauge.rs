//! When to look at the kernel's gauges, and since when it is quiet.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{KernelSample, ReadState, SharedConnection};
use crate::text::quantity;
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Failure};

/// The first look after something moved: soon enough to see FIN-WAIT-1 become FIN-WAIT-2.
const FIRST_LOOK: Duration = Duration::from_millis(50);
/// Between looks while bytes flow.
const LOOK: Duration = Duration::from_millis(100);
/// Between looks while nothing moves but the kernel is not done; doubled up to this.
const SLOWEST_LOOK: Duration = Duration::from_secs(1);

/// How long after a timer fired the next look comes.
const AFTER_TIMER: Duration = Duration::from_millis(5);

/// What both halves write, and the watchers below read.
#[derive(Debug)]
pub(super) struct StreamActivity {
    opened: Instant,
    moved_at_us: AtomicU64,
    moved: AtomicBool,
    bell: Notify,
    /// Looks are this many milliseconds apart whatever happens; 0 is only while something moves.
    every_ms: AtomicU64,
    period_changed: Notify,
    /// How many halves wait for the journal: then it is us who are slow, not the peer.
    waiting: AtomicU32,
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
    pub(super) fn touch(&self) {
        let micros = u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.moved_at_us.store(micros, Ordering::Relaxed);
        if !self.moved.swap(true, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }

    /// How often to look, whatever happens; `None` is only while something moves.
    pub(super) fn look_every(&self, period: Option<Duration>) {
        let millis = period.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self.every_ms.store(millis, Ordering::Relaxed);
        self.period_changed.notify_one();
    }

    fn every(&self) -> Option<Duration> {
        Some(self.every_ms.load(Ordering::Relaxed)).filter(|millis| *millis > 0).map(Duration::from_millis)
    }

    pub(super) fn wait_begins(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn wait_ends(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    fn quiet_for(&self) -> Duration {
        let moved_at = Duration::from_micros(self.moved_at_us.load(Ordering::Relaxed));
        self.opened.elapsed().saturating_sub(moved_at)
    }
}

/// Looks at the kernel's gauges while something moves, and until it settled. Never ends; sleeps when all is quiet.
pub(super) async fn run(talk: &SharedConnection) {
    loop {
        match talk.gauge.every() {
            Some(period) => {
                tokio::select! {
                    () = tokio::time::sleep(period) => {}
                    () = talk.gauge.period_changed.notified() => continue,
                }
                talk.gauge.moved.store(false, Ordering::Release);
                talk.look().await;
            }
            None => tokio::select! {
                () = talk.gauge.bell.notified() => while_moving(talk).await,
                () = talk.gauge.period_changed.notified() => {}
            },
        }
    }
}

/// Looks until all is quiet, or until looking is asked for by the clock.
async fn while_moving(talk: &SharedConnection) {
    let mut pause = FIRST_LOOK;
    let mut lingered = false;
    let mut before = None;
    while talk.gauge.every().is_none() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = talk.gauge.bell.notified(), if pause > LOOK => {
                pause = LOOK;
                continue;
            }
        }
        let moved = talk.gauge.moved.swap(false, Ordering::AcqRel);
        let looked = talk.look().await;
        let changed = before.replace(looked.essence) != Some(looked.essence);
        if moved || changed {
            (pause, lingered) = (LOOK, false);
        } else if looked.unsettled || talk.state.borrow().reading == ReadState::Paused {
            pause = (pause * 2).min(SLOWEST_LOOK);
            // Right after a timer fired there is something new to see, at whichever end.
            if let Some(expires) = looked.timer {
                pause = pause.min((expires + AFTER_TIMER).max(FIRST_LOOK));
            }
        } else if let Some(expires) = looked.own_timer {
            // A keepalive timer: nothing changes until it fires.
            (pause, lingered) = ((expires + AFTER_TIMER).max(FIRST_LOOK), false);
        } else if !lingered {
            // Which timer runs is asked for only once it was quiet for a second.
            (pause, lingered) = (SLOWEST_LOOK, true);
        } else {
            return;
        }
    }
}

/// What matters of a look at the kernel.
pub(super) fn what_matters(view: &KernelView) -> KernelSample {
    let timers = [view.timer, view.peer_end.and_then(|end| end.timer)];
    KernelSample {
        state: view.state,
        unsettled: unsettled(view),
        essence: essence(view),
        own_timer: view.timer.map(|timer| timer.expires),
        timer: timers.into_iter().flatten().map(|timer| timer.expires).min(),
    }
}

/// What of a look makes another one soon worth while, where it changed: queues, windows, probes.
fn essence(view: &KernelView) -> [Option<u64>; 8] {
    let tcp = view.tcp.unwrap_or_default();
    [
        view.send_queue_bytes,
        view.recv_queue_bytes,
        tcp.snd_wnd.map(u64::from),
        tcp.rcv_wnd.map(u64::from),
        tcp.probes.map(u64::from),
        tcp.backoff.map(u64::from),
        view.peer_end.map(|end| end.send_queue_bytes),
        view.peer_end.map(|end| end.recv_queue_bytes),
    ]
}

/// Whether the kernel's view will change without our doing anything.
fn unsettled(view: &KernelView) -> bool {
    let queued = |bytes: Option<u64>| bytes.is_some_and(|bytes| bytes > 0);
    let closing = matches!(view.state, Some(TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck));
    view.state != Some(TcpState::Closed) && (queued(view.send_queue_bytes) || queued(view.recv_queue_bytes) || closing)
}

/// Ends when it was quiet both ways for `limit`; never without a limit.
///
/// Time that the user's pause or a slow reader of the journal takes is not the peer's quiet.
pub(super) async fn quiet(talk: &SharedConnection, limit: Option<Duration>) -> Failure {
    let Some(limit) = limit else { return std::future::pending().await };
    loop {
        if talk.state.borrow().reading == ReadState::Paused || talk.gauge.waiting.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(limit).await;
            continue;
        }
        let quiet = talk.gauge.quiet_for();
        if quiet >= limit {
            let message = format!("quiet in both directions for {}", quantity::duration(limit));
            return Failure::new(Class::IdleTimeout, "read", &talk.peer, message);
        }
        tokio::time::sleep(limit - quiet).await;
    }
}
