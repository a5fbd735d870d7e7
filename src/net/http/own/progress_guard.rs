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
    /// The most bytes that may arrive without progress, beside those that acknowledge what we sent.
    most_idle_bytes: u64,
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

/// The error of a peer that passed the bound, of this many bytes.
#[derive(Debug)]
pub(in crate::net::http) struct NoProgress(u64);

impl fmt::Display for NoProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} arrived", quantity::binary(self.0))
    }
}

impl Error for NoProgress {}

impl<S> ProgressGuard<S> {
    /// Guards a stream. Report progress to the meter.
    pub(in crate::net) fn new(stream: S) -> (Self, ProgressMeter) {
        ProgressGuard::with_window(stream, 0)
    }

    /// The same, where the peer may send a body of this many bytes before we take the first one.
    pub(in crate::net) fn with_window(stream: S, window_bytes: u32) -> (Self, ProgressMeter) {
        let meter = ProgressMeter::default();
        let most_idle_bytes = MOST_IDLE_BYTES + u64::from(window_bytes);
        (ProgressGuard { stream, meter: meter.clone(), most_idle_bytes }, meter)
    }
}

impl ProgressMeter {
    /// The response's head, or a byte of its body, has arrived: counts from here.
    pub(in crate::net) fn on_progress(&self) {
        self.0.received.store(0, Ordering::Relaxed);
        self.0.sent.store(0, Ordering::Relaxed);
    }

    fn on_received(&self, bytes: usize, most_idle_bytes: u64) -> io::Result<()> {
        let bytes = bytes as u64;
        let received = self.0.received.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let allowed = most_idle_bytes.saturating_add(self.0.sent.load(Ordering::Relaxed) / SENT_PER_IDLE_BYTE);
        if received > allowed {
            return Err(io::Error::new(io::ErrorKind::InvalidData, NoProgress(most_idle_bytes)));
        }
        Ok(())
    }

    fn on_sent(&self, bytes: usize) {
        self.0.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ProgressGuard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let received = buf.filled().len().saturating_sub(before);
        Poll::Ready(self.meter.on_received(received, self.most_idle_bytes))
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// How many bytes pass before the guard ends the stream, if nobody reports progress.
    async fn passes<S: AsyncRead + Unpin>(guarded: (ProgressGuard<S>, ProgressMeter)) -> u64 {
        let (mut stream, _meter) = guarded;
        let (mut passed, mut block) = (0, vec![0; 64 * 1024]);
        loop {
            match stream.read(&mut block).await {
                Ok(read) => passed += read as u64,
                Err(error) => {
                    assert!(error.to_string().starts_with("more than "), "{error}");
                    return passed;
                }
            }
        }
    }

    #[tokio::test]
    async fn a_whole_window_of_http_2_may_arrive_before_a_byte_of_it_is_taken() {
        let mib = 1024 * 1024;
        assert_eq!(passes(ProgressGuard::new(tokio::io::repeat(0))).await, mib);
        assert_eq!(passes(ProgressGuard::with_window(tokio::io::repeat(0), 2 * 1024 * 1024)).await, 3 * mib);
    }
}
