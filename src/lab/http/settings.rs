//! The settings of the lab's web server.

use std::time::Duration;

/// The settings of the site.
#[derive(Clone, Copy, Debug)]
pub(in crate::lab) struct SiteSettings {
    /// The wait before each answer.
    pub(in crate::lab) delay: Duration,
    /// The body of `/large`.
    pub(in crate::lab) large_bytes: u64,
    /// The time between the lines of `/slow`.
    pub(in crate::lab) slow_every: Duration,
}
