//! A connected stream socket: of TCP, or of the Unix domain.

use crate::net::families::unmapped;
use std::io;
use std::net::{Shutdown, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(windows)]
use std::os::windows::io::{AsSocket, BorrowedSocket};
use std::task::{Context, Poll};

use bytes::BufMut;
use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// A connected stream socket, registered with the runtime. The calls that move bytes are the same for both kinds.
#[derive(Debug)]
pub(crate) enum StreamSocket {
    /// A TCP connection.
    Tcp(TcpStream),
    /// A connection of the Unix domain: within this host, without segments, states and addresses.
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Makes the same call on either kind of socket.
macro_rules! either {
    ($of:expr, $socket:ident => $call:expr) => {
        match $of {
            StreamSocket::Tcp($socket) => $call,
            #[cfg(unix)]
            StreamSocket::Unix($socket) => $call,
        }
    };
}

impl From<TcpStream> for StreamSocket {
    fn from(socket: TcpStream) -> Self {
        StreamSocket::Tcp(socket)
    }
}

#[cfg(unix)]
impl From<UnixStream> for StreamSocket {
    fn from(socket: UnixStream) -> Self {
        StreamSocket::Unix(socket)
    }
}

#[cfg(unix)]
impl AsFd for StreamSocket {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, socket => socket.as_fd())
    }
}

#[cfg(windows)]
impl AsSocket for StreamSocket {
    #[inline]
    fn as_socket(&self) -> BorrowedSocket<'_> {
        either!(self, socket => socket.as_socket())
    }
}

impl StreamSocket {
    /// Whether TCP runs over it: whether it has states, segments, timestamps and addresses.
    pub(in crate::net) fn is_tcp(&self) -> bool {
        matches!(self, StreamSocket::Tcp(_))
    }

    /// Our address and the peer's; `None` for a socket of the Unix domain, and for a connection that is gone.
    pub(in crate::net) fn ends(&self) -> Option<(SocketAddr, SocketAddr)> {
        match self {
            StreamSocket::Tcp(socket) => {
                Some((unmapped(socket.local_addr().ok()?), unmapped(socket.peer_addr().ok()?)))
            }
            #[cfg(unix)]
            StreamSocket::Unix(_) => None,
        }
    }

    /// Waits until there is something to read. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the runtime is shutting down.
    pub(in crate::net) async fn readable(&self) -> io::Result<()> {
        either!(self, socket => socket.readable().await)
    }

    /// Waits for one of these. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the runtime is shutting down.
    pub(in crate::net) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        either!(self, socket => socket.ready(interest).await)
    }

    /// Makes a call of one's own; `WouldBlock` makes the runtime wait for the next event.
    ///
    /// # Errors
    /// Returns the error of the call.
    pub(in crate::net) fn try_io<T>(&self, interest: Interest, call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        either!(self, socket => socket.try_io(interest, call))
    }

    /// Appends what has arrived to `buffer`; 0 is the peer's end. Never waits.
    ///
    /// # Errors
    /// Fails with `WouldBlock` if nothing has arrived; otherwise the connection broke.
    #[inline]
    pub(in crate::net) fn try_read_buf(&self, buffer: &mut impl BufMut) -> io::Result<usize> {
        either!(self, socket => socket.try_read_buf(buffer))
    }

    /// Writes as much as there is room for. Never waits.
    ///
    /// # Errors
    /// Fails with `WouldBlock` if there is no room; otherwise the connection broke.
    #[inline]
    pub(in crate::net) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        either!(self, socket => socket.try_write(bytes))
    }

    /// As [`StreamSocket::try_write`], of several slices.
    ///
    /// # Errors
    /// As [`StreamSocket::try_write`].
    pub(in crate::net) fn try_write_vectored(&self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        either!(self, socket => socket.try_write_vectored(slices))
    }

    /// Polls for something to read.
    pub(in crate::net) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, socket => socket.poll_read_ready(cx))
    }

    /// Polls for room to write.
    pub(in crate::net) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, socket => socket.poll_write_ready(cx))
    }

    /// Takes the pending error (SO_ERROR).
    ///
    /// # Errors
    /// Fails if the call fails.
    pub(in crate::net) fn take_error(&self) -> io::Result<Option<io::Error>> {
        either!(self, socket => socket.take_error())
    }

    /// Ends sending: `shutdown(SHUT_WR)`. Reading continues.
    ///
    /// # Errors
    /// Fails if the call fails.
    pub(in crate::net) fn shutdown_write(&self) -> io::Result<()> {
        socket2::SockRef::from(self).shutdown(Shutdown::Write)
    }

    /// A second descriptor of the same socket, with its own registration.
    ///
    /// # Errors
    /// Fails if no descriptor is left.
    pub(in crate::net) fn duplicate(&self) -> io::Result<StreamSocket> {
        let second = socket2::SockRef::from(self).try_clone()?;
        Ok(match self {
            StreamSocket::Tcp(_) => TcpStream::from_std(second.into())?.into(),
            #[cfg(unix)]
            StreamSocket::Unix(_) => UnixStream::from_std(second.into())?.into(),
        })
    }
}
