//! What the lab's web server can be told.

use std::time::Duration;

/// How the site answers.
#[derive(Clone, Copy, Debug)]
pub(in crate::lab) struct SiteSettings {
    /// The wait before each answer.
    pub(in crate::lab) delay: Duration,
    /// The body of `/large`.
    pub(in crate::lab) large_bytes: u64,
    /// The time from one line of `/slow` to the next.
    pub(in crate::lab) slow_every: Duration,
}
