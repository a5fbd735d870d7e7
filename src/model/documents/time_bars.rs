//! Bars on one axis of time, as parts of a document's lines.

use std::time::{Duration, Instant};

use super::document::{TextRole, TextSpan};

/// An axis that bars share.
#[derive(Clone, Copy, Debug)]
pub(super) struct BarAxis {
    start: Instant,
    whole: Duration,
    /// Its length in columns.
    pub(super) cells: usize,
}

impl BarAxis {
    /// An axis of this time, and of this many columns, at least one.
    pub(super) fn new(start: Instant, whole: Duration, cells: usize) -> Self {
        BarAxis { start, whole: whole.max(Duration::from_micros(1)), cells: cells.max(1) }
    }

    /// The time from its beginning to its end; never 0.
    pub(super) fn whole(&self) -> Duration {
        self.whole
    }

    fn cells_of(&self, time: Duration) -> usize {
        (time.as_secs_f64() / self.whole.as_secs_f64() * self.cells as f64).round() as usize
    }

    /// A bar of at least one column, with what is before it, and how many columns are left behind it.
    pub(super) fn bar(&self, began: Instant, took: Duration, role: TextRole) -> ([TextSpan; 2], usize) {
        let before = self.cells_of(began.saturating_duration_since(self.start)).min(self.cells - 1);
        let length = self.cells_of(took).clamp(1, self.cells - before);
        let spans = [TextSpan::new(TextRole::Punctuation, "·".repeat(before)), TextSpan::new(role, "━".repeat(length))];
        (spans, self.cells - before - length)
    }
}
