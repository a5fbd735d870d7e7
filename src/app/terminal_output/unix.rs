//! Writing to the terminal without ever waiting for it: a terminal that does not read (a paused multiplexer, a dead
//! link) stops the drawing, and nothing else.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{FlushArg, tcflush};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::net::registered;

/// How long the last bytes may wait for a terminal that reads slowly, before what the kernel still holds is thrown away
/// for them.
const LAST_WAIT: Duration = Duration::from_millis(200);

/// The terminal of standard output, opened a second time: whether writing waits is a property of an open file, and the
/// first one is shared with the shell. `None`: it cannot be opened again, and writing may wait.
fn unshared() -> Option<&'static File> {
    static TERMINAL: OnceLock<Option<File>> = OnceLock::new();
    let open = || {
        let path = nix::unistd::ttyname(io::stdout()).ok()?;
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        OpenOptions::new().write(true).custom_flags(flags.bits()).open(path).ok()
    };
    TERMINAL.get_or_init(open).as_ref()
}

/// The bytes on their way to the terminal: at most one frame, and the answers to some keys.
#[derive(Debug)]
pub(in crate::app) struct TerminalOutput {
    waiting: Vec<u8>,
    /// `None` without [`unshared`], or outside a runtime: then every write is complete when it returns.
    ready: Option<AsyncFd<OwnedFd>>,
}

impl TerminalOutput {
    /// The output of the terminal that standard output is.
    pub(in crate::app) fn open() -> Self {
        let in_runtime = tokio::runtime::Handle::try_current().is_ok();
        let again = unshared().filter(|_| in_runtime).and_then(|terminal| terminal.try_clone().ok());
        let ready = again.and_then(|terminal| registered(terminal, Interest::WRITABLE).ok());
        TerminalOutput { waiting: Vec::new(), ready }
    }

    /// Whether bytes wait until the terminal reads.
    pub(in crate::app) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Writes bytes, or keeps them until the terminal reads.
    ///
    /// # Errors
    /// Fails if the terminal cannot be written.
    pub(in crate::app) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match (&self.ready, unshared()) {
            (Some(_), Some(terminal)) => {
                if self.waiting.is_empty() {
                    let written = write_now(terminal, bytes)?;
                    self.waiting.extend_from_slice(bytes.get(written..).unwrap_or_default());
                } else {
                    // What waits goes first.
                    self.waiting.extend_from_slice(bytes);
                    let written = write_now(terminal, &self.waiting)?;
                    self.waiting.drain(..written);
                }
                Ok(())
            }
            _ => {
                let mut out = io::stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }
        }
    }

    /// Waits until the terminal has read something, and writes what waits. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the terminal cannot be written.
    pub(in crate::app) async fn catch_up(&mut self) -> io::Result<()> {
        let (Some(ready), Some(terminal)) = (&self.ready, unshared()) else { return std::future::pending().await };
        let mut writable = ready.writable().await?;
        let written = write_now(terminal, &self.waiting)?;
        self.waiting.drain(..written);
        if !self.waiting.is_empty() {
            writable.clear_ready();
        }
        Ok(())
    }

    /// Forgets what waits: the screen is left, or drawn anew.
    pub(in crate::app) fn forget(&mut self) {
        self.waiting.clear();
    }
}

/// Writes as much as the terminal takes now; returns how many bytes that was.
fn write_now(mut terminal: &File, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match terminal.write(rest) {
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// Writes the bytes that give the terminal back. Waits a short time for a terminal that does not read; then what it has
/// not read is thrown away, so that these bytes are what it reads next. For any thread, also in a panic.
pub(in crate::app) fn write_last(bytes: &[u8]) -> io::Result<()> {
    let Some(terminal) = unshared() else {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        return out.flush();
    };
    let deadline = Instant::now() + LAST_WAIT;
    let mut written = 0;
    while written < bytes.len() {
        let left = deadline.saturating_duration_since(Instant::now());
        let millis = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let mut wanted = [PollFd::new(terminal.as_fd(), PollFlags::POLLOUT)];
        let writable = matches!(poll(&mut wanted, millis), Ok(1..));
        written += write_now(terminal, bytes.get(written..).unwrap_or_default())?;
        if !writable && left.is_zero() {
            tcflush(terminal, FlushArg::TCOFLUSH)?;
            write_now(terminal, bytes.get(written..).unwrap_or_default())?;
            return Ok(());
        }
    }
    Ok(())
}
