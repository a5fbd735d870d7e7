//! HTTP/1.1 on one connection, read and written by our own machine ([`crate::wire::http1`]).
//!
//! Reading and writing go on at the same time: a response that comes before the request is out is read all the same, and
//! an error of a write ends nothing as long as there is something to read.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadHalf, WriteHalf};
use tokio::sync::oneshot;

use super::socket_tap::TapSource;
use super::upload::{Upload, UploadFault};
use crate::wire::Failure;
use crate::wire::http1::{ExpectedResponse, Http1Error, Http1Event, ReadingPlace, ResponseReader, StatusLine};

/// How many bytes one read takes at most.
const READ_BYTES: usize = 64 * 1024;

/// A stream that carries HTTP: a socket, or TLS on one.
pub(super) trait HttpStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> HttpStream for S {}

type BoxedStream = Box<dyn HttpStream>;

/// The sending of a request, which gives the writing half back.
type UploadFuture = BoxFuture<'static, (WriteHalf<BoxedStream>, Result<(), UploadFault>)>;

/// Why a connection gave no more of a response.
#[derive(Debug)]
pub(in crate::net::http) enum Http1End {
    /// A read failed, or the connection had already failed when we wrote.
    Io(io::Error),
    /// The message cannot be read on, or the peer's FIN cut it short.
    Message(Http1Error),
    /// The request's body could not be read.
    Body(Failure),
}

/// An event, and the input in which it lies.
pub(super) type Http1Found = (Http1Event<StatusLine>, Bytes);

/// A connection that speaks HTTP/1.1.
pub(in crate::net::http) struct Http1Link {
    read: ReadHalf<BoxedStream>,
    /// `None` while a request is being sent, and after that failed.
    write: Option<WriteHalf<BoxedStream>>,
    upload: Option<UploadFuture>,
    /// Why the last request was not sent to its end.
    upload_fault: Option<UploadFault>,
    /// Lets a body come that waits for `100 Continue`.
    permission: Option<oneshot::Sender<()>>,
    reader: ResponseReader,
    /// What was read and not yet understood.
    input: BytesMut,
    /// When the request was sent to its end, until it was told.
    sent_at: Option<Instant>,
    /// When the first byte came since the request was begun.
    first_byte_at: Option<Instant>,
    /// The peer's FIN came.
    is_finished: bool,
    /// The socket itself.
    source: TapSource,
    /// No TLS is on the socket: its bytes are those of HTTP.
    is_plain: bool,
}

impl Http1Link {
    pub(super) fn new(stream: BoxedStream, source: TapSource, is_plain: bool) -> Self {
        let (read, write) = tokio::io::split(stream);
        Http1Link {
            read,
            write: Some(write),
            upload: None,
            upload_fault: None,
            permission: None,
            reader: ResponseReader::new(),
            input: BytesMut::new(),
            sent_at: None,
            first_byte_at: None,
            is_finished: false,
            source,
            is_plain,
        }
    }

    /// Whether another request can use the connection, as far as known without reading.
    fn is_idle(&self) -> bool {
        self.reader.is_reusable() && self.write.is_some() && self.input.is_empty() && !self.is_finished
    }

    /// Whether another request can use the connection: nothing came on it since the last response, not even a FIN.
    pub(super) fn poll_idle(&mut self, cx: &mut Context<'_>) -> bool {
        self.is_idle() && self.poll_event(cx).is_pending() && self.is_idle()
    }

    /// Begins to send a request. [`Http1Link::poll_event`] goes on with it.
    pub(super) fn begin(
        &mut self,
        upload: Upload,
        permission: Option<oneshot::Sender<()>>,
        expected: ExpectedResponse,
    ) {
        self.reader.expect(expected);
        self.first_byte_at = None;
        self.permission = permission;
        let Some(mut write) = self.write.take() else { return };
        self.upload = Some(Box::pin(async move {
            let sent = upload.run(&mut write).await;
            (write, sent)
        }));
    }

    /// Lets the body come that waits for `100 Continue`.
    pub(super) fn permit_body(&mut self) {
        if let Some(permission) = self.permission.take() {
            // Whoever waited may have lost patience.
            permission.send(()).unwrap_or_default();
        }
    }

    /// The final response has come: a body that still waits for `100 Continue` is not sent.
    pub(super) fn on_final_head(&mut self) {
        self.permission = None;
    }

    /// Why the request was not sent to its end, once; `None` if it was, or still is being sent.
    pub(super) fn take_upload_fault(&mut self) -> Option<UploadFault> {
        self.upload_fault.take()
    }

    /// Whether a request is still being sent.
    pub(in crate::net::http) fn is_sending(&self) -> bool {
        self.upload.is_some()
    }

    /// Goes on sending the request; ready once it is sent, or cannot be sent on.
    pub(super) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_upload(cx);
        if self.is_sending() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// When the request was sent to its end, once.
    pub(super) fn take_sent_at(&mut self) -> Option<Instant> {
        self.sent_at.take()
    }

    /// When the first byte came since the request was begun.
    pub(super) fn first_byte_at(&self) -> Option<Instant> {
        self.first_byte_at
    }

    /// Stops sending the request.
    pub(super) fn give_up_upload(&mut self) {
        self.upload = None;
    }

    /// The next event in what was already read.
    ///
    /// # Errors
    /// Fails if the message cannot be read on.
    pub(super) fn buffered_event(&mut self) -> Result<Option<Http1Found>, Http1Error> {
        let (taken, found) = self.reader.read(&self.input);
        let input = self.input.split_to(taken).freeze();
        found.map(|event| event.map(|event| (event, input)))
    }

    /// The next event; sends what waits to be sent, and reads more as needed. `None` at the peer's FIN if no message is
    /// cut short by it.
    ///
    /// # Errors
    /// Fails if the message cannot be read on or is cut short, or if the connection broke.
    pub(super) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Http1Found>, Http1End>> {
        loop {
            self.poll_upload(cx);
            if let Some(found) = self.buffered_event().map_err(Http1End::Message)? {
                return Poll::Ready(Ok(Some(found)));
            }
            if let Some(UploadFault::Body(failure)) = &self.upload_fault {
                return Poll::Ready(Err(Http1End::Body(failure.clone())));
            }
            if self.is_finished {
                let last = self.reader.finish().map_err(Http1End::Message)?;
                return Poll::Ready(Ok(last.map(|event| (event, Bytes::new()))));
            }
            let read = ready!(self.poll_read(cx)).map_err(Http1End::Io)?;
            self.is_finished = read == 0;
            if read > 0 {
                self.first_byte_at.get_or_insert_with(Instant::now);
            }
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.input.reserve(READ_BYTES);
        let read = ready!(pin!(self.read.read_buf(&mut self.input)).poll(cx));
        match (read, self.source.first_error()) {
            // The kernel gave the RST to another call, and ends the reads as if a FIN had come.
            (Ok(0) | Err(_), Some(error)) => Poll::Ready(Err(error)),
            (read, _) => Poll::Ready(read),
        }
    }

    fn poll_upload(&mut self, cx: &mut Context<'_>) {
        let Some(upload) = &mut self.upload else { return };
        if let Poll::Ready((write, sent)) = Pin::new(upload).poll(cx) {
            self.upload = None;
            match sent {
                Ok(()) => {
                    self.write = Some(write);
                    self.sent_at = Some(Instant::now());
                }
                Err(fault) => self.upload_fault = Some(fault),
            }
        }
    }

    /// The socket to read from, and how many bytes of the body are to come on it that need no reader.
    pub(in crate::net::http) fn raw_body(&self) -> Option<(&TapSource, u64)> {
        let is_next = self.is_plain && self.input.is_empty() && self.upload.is_none();
        is_next.then_some(&self.source).zip(self.reader.body_remaining())
    }

    /// Counts bytes of the body that were read from the socket itself.
    pub(in crate::net::http) fn pass_body(&mut self, bytes: u64) {
        self.reader.pass_body(bytes);
    }

    /// What was read behind the answer that ended HTTP.
    pub(super) fn take_rest(&mut self) -> Bytes {
        self.input.split().freeze()
    }

    /// The offset of the next byte that is read, from the first byte of the connection.
    pub(super) fn offset(&self) -> u64 {
        self.reader.offset()
    }

    /// Whether no byte of the awaited response has come.
    pub(super) fn awaits_first_byte(&self) -> bool {
        self.reader.place() == ReadingPlace::BeforeHead { interim: 0 }
    }

    /// What was read and could not be understood, or not to its end, and its offset.
    pub(super) fn take_not_understood(&mut self, end: &Http1End) -> (u64, Bytes) {
        let rest = self.input.split().freeze();
        let came = match end {
            Http1End::Message(error) => error.came.clone(),
            // A head that was begun is given at the end only.
            Http1End::Io(_) => self.reader.finish().err().map(|error| error.came).unwrap_or_default(),
            Http1End::Body(_) => Bytes::new(),
        };
        let offset = self.reader.offset().saturating_sub(came.len() as u64);
        (offset, if came.is_empty() { rest } else { [came, rest].concat().into() })
    }
}
