//! The transport of a session's bytes: a plain socket, of TCP or of the Unix domain.
//!
//! Reading, writing, finishing and waiting for readiness go through here. Code that concerns the connection itself
//! (kernel samples, timestamps, options, capture) uses [`StreamTransport::socket`].

use std::io;

use bytes::BufMut;
use tokio::io::{Interest, Ready};

use super::bulk_wait::FloodDetector;
use super::socket::StreamSocket;

/// Carries a session's bytes over one socket.
///
/// Each method destructures the one variant with `let`: a second variant does not compile until each method handles it.
#[derive(Debug)]
pub(in crate::net) enum StreamTransport {
    /// The socket carries the bytes exactly as written.
    Plain(StreamSocket),
}

impl StreamTransport {
    /// The socket below, whichever protocol runs over it.
    #[inline]
    pub(in crate::net) fn socket(&self) -> &StreamSocket {
        let StreamTransport::Plain(socket) = self;
        socket
    }

    /// The socket, if it carries the session's bytes unchanged, so that the kernel may splice them.
    #[inline]
    pub(super) fn plain(&self) -> Option<&StreamSocket> {
        let StreamTransport::Plain(socket) = self;
        Some(socket)
    }

    /// Waits until there is something to read; in a flood, until much has arrived. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the connection broke.
    pub(super) async fn readable(&self, flood: &mut FloodDetector) -> io::Result<()> {
        let StreamTransport::Plain(socket) = self;
        flood.readable(socket).await
    }

    /// Appends what has arrived to `buffer`, as much as it has room for; 0 is the peer's end. Never waits.
    ///
    /// # Errors
    /// Fails with `WouldBlock` if nothing has arrived; otherwise the connection broke.
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

/// The writing end of a transport; only the writing half has it.
#[derive(Debug)]
pub(super) struct TransportWriter<'a> {
    transport: &'a StreamTransport,
    /// A second descriptor to write on, used once the runtime has wrong readiness for the first.
    registered_anew: Option<StreamSocket>,
}

impl TransportWriter<'_> {
    /// The socket to write on.
    #[inline]
    fn socket(&self) -> &StreamSocket {
        self.registered_anew.as_ref().unwrap_or(self.transport.socket())
    }

    /// The socket to write on, if it carries the session's bytes unchanged: see [`StreamTransport::plain`].
    #[cfg(target_os = "linux")]
    pub(super) fn plain(&self) -> Option<&StreamSocket> {
        self.transport.plain().map(|_| self.socket())
    }

    /// Waits until the runtime reports room to write. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the runtime is shutting down.
    pub(super) async fn writable(&self) -> io::Result<Ready> {
        self.socket().ready(Interest::WRITABLE).await
    }

    /// Writes as much as there is room for, and returns the number of bytes. Never waits.
    ///
    /// # Errors
    /// Fails with `WouldBlock` if there is no room; otherwise the connection broke.
    #[inline]
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let StreamTransport::Plain(_) = self.transport;
        self.socket().try_write(bytes)
    }

    /// Ends sending: `shutdown(SHUT_WR)`, for TCP a FIN. Reading continues.
    ///
    /// # Errors
    /// Fails if the call fails.
    pub(super) fn finish(&self) -> io::Result<()> {
        let StreamTransport::Plain(socket) = self.transport;
        socket.shutdown_write()
    }

    /// Registers a second descriptor with the runtime; later waits for room use it.
    ///
    /// The runtime takes a timestamp on the error queue for an error, and marks the writing side as closed for good.
    /// From then on it reports the socket as writable when it is not, and a wait for room would be a busy loop. A
    /// second descriptor of the same socket has its own registration without that mark.
    ///
    /// # Errors
    /// Fails if no descriptor is left; writing continues with the first one.
    pub(super) fn register_anew(&mut self) -> io::Result<()> {
        self.registered_anew = None;
        self.registered_anew = Some(self.transport.socket().duplicate()?);
        Ok(())
    }
}
