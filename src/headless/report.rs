//! Lines on standard error.

use std::io::{self, Write as _};

use crate::text::sanitize;

/// Prints a line on standard error, after the program's name. Control characters in it are made harmless.
pub(crate) fn problem(what: &str) {
    // If standard error is closed, there is nowhere to report that.
    writeln!(io::stderr().lock(), "sockeye: {}", sanitize::line(what)).unwrap_or_default();
}
