//! What carries a session's bytes: plain TCP.
//!
//! Reading, writing and finishing go through here, and so does every wait for a turn to do so. What is about the
//! connection itself (kernel samples, stamps, options, capture) asks [`StreamTransport::socket`].

use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;

use bytes::BufMut;
use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;

use super::bulk_wait::FloodDetector;

/// What carries a session's bytes over one socket.
///
/// Each method takes the one variant apart with a `let`: a second one does not compile until each has answered.
#[derive(Debug)]
pub(in crate::net) enum StreamTransport {
    /// What is written is what the segments carry.
    Plain(TcpStream),
}

impl StreamTransport {
    /// The socket below, whatever is spoken over it.
    #[inline]
    pub(in crate::net) fn socket(&self) -> &TcpStream {
        let StreamTransport::Plain(socket) = self;
        socket
    }

    /// The socket, where it carries the session's bytes unchanged, so that the kernel may move them by itself.
    #[inline]
    pub(super) fn plain(&self) -> Option<&TcpStream> {
        let StreamTransport::Plain(socket) = self;
        Some(socket)
    }

    /// Waits until there is something to read; in a flood, until much of it is there. Cancel-safe.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn readable(&self, flood: &mut FloodDetector) -> io::Result<()> {
        let StreamTransport::Plain(socket) = self;
        flood.readable(socket).await
    }

    /// Appends what has arrived to `buffer`, as much as it has room for; 0 is the peer's end. Never waits.
    ///
    /// # Errors
    /// `WouldBlock` where nothing has arrived; otherwise the connection broke.
    #[inline]
    pub(super) fn try_read_buf(&self, buffer: &mut impl BufMut) -> io::Result<usize> {
        let StreamTransport::Plain(socket) = self;
        socket.try_read_buf(buffer)
    }

    /// The writing end.
    pub(super) fn writer(&self) -> TransportWriter<'_> {
        TransportWriter { transport: self, registered_anew: None }
    }
}

/// The writing end of a transport; the writing half alone has it.
#[derive(Debug)]
pub(super) struct TransportWriter<'a> {
    transport: &'a StreamTransport,
    /// A second descriptor to write on, once the runtime is wrong about the first.
    registered_anew: Option<TcpStream>,
}

impl TransportWriter<'_> {
    /// The socket to write on.
    #[inline]
    fn socket(&self) -> &TcpStream {
        self.registered_anew.as_ref().unwrap_or(self.transport.socket())
    }

    /// The socket to write on, where it carries the session's bytes unchanged: see [`StreamTransport::plain`].
    #[cfg(target_os = "linux")]
    pub(super) fn plain(&self) -> Option<&TcpStream> {
        self.transport.plain().map(|_| self.socket())
    }

    /// Waits until there is room to write, as far as the runtime knows. Cancel-safe.
    ///
    /// # Errors
    /// The runtime is going away.
    pub(super) async fn writable(&self) -> io::Result<Ready> {
        self.socket().ready(Interest::WRITABLE).await
    }

    /// Writes what there is room for, and says how many bytes that was. Never waits.
    ///
    /// # Errors
    /// `WouldBlock` where there is no room; otherwise the connection broke.
    #[inline]
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let StreamTransport::Plain(_) = self.transport;
        self.socket().try_write(bytes)
    }

    /// Says that nothing more is written: `shutdown(SHUT_WR)`, a FIN. Reading goes on.
    ///
    /// # Errors
    /// Those of the call.
    pub(super) fn finish(&self) -> io::Result<()> {
        let StreamTransport::Plain(socket) = self.transport;
        socket2::SockRef::from(socket).shutdown(Shutdown::Write)
    }

    /// Waits for room by a new registration with the runtime from now on.
    ///
    /// A stamp on the error queue looks like an error to the runtime, which then takes the writing side for closed,
    /// for good: from then on it calls a socket writable that is not, and waiting for room would be a busy loop. A
    /// second descriptor of the same socket has a registration of its own, and begins without that belief.
    ///
    /// # Errors
    /// There is no descriptor left; writing goes on with the first one.
    pub(super) fn register_anew(&mut self) -> io::Result<()> {
        self.registered_anew = None;
        let second = self.transport.socket().as_fd().try_clone_to_owned()?;
        self.registered_anew = Some(TcpStream::from_std(second.into())?);
        Ok(())
    }
}
