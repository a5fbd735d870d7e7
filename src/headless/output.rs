//! Standard output: a thread of its own, so that a slow reader holds up nobody but itself.

use std::fs::File;
use std::io::{self, Write as _};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

/// How many blocks wait for the writer; then nothing more is taken from the sessions.
const MOST_BLOCKS: usize = 4;

/// The way to standard output.
#[derive(Debug)]
pub(crate) struct Output {
    /// Blocks to write, as they are. Closed once writing has failed.
    pub(crate) blocks: mpsc::Sender<Bytes>,
    written: oneshot::Receiver<io::Result<()>>,
}

/// How writing ended.
#[derive(Debug)]
pub(crate) enum Written {
    /// Everything was written, or the time given for it ran out.
    All,
    /// The reader went away, which is its right.
    ReaderGone,
}

impl Output {
    /// Starts the writer.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(crate) fn start() -> io::Result<Self> {
        let (blocks, mut queue) = mpsc::channel::<Bytes>(MOST_BLOCKS);
        let (done, written) = oneshot::channel();
        std::thread::Builder::new().name("stdout".to_owned()).spawn(move || {
            let result = stdout().and_then(|mut file| {
                while let Some(block) = queue.blocking_recv() {
                    file.write_all(&block)?;
                }
                Ok(())
            });
            drop(queue);
            // Whoever does not wait for it does not want to know.
            done.send(result).unwrap_or_default();
        })?;
        Ok(Output { blocks, written })
    }

    /// Waits until everything is written, but no longer than `patience`.
    ///
    /// # Errors
    /// Writing failed for a reason other than a reader that went away.
    pub(crate) async fn finish(self, patience: Duration) -> io::Result<Written> {
        drop(self.blocks);
        match tokio::time::timeout(patience, self.written).await {
            Err(_) | Ok(Err(_) | Ok(Ok(()))) => Ok(Written::All),
            Ok(Ok(Err(error))) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Written::ReaderGone),
            Ok(Ok(Err(error))) => Err(error),
        }
    }
}

/// The descriptor itself: [`io::Stdout`] looks for line ends, which binary data has none of.
#[cfg(unix)]
fn stdout() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    io::stdout().as_handle().try_clone_to_owned().map(File::from)
}
