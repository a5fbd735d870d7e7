//! Writing to the terminal.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{TerminalOutput, write_last};
#[cfg(windows)]
pub(super) use windows::{ConsoleOutput as TerminalOutput, write_last};
