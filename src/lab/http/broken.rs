//! Responses that violate HTTP on purpose.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response};
use socket2::{SockRef, Socket};
use tokio::net::TcpStream;

use super::break_off::BreakOff;
use super::content::{LabBody, stream_body};

/// A second handle of a connection's socket, for what an HTTP library refuses to send.
#[derive(Debug)]
pub(super) struct RawConnection(Socket);

impl RawConnection {
    /// Makes a second handle of this connection.
    ///
    /// # Errors
    /// Fails if no descriptors are left.
    pub(super) fn new(stream: &TcpStream) -> std::io::Result<RawConnection> {
        SockRef::from(stream).try_clone().map(RawConnection)
    }

    /// Writes a response whose second chunk has an invalid size.
    pub(super) fn bad_chunk(&self) {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n\
            6\r\nfirst\n\r\nthis is no size\r\nsecond\r\n0\r\n\r\n";
        // The bytes fit into a new connection's send buffer; if the peer is gone, the error does not matter.
        drop(self.0.send(answer));
    }

    /// Makes the next close send a RST.
    fn reset_on_close(&self) {
        // Fails only if the socket is already closed, and then the peer is gone too.
        drop(self.0.set_linger(Some(Duration::ZERO)));
    }
}

/// Announces 1,000 bytes, and sends 100.
pub(super) fn truncated_body() -> Response<LabBody> {
    let steps = stream::unfold(0_u8, |step| async move {
        if step == 0 {
            return Some((Ok(Bytes::from_static(&[b'.'; 100])), 1));
        }
        // hyper sends buffered bytes when the body is pending, but drops them when the body fails.
        tokio::task::yield_now().await;
        Some((Err(BreakOff), 2))
    });
    let mut answer = Response::new(stream_body(steps));
    answer.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("1000"));
    answer
}

/// Announces 1,000,000 bytes, sends 1,000, waits until the peer can have read them, then resets the connection.
pub(super) fn reset(line: Arc<RawConnection>) -> Response<LabBody> {
    let steps = stream::unfold((0_u8, line), |(step, line)| async move {
        if step == 0 {
            return Some((Ok(Bytes::from_static(&[b'.'; 1000])), (1, line)));
        }
        // A RST makes the peer discard unread bytes; this gives it time to read them.
        tokio::time::sleep(Duration::from_millis(100)).await;
        line.reset_on_close();
        Some((Err(BreakOff), (2, line)))
    });
    let mut answer = Response::new(stream_body(steps));
    answer.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("1000000"));
    answer
}
