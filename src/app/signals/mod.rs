//! Signals, and their effect.

mod action;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub(super) use action::{HANGUP, SignalAction};
#[cfg(unix)]
pub(super) use unix::{AppSignals, stop_until_continued};
#[cfg(windows)]
pub(super) use windows::{ConsoleEvents as AppSignals, stop_until_continued};
