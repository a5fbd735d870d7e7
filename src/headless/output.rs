//! Standard output: a thread of its own, so that a slow reader holds up nobody but itself.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

/// How many blocks wait for the writer; then nothing more is taken from the sessions.
const MOST_BLOCKS: usize = 4;

/// How much is written at once: what a slow reader takes is seen while it takes it.
const PORTION: usize = 64 * 1024;

/// The way to standard output.
#[derive(Debug)]
pub(crate) struct Output {
    /// Blocks to write, as they are. Closed once writing has failed.
    pub(crate) blocks: mpsc::Sender<Bytes>,
    taken: Arc<AtomicU64>,
    written: oneshot::Receiver<io::Result<()>>,
}

/// How writing ended.
#[derive(Debug)]
pub(crate) enum Written {
    /// Everything was written.
    All,
    /// The reader takes nothing any more; the rest is lost.
    Stalled,
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
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&taken);
        std::thread::Builder::new().name("stdout".to_owned()).spawn(move || {
            let result = stdout().and_then(|mut file| {
                while let Some(block) = queue.blocking_recv() {
                    for portion in block.chunks(PORTION) {
                        file.write_all(portion)?;
                        counted.fetch_add(portion.len() as u64, Ordering::Relaxed);
                    }
                }
                Ok(())
            });
            drop(queue);
            // Whoever does not wait for it does not want to know.
            done.send(result).unwrap_or_default();
        })?;
        Ok(Output { blocks, taken, written })
    }

    /// How much the reader has taken so far, in octets; monotonic.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Waits until everything is written, but no longer than `patience` for a reader that takes nothing meanwhile.
    ///
    /// # Errors
    /// Writing failed for a reason other than a reader that went away.
    pub(crate) async fn finish(self, patience: Duration) -> io::Result<Written> {
        let Output { blocks, taken, mut written } = self;
        drop(blocks);
        let mut before = taken.load(Ordering::Relaxed);
        loop {
            match tokio::time::timeout(patience, &mut written).await {
                Err(_) => {
                    let now = taken.load(Ordering::Relaxed);
                    if now == before {
                        return Ok(Written::Stalled);
                    }
                    before = now;
                }
                Ok(Err(_) | Ok(Ok(()))) => return Ok(Written::All),
                Ok(Ok(Err(error))) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Written::ReaderGone),
                Ok(Ok(Err(error))) => return Err(error),
            }
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
