//! The error with which the lab's web server closes a connection on purpose.

use std::convert::Infallible;
use std::fmt;

/// The connection is closed without a proper response.
#[derive(Debug)]
pub(super) struct BreakOff;

impl fmt::Display for BreakOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lab breaks this connection off on purpose")
    }
}

impl std::error::Error for BreakOff {}

/// A body that is complete in memory cannot fail.
pub(super) fn unreachable_error(never: Infallible) -> BreakOff {
    match never {}
}
