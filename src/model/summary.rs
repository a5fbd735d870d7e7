//! What is known of all sessions together.

use std::time::Instant;

use crate::sessions::SessionId;
use crate::wire::Both;

/// What was found when the sessions were visited last.
#[derive(Debug, Default)]
pub struct SessionSummary {
    pub(super) listed: Vec<SessionId>,
    pub(super) open: usize,
    pub(super) failed: usize,
    pub(super) rates: Both<f64>,
    /// How many sessions there were, and the newest of them: numbers are never given twice.
    pub(super) of: (usize, Option<SessionId>),
    pub(super) swept: Option<Instant>,
    /// A session has ended or failed since.
    pub(super) stale: bool,
}
