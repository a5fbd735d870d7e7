//! The body of a response over HTTP/1.1.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;

use super::connection::HttpConnection;
use super::http1_fields::{broken_rule, broken_rules, repeated_rule, section_fields};
use super::http1_link::{Http1End, Http1Found, Http1Link};
use super::socket_tap::TapSource;
use super::upload::UploadFault;
use crate::net::http::body_frame::BodyFrame;
use crate::sessions::news::BrokenRuleNews;
use crate::wire::http1::{BodyFraming, BrokenRule, Http1Event, Http1Rule, MOST_LISTED_OF_A_RULE, SurplusCause};

/// A body that is being received, and the connection that it comes on.
pub(in crate::net::http) struct Http1Body {
    connection: Box<HttpConnection<Http1Link>>,
    framing: BodyFraming,
    is_over: bool,
    /// What was found and not yet given.
    found: VecDeque<BodyFrame>,
    surplus: Option<Surplus>,
    /// How often each rule was broken in the body's framing.
    broken: Vec<(Http1Rule, usize)>,
}

/// Bytes behind the response.
struct Surplus {
    cause: SurplusCause,
    offset: u64,
    bytes: u64,
}

impl Http1Body {
    pub(super) fn new(connection: Box<HttpConnection<Http1Link>>, framing: BodyFraming) -> Self {
        Http1Body { connection, framing, is_over: false, found: VecDeque::new(), surplus: None, broken: Vec::new() }
    }

    fn link(&mut self) -> &mut Http1Link {
        &mut self.connection.link
    }

    /// The body's length, if the head says it and nothing else decides.
    pub(in crate::net::http) fn declared_length(&self) -> Option<u64> {
        match self.framing {
            BodyFraming::Length(length) => Some(length),
            BodyFraming::Chunked
            | BodyFraming::UntilClose
            | BodyFraming::Bodiless(_)
            | BodyFraming::Tunnel(_)
            | BodyFraming::Unknown => None,
        }
    }

    /// Whether the message is over, and all of it was given.
    pub(in crate::net::http) fn is_over(&self) -> bool {
        self.is_over && self.found.is_empty()
    }

    /// The next part of the body; `None` at its end.
    ///
    /// # Errors
    /// Fails if the message is cut short or cannot be read on, or if the connection broke.
    pub(in crate::net::http) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame, Http1End>>> {
        loop {
            if let Some(frame) = self.found.pop_front() {
                return Poll::Ready(Some(Ok(frame)));
            }
            if self.is_over {
                return Poll::Ready(None);
            }
            match ready!(self.link().poll_event(cx)) {
                Ok(Some(found)) => self.on_found(found),
                Ok(None) => self.end(),
                Err(end) => return Poll::Ready(Some(Err(end))),
            }
        }
    }

    /// The next part of the body that was already read; `None` if there is none.
    ///
    /// # Errors
    /// As [`Http1Body::poll_frame`].
    pub(in crate::net::http) fn buffered_frame(&mut self) -> Result<Option<BodyFrame>, Http1End> {
        while self.found.is_empty() && !self.is_over {
            match self.link().buffered_event().map_err(Http1End::Message)? {
                Some(found) => self.on_found(found),
                None => break,
            }
        }
        Ok(self.found.pop_front())
    }

    fn on_found(&mut self, (event, input): Http1Found) {
        match event {
            Http1Event::Body(piece) => self.found.push_back(BodyFrame::Data(input.slice(piece.range))),
            Http1Event::Trailers(section) => {
                self.found.push_back(BodyFrame::Trailers(section_fields(&section)));
                self.found.extend(broken_rules(&section).map(BodyFrame::Broken));
            }
            Http1Event::Broken(broken) => self.on_broken(&broken),
            Http1Event::Surplus(piece) => {
                let bytes = piece.range.len() as u64;
                match &mut self.surplus {
                    Some(surplus) => surplus.bytes += bytes,
                    None => self.surplus = Some(Surplus { cause: piece.cause, offset: piece.offset, bytes }),
                }
            }
            Http1Event::End(_) => self.end(),
            Http1Event::Tunnel { offset, .. } => {
                let rest = self.link().take_rest().len();
                if rest > 0 {
                    self.found.push_back(BodyFrame::Broken(BrokenRuleNews::new(
                        "bytes behind the answer that ended HTTP are not read",
                        "RFC 9110 §7.8",
                        offset,
                        rest as u64,
                    )));
                }
                self.end();
            }
            Http1Event::Interim(_) | Http1Event::Head(_) | Http1Event::Headless(_) | Http1Event::Chunk(_) => {}
        }
    }

    /// Tells the first breaches of a rule; the others are counted, as there can be one in each chunk.
    fn on_broken(&mut self, broken: &BrokenRule) {
        let position = self.broken.iter().position(|(rule, _)| *rule == broken.rule);
        let index = position.unwrap_or_else(|| {
            self.broken.push((broken.rule, 0));
            self.broken.len() - 1
        });
        let count = &mut self.broken[index].1;
        *count += 1;
        if *count <= MOST_LISTED_OF_A_RULE {
            self.found.push_back(BodyFrame::Broken(broken_rule(broken)));
        }
    }

    /// The message is over: says what else was read behind it.
    fn end(&mut self) {
        self.is_over = true;
        while let Ok(Some(found)) = self.link().buffered_event() {
            self.on_found(found);
        }
        let offset = self.link().offset();
        let counts = std::mem::take(&mut self.broken).into_iter();
        self.found.extend(counts.filter_map(|(rule, count)| repeated_rule(rule, count, offset)).map(BodyFrame::Broken));
        if let Some(Surplus { cause, offset, bytes }) = self.surplus.take() {
            self.found.push_back(BodyFrame::Broken(BrokenRuleNews::new(
                format!("{}; so many were read", cause.words()),
                cause.section(),
                offset,
                bytes,
            )));
        }
    }

    /// The socket to read from, and how many bytes of the body are to come on it that need no reader.
    pub(in crate::net::http) fn raw_body(&mut self) -> Option<(TapSource, u64)> {
        if !self.found.is_empty() || self.is_over {
            return None;
        }
        self.link().raw_body().map(|(source, bytes)| (source.clone(), bytes))
    }

    /// Counts bytes of the body that were read from the socket itself.
    pub(in crate::net::http) fn pass_body(&mut self, bytes: u64) {
        self.link().pass_body(bytes);
    }

    /// What was read and could not be understood, and its offset.
    pub(in crate::net::http) fn take_not_understood(&mut self, end: &Http1End) -> (u64, Bytes) {
        self.link().take_not_understood(end)
    }

    /// Goes on sending the request; ready once it is sent, or cannot be sent on.
    pub(in crate::net::http) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.link().poll_sent(cx)
    }

    /// When the request was sent to its end, once.
    pub(in crate::net::http) fn take_sent_at(&mut self) -> Option<Instant> {
        self.link().take_sent_at()
    }

    /// Why the request was not sent to its end, now that the response is whole: stops sending it.
    pub(in crate::net::http) fn take_upload_fault(&mut self) -> Option<UploadFault> {
        let link = self.link();
        let was_sending = link.is_sending();
        link.give_up_upload();
        link.take_upload_fault().or(was_sending.then_some(UploadFault::GivenUp))
    }

    /// The connection, for another request.
    pub(in crate::net::http) fn into_connection(self) -> Box<HttpConnection<Http1Link>> {
        self.connection
    }
}
