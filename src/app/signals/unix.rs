//! The signals of Unix, and a terminal that closes without one.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::task::Poll;
use std::time::Duration;

use nix::sys::signal::{Signal as Sent, kill};
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;

use super::action::{HANGUP, SignalAction};
use crate::app::terminal::restore;
use crate::net::{registered, remove_socket_files};

/// How long the loop may take to end after a signal, or after the terminal was closed.
const GRACE: Duration = Duration::from_secs(1);

/// The signals that the program handles.
#[derive(Debug)]
pub(in crate::app) struct AppSignals {
    stop: Listener,
    /// The exit code, once a signal, or the end of the terminal, ends the program.
    ended: watch::Receiver<Option<u8>>,
}

impl AppSignals {
    /// Starts to listen, also for a terminal that closes without sending us a signal.
    ///
    /// Every signal that ends a program ends this one in its own way, which restores the terminal. Exceptions: those
    /// that no program can handle, and those of a fault of the processor.
    pub(in crate::app) fn listen() -> io::Result<Self> {
        let (tell, ended) = watch::channel(None);
        tokio::spawn(end_on(ending_signals()?, tell.clone()));
        watch_terminal(tell);
        Ok(AppSignals { stop: signal(SignalKind::from_raw(Sent::SIGTSTP as i32))?, ended })
    }

    /// The next signal. Cancel-safe.
    pub(in crate::app) async fn next(&mut self) -> SignalAction {
        tokio::select! {
            _ = self.stop.recv() => SignalAction::Stop,
            Ok(code) = self.ended.wait_for(Option::is_some) => SignalAction::End(code.unwrap_or(HANGUP)),
        }
    }
}

/// Listeners for every signal whose default ends a program (signal(7)), with its number.
///
/// # Errors
/// Fails if one of the signals that every system has cannot be listened to.
fn ending_signals() -> io::Result<Vec<(i32, Listener)>> {
    const COMMON: &[Sent] = &[
        Sent::SIGHUP,
        Sent::SIGINT,
        Sent::SIGQUIT,
        Sent::SIGABRT,
        Sent::SIGALRM,
        Sent::SIGTERM,
        Sent::SIGUSR1,
        Sent::SIGUSR2,
        Sent::SIGVTALRM,
        Sent::SIGPROF,
        Sent::SIGXCPU,
        Sent::SIGXFSZ,
        Sent::SIGSYS,
        Sent::SIGTRAP,
    ];
    let mut listeners = Vec::new();
    for sent in COMMON {
        listeners.push((*sent as i32, signal(SignalKind::from_raw(*sent as i32))?));
    }
    // A sandbox may forbid these; without a listener they end the program as they always did.
    #[cfg(target_os = "linux")]
    for number in [Sent::SIGIO as i32, Sent::SIGPWR as i32, Sent::SIGSTKFLT as i32].into_iter().chain(REAL_TIME) {
        listeners.extend(signal(SignalKind::from_raw(number)).ok().map(|listener| (number, listener)));
    }
    Ok(listeners)
}

/// The real-time signals that programs may use (signal(7)).
#[cfg(target_os = "linux")]
const REAL_TIME: std::ops::RangeInclusive<i32> = 34..=64;

/// Reports the end by a signal. The loop then has [`GRACE`] to end; if it is blocked, this ends the process.
async fn end_on(mut listeners: Vec<(i32, Listener)>, tell: watch::Sender<Option<u8>>) {
    let number = std::future::poll_fn(|cx| {
        let came = |(number, listener): &mut (i32, Listener)| match listener.poll_recv(cx) {
            Poll::Ready(Some(())) => Some(*number),
            Poll::Ready(None) | Poll::Pending => None,
        };
        listeners.iter_mut().find_map(came).map_or(Poll::Pending, Poll::Ready)
    })
    .await;
    // At most 64 + 128.
    end_soon(u8::try_from(128 + number).unwrap_or(u8::MAX), &tell).await;
}

async fn end_soon(code: u8, tell: &watch::Sender<Option<u8>>) {
    tell.send_replace(Some(code));
    sleep(GRACE).await;
    restore();
    remove_socket_files();
    std::process::exit(code.into());
}

/// Stops our whole process group, as Ctrl-Z at a shell would, and returns once it is continued.
pub(in crate::app) fn stop_until_continued() {
    // This cannot fail for our own group; if it did, the program would go on.
    kill(Pid::from_raw(0), Sent::SIGSTOP).unwrap_or_default();
}

/// Watches for the end of the terminal: a process outside the terminal's session gets no signal for it. crossterm loops
/// forever when it reads from a closed terminal; if our own loop is blocked in crossterm, this task ends the process.
fn watch_terminal(tell: watch::Sender<Option<u8>>) {
    tokio::spawn(async move {
        // After an error, the terminal cannot be watched.
        if terminal_closed().await.is_ok() {
            end_soon(HANGUP, &tell).await;
        }
    });
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
