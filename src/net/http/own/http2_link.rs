//! HTTP/2 on one connection, by hyper. The task that waits for the response also polls the connection: no pool, no
//! background task.

use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::http1_link::HttpStream;
use super::polled_connection::PolledConnection;
use super::progress_guard::{ProgressGuard, ProgressMeter};
use crate::net::http::body::CountedBody;
use crate::net::http::fault::{self, TransferStage};
use crate::net::http::proxied::MOST_HTTP2_HEADER_BYTES;
use crate::wire::Failure;

/// How many bytes of a response's body the peer may send before we take them: 2 MiB, hyper's own choice.
const HTTP2_WINDOW_BYTES: u32 = 2 * 1024 * 1024;

/// A connection that speaks HTTP/2.
pub(in crate::net::http) struct Http2Link {
    sender: http2::SendRequest<CountedBody>,
    driven: PolledConnection<BoxFuture<'static, hyper::Result<()>>>,
    progress: ProgressMeter,
}

/// A response that has not arrived yet.
type PendingResponse = BoxFuture<'static, hyper::Result<Response<Incoming>>>;

impl Http2Link {
    /// Starts HTTP/2 over a byte stream.
    ///
    /// # Errors
    /// Fails if the stream broke.
    pub(super) async fn start<S: HttpStream + 'static>(stream: S, url: &str) -> Result<Self, Failure> {
        let (stream, progress) = ProgressGuard::with_window(stream, HTTP2_WINDOW_BYTES);
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(MOST_HTTP2_HEADER_BYTES).initial_stream_window_size(HTTP2_WINDOW_BYTES);
        let started = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = started.map_err(|error| fault::from_hyper(&error, url, TransferStage::Head))?;
        let connection: BoxFuture<'static, hyper::Result<()>> = Box::pin(connection);
        Ok(Http2Link { sender, driven: PolledConnection::new(connection), progress })
    }

    /// Whether another request can use the connection, now that it is idle.
    pub(super) async fn is_usable(&mut self) -> bool {
        std::future::poll_fn(|cx| {
            self.poll_connection(cx);
            match self.sender.poll_ready(cx) {
                Poll::Ready(ready) => Poll::Ready(ready.is_ok() && !self.driven.has_ended()),
                Poll::Pending if self.driven.has_ended() => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Starts to send a request; [`Http2Link::receive_head`] receives the response.
    pub(in crate::net::http) fn send(&mut self, request: Request<CountedBody>) -> PendingResponse {
        Box::pin(self.sender.send_request(request))
    }

    /// Waits for the head of the response.
    ///
    /// # Errors
    /// Fails if the connection broke, or if the peer violated the protocol.
    pub(in crate::net::http) async fn receive_head(
        &mut self,
        mut answering: PendingResponse,
    ) -> hyper::Result<Response<Incoming>> {
        std::future::poll_fn(|cx| {
            // Poll the connection first: what it reads completes the response in the same turn.
            self.poll_connection(cx);
            answering.as_mut().poll(cx)
        })
        .await
        .inspect(|_| self.progress.on_progress())
        .map_err(|error| self.root_error(error))
    }

    /// The response's head, or a byte of its body, has arrived.
    pub(in crate::net::http) fn on_progress(&self) {
        self.progress.on_progress();
    }

    /// Polls the connection, which reads and writes; keeps its error or end.
    pub(in crate::net::http) fn poll_connection(&mut self, cx: &mut Context<'_>) {
        self.driven.poll_connection(cx);
    }

    /// The connection's own error, which is more specific than "canceled".
    pub(in crate::net::http) fn root_error(&mut self, error: hyper::Error) -> hyper::Error {
        self.driven.root_error(error)
    }
}
