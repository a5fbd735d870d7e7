//! Counts the bytes that standard output has accepted; reports that it accepts no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes written so far. Every writer adds to it; all clones share one count.
#[derive(Clone, Debug, Default)]
pub(super) struct TakenBytes(Arc<AtomicU64>);

impl TakenBytes {
    /// Adds bytes that were written.
    pub(super) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// All bytes so far; monotonic.
    pub(super) fn all(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Nothing more can be written; [`finish`](super::writer::StdoutWriter::finish) returns the reason.
#[derive(Debug)]
pub(crate) struct StdoutGone;
