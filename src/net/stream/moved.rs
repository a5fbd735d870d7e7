//! How many bytes a connection moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::net::journal::Journal;
use crate::wire::{Both, Direction};

/// Bytes that the calls on one connection moved.
#[derive(Debug, Default)]
pub(crate) struct CallCounts {
    received: AtomicU64,
    sent: AtomicU64,
}

impl CallCounts {
    /// Counts bytes of one call; returns the count before it.
    pub(super) fn add(&self, direction: Direction, bytes: u64) -> u64 {
        let count = match direction {
            Direction::Sent => &self.sent,
            Direction::Received => &self.received,
        };
        count.fetch_add(bytes, Ordering::Relaxed)
    }

    /// The counts now.
    pub(in crate::net) fn bytes(&self) -> Both<u64> {
        Both { sent: self.sent.load(Ordering::Relaxed), received: self.received.load(Ordering::Relaxed) }
    }
}

/// Where the bytes of a connection are counted.
#[derive(Clone, Debug)]
pub(super) enum ByteCounts {
    /// They are the session's own: its journal counts them.
    Session(Arc<Journal>),
    /// They carry the session's bytes in another form.
    Calls(Arc<CallCounts>),
}

impl ByteCounts {
    /// The counts now.
    pub(super) fn bytes(&self) -> Both<u64> {
        match self {
            ByteCounts::Session(journal) => {
                let totals = journal.totals();
                Both { sent: totals.sent.bytes, received: totals.received.bytes }
            }
            ByteCounts::Calls(calls) => calls.bytes(),
        }
    }
}
