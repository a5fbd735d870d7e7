//! A response whose head has arrived and whose body follows, over a connection of our own or through a proxy.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use http::header::HeaderMap;
use hyper::body::{Body, Frame, Incoming};
use url::Url;

use super::body_frame::{BodyFailure, BodyFrame};
use super::fault::{self, TransferStage};
use super::own::socket_tap::TapSource;
use super::own::{Http1Body, Http1End, Http2Link, HttpConnection, OpenConnection, UploadFault};
use crate::sessions::news::BrokenRuleNews;
use crate::text::latin1::utf8_or_latin1;
use crate::text::sanitize::quoted;
use crate::wire::http::head::ResponseHead;
use crate::wire::http1::{Http1Error, Http1Fault};

/// A response in progress.
pub(super) struct HttpResponse {
    head: ResponseHead,
    body: ResponseBody,
    url: String,
    times: ResponseTimes,
}

/// When a response was asked for, and when its first byte came.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseTimes {
    pub(super) asked: Instant,
    pub(super) first_byte: Instant,
}

/// What brings the body.
enum ResponseBody {
    /// Our own machine.
    Http1(Http1Body),
    /// hyper, on a connection of our own.
    Http2(Box<HttpConnection<Http2Link>>, Incoming),
    /// reqwest, on its own connection.
    Proxied(reqwest::Body),
}

/// The head that a library read.
fn library_head(head: &http::response::Parts, after: Duration, peer: Option<SocketAddr>) -> ResponseHead {
    let reason = match head.extensions.get::<hyper::ext::ReasonPhrase>() {
        Some(own) => utf8_or_latin1(own.as_bytes()).into_owned(),
        None if head.version >= http::Version::HTTP_2 => String::new(),
        None => head.status.canonical_reason().unwrap_or_default().into(),
    };
    ResponseHead {
        version: version_name(head.version),
        status: head.status.as_u16(),
        reason,
        headers: fields(&head.headers),
        after,
        peer,
    }
}

impl HttpResponse {
    /// A response over HTTP/1.1 on a connection of our own.
    pub(super) fn from_http1(head: ResponseHead, body: Http1Body, url: &Url, times: ResponseTimes) -> Self {
        HttpResponse { head, body: ResponseBody::Http1(body), url: url.to_string(), times }
    }

    /// A response over HTTP/2 on a connection of our own, whose head has just arrived.
    pub(super) fn from_http2(
        connection: Box<HttpConnection<Http2Link>>,
        answer: Response<Incoming>,
        url: &Url,
        asked: Instant,
    ) -> Self {
        let (head, body) = answer.into_parts();
        let head = library_head(&head, asked.elapsed(), connection.peer());
        let times = ResponseTimes { asked, first_byte: Instant::now() };
        HttpResponse { head, body: ResponseBody::Http2(connection, body), url: url.to_string(), times }
    }

    /// A response through a proxy, whose head has just arrived.
    pub(super) fn from_proxied(answer: reqwest::Response, asked: Instant) -> Self {
        let (peer, url) = (answer.remote_addr(), answer.url().to_string());
        let (head, body) = Response::<reqwest::Body>::from(answer).into_parts();
        let times = ResponseTimes { asked, first_byte: Instant::now() };
        HttpResponse { head: library_head(&head, asked.elapsed(), peer), body: ResponseBody::Proxied(body), url, times }
    }

    /// The head, for display.
    pub(super) fn head(&self) -> &ResponseHead {
        &self.head
    }

    pub(super) fn status(&self) -> u16 {
        self.head.status
    }

    /// The values of the fields of this name, which is compared without regard to case.
    pub(super) fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        let named = self.head.headers.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice())
    }

    /// The body's length from the head; `None` if the response has no body, whatever its head says.
    pub(super) fn declared_length(&self) -> Option<u64> {
        let size = match &self.body {
            ResponseBody::Http1(body) => return body.declared_length(),
            ResponseBody::Http2(_, body) => body.size_hint(),
            ResponseBody::Proxied(body) => body.size_hint(),
        };
        // hyper knows the request's method, and gives the response to a HEAD an exact size of 0.
        let said: u64 = std::str::from_utf8(self.values("content-length").next()?).ok()?.trim().parse().ok()?;
        (said == 0 || size.exact() != Some(0)).then_some(said)
    }

    /// The socket, if the rest of the response on it is exactly this many raw bytes and nothing is sent any more.
    pub(super) fn raw_body(&mut self) -> Option<(TapSource, u64)> {
        match &mut self.body {
            ResponseBody::Http1(body) => body.raw_body(),
            ResponseBody::Http2(..) | ResponseBody::Proxied(_) => None,
        }
    }

    /// Counts bytes of the body that were read from the socket itself.
    pub(super) fn pass_body(&mut self, bytes: u64) {
        if let ResponseBody::Http1(body) = &mut self.body {
            body.pass_body(bytes);
        }
    }

    /// The next part of the body; `None` at its end.
    ///
    /// # Errors
    /// Fails if the body is not what its head promised, or if the connection broke.
    pub(super) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
        stage: impl FnOnce() -> TransferStage,
    ) -> Poll<Option<Result<BodyFrame, BodyFailure>>> {
        match &mut self.body {
            ResponseBody::Http1(body) => body
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map_err(|end| failed(body, end, &self.url, stage())))),
            ResponseBody::Http2(connection, body) => {
                let link = &mut connection.link;
                link.poll_connection(cx);
                Pin::new(body).poll_frame(cx).map(|frame| {
                    // An empty frame is no progress: HTTP/2 allows any number of them.
                    if let Some(Ok(frame)) = &frame
                        && frame.data_ref().is_none_or(|piece| !piece.is_empty())
                    {
                        link.on_progress();
                    }
                    frame.map(|frame| {
                        let failure = |error| fault::from_hyper(&link.root_error(error), &self.url, stage());
                        frame.map(into_frame).map_err(|error| failure(error).into())
                    })
                })
            }
            ResponseBody::Proxied(body) => Pin::new(body).poll_frame(cx).map(|frame| {
                frame.map(|frame| {
                    frame.map(into_frame).map_err(|error| fault::failure(&error, &self.url, stage()).into())
                })
            }),
        }
    }

    /// The next part of the body that was already read; `None` if there is none.
    ///
    /// # Errors
    /// As [`HttpResponse::poll_frame`].
    pub(super) fn buffered_frame(&mut self, stage: TransferStage) -> Result<Option<BodyFrame>, BodyFailure> {
        match &mut self.body {
            ResponseBody::Http1(body) => body.buffered_frame().map_err(|end| failed(body, end, &self.url, stage)),
            ResponseBody::Http2(..) | ResponseBody::Proxied(_) => Ok(None),
        }
    }

    /// Goes on sending the request; ready once it is sent, or cannot be sent on.
    pub(super) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.body {
            ResponseBody::Http1(body) => body.poll_sent(cx),
            ResponseBody::Http2(..) | ResponseBody::Proxied(_) => Poll::Ready(()),
        }
    }

    /// When the request was sent to its end, once; `None` if it was told, is not known, or is still being sent.
    pub(super) fn take_sent_at(&mut self) -> Option<Instant> {
        match &mut self.body {
            ResponseBody::Http1(body) => body.take_sent_at(),
            ResponseBody::Http2(..) | ResponseBody::Proxied(_) => None,
        }
    }

    /// When it was asked for, and when its first byte came; of a library's, when its head was read.
    pub(super) fn times(&self) -> ResponseTimes {
        self.times
    }

    /// Why the request was not sent to its end, now that the response is whole; stops sending it.
    pub(super) fn take_upload_fault(&mut self) -> Option<UploadFault> {
        match &mut self.body {
            ResponseBody::Http1(body) => body.take_upload_fault(),
            ResponseBody::Http2(..) | ResponseBody::Proxied(_) => None,
        }
    }

    /// Whether the body is over, as far as known without reading more of it.
    fn is_over(&self) -> bool {
        match &self.body {
            ResponseBody::Http1(body) => body.is_over(),
            ResponseBody::Http2(_, body) => body.is_end_stream(),
            ResponseBody::Proxied(body) => body.is_end_stream(),
        }
    }

    /// Reads and discards a body of at most `most` bytes, and returns the connection for another request. `None` if it
    /// cannot be reused, or is not our own.
    pub(super) async fn spare_link(mut self, most: u64) -> Option<OpenConnection> {
        let mut passed = 0;
        while !self.is_over() {
            let stage = || TransferStage::Body { arrived: passed, promised: None };
            let frame = std::future::poll_fn(|cx| self.poll_frame(cx, stage)).await;
            match frame {
                None => break,
                Some(Ok(BodyFrame::Data(piece))) => passed += piece.len() as u64,
                Some(Ok(BodyFrame::Trailers(_) | BodyFrame::Broken(_))) => {}
                Some(Err(_)) => return None,
            }
            if passed > most {
                return None;
            }
        }
        match self.body {
            ResponseBody::Http1(body) => Some(OpenConnection::Http1(body.into_connection())),
            ResponseBody::Http2(connection, _) => Some(OpenConnection::Http2(connection)),
            ResponseBody::Proxied(_) => None,
        }
    }
}

/// The failure of a body, and what came last and is no part of it.
fn failed(body: &mut Http1Body, end: Http1End, url: &str, stage: TransferStage) -> BodyFailure {
    let (offset, came) = body.take_not_understood(&end);
    let (rule, section) = match &end {
        Http1End::Message(Http1Error { fault: Http1Fault::Refused(refusal), .. }) => {
            (refusal.words(), refusal.section())
        }
        Http1End::Message(_) | Http1End::Io(_) | Http1End::Body(_) => {
            ("what came last is no part of the body", "RFC 9112 §7.1")
        }
    };
    let rule = || format!("{rule}: {}", quoted(&utf8_or_latin1(&came)));
    let told = || BrokenRuleNews::new(rule(), section, offset, came.len() as u64);
    let not_understood = (!came.is_empty()).then(|| Box::new(told()));
    BodyFailure { failure: fault::from_http1(end, url, stage), not_understood }
}

/// A part of a body that a library read.
fn into_frame(frame: Frame<Bytes>) -> BodyFrame {
    match frame.into_data() {
        Ok(piece) => BodyFrame::Data(piece),
        Err(other) => BodyFrame::Trailers(other.trailers_ref().map(fields).unwrap_or_default()),
    }
}

/// Header or trailer fields, in order.
pub(super) fn fields(map: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    map.iter().map(|(name, value)| (name.as_str().to_string(), value.as_bytes().to_vec())).collect()
}

/// The version as RFC 9110 §2.5 and RFC 9113 §8.3.1 name it: HTTP/2 has no minor version.
fn version_name(version: http::Version) -> String {
    match version {
        http::Version::HTTP_2 => "HTTP/2".to_owned(),
        http::Version::HTTP_3 => "HTTP/3".to_owned(),
        other => format!("{other:?}"),
    }
}
