//! Sleeping until a time that may not be set.

use std::future::pending;
use std::time::Duration;

use tokio::time::Instant;

/// Sleeps until `at`; for ever without one.
pub(crate) async fn sleep_until_some(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => pending().await,
    }
}

/// Sleeps for `time`; for ever without one.
pub(crate) async fn sleep_or_forever(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => pending().await,
    }
}
