//! Splices a stream's bytes to a descriptor without copying them through this program's memory: splice(2).
//!
//! The kernel moves the pages that hold the bytes from the socket to a pipe, and from there to a file: no copy to a
//! pipe, one copy to a file. The counts are those that the calls return. A descriptor that cannot take pages (a file
//! opened for appending, `/dev/full`, a full disk, a pipe that nobody reads) refuses. Later bytes are then read as
//! usual, and the code that writes them meets the descriptor's error.

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::SpliceOutcome;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::SpliceSink;
#[cfg(target_os = "linux")]
pub(crate) use linux::SpliceOutcome;
#[cfg(target_os = "linux")]
pub use linux::SpliceSink;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io::{self, ErrorKind, IsTerminal as _, Read as _};
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::fs::FileTypeExt as _;

    use bytes::Bytes;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use rustix::io::Errno;
    use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use crate::net::async_fd::registered;
    use crate::net::stream::StreamSocket;

    /// The most that one call requests, and the size of our own pipe if the system allows it.
    const MOST: usize = 1024 * 1024;

    /// The descriptor that a stream's bytes go to, uninspected.
    #[derive(Debug)]
    pub struct SpliceSink {
        way: SpliceMode,
    }

    #[derive(Debug)]
    enum SpliceMode {
        /// A pipe takes pages directly.
        Pipe(AsyncFd<OwnedFd>),
        /// Anything else takes them from our own pipe, which is empty between two calls.
        Through { from: File, to: File, out: File },
    }

    /// The result of one call.
    #[derive(Debug)]
    pub(crate) enum SpliceOutcome {
        /// This many bytes went from the stream to the descriptor; 0 is the end of the stream.
        All(usize),
        /// The pipe is full: see [`crate::net::SpliceSink::writable`].
        Full,
        /// This many bytes went; the given bytes were taken from the stream but not written. The descriptor is unusable
        /// from now on.
        Refused(usize, Bytes),
    }

    impl SpliceOutcome {
        fn empty() -> Self {
            SpliceOutcome::Refused(0, Bytes::new())
        }
    }

    impl SpliceSink {
        /// A sink into this file, if it may take pages: a pipe, a regular file, or a device that is not a terminal.
        /// Call on the runtime.
        pub fn new(out: File) -> Option<Self> {
            let kind = out.metadata().ok()?.file_type();
            if kind.is_fifo() {
                let pipe = registered(out, Interest::WRITABLE).ok()?;
                return Some(SpliceSink { way: SpliceMode::Pipe(pipe) });
            }
            if !kind.is_file() && (!kind.is_char_device() || out.is_terminal()) {
                return None;
            }
            let (from, to) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
            // A smaller pipe only means more calls.
            fcntl_setpipe_size(&to, MOST).unwrap_or_default();
            Some(SpliceSink { way: SpliceMode::Through { from: from.into(), to: to.into(), out } })
        }

        /// Moves what has arrived, up to 1 MiB, without waiting.
        ///
        /// # Errors
        /// Returns the error of reading the stream; `WouldBlock` if nothing has arrived, `Interrupted` if the call
        /// should be retried.
        pub(crate) fn splice_from(&self, stream: &StreamSocket) -> io::Result<SpliceOutcome> {
            stream.try_io(Interest::READABLE, || match &self.way {
                SpliceMode::Pipe(pipe) => match splice_once(stream, pipe.get_ref()) {
                    Ok(count) => Ok(SpliceOutcome::All(count)),
                    // EAGAIN does not say which of the two descriptors is not ready.
                    Err(Errno::AGAIN) if !is_ready(stream, PollFlags::POLLIN) => Err(ErrorKind::WouldBlock.into()),
                    Err(Errno::AGAIN) if !has_room(pipe) => Ok(SpliceOutcome::Full),
                    Err(Errno::AGAIN) => Err(ErrorKind::Interrupted.into()),
                    // EPIPE does not say which of the two is broken.
                    Err(Errno::PIPE) if is_ready(pipe.get_ref(), PollFlags::POLLERR) => Ok(SpliceOutcome::empty()),
                    Err(error) => unsupported_or_error(error),
                },
                SpliceMode::Through { from, to, out } => match splice_once(stream, to) {
                    Ok(count) => Ok(empty(from, out, count)),
                    Err(error) => unsupported_or_error(error),
                },
            })
        }

        /// Waits until a full pipe has room, or nobody reads it any more. Cancel-safe.
        pub(crate) async fn writable(&self) {
            let SpliceMode::Pipe(pipe) = &self.way else { return };
            // An error means that the runtime is shutting down; the next call returns the cause.
            while let Ok(mut guard) = pipe.writable().await {
                if has_room(pipe) {
                    return;
                }
                guard.clear_ready();
            }
        }
    }

    fn splice_once(stream: &StreamSocket, to: &impl AsFd) -> Result<usize, Errno> {
        splice(stream, None, to, None, MOST, SpliceFlags::NONBLOCK | SpliceFlags::MOVE)
    }

    /// Decides whether the system does not support this splice, or the stream has an error.
    fn unsupported_or_error(error: Errno) -> io::Result<SpliceOutcome> {
        match error {
            Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM | Errno::ACCESS | Errno::NOMEM => {
                Ok(SpliceOutcome::empty())
            }
            error => Err(error.into()),
        }
    }

    /// Moves our pipe's content into the file.
    fn empty(mut from: &File, out: &File, count: usize) -> SpliceOutcome {
        let mut done = 0;
        while done < count {
            match splice(from, None, out, None, count - done, SpliceFlags::MOVE) {
                Ok(moved @ 1..) => done += moved,
                Err(Errno::INTR) => {}
                Ok(0) | Err(_) => {
                    let mut rest = vec![0; count - done];
                    let read = from.read_exact(&mut rest);
                    debug_assert!(read.is_ok(), "what was spliced into the pipe is in it: {read:?}");
                    return SpliceOutcome::Refused(done, rest.into());
                }
            }
        }
        SpliceOutcome::All(done)
    }

    fn has_room(pipe: &AsyncFd<OwnedFd>) -> bool {
        is_ready(pipe.get_ref(), PollFlags::POLLOUT | PollFlags::POLLERR)
    }

    /// Whether one of these flags is set now. A queued timestamp of our own writes does not count.
    fn is_ready(what: &impl AsFd, flags: PollFlags) -> bool {
        let what: BorrowedFd<'_> = what.as_fd();
        let mut asked = [PollFd::new(what, flags)];
        // If the poll itself fails, report ready: the call is then retried.
        poll(&mut asked, PollTimeout::ZERO).is_err()
            || asked.iter().filter_map(PollFd::revents).any(|found| found.intersects(flags))
    }
}

/// Other systems cannot splice.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::fs::File;
    use std::io;

    use bytes::Bytes;

    use crate::net::stream::StreamSocket;

    /// Has no values on this system.
    #[derive(Debug)]
    pub enum SpliceSink {}

    #[derive(Debug)]
    pub(crate) enum SpliceOutcome {
        All(usize),
        Full,
        Refused(usize, Bytes),
    }

    impl SpliceSink {
        /// Returns `None` on this system.
        pub fn new(_out: File) -> Option<Self> {
            None
        }

        pub(crate) fn splice_from(&self, _stream: &StreamSocket) -> io::Result<SpliceOutcome> {
            match *self {}
        }

        pub(crate) async fn writable(&self) {
            match *self {}
        }
    }
}
