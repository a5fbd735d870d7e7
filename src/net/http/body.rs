//! A request's body: bytes, files and forms, streamed, and counted as the connection accepts them.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use hyper::body::{Frame, SizeHint};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::news_gate::NewsGate;
use crate::net::journal::SendingReport;
use crate::sessions::spec::http::{BodySpec, FormPart, PartValue};
use crate::sessions::{Block, News};
use crate::wire::{Class, Direction, FailedOperation, Failure};

/// Bytes of one piece: counted at once, and read from a file at once.
const PIECE: usize = 64 * 1024;

/// A body that is ready to be sent.
#[derive(Debug)]
pub(super) struct RequestBody {
    segments: VecDeque<BodySegment>,
    length: Option<u64>,
    boundary: Option<String>,
    some: bool,
}

#[derive(Debug)]
enum BodySegment {
    Bytes(Bytes),
    File { file: File, path: PathBuf, sent: u64, length: Option<u64> },
}

impl BodySegment {
    fn length(&self) -> Option<u64> {
        match self {
            BodySegment::Bytes(bytes) => Some(bytes.len() as u64),
            BodySegment::File { length, .. } => *length,
        }
    }
}

impl RequestBody {
    /// No body.
    pub(super) fn empty() -> Self {
        RequestBody { segments: VecDeque::new(), length: Some(0), boundary: None, some: false }
    }

    /// Prepares a body from its spec, and opens its files.
    ///
    /// # Errors
    /// Fails with `Local`, the file's name and the reason if a file cannot be read.
    pub(super) async fn open(body: &BodySpec) -> Result<Self, Failure> {
        let (segments, boundary): (Vec<BodySegment>, Option<String>) = match body {
            BodySpec::None => return Ok(RequestBody::empty()),
            BodySpec::Bytes(bytes) => (vec![BodySegment::Bytes(bytes.clone())], None),
            BodySpec::File(path) => (vec![open_file(path).await?], None),
            BodySpec::Multipart(parts) => {
                let boundary = format!("sockeye-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
                (form(parts, &boundary).await?, Some(boundary))
            }
        };
        let length = segments.iter().try_fold(0_u64, |sum, segment| sum.checked_add(segment.length()?));
        Ok(RequestBody { segments: segments.into(), length, boundary, some: true })
    }

    /// Total bytes, if known before they are sent.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// A form's boundary.
    pub(super) fn boundary(&self) -> Option<&str> {
        self.boundary.as_deref()
    }

    /// Whether there is a body; it may be empty.
    pub(super) fn is_some(&self) -> bool {
        self.some
    }

    /// The body for the client library; each piece that the connection accepts is counted and recorded as sent.
    pub(super) fn into_counted(self, gate: Arc<NewsGate>) -> CountedBody {
        let length = self.length;
        let sending = (self.some && length != Some(0)).then(|| gate.journal().begin_sending(length));
        let pieces = futures_util::stream::try_unfold((self, gate), |(mut body, gate)| async move {
            let Some(piece) = body.next_piece(&gate).await.map_err(BodyFault)? else { return Ok(None) };
            let block = Block::single_piece(Direction::Sent, Instant::now(), piece.clone());
            if !gate.block(block).await {
                return Err(BodyFault(Failure::new(
                    Class::Internal,
                    FailedOperation::Send,
                    "",
                    "the exchange is over",
                )));
            }
            body.report_sent_file(&gate).await;
            Ok(Some((piece, (body, gate))))
        });
        CountedBody { pieces: Box::pin(pieces), length, sending }
    }

    /// Reads the whole body into memory, to send it repeatedly; `None` if there is none.
    ///
    /// # Errors
    /// Fails with `Usage` if it is longer than `most` bytes, and with `Local` if a file cannot be read.
    pub(super) async fn read_all(mut self, gate: &NewsGate, most: usize) -> Result<Option<Bytes>, Failure> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next_piece(gate).await? {
            if whole.len() + piece.len() > most {
                return Err(Failure::usage(format!("a body that is sent again and again holds at most {most} bytes")));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(self.some.then(|| whole.freeze()))
    }

    /// Reports a file as sent together with its last byte: the connection requests nothing after that.
    pub(super) async fn report_sent_file(&mut self, gate: &NewsGate) {
        if let Some(BodySegment::File { path, sent, length, .. }) = self.segments.front_mut()
            && *length == Some(*sent)
        {
            let news = News::FileSent { path: std::mem::take(path), bytes: *sent };
            self.segments.pop_front();
            gate.news(news).await;
        }
    }

    pub(super) async fn next_piece(&mut self, gate: &NewsGate) -> Result<Option<Bytes>, Failure> {
        loop {
            match self.segments.front_mut() {
                None => return Ok(None),
                Some(BodySegment::Bytes(bytes)) => {
                    if !bytes.is_empty() {
                        return Ok(Some(bytes.split_to(bytes.len().min(PIECE))));
                    }
                }
                Some(BodySegment::File { file, path, sent, length }) => {
                    if let Some(piece) = read_piece(file, path, *sent, *length).await? {
                        *sent += piece.len() as u64;
                        return Ok(Some(piece));
                    }
                    gate.news(News::FileSent { path: path.clone(), bytes: *sent }).await;
                }
            }
            self.segments.pop_front();
        }
    }
}

fn read_failure(path: &Path, why: impl fmt::Display) -> Failure {
    Failure::new(Class::Local, FailedOperation::Read, path.display().to_string(), why.to_string())
}

fn io_read_failure(path: &Path, error: &std::io::Error) -> Failure {
    crate::net::fault::from_io(FailedOperation::Read, path.display().to_string(), error)
}

async fn open_file(path: &Path) -> Result<BodySegment, Failure> {
    let failed = |error: std::io::Error| io_read_failure(path, &error);
    let file = File::open(path).await.map_err(failed)?;
    let about = file.metadata().await.map_err(failed)?;
    if about.is_dir() {
        return Err(read_failure(path, "it is a directory"));
    }
    let length = about.is_file().then_some(about.len());
    Ok(BodySegment::File { file, path: path.to_path_buf(), sent: 0, length })
}

/// The next piece of a file, never beyond the promised length; `None` at the end.
async fn read_piece(file: &mut File, path: &Path, sent: u64, length: Option<u64>) -> Result<Option<Bytes>, Failure> {
    let room = length.map_or(PIECE, |length| usize::try_from(length - sent).unwrap_or(PIECE).min(PIECE));
    if room == 0 {
        return Ok(None);
    }
    let mut piece = BytesMut::with_capacity(room);
    let read =
        (&mut *file).take(room as u64).read_buf(&mut piece).await.map_err(|error| io_read_failure(path, &error))?;
    match length {
        Some(length) if read == 0 => {
            Err(read_failure(path, format!("it ended after {sent} of the {length} bytes that it had at first")))
        }
        _ => Ok((read > 0).then(|| piece.freeze())),
    }
}

/// `multipart/form-data` (RFC 7578).
async fn form(parts: &[FormPart], boundary: &str) -> Result<Vec<BodySegment>, Failure> {
    let mut segments = Vec::with_capacity(parts.len() * 3 + 1);
    for part in parts {
        let name = form_data_name(&part.name);
        let mut head = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"");
        let content = match &part.value {
            PartValue::Text(text) => BodySegment::Bytes(text.clone().into()),
            PartValue::File(path) => {
                let file_name =
                    path.file_name().map(|name| form_data_name(&name.to_string_lossy())).unwrap_or_default();
                head.push_str(&format!("; filename=\"{file_name}\"\r\ncontent-type: application/octet-stream"));
                open_file(path).await?
            }
        };
        head.push_str("\r\n\r\n");
        segments.extend([BodySegment::Bytes(head.into()), content, BodySegment::Bytes(Bytes::from_static(b"\r\n"))]);
    }
    segments.push(BodySegment::Bytes(format!("--{boundary}--\r\n").into()));
    Ok(segments)
}

/// A quoted name, escaped as browsers do it (WHATWG HTML, multipart/form-data encoding algorithm).
fn form_data_name(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Why a body could not be sent; carried inside the client library's error.
#[derive(Debug)]
pub(super) struct BodyFault(pub(super) Failure);

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for BodyFault {}

type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, BodyFault>> + Send + Sync>>;

/// A body whose pieces are counted and recorded as the connection accepts them.
pub(super) struct CountedBody {
    pieces: BodyStream,
    length: Option<u64>,
    /// Until the last piece was taken, or the body is given up.
    sending: Option<SendingReport>,
}

impl hyper::body::Body for CountedBody {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let this = self.get_mut();
        let polled = this.pieces.as_mut().poll_next(cx);
        if let Poll::Ready(None | Some(Err(_))) = polled {
            this.sending = None;
        }
        polled.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.length == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::http::BodySpec;

    #[test]
    fn a_part_cannot_break_out_of_its_quotes() {
        assert_eq!(form_data_name("a\"; x=\"\r\nb"), "a%22; x=%22%0D%0Ab");
    }

    #[tokio::test]
    async fn a_directory_or_a_missing_file_is_named() {
        for (path, why) in [("/", "directory"), ("/no/such/file", "no such file")] {
            let failure = RequestBody::open(&BodySpec::File(path.into())).await.unwrap_err();
            assert_eq!((failure.class, failure.peer.as_str()), (Class::Local, path));
            assert!(failure.message.contains(why), "{failure}");
        }
    }
}
