//! A connection with two ends: one for TLS or HTTP on it, one for reading a body of known length past them.
//!
//! Such a body has no framing: after the head it is read like any TCP session, into pooled buffers, with one copy less.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::buffers;
use crate::net::stream::{CarrierEnd, StreamSocket};

/// The end for a layer above.
#[derive(Debug)]
pub(super) struct SocketTap(CarrierEnd);

/// The end for reading past it.
#[derive(Clone, Debug)]
pub(in crate::net::http) struct TapSource(CarrierEnd);

/// Both ends of one connection.
pub(super) fn socket_tap(end: CarrierEnd) -> (SocketTap, TapSource) {
    (SocketTap(end.clone()), TapSource(end))
}

impl TapSource {
    /// The socket to read from.
    pub(super) fn stream(&self) -> &StreamSocket {
        self.0.socket()
    }

    /// The error of the first call that failed, if one did: the end of the stream is no FIN then.
    pub(super) fn first_error(&self) -> Option<io::Error> {
        self.0.first_error()
    }

    /// Reads at most `most` bytes; empty at the peer's FIN, `None` if nothing has arrived.
    ///
    /// # Errors
    /// Fails if the connection broke.
    pub(super) fn read(&self, most: u64) -> io::Result<Option<Vec<u8>>> {
        let most = usize::try_from(most).unwrap_or(buffers::BUFFER).min(buffers::BUFFER);
        let mut buffer = buffers::take_buffer().limit(most);
        match self.0.try_read_buf(&mut buffer) {
            Ok(_) => Ok(Some(buffer.into_inner())),
            Err(error) => {
                buffers::give_back(buffer.into_inner());
                match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(None),
                    _ => Err(error),
                }
            }
        }
    }
}

impl AsyncRead for SocketTap {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.socket().poll_read_ready(cx))?;
            match self.0.try_read_buf(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|_| ())),
            }
        }
    }
}

impl AsyncWrite for SocketTap {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown_write())
    }
}
