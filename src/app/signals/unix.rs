//! The signals of Unix, and a terminal that closes without one.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::Duration;

use nix::sys::signal::{Signal as Sent, kill};
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;

use super::action::{HANGUP, SignalAction};
use crate::net::registered;

/// How long the loop may take to end after the terminal was closed.
const GRACE: Duration = Duration::from_secs(1);

/// The signals that the program handles.
#[derive(Debug)]
pub(in crate::app) struct AppSignals {
    stop: Listener,
    hangup: Listener,
    terminate: Listener,
    interrupt: Listener,
    gone: watch::Receiver<bool>,
}

impl AppSignals {
    /// Starts to listen, also for a terminal that closes without sending us a signal.
    pub(in crate::app) fn listen() -> io::Result<Self> {
        Ok(AppSignals {
            stop: signal(SignalKind::from_raw(Sent::SIGTSTP as i32))?,
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            gone: watch_terminal(),
        })
    }

    /// The next signal. Cancel-safe.
    pub(in crate::app) async fn next(&mut self) -> SignalAction {
        tokio::select! {
            _ = self.stop.recv() => SignalAction::Stop,
            _ = self.hangup.recv() => SignalAction::End(HANGUP),
            _ = self.terminate.recv() => SignalAction::End(128 + 15),
            _ = self.interrupt.recv() => SignalAction::End(128 + 2),
            Ok(_) = self.gone.wait_for(|gone| *gone) => SignalAction::End(HANGUP),
        }
    }
}

/// Stops our whole process group, as Ctrl-Z at a shell would, and returns once it is continued.
pub(in crate::app) fn stop_until_continued() {
    // This cannot fail for our own group; if it did, the program would go on.
    kill(Pid::from_raw(0), Sent::SIGSTOP).unwrap_or_default();
}

/// Watches for the end of the terminal: a process outside the terminal's session gets no signal for it. crossterm loops
/// forever when it reads from a closed terminal; if our own loop is blocked in crossterm, this task ends the process.
fn watch_terminal() -> watch::Receiver<bool> {
    let (tell, gone) = watch::channel(false);
    tokio::spawn(async move {
        // After an error, the terminal cannot be watched.
        if terminal_closed().await.is_ok() {
            tell.send_replace(true);
            sleep(GRACE).await;
            std::process::exit(HANGUP.into());
        }
    });
    gone
}

async fn terminal_closed() -> io::Result<()> {
    let terminal = registered(terminal()?, Interest::READABLE)?;
    loop {
        let mut ready = terminal.readable().await?;
        if ready.ready().is_read_closed() {
            return Ok(());
        }
        ready.clear_ready();
    }
}

/// The terminal that keys are read from.
fn terminal() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return stdin.as_fd().try_clone_to_owned();
    }
    File::open("/dev/tty").map(OwnedFd::from)
}
