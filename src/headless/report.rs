//! Lines on standard error.

use std::io::{self, Write as _};

use crate::text::sanitize;
use crate::text::secret::mask_text;

/// Prints a line on standard error, after the program's name. Control characters in it are made harmless, and secrets
/// are masked.
pub(crate) fn problem(what: &str) {
    // If standard error is closed, there is nowhere to report that.
    writeln!(io::stderr().lock(), "sockeye: {}", sanitize::line(&mask_text(what))).unwrap_or_default();
}
