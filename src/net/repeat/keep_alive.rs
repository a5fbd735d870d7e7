//! A keep-alive HTTP/1.1 connection without TLS, owned and polled by one worker: no pool, no background task.
//!
//! For small requests, reqwest's pool and its task per connection cost more than the request itself.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::connect::RepeatConnect;
use crate::net::fault;
use crate::net::http::own::polled_connection::PolledConnection;
use crate::net::http::own::progress_guard::{ProgressGuard, ProgressMeter};
use crate::net::http::{RepeatedRequest, TransferStage, from_hyper};
use crate::wire::{Both, FailedOperation, Failure, Totals};

type Http1Connection = http1::Connection<TokioIo<ProgressGuard<TcpStream>>, Full<Bytes>>;

/// An open connection.
#[derive(Debug)]
pub(super) struct KeepAliveConnection {
    sender: SendRequest<Full<Bytes>>,
    driven: PolledConnection<Http1Connection>,
    progress: ProgressMeter,
}

impl KeepAliveConnection {
    async fn open(connect: &RepeatConnect, url: &str) -> Result<Self, Failure> {
        let stream = connect.open().await?;
        // A request must not wait for the ACK of an earlier one (Nagle's algorithm).
        stream.set_nodelay(true).map_err(|error| fault::from_io(FailedOperation::Connect, url, &error))?;
        let (stream, progress) = ProgressGuard::new(stream);
        let made = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = made.map_err(|error| from_hyper(&error, url, TransferStage::Head))?;
        Ok(KeepAliveConnection { sender, driven: PolledConnection::new(connection), progress })
    }

    /// Whether another request can be sent on it.
    async fn ready(&mut self) -> bool {
        poll_fn(|cx| {
            self.driven.poll_connection(cx);
            match self.sender.poll_ready(cx) {
                Poll::Ready(ready) => Poll::Ready(ready.is_ok()),
                Poll::Pending if self.driven.has_ended() => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

/// Sends the request once, on the kept connection or on a new one, and reads the response to its end.
///
/// # Errors
/// Fails with what ended the exchange early; the connection is then dropped.
pub(super) async fn connect_once(
    many: &RepeatedRequest,
    connect: &RepeatConnect,
    slot: &mut Option<KeepAliveConnection>,
    moved: &mut Both<Totals>,
) -> Result<u16, Failure> {
    let mut before = slot.take();
    // A peer may close an idle connection: that is not a failure.
    let usable = match &mut before {
        Some(kept) => kept.ready().await,
        None => false,
    };
    let mut kept = match before.filter(|_| usable) {
        Some(kept) => kept,
        None => KeepAliveConnection::open(connect, many.url()).await?,
    };
    let status = request_on(&mut kept, many, moved).await?;
    *slot = Some(kept);
    many.check_status(status)
}

async fn request_on(
    kept: &mut KeepAliveConnection,
    many: &RepeatedRequest,
    moved: &mut Both<Totals>,
) -> Result<u16, Failure> {
    let mut answer = pin!(kept.sender.send_request(many.request()));
    let head = poll_fn(|cx| {
        // Poll the connection first: what it reads completes the response in the same turn.
        kept.driven.poll_connection(cx);
        answer.as_mut().poll(cx)
    })
    .await;
    let response = match head {
        Ok(response) => response,
        Err(error) => return Err(from_hyper(&kept.driven.root_error(error), many.url(), TransferStage::Head)),
    };
    kept.progress.on_progress();
    if let Some(sent) = many.body_bytes() {
        moved.sent.add(sent);
    }
    let status = response.status().as_u16();
    drain_body(kept, response.into_body(), many.url(), moved).await?;
    Ok(status)
}

async fn drain_body(
    kept: &mut KeepAliveConnection,
    mut body: Incoming,
    url: &str,
    moved: &mut Both<Totals>,
) -> Result<(), Failure> {
    let promised = body.size_hint().exact();
    while !body.is_end_stream() {
        let frame = poll_fn(|cx| {
            kept.driven.poll_connection(cx);
            Pin::new(&mut body).poll_frame(cx)
        })
        .await;
        match frame {
            None => break,
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    kept.progress.on_progress();
                    moved.received.add(piece.len() as u64);
                }
            }
            Some(Err(error)) => {
                let stage = TransferStage::Body { arrived: moved.received.bytes, promised };
                return Err(from_hyper(&kept.driven.root_error(error), url, stage));
            }
        }
    }
    Ok(())
}
