//! A socket with two ends: one for TLS or HTTP on it, one for reading a body of known length past them.
//!
//! Such a body has no framing: after the head it is read like any TCP session, into pooled buffers, with one copy less.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::task::{Context, Poll, ready};

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::buffers;
use crate::net::http::byte_count::CallCounts;
use crate::net::stream::StreamSocket;

/// The end for a layer above.
#[derive(Debug)]
pub(super) struct SocketTap(Arc<TapShared>);

/// The end for reading past it.
#[derive(Clone, Debug)]
pub(in crate::net::http) struct TapSource(Arc<TapShared>);

#[derive(Debug)]
struct TapShared {
    stream: StreamSocket,
    /// What the calls on the socket moved.
    counts: Arc<CallCounts>,
    /// The error number of the first call that failed; 0 if none did. The kernel tells a RST to one call only: later
    /// reads end as after a FIN.
    errno: AtomicI32,
}

/// Both ends of one socket.
pub(super) fn socket_tap(stream: StreamSocket, counts: Arc<CallCounts>) -> (SocketTap, TapSource) {
    let shared = Arc::new(TapShared { stream, counts, errno: AtomicI32::new(0) });
    (SocketTap(Arc::clone(&shared)), TapSource(shared))
}

impl TapShared {
    /// Counts what a read gave.
    fn on_read(&self, read: io::Result<usize>) -> io::Result<usize> {
        if let Ok(bytes) = &read {
            self.counts.received.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
        self.on_result(&read);
        read
    }

    /// Counts what a write took.
    fn on_written(&self, written: io::Result<usize>) -> io::Result<usize> {
        if let Ok(bytes) = &written {
            self.counts.sent.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
        self.on_result(&written);
        written
    }

    fn on_result(&self, result: &io::Result<usize>) {
        if let Err(error) = result
            && !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
            && let Some(errno) = error.raw_os_error()
        {
            // Only the first one is kept.
            self.errno.compare_exchange(0, errno, Ordering::Relaxed, Ordering::Relaxed).unwrap_or_default();
        }
    }
}

impl TapSource {
    /// The socket to read from.
    pub(super) fn stream(&self) -> &StreamSocket {
        &self.0.stream
    }

    /// The error of the first call that failed, if one did: the end of the stream is no FIN then.
    pub(super) fn first_error(&self) -> Option<io::Error> {
        let errno = self.0.errno.load(Ordering::Relaxed);
        (errno != 0).then(|| io::Error::from_raw_os_error(errno))
    }

    /// Reads at most `most` bytes; empty at the peer's FIN, `None` if nothing has arrived.
    ///
    /// # Errors
    /// Fails if the connection broke.
    pub(super) fn read(&self, most: u64) -> io::Result<Option<Vec<u8>>> {
        let most = usize::try_from(most).unwrap_or(buffers::BUFFER).min(buffers::BUFFER);
        let mut buffer = buffers::take_buffer().limit(most);
        match self.0.on_read(self.0.stream.try_read_buf(&mut buffer)) {
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
            ready!(self.0.stream.poll_read_ready(cx))?;
            match self.0.on_read(self.0.stream.try_read_buf(buf)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|_| ())),
            }
        }
    }
}

impl AsyncWrite for SocketTap {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.stream.shutdown_write())
    }
}

impl SocketTap {
    fn write(
        &self,
        cx: &mut Context<'_>,
        call: impl Fn(&StreamSocket) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_write_ready(cx))?;
            match self.0.on_written(call(&self.0.stream)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}
