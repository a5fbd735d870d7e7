//! What standard output has taken, and that it takes nothing any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes were written so far. Whoever writes adds to it; all clones are one count.
#[derive(Clone, Debug, Default)]
pub(super) struct TakenBytes(Arc<AtomicU64>);

impl TakenBytes {
    /// So many more were written.
    pub(super) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// All so far; monotonic.
    pub(super) fn all(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Nothing more can be written; [`finish`](super::writer::StdoutWriter::finish) says why.
#[derive(Debug)]
pub(crate) struct StdoutGone;
