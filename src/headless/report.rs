//! Problems on standard error.

use std::io::{self, Write as _};

use crate::text::sanitize;

/// A line on standard error, after the program's name. What stands in it cannot control the terminal.
pub(crate) fn problem(what: &str) {
    // Nobody is left to tell when standard error is gone.
    writeln!(io::stderr().lock(), "sockeye: {}", sanitize::line(what)).unwrap_or_default();
}
