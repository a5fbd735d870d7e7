//! Exact counters that the sockets' tasks write and anybody may read: atomics, no lock, no channel.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::wire::{Both, Direction, Totals};

/// Two pairs of counters with one writer each. Reading them costs a load.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    sent: DirectionCount,
    received: DirectionCount,
}

#[derive(Debug, Default)]
struct DirectionCount {
    bytes: AtomicU64,
    ops: AtomicU64,
}

impl DirectionCount {
    fn add(&self, totals: Totals) {
        self.bytes.fetch_add(totals.bytes, Ordering::Relaxed);
        self.ops.fetch_add(totals.ops, Ordering::Relaxed);
    }

    fn read(&self) -> Totals {
        Totals { bytes: self.bytes.load(Ordering::Relaxed), ops: self.ops.load(Ordering::Relaxed) }
    }
}

impl Meter {
    /// Adds what one call moved.
    pub(crate) fn add(&self, direction: Direction, totals: Totals) {
        match direction {
            Direction::Sent => self.sent.add(totals),
            Direction::Received => self.received.add(totals),
        }
    }

    /// The totals now.
    pub(crate) fn totals(&self) -> Both<Totals> {
        Both { sent: self.sent.read(), received: self.received.read() }
    }
}
