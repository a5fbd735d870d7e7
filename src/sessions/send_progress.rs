//! How far a file, or a request's body, has been sent.

use std::time::{Duration, Instant};

/// A file, or a request's body, that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendProgress {
    /// Bytes of it that the connection has accepted.
    pub sent_bytes: u64,
    /// Its whole length; `None`: not known before its end (a pipe, a device).
    pub total_bytes: Option<u64>,
    /// When its sending began.
    pub began: Instant,
}

impl SendProgress {
    /// Whether all of it was sent; never true for one of unknown length.
    pub fn is_complete(&self) -> bool {
        self.total_bytes.is_some_and(|total| self.sent_bytes >= total)
    }

    /// The part that was sent, from 0 to 100, rounded down; `None` for an unknown length.
    pub fn percent(&self) -> Option<u8> {
        let total = self.total_bytes.filter(|total| *total > 0)?;
        u8::try_from(u128::from(self.sent_bytes.min(total)) * 100 / u128::from(total)).ok()
    }

    /// How long the rest takes at this rate in bytes a second; `None`: unknown, or nothing moves.
    pub fn remaining(&self, rate: f64) -> Option<Duration> {
        let rest = self.total_bytes?.saturating_sub(self.sent_bytes);
        (rate >= 1.0).then(|| Duration::try_from_secs_f64(rest as f64 / rate).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(sent_bytes: u64, total_bytes: Option<u64>) -> SendProgress {
        SendProgress { sent_bytes, total_bytes, began: Instant::now() }
    }

    #[test]
    fn percent_is_rounded_down_so_that_100_means_all() {
        assert_eq!(progress(0, Some(200)).percent(), Some(0));
        assert_eq!(progress(199, Some(200)).percent(), Some(99));
        assert_eq!(progress(u64::MAX, Some(u64::MAX)).percent(), Some(100));
        assert!(progress(200, Some(200)).is_complete() && !progress(199, Some(200)).is_complete());
    }

    #[test]
    fn what_is_not_known_is_not_computed() {
        let endless = progress(7, None);
        assert_eq!((endless.percent(), endless.remaining(10.0), endless.is_complete()), (None, None, false));
        assert_eq!(progress(0, Some(0)).percent(), None);
        assert_eq!(progress(50, Some(200)).remaining(0.0), None);
        assert_eq!(progress(50, Some(200)).remaining(50.0), Some(Duration::from_secs(3)));
    }
}
