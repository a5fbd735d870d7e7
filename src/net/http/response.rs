//! A response whose head has arrived and whose body follows, over a connection of our own or through a proxy.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use http::{Response, StatusCode, response};
use hyper::body::{Body, Frame, Incoming};

use super::fault::{self, TransferStage};
use super::own::HttpConnection;
use crate::net::http::own::socket_tap::TapSource;
use crate::wire::Failure;
use crate::wire::http::head::ResponseHead;

/// A response in progress.
pub(super) struct HttpResponse {
    head: response::Parts,
    peer: Option<SocketAddr>,
    body: ResponseBody,
    url: String,
}

enum ResponseBody {
    Own(Box<HttpConnection>, Incoming),
    Proxied(reqwest::Body),
}

impl HttpResponse {
    /// A response over a connection of our own.
    pub(super) fn from_connection(link: Box<HttpConnection>, answer: Response<Incoming>, url: &str) -> Self {
        let (head, body) = answer.into_parts();
        HttpResponse { head, peer: link.peer(), body: ResponseBody::Own(link, body), url: url.to_owned() }
    }

    /// A response through a proxy.
    pub(super) fn from_proxied(answer: reqwest::Response) -> Self {
        let (peer, url) = (answer.remote_addr(), answer.url().to_string());
        let (head, body) = Response::<reqwest::Body>::from(answer).into_parts();
        HttpResponse { head, peer, body: ResponseBody::Proxied(body), url }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.head.status
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The body's length from the head; `None` if the response has no body, whatever its head says.
    pub(super) fn declared_length(&self) -> Option<u64> {
        // hyper knows the request's method, and gives the response to a HEAD an exact size of 0.
        let said: u64 = self.head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()?;
        let size = match &self.body {
            ResponseBody::Own(_, body) => body.size_hint(),
            ResponseBody::Proxied(body) => body.size_hint(),
        };
        (said == 0 || size.exact() != Some(0)).then_some(said)
    }

    /// The socket, if the rest of the response on it is exactly this many raw bytes.
    pub(super) fn raw_body_source(&self) -> Option<(TapSource, u64)> {
        let ResponseBody::Own(link, _) = &self.body else { return None };
        let promised = self.declared_length().filter(|_| !self.head.headers.contains_key(TRANSFER_ENCODING))?;
        Some((link.source()?.clone(), promised))
    }

    /// The head for display.
    pub(super) fn to_head(&self, after: Duration) -> ResponseHead {
        let head = &self.head;
        let reason = match head.extensions.get::<hyper::ext::ReasonPhrase>() {
            Some(own) => String::from_utf8_lossy(own.as_bytes()).into_owned(),
            None if head.version >= http::Version::HTTP_2 => String::new(),
            None => head.status.canonical_reason().unwrap_or_default().into(),
        };
        ResponseHead {
            version: version_name(head.version),
            status: head.status.as_u16(),
            reason,
            headers: fields(&head.headers),
            after,
            peer: self.peer,
        }
    }

    /// The next piece of the body, or the trailer fields; `None` at its end.
    ///
    /// # Errors
    /// Fails if the body is not what its head promised, or if the connection broke.
    pub(super) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
        stage: impl FnOnce() -> TransferStage,
    ) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut self.body {
            ResponseBody::Own(link, body) => {
                link.poll_connection(cx);
                Pin::new(body).poll_frame(cx).map(|frame| {
                    // An empty frame is no progress: HTTP/2 allows any number of them.
                    if let Some(Ok(frame)) = &frame
                        && frame.data_ref().is_none_or(|piece| !piece.is_empty())
                    {
                        link.on_progress();
                    }
                    frame.map(|frame| {
                        frame.map_err(|error| fault::from_hyper(&link.root_error(error), &self.url, stage()))
                    })
                })
            }
            ResponseBody::Proxied(body) => Pin::new(body)
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map_err(|error| fault::failure(&error, &self.url, stage())))),
        }
    }

    /// Whether the body is over, as far as known without reading more of it.
    fn is_over(&self) -> bool {
        match &self.body {
            ResponseBody::Own(_, body) => body.is_end_stream(),
            ResponseBody::Proxied(body) => body.is_end_stream(),
        }
    }

    /// Reads and discards a body of at most `most` bytes, and returns the connection for another request. `None` if it
    /// cannot be reused, or is not our own.
    pub(super) async fn spare_link(mut self, most: u64) -> Option<Box<HttpConnection>> {
        let mut passed = 0;
        while !self.is_over() {
            let stage = || TransferStage::Body { arrived: passed, promised: None };
            let frame = std::future::poll_fn(|cx| self.poll_frame(cx, stage)).await;
            match frame {
                None => break,
                Some(Ok(frame)) => passed += frame.data_ref().map_or(0, |piece| piece.len() as u64),
                Some(Err(_)) => return None,
            }
            if passed > most {
                return None;
            }
        }
        match self.body {
            ResponseBody::Own(link, _) => Some(link),
            ResponseBody::Proxied(_) => None,
        }
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
