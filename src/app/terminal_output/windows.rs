//! Writing to the console of Windows, which may wait for it.

use std::io::{self, Write as _};

/// The console: every write is complete when it returns.
#[derive(Debug)]
pub(in crate::app) struct ConsoleOutput;

impl ConsoleOutput {
    /// The console that standard output is.
    pub(in crate::app) fn open() -> Self {
        ConsoleOutput
    }

    /// Whether bytes wait until the console reads: never.
    pub(in crate::app) fn is_behind(&self) -> bool {
        false
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// Fails if the console cannot be written.
    pub(in crate::app) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_last(bytes)
    }

    /// Waits for ever: nothing is behind.
    ///
    /// # Errors
    /// Never fails.
    pub(in crate::app) async fn catch_up(&mut self) -> io::Result<()> {
        std::future::pending().await
    }

    /// Forgets what waits: nothing does.
    pub(in crate::app) fn forget(&mut self) {}
}

/// Writes the bytes that give the console back.
pub(in crate::app) fn write_last(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
