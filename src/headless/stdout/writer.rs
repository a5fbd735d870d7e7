//! Standard output: written where the bytes are as long as that cannot hold anybody up, else by a thread of its own.
//!
//! Every hop between a read and its write costs a wake-up for some hundred KiB, which is what `nc` does not pay. A file
//! or a device such as `/dev/null` takes what it is given. A pipe may be full: Linux can be asked not to wait for it,
//! write by write, without changing the pipe for others who have it open. What is left waits on a thread.

use std::fs::File;
use std::io;
use std::time::Duration;

use bytes::Bytes;

#[cfg(target_os = "linux")]
use super::pipe;
use super::taken::{StdoutGone, TakenBytes};
use super::thread::WriterThread;
use crate::net::SpliceSink;

/// The way to standard output. It holds one block at the most that is not written.
#[derive(Debug)]
pub(crate) struct StdoutWriter {
    way: SinkKind,
    rest: Bytes,
    taken: TakenBytes,
    failed: Option<io::Error>,
}

#[derive(Debug)]
enum SinkKind {
    /// Writing does not wait for a reader.
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
    /// The reader takes nothing any more; the rest is lost.
    Stalled,
    /// The reader went away, which is its right.
    ReaderGone,
}

impl StdoutWriter {
    /// Finds the way. Belongs on the runtime.
    ///
    /// # Errors
    /// There is no descriptor or no thread to be had.
    pub(crate) fn start() -> io::Result<Self> {
        let taken = TakenBytes::default();
        Ok(StdoutWriter { way: open_sink(&taken)?, rest: Bytes::new(), taken, failed: None })
    }

    /// A way past this program's memory, where there is one. What goes there comes before what is put here from then
    /// on, so it is for whoever stops using it before anything is put.
    pub(crate) fn splice_sink() -> Option<SpliceSink> {
        SpliceSink::new(stdout().ok()?)
    }

    /// Waits until another block can be taken. Cancel-safe.
    ///
    /// # Errors
    /// Writing has failed.
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

    /// Takes a block; to be called after [`StdoutWriter::ready`]. What cannot be written at once is kept until then.
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

    /// A pipe cannot be written to in this way: an older kernel waits on a thread, anything else is the end.
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

    /// How many bytes the reader has taken so far; monotonic.
    pub(crate) fn taken_bytes(&self) -> u64 {
        self.taken.all()
    }

    /// Waits until everything is written, but no longer than `patience` for a reader that takes nothing meanwhile.
    ///
    /// # Errors
    /// Writing failed for a reason other than a reader that went away.
    pub(crate) async fn finish(mut self, patience: Duration) -> io::Result<WriteOutcome> {
        let taken = self.taken.clone();
        let mut all = std::pin::pin!(async move {
            // What failed is told below.
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
