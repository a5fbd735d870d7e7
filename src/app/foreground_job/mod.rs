//! A program that gets the whole terminal for a while.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{DEFAULT_EDITOR, ForegroundJob};
#[cfg(windows)]
pub(super) use windows::{ConsoleJob as ForegroundJob, DEFAULT_EDITOR};
