//! How a test says that it does not run here, so that it cannot be taken for one that passed.

#![allow(clippy::print_stdout, reason = "a test says on standard output what it skips")]

use std::fmt::Display;
use std::io::Write as _;

/// Says that the test of this thread is skipped, in whole or in part, and why.
///
/// The line is printed, and appended to the file that `SOCKEYE_SKIPPED` names, if it is set: cargo hides what a passing
/// test prints. One write a line, as the tests run side by side.
pub(crate) fn skipped(why: impl Display) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a test"));
    print!("{line}");
    if let Some(path) = std::env::var_os("SOCKEYE_SKIPPED") {
        let file = std::fs::File::options().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("the file SOCKEYE_SKIPPED names can be written");
    }
}
