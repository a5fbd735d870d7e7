//! The answers that break the rules, on purpose.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response};
use socket2::{SockRef, Socket};
use tokio::net::TcpStream;

use super::break_off::BreakOff;
use super::content::{LabBody, stream_body};

/// A second handle of a connection's socket, for what an HTTP library refuses to do.
#[derive(Debug)]
pub(super) struct RawConnection(Socket);

impl RawConnection {
    /// A second handle of this connection.
    ///
    /// # Errors
    /// No descriptors are left.
    pub(super) fn new(stream: &TcpStream) -> std::io::Result<RawConnection> {
        SockRef::from(stream).try_clone().map(RawConnection)
    }

    /// Writes an answer whose second chunk has no size that anybody could read.
    pub(super) fn bad_chunk(&self) {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n\
            6\r\nfirst\n\r\nthis is no size\r\nsecond\r\n0\r\n\r\n";
        // A new connection's send buffer has room for these; where the peer is gone there is nobody to tell.
        drop(self.0.send(answer));
    }

    /// Makes the coming close a RST.
    fn reset_on_close(&self) {
        // It fails only where the socket is gone already, and then so is the peer.
        drop(self.0.set_linger(Some(Duration::ZERO)));
    }
}

/// Promises 1,000 bytes, and sends 100.
pub(super) fn truncated_body() -> Response<LabBody> {
    let steps = stream::unfold(0_u8, |step| async move {
        if step == 0 {
            return Some((Ok(Bytes::from_static(&[b'.'; 100])), 1));
        }
        // hyper sends what it has when the body has nothing for it, and throws it away when the body fails.
        tokio::task::yield_now().await;
        Some((Err(BreakOff), 2))
    });
    let mut answer = Response::new(stream_body(steps));
    answer.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("1000"));
    answer
}

/// Sends some bytes of a promised 1,000,000, lets the peer have them, then resets the connection.
pub(super) fn reset(line: Arc<RawConnection>) -> Response<LabBody> {
    let steps = stream::unfold((0_u8, line), |(step, line)| async move {
        if step == 0 {
            return Some((Ok(Bytes::from_static(&[b'.'; 1000])), (1, line)));
        }
        // A RST overtakes what the peer has not read yet; this gives it time to.
        tokio::time::sleep(Duration::from_millis(100)).await;
        line.reset_on_close();
        Some((Err(BreakOff), (2, line)))
    });
    let mut answer = Response::new(stream_body(steps));
    answer.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("1000000"));
    answer
}
