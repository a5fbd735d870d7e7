//! The effect of a signal.

/// The exit code of a process that SIGHUP ended, in a shell's numbering.
pub(in crate::app) const HANGUP: u8 = 128 + 1;

/// The effect of a signal.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) enum SignalAction {
    /// Suspend (SIGTSTP).
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix suspends a program"))]
    Stop,
    /// Exit, with this exit code.
    End(u8),
}
