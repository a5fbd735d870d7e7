//! The error by which the lab's web server ends a connection on purpose.

use std::convert::Infallible;
use std::fmt;

/// Why a connection is ended without a proper answer.
#[derive(Debug)]
pub(super) struct BreakOff;

impl fmt::Display for BreakOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lab breaks this connection off on purpose")
    }
}

impl std::error::Error for BreakOff {}

/// No error can happen in a body that is made here and now.
pub(super) fn unreachable_error(never: Infallible) -> BreakOff {
    match never {}
}
