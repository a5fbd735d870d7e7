//! What a ladder remembers of captured segments.

use std::time::Instant;

use crate::wire::Both;

/// What a ladder knows of its capture.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LadderCapture {
    pub(super) on: bool,
    pub(super) missed: u64,
    pub(super) burst: SegmentBurst,
}

/// Segments that follow each other fast.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SegmentBurst {
    pub(super) plain: u32,
    pub(super) noted: u32,
    pub(super) last: Option<Instant>,
    pub(super) runs: Both<Option<u64>>,
}
