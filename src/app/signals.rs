//! Signals, and what they mean.

use std::io;

use nix::sys::signal::{Signal as Sent, kill};
use nix::unistd::Pid;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// The exit code of a process that SIGHUP ended, as shells count it.
pub(super) const HANGUP: u8 = 128 + 1;

/// What a signal wants.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal {
    /// Suspend (SIGTSTP).
    Stop,
    /// End, with this exit code.
    End(u8),
}

/// The signals that we answer.
#[derive(Debug)]
pub(super) struct Signals {
    stop: Listener,
    hangup: Listener,
    terminate: Listener,
    interrupt: Listener,
}

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Signals {
            stop: signal(SignalKind::from_raw(Sent::SIGTSTP as i32))?,
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next signal. Cancel-safe.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.stop.recv() => Signal::Stop,
            _ = self.hangup.recv() => Signal::End(HANGUP),
            _ = self.terminate.recv() => Signal::End(128 + 15),
            _ = self.interrupt.recv() => Signal::End(128 + 2),
        }
    }
}

/// Stops our whole process group, as Ctrl-Z at a shell would, and returns once it is continued.
pub(super) fn stop_until_continued() {
    // It cannot fail for our own group; if it did, we would simply go on.
    kill(Pid::from_raw(0), Sent::SIGSTOP).unwrap_or_default();
}
