//! State of a ladder's capture.

use std::time::Instant;

use crate::wire::Both;

/// State of a ladder's capture.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LadderCapture {
    pub(super) on: bool,
    pub(super) missed: u64,
    pub(super) burst: SegmentBurst,
}

/// Counters of a burst: segments in quick succession.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SegmentBurst {
    pub(super) plain: u32,
    pub(super) noted: u32,
    pub(super) last: Option<Instant>,
    pub(super) runs: Both<Option<u64>>,
}
