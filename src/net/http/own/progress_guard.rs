//! A byte stream that ends with an error if the peer sends very much without getting on with its response.
//!
//! hyper bounds a head, the extensions of chunks and the trailer fields. It reads some other things for ever: zeros or
//! spaces in a chunk-size line, 1xx responses, frames of HTTP/2 that carry no body.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::text::quantity;

/// The most bytes that may arrive without a response's head or a byte of its body: 1 MiB. hyper reads up to 408 KiB
/// ahead, so a smaller bound could be passed by a correct response.
const MOST_IDLE_BYTES: u64 = 1024 * 1024;

/// For so many bytes that we sent, one more may arrive: HTTP/2 acknowledges a request's body with `WINDOW_UPDATE`
/// frames, about 26 bytes for 16 KiB.
const SENT_PER_IDLE_BYTE: u64 = 64;

/// hyper's end: reads through it are counted.
#[derive(Debug)]
pub(in crate::net) struct ProgressGuard<S> {
    stream: S,
    meter: ProgressMeter,
}

/// Our end: reports progress. All clones share one count.
#[derive(Clone, Debug, Default)]
pub(in crate::net) struct ProgressMeter(Arc<IdleBytes>);

/// Bytes in both directions since the last progress.
#[derive(Debug, Default)]
struct IdleBytes {
    received: AtomicU64,
    sent: AtomicU64,
}

/// The error of a peer that passed the bound.
#[derive(Debug)]
pub(in crate::net::http) struct NoProgress;

impl fmt::Display for NoProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} arrived", quantity::binary(MOST_IDLE_BYTES))
    }
}

impl Error for NoProgress {}

impl<S> ProgressGuard<S> {
    /// Guards a stream. Report progress to the meter.
    pub(in crate::net) fn new(stream: S) -> (Self, ProgressMeter) {
        let meter = ProgressMeter::default();
        (ProgressGuard { stream, meter: meter.clone() }, meter)
    }
}

impl ProgressMeter {
    /// The response's head, or a byte of its body, has arrived: counts from here.
    pub(in crate::net) fn on_progress(&self) {
        self.0.received.store(0, Ordering::Relaxed);
        self.0.sent.store(0, Ordering::Relaxed);
    }

    fn on_received(&self, bytes: usize) -> io::Result<()> {
        let bytes = bytes as u64;
        let received = self.0.received.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let allowed = MOST_IDLE_BYTES.saturating_add(self.0.sent.load(Ordering::Relaxed) / SENT_PER_IDLE_BYTE);
        if received > allowed { Err(io::Error::new(io::ErrorKind::InvalidData, NoProgress)) } else { Ok(()) }
    }

    fn on_sent(&self, bytes: usize) {
        self.0.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ProgressGuard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        Poll::Ready(self.meter.on_received(buf.filled().len().saturating_sub(before)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ProgressGuard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.meter.on_sent(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, slices))?;
        self.meter.on_sent(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
