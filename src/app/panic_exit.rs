//! What a panic does to the program.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;

use super::terminal::restore;
use crate::net::remove_socket_files;
use crate::sessions::panic_guard::{catches_panic, panic_failure};
use crate::text::sanitize;
use crate::text::secret::mask_text;

/// Makes a panic on any thread restore the terminal, print its message, and end the program with exit code 1, so that
/// nothing waits for a thread that is gone. A panic that is caught ends only what it was for, which reports it.
pub fn exit_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        if catches_panic() {
            return;
        }
        restore();
        remove_socket_files();
        // If standard error is closed, there is nowhere to report that.
        writeln!(io::stderr().lock(), "{}", describe(panic)).unwrap_or_default();
        std::process::exit(1);
    }));
}

/// The message as one line, as it may quote a peer; with `RUST_BACKTRACE=1` the calls follow.
fn describe(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let line = format!("sockeye: {}{place}, thread {thread}", panic_failure(panic.payload()).message);
    let calls = Backtrace::capture();
    let calls = if calls.status() == BacktraceStatus::Captured { format!("\n{calls}") } else { String::new() };
    sanitize::line(&mask_text(&line)) + &calls
}
