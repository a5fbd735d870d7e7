//! A stream that shows the bytes of a handshake to a reader, and later passes everything on.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::wire::Direction;
use crate::wire::tls::record::HandshakeReader;

/// A stream below TLS.
#[derive(Debug)]
pub(crate) struct HandshakeTap<S> {
    stream: S,
    /// Reads what passes, until the handshake is done.
    recorder: Option<Arc<HandshakeRecorder>>,
}

/// Reads the bytes of a handshake, with their times.
#[derive(Debug)]
pub(super) struct HandshakeRecorder {
    pub(super) began: Instant,
    reader: Mutex<HandshakeReader>,
}

impl HandshakeRecorder {
    pub(super) fn start() -> Arc<Self> {
        Arc::new(HandshakeRecorder { began: Instant::now(), reader: Mutex::default() })
    }

    /// What was read so far.
    pub(super) fn read(&self) -> HandshakeReader {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn record(&self, direction: Direction, bytes: &[u8]) {
        let at = self.began.elapsed();
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).read(direction, bytes, at);
    }
}

impl<S> HandshakeTap<S> {
    pub(super) fn new(stream: S, recorder: Arc<HandshakeRecorder>) -> Self {
        HandshakeTap { stream, recorder: Some(recorder) }
    }

    /// Ends the recording.
    pub(super) fn stop(&mut self) {
        self.recorder = None;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HandshakeTap<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if let Some(recorder) = &self.recorder {
            recorder.record(Direction::Received, &buf.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HandshakeTap<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        if let Some(recorder) = &self.recorder {
            recorder.record(Direction::Sent, &bytes[..written]);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, slices))?;
        if let Some(recorder) = &self.recorder {
            let mut left = written;
            for slice in slices {
                let taken = slice.len().min(left);
                recorder.record(Direction::Sent, &slice[..taken]);
                left -= taken;
            }
        }
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
