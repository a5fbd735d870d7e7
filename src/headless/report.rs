//! Lines on standard error.

use std::io::{self, Write as _};

use crate::text::sanitize;
use crate::text::secret::mask_text;
use crate::wire::Failure;

/// Prints a failure on standard error. Its secrets are masked already: masked again, the name before its colon would
/// count as that of a header field.
pub(crate) fn failure(failure: &Failure) {
    print(&failure.to_string());
}

/// Prints a line on standard error, after the program's name. Control characters in it are made harmless, and secrets
/// are masked.
pub(crate) fn problem(what: &str) {
    print(&mask_text(what));
}

fn print(what: &str) {
    // If standard error is closed, there is nowhere to report that.
    writeln!(io::stderr().lock(), "sockeye: {}", sanitize::line(what)).unwrap_or_default();
}
