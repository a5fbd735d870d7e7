//! When to sample the kernel's gauges, and how long the connection has been quiet.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::activity::{FIRST_LOOK, LOOK, SLOWEST_LOOK};
use super::shared::{ReadState, SharedConnection};
use crate::text::quantity;
use crate::wire::{Class, FailedOperation, Failure};

/// How long after a timer's expiry the next sample is taken.
const AFTER_TIMER: Duration = Duration::from_millis(5);

/// Samples the kernel's gauges while something moves and until the connection settles. Never ends; sleeps when all is
/// quiet.
pub(super) async fn run(shared: &SharedConnection) -> Infallible {
    loop {
        match shared.gauge.sampling_period() {
            Some(period) => {
                tokio::select! {
                    () = tokio::time::sleep(period) => {}
                    () = shared.gauge.period_changed.notified() => continue,
                }
                shared.gauge.moved.store(false, Ordering::Release);
                shared.sample().await;
            }
            None => tokio::select! {
                () = shared.gauge.bell.notified() => sample_while_moving(shared).await,
                () = shared.gauge.period_changed.notified() => {}
            },
        }
    }
}

/// Samples until all is quiet, or until a fixed period is set.
async fn sample_while_moving(shared: &SharedConnection) {
    let mut pause = FIRST_LOOK;
    let mut lingered = false;
    let mut before = None;
    while shared.gauge.sampling_period().is_none() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shared.gauge.bell.notified(), if pause > LOOK => {
                pause = LOOK;
                continue;
            }
        }
        let moved = shared.gauge.moved.swap(false, Ordering::AcqRel);
        let looked = shared.sample().await;
        let changed = before.replace(looked.essence) != Some(looked.essence);
        if moved || changed {
            (pause, lingered) = (LOOK, false);
        } else if looked.unsettled || shared.state.borrow().reading == ReadState::Paused {
            pause = (pause * 2).min(SLOWEST_LOOK);
            // Right after a timer fires, at either end, there is something new to see.
            if let Some(expires) = looked.timer {
                pause = pause.min((expires + AFTER_TIMER).max(FIRST_LOOK));
            }
        } else if let Some(expires) = looked.own_timer {
            // A keepalive timer runs: nothing changes until it fires.
            (pause, lingered) = ((expires + AFTER_TIMER).max(FIRST_LOOK), false);
        } else if !lingered {
            // One more sample after a second of quiet: only then does it include which timer runs.
            (pause, lingered) = (SLOWEST_LOOK, true);
        } else {
            return;
        }
    }
}

/// Ends after `limit` without bytes in either direction; never ends without a limit.
///
/// Time that the user pauses reading, or that a half waits for the journal, does not count as quiet.
pub(super) async fn idle_timeout(shared: &SharedConnection, limit: Option<Duration>) -> Failure {
    let Some(limit) = limit else { return std::future::pending().await };
    loop {
        if shared.state.borrow().reading == ReadState::Paused || shared.gauge.waiting.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(limit).await;
            continue;
        }
        let quiet = shared.gauge.quiet_for();
        if quiet >= limit {
            let message = format!("quiet in both directions for {}", quantity::duration(limit));
            return Failure::new(Class::IdleTimeout, FailedOperation::Read, &shared.peer, message);
        }
        tokio::time::sleep(limit - quiet).await;
    }
}
