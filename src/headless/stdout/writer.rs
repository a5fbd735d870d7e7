//! Standard output: written by the calling thread if the write cannot block, else by a separate thread.
//!
//! Each hand-over between a read and its write costs one wake-up per few hundred KiB, a cost that `nc` does not have. A
//! write to a file or to a device such as `/dev/null` does not block. A pipe may be full: Linux supports non-blocking
//! single writes, which do not change the pipe for other processes. Other descriptors are written by a thread.

use std::fs::File;
use std::io;
use std::time::Duration;

use bytes::Bytes;

#[cfg(target_os = "linux")]
use super::pipe;
use super::taken::{StdoutGone, TakenBytes};
use super::thread::WriterThread;
use crate::net::SpliceSink;

/// The writer of standard output. It holds at most one unwritten block.
#[derive(Debug)]
pub(crate) struct StdoutWriter {
    way: SinkKind,
    rest: Bytes,
    taken: TakenBytes,
    failed: Option<io::Error>,
}

#[derive(Debug)]
enum SinkKind {
    /// Writing never waits for a reader.
    Direct(File),
    #[cfg(target_os = "linux")]
    Pipe(tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>),
    Thread(WriterThread),
}

/// How writing ended.
#[derive(Debug)]
pub(crate) enum WriteOutcome {
    /// Everything was written.
    All,
    /// The reader accepts no more bytes; the rest is lost.
    Stalled,
    /// The reader has closed its end, which is not an error.
    ReaderGone,
}

impl StdoutWriter {
    /// Opens standard output in the best way for its type. Must be called within the runtime.
    ///
    /// # Errors
    /// Fails if there is no descriptor, or no thread can be started.
    pub(crate) fn start() -> io::Result<Self> {
        let taken = TakenBytes::default();
        Ok(StdoutWriter { way: open_sink(&taken)?, rest: Bytes::new(), taken, failed: None })
    }

    /// Writes to this file instead of standard output. Must be called within the runtime.
    ///
    /// # Errors
    /// Fails if no thread can be started.
    pub(crate) fn to_file(file: File) -> io::Result<Self> {
        let taken = TakenBytes::default();
        let is_regular = file.metadata().is_ok_and(|about| about.is_file());
        let way =
            if is_regular { SinkKind::Direct(file) } else { SinkKind::Thread(WriterThread::start(file, &taken)?) };
        Ok(StdoutWriter { way, rest: Bytes::new(), taken, failed: None })
    }

    /// A direct way from socket to standard output, without copying through this program, if there is one. Bytes
    /// spliced into it are written before all later blocks; so it must be stopped before the first block is written
    /// here.
    pub(crate) fn splice_sink() -> Option<SpliceSink> {
        SpliceSink::new(stdout().ok()?)
    }

    /// Waits until another block can be taken. Cancel-safe.
    ///
    /// # Errors
    /// Fails if writing has failed.
    pub(crate) async fn ready(&mut self) -> Result<(), StdoutGone> {
        loop {
            if self.failed.is_some() {
                return Err(StdoutGone);
            }
            match &mut self.way {
                SinkKind::Thread(thread) => return thread.ready().await,
                SinkKind::Direct(_) => return Ok(()),
                #[cfg(target_os = "linux")]
                SinkKind::Pipe(pipe) => {
                    if self.rest.is_empty() {
                        return Ok(());
                    }
                    match pipe.writable().await {
                        Ok(mut guard) => {
                            if let Err(error) = pipe::write(guard.get_inner(), &mut self.rest, &self.taken) {
                                if error.kind() == io::ErrorKind::WouldBlock {
                                    guard.clear_ready();
                                } else {
                                    drop(guard);
                                    self.on_write_error(error);
                                }
                            }
                        }
                        Err(error) => self.failed = Some(error),
                    }
                }
            }
        }
    }

    /// Writes what waits, then waits until writing has failed. Cancel-safe.
    pub(crate) async fn until_failed(&mut self) -> StdoutGone {
        if let Err(gone) = self.ready().await {
            return gone;
        }
        match &self.way {
            SinkKind::Thread(thread) => thread.until_failed().await,
            SinkKind::Direct(_) => std::future::pending().await,
            #[cfg(target_os = "linux")]
            SinkKind::Pipe(_) => std::future::pending().await,
        }
        StdoutGone
    }

    /// Takes a block; call [`StdoutWriter::ready`] first. Bytes that cannot be written at once are kept until the next
    /// `ready`.
    pub(crate) fn write(&mut self, block: Bytes) {
        debug_assert!(self.rest.is_empty(), "one block at a time");
        match &mut self.way {
            SinkKind::Thread(thread) => thread.write(block),
            SinkKind::Direct(file) => match io::Write::write_all(file, &block) {
                Ok(()) => self.taken.add(block.len()),
                Err(error) => self.failed = Some(error),
            },
            #[cfg(target_os = "linux")]
            SinkKind::Pipe(pipe) => {
                self.rest = block;
                if let Err(error) = pipe::write(pipe.get_ref(), &mut self.rest, &self.taken)
                    && error.kind() != io::ErrorKind::WouldBlock
                {
                    self.on_write_error(error);
                }
            }
        }
    }

    /// Handles a failed pipe write. `EOPNOTSUPP`: this kernel has no non-blocking single writes, so a thread takes
    /// over. Any other error is final.
    #[cfg(target_os = "linux")]
    fn on_write_error(&mut self, error: io::Error) {
        if error.raw_os_error() != Some(rustix::io::Errno::OPNOTSUPP.raw_os_error()) {
            self.failed = Some(error);
            return;
        }
        match stdout().and_then(|file| WriterThread::start(file, &self.taken)) {
            Ok(mut thread) => {
                thread.write(std::mem::take(&mut self.rest));
                self.way = SinkKind::Thread(thread);
            }
            Err(error) => self.failed = Some(error),
        }
    }

    /// Bytes that the reader has taken so far; monotonic.
    pub(crate) fn taken_bytes(&self) -> u64 {
        self.taken.all()
    }

    /// Waits until everything is written; gives up when the reader takes no byte for `patience`.
    ///
    /// # Errors
    /// Fails if writing failed for a reason other than a reader that has closed its end.
    pub(crate) async fn finish(mut self, patience: Duration) -> io::Result<WriteOutcome> {
        let taken = self.taken.clone();
        let mut all = std::pin::pin!(async move {
            // The error itself is returned below.
            let _gone = self.ready().await.is_err();
            match (self.failed, self.way) {
                (Some(error), _) => Err(error),
                (None, SinkKind::Thread(thread)) => thread.finish().await,
                (None, _) => Ok(()),
            }
        });
        let mut before = taken.all();
        loop {
            match tokio::time::timeout(patience, &mut all).await {
                Err(_) => {
                    let now = taken.all();
                    if now == before {
                        return Ok(WriteOutcome::Stalled);
                    }
                    before = now;
                }
                Ok(Ok(())) => return Ok(WriteOutcome::All),
                Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(WriteOutcome::ReaderGone),
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn open_sink(taken: &TakenBytes) -> io::Result<SinkKind> {
    use std::io::IsTerminal as _;
    use std::os::unix::fs::FileTypeExt as _;

    let file = stdout()?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() || (kind.is_char_device() && !file.is_terminal()) {
        return Ok(SinkKind::Direct(file));
    }
    if kind.is_fifo() {
        return crate::net::registered(file, tokio::io::Interest::WRITABLE).map(SinkKind::Pipe);
    }
    WriterThread::start(file, taken).map(SinkKind::Thread)
}

#[cfg(not(target_os = "linux"))]
fn open_sink(taken: &TakenBytes) -> io::Result<SinkKind> {
    let file = stdout()?;
    if file.metadata().is_ok_and(|about| about.is_file()) {
        return Ok(SinkKind::Direct(file));
    }
    WriterThread::start(file, taken).map(SinkKind::Thread)
}

/// The descriptor itself: [`io::Stdout`] is line-buffered, which is useless for binary data.
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
