//! A descriptor that takes what a stream says without its passing through this program's memory: splice(2).
//!
//! The kernel hands the pages in which the bytes arrived from the socket to a pipe, and from there to a file: nothing
//! is copied on the way to a pipe, and once only on the way to a file. Counts are what the calls return. What cannot
//! take pages (a file that is appended to, `/dev/full`, a full disk, a pipe that nobody reads) refuses, and what comes
//! then is read as it is everywhere else; whoever writes that finds out what was wrong.

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
    use tokio::net::TcpStream;

    use crate::net::async_fd::registered;

    /// What one call asks for at the most, and what our own pipe holds if the system lets it.
    const MOST: usize = 1024 * 1024;

    /// Where a stream's bytes go, untouched and unseen.
    #[derive(Debug)]
    pub struct SpliceSink {
        way: SpliceMode,
    }

    #[derive(Debug)]
    enum SpliceMode {
        /// A pipe takes pages as they are.
        Pipe(AsyncFd<OwnedFd>),
        /// Anything else takes them from a pipe of ours, which is empty between two calls.
        Through { from: File, to: File, out: File },
    }

    /// What became of one call.
    #[derive(Debug)]
    pub(crate) enum SpliceOutcome {
        /// So many bytes went from the stream to where they belong; 0: the stream is at its end.
        All(usize),
        /// The pipe is full: see [`crate::net::SpliceSink::writable`].
        Full,
        /// So many went; these were taken from the stream and did not. The outlet is of no use from now on.
        Refused(usize, Bytes),
    }

    impl SpliceOutcome {
        fn empty() -> Self {
            SpliceOutcome::Refused(0, Bytes::new())
        }
    }

    impl SpliceSink {
        /// An outlet into this file, where it is one that may take pages: a pipe, a regular file, a device that is no
        /// terminal. Belongs on the runtime.
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
            // A smaller one only means more calls.
            fcntl_setpipe_size(&to, MOST).unwrap_or_default();
            Some(SpliceSink { way: SpliceMode::Through { from: from.into(), to: to.into(), out } })
        }

        /// Moves what has arrived, up to 1 MiB, without waiting.
        ///
        /// # Errors
        /// Those of reading the stream; `WouldBlock` where nothing has arrived, `Interrupted` where it is to be tried
        /// again.
        pub(crate) fn splice_from(&self, stream: &TcpStream) -> io::Result<SpliceOutcome> {
            stream.try_io(Interest::READABLE, || match &self.way {
                SpliceMode::Pipe(pipe) => match splice_once(stream, pipe.get_ref()) {
                    Ok(count) => Ok(SpliceOutcome::All(count)),
                    // The call does not say which of the two would have to be waited for.
                    Err(Errno::AGAIN) if !is_ready(stream, PollFlags::POLLIN) => Err(ErrorKind::WouldBlock.into()),
                    Err(Errno::AGAIN) if !has_room(pipe) => Ok(SpliceOutcome::Full),
                    Err(Errno::AGAIN) => Err(ErrorKind::Interrupted.into()),
                    // Nor whose end it is that broke.
                    Err(Errno::PIPE) if is_ready(pipe.get_ref(), PollFlags::POLLERR) => Ok(SpliceOutcome::empty()),
                    Err(error) => unsupported_or_error(error),
                },
                SpliceMode::Through { from, to, out } => match splice_once(stream, to) {
                    Ok(count) => Ok(empty(from, out, count)),
                    Err(error) => unsupported_or_error(error),
                },
            })
        }

        /// Waits until a pipe that was full is not, or nobody reads it any more. Cancel-safe.
        pub(crate) async fn writable(&self) {
            let SpliceMode::Pipe(pipe) = &self.way else { return };
            // A runtime that is going away cannot tell; the next call says what is wrong.
            while let Ok(mut guard) = pipe.writable().await {
                if has_room(pipe) {
                    return;
                }
                guard.clear_ready();
            }
        }
    }

    fn splice_once(stream: &TcpStream, to: &impl AsFd) -> Result<usize, Errno> {
        splice(stream, None, to, None, MOST, SpliceFlags::NONBLOCK | SpliceFlags::MOVE)
    }

    /// Whether it is this way that the system does not go, or the stream that has an error.
    fn unsupported_or_error(error: Errno) -> io::Result<SpliceOutcome> {
        match error {
            Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM | Errno::ACCESS | Errno::NOMEM => {
                Ok(SpliceOutcome::empty())
            }
            error => Err(error.into()),
        }
    }

    /// Empties our pipe into the file.
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

    /// Whether one of these is true now. Stamps of our own writes on a socket's error queue are none of them.
    fn is_ready(what: &impl AsFd, flags: PollFlags) -> bool {
        let what: BorrowedFd<'_> = what.as_fd();
        let mut asked = [PollFd::new(what, flags)];
        // What cannot be asked is tried again.
        poll(&mut asked, PollTimeout::ZERO).is_err()
            || asked.iter().filter_map(PollFd::revents).any(|found| found.intersects(flags))
    }
}

/// No other system hands pages on.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::fs::File;
    use std::io;

    use bytes::Bytes;
    use tokio::net::TcpStream;

    /// There is none.
    #[derive(Debug)]
    pub enum SpliceSink {}

    #[derive(Debug)]
    pub(crate) enum SpliceOutcome {
        All(usize),
        Full,
        Refused(usize, Bytes),
    }

    impl SpliceSink {
        /// There is none.
        pub fn new(_out: File) -> Option<Self> {
            None
        }

        pub(crate) fn splice_from(&self, _stream: &TcpStream) -> io::Result<SpliceOutcome> {
            match *self {}
        }

        pub(crate) async fn writable(&self) {
            match *self {}
        }
    }
}
