//! Totals of all sessions.

use std::time::Instant;

use crate::sessions::SessionId;
use crate::wire::Both;

/// The result of the last visit to all sessions.
#[derive(Debug, Default)]
pub struct SessionSummary {
    pub(super) listed: Vec<SessionId>,
    pub(super) open: usize,
    pub(super) failed: usize,
    pub(super) rates: Both<f64>,
    /// The number of sessions, and the newest of them: session numbers are never reused.
    pub(super) of: (usize, Option<SessionId>),
    pub(super) swept: Option<Instant>,
    /// A session has ended or failed since then.
    pub(super) stale: bool,
}
