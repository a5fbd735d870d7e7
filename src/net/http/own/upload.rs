//! Sends one request of HTTP/1.1: its head, then its body, while the response may already arrive.

use std::io;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;

use crate::net::http::body::RequestBody;
use crate::net::http::news_gate::NewsGate;
use crate::sessions::Block;
use crate::wire::http1::{CHUNK_END, chunk_head, last_chunk};
use crate::wire::{Direction, Failure};

/// How long the body waits for `100 Continue`, if the request asks for it (RFC 9110 §10.1.1): many servers send none.
const CONTINUE_PATIENCE: Duration = Duration::from_secs(1);

/// Why a request was not sent to its end.
#[derive(Debug)]
pub(in crate::net::http) enum UploadFault {
    /// The body could not be read.
    Body(Failure),
    /// A write failed.
    Socket(io::Error),
    /// The response came first, and the rest is not sent: it was an error, or `100 Continue` was still awaited.
    GivenUp,
}

/// A request to send.
pub(super) struct Upload {
    /// The head's bytes.
    pub(super) head: Vec<u8>,
    /// The body.
    pub(super) body: RequestBody,
    /// Whether the body goes in chunks.
    pub(super) is_chunked: bool,
    /// Where `100 Continue` is reported, if the body waits for it.
    pub(super) permission: Option<oneshot::Receiver<()>>,
    /// Where what was sent is reported.
    pub(super) gate: Arc<NewsGate>,
}

impl Upload {
    /// Sends the request. Each byte of the body is reported as sent when a write has taken it.
    ///
    /// # Errors
    /// Fails if a file cannot be read, if a write fails, or if the server answers before it lets the body come.
    pub(super) async fn run<W: AsyncWrite + Unpin>(self, write: &mut W) -> Result<(), UploadFault> {
        let Upload { head, mut body, is_chunked, permission, gate } = self;
        let _sending =
            (body.is_some() && body.length() != Some(0)).then(|| gate.journal().begin_sending(body.length()));
        let mut before = head;
        if let Some(permission) = permission {
            send(write, std::mem::take(&mut before), Bytes::new(), b"", &gate).await?;
            if let Ok(Err(_)) = tokio::time::timeout(CONTINUE_PATIENCE, permission).await {
                return Err(UploadFault::GivenUp);
            }
        }
        while let Some(piece) = body.next_piece(&gate).await.map_err(UploadFault::Body)? {
            let mut after: &[u8] = b"";
            if is_chunked && let Some(size) = NonZeroU64::new(piece.len() as u64) {
                before.extend_from_slice(&chunk_head(size));
                after = CHUNK_END;
            }
            send(write, std::mem::take(&mut before), piece, after, &gate).await?;
            body.report_sent_file(&gate).await;
        }
        if is_chunked && let Ok(last) = last_chunk(&[]) {
            before.extend_from_slice(&last.bytes);
        }
        send(write, before, Bytes::new(), b"", &gate).await
    }
}

/// Writes what stands before a piece of the body, the piece, and what stands after it, and reports of the piece what was
/// written.
async fn send<W: AsyncWrite + Unpin>(
    write: &mut W,
    before: Vec<u8>,
    piece: Bytes,
    after: &[u8],
    gate: &NewsGate,
) -> Result<(), UploadFault> {
    let from = before.len();
    let whole = if before.is_empty() && after.is_empty() {
        piece.clone()
    } else {
        let mut whole = BytesMut::from(before.as_slice());
        whole.extend_from_slice(&piece);
        whole.extend_from_slice(after);
        whole.freeze()
    };
    let mut written = 0;
    while written < whole.len() {
        let now = write.write(&whole[written..]).await.map_err(UploadFault::Socket)?;
        if now == 0 {
            return Err(UploadFault::Socket(io::ErrorKind::WriteZero.into()));
        }
        // TLS keeps what it took until it is flushed.
        write.flush().await.map_err(UploadFault::Socket)?;
        let sent = written.clamp(from, from + piece.len())..(written + now).clamp(from, from + piece.len());
        written += now;
        if !sent.is_empty() {
            let block = Block::single_piece(Direction::Sent, Instant::now(), whole.slice(sent));
            gate.block(block).await;
        }
    }
    Ok(())
}
