//! One request over HTTP/1.1, to the head of its response.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::oneshot;
use url::Url;

use super::connection::HttpConnection;
use super::http1_body::Http1Body;
use super::http1_fields::{broken_rules, section_fields};
use super::http1_link::{Http1End, Http1Found, Http1Link};
use super::upload::Upload;
use crate::net::http::body::RequestBody;
use crate::net::http::exchange::{ExchangeTask, HopRequest};
use crate::net::http::fault::{self, TransferStage, too_many_interim};
use crate::net::http::headers;
use crate::net::http::request_fields::RequestFields;
use crate::net::http::response::{HttpResponse, ResponseTimes};
use crate::sessions::news::{HttpNews, HttpPhase};
use crate::sessions::spec::http::{MOST_ACCEPTED_INTERIM, MOST_INTERIM};
use crate::sessions::{Block, News};
use crate::text::latin1::utf8_or_latin1;
use crate::text::sanitize::quoted;
use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};
use crate::wire::http1::{
    CodingName, ExpectedResponse, FieldText, Http1Event, Http1Fault, Http1Head, Http1Version, ReadingPlace,
    RequestKind, RequestText, StatusLine,
};
use crate::wire::{Class, Direction, FailedOperation, Failure, FailureReason};

/// Where a connection ends that was closed before a byte of the response.
const NOTHING_CAME: ReadingPlace = ReadingPlace::BeforeHead { interim: 0 };

/// How much is shown of what came and could not be understood.
const MOST_SHOWN_BYTES: usize = 1024;

/// Why a request has no response.
#[derive(Debug)]
pub(in crate::net::http) struct Unanswered {
    /// The failure.
    pub(in crate::net::http) failure: Failure,
    /// The connection broke or ended before a byte of a response came.
    pub(in crate::net::http) nothing_came: bool,
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Unanswered { failure, nothing_came: false }
    }
}

impl ExchangeTask {
    /// Sends a request on this connection, and waits for the head of its response. The request's
    /// body may still be sent when the head has come.
    ///
    /// # Errors
    /// Fails if the request cannot be written, if the connection broke, or if what came cannot be read.
    pub(in crate::net::http) async fn request_http1(
        &self,
        mut connection: Box<HttpConnection<Http1Link>>,
        hop: &HopRequest,
        body: RequestBody,
        fields: RequestFields,
    ) -> Result<HttpResponse, Unanswered> {
        let link = &mut connection.link;
        let fields = with_framing(fields, &hop.url, &body);
        let (upload, permission) = self.upload(hop, body, &fields)?;
        let told = RequestHead {
            method: hop.method.to_string(),
            url: hop.text(),
            headers: fields.as_slice().to_vec(),
            body_bytes: upload.body.length(),
        };
        self.gate.news(News::Http(HttpNews::Request(told))).await;
        let began = Instant::now();
        let request = if hop.method == http::Method::HEAD { RequestKind::Head } else { RequestKind::Other };
        link.begin(upload, permission, ExpectedResponse { request, asked_upgrade: fields.contains("upgrade") });
        let head = self.response_head(link, &hop.url, began).await?;
        link.on_final_head();
        let times = ResponseTimes { asked: began, first_byte: link.first_byte_at().unwrap_or(began) };
        let shown = ResponseHead {
            version: utf8_or_latin1(head.version_text()).into_owned(),
            status: head.start.status,
            reason: utf8_or_latin1(head.reason()).into_owned(),
            headers: section_fields(&head.section),
            after: began.elapsed(),
            peer: connection.peer(),
        };
        self.gate.news(News::Http(HttpNews::Response(shown.clone()))).await;
        let response = HttpResponse::from_http1(shown, Http1Body::new(connection, head.framing), &hop.url, times);
        if let Some(coding) = head.codings.iter().find(|coding| coding.name != CodingName::Chunked) {
            let name = quoted(&utf8_or_latin1(&head.section.bytes()[coding.range.clone()]));
            let why = format!("transfer coding {name} is not undone: the body is shown as it came");
            let failure = Failure::new(Class::Protocol, FailedOperation::Decode, hop.url.as_str(), why);
            self.gate.news(News::Warned(failure)).await;
        }
        for broken in broken_rules(&head.section) {
            self.gate.news(News::Http(HttpNews::BrokenRule(broken))).await;
        }
        Ok(response)
    }

    /// The request as it is to be sent, and what lets its body come if that waits for `100 Continue`.
    fn upload(
        &self,
        hop: &HopRequest,
        body: RequestBody,
        fields: &RequestFields,
    ) -> Result<(Upload, Option<oneshot::Sender<()>>), Failure> {
        let texts: Vec<FieldText<'_>> =
            fields.as_slice().iter().map(|(name, value)| FieldText { name: name.as_bytes(), value }).collect();
        let text = RequestText {
            method: hop.method.as_str().as_bytes(),
            target: hop.target.as_bytes(),
            version: Http1Version::V1_1,
            fields: &texts,
        };
        let head = text.write().map_err(|error| Failure::usage(error.to_string()))?.bytes;
        let waits = body.is_some() && has_token(fields, "expect", "100-continue");
        let (permit, permission) = waits.then(oneshot::channel).unzip();
        let is_chunked = has_token(fields, "transfer-encoding", "chunked");
        Ok((Upload { head, body, is_chunked, permission, gate: Arc::clone(&self.gate) }, permit))
    }

    async fn response_head(
        &self,
        link: &mut Http1Link,
        url: &Url,
        began: Instant,
    ) -> Result<Box<Http1Head<StatusLine>>, Unanswered> {
        let mut heard = 0;
        let mut sent = began;
        let mut waits = true;
        loop {
            let found = match std::future::poll_fn(|cx| poll_heard(link, cx)).await {
                Heard::Sent(at) => {
                    sent = at;
                    self.gate.phase(HttpPhase::Send, began, at).await;
                    continue;
                }
                Heard::Found(Ok(found)) => found,
                Heard::Found(Err(end)) => return Err(self.unanswered(link, end, url).await),
            };
            if let Some(first) = link.first_byte_at().filter(|_| std::mem::take(&mut waits)) {
                self.gate.phase(HttpPhase::Wait, sent, first).await;
            }
            match found {
                Some((Http1Event::Interim(head), _)) => {
                    heard += 1;
                    if head.start.status == 100 {
                        link.permit_body();
                    }
                    if heard <= MOST_INTERIM {
                        let interim = interim_head(&head, began);
                        self.gate.news(News::Http(HttpNews::Interim(interim))).await;
                    }
                    if heard > MOST_ACCEPTED_INTERIM {
                        return Err(too_many_interim(url.as_str()).into());
                    }
                }
                Some((Http1Event::Head(head), _)) => return Ok(head),
                Some(_) => {}
                None => {
                    let end = Http1End::Io(std::io::ErrorKind::UnexpectedEof.into());
                    return Err(self.unanswered(link, end, url).await);
                }
            }
        }
    }

    /// Keeps the beginning of what came and is no response, and says why.
    async fn unanswered(&self, link: &mut Http1Link, end: Http1End, url: &Url) -> Unanswered {
        let nothing_came = match &end {
            Http1End::Io(_) => link.awaits_first_byte(),
            Http1End::Message(error) => error.fault == Http1Fault::CutShort(NOTHING_CAME),
            Http1End::Body(_) => false,
        };
        let (_, came) = link.take_not_understood(&end);
        let nothing_came = nothing_came && came.is_empty();
        self.show_not_understood(came).await;
        let mut failure = fault::from_http1(end, url.as_str(), TransferStage::Head);
        if nothing_came && failure.reason == Some(FailureReason::ResponseCutOff) {
            failure.reason = Some(FailureReason::ClosedWithoutResponse);
            failure.message = "the peer closed the connection without a response".to_owned();
        }
        Unanswered { failure, nothing_came }
    }

    /// Keeps the beginning of what came and is no response.
    async fn show_not_understood(&self, came: Bytes) {
        if !came.is_empty() {
            let shown = came.slice(..came.len().min(MOST_SHOWN_BYTES));
            self.gate.block(Block::single_piece(Direction::Received, Instant::now(), shown)).await;
        }
    }
}

/// What is waited for until a response's head has come.
enum Heard {
    /// The request was sent to its end.
    Sent(Instant),
    /// An event, or why there is none.
    Found(Result<Option<Http1Found>, Http1End>),
}

fn poll_heard(link: &mut Http1Link, cx: &mut Context<'_>) -> Poll<Heard> {
    let _goes_on = link.poll_sent(cx);
    match link.take_sent_at() {
        Some(at) => Poll::Ready(Heard::Sent(at)),
        None => link.poll_event(cx).map(Heard::Found),
    }
}

/// The fields with those that a message needs: Host in front (RFC 9110 §7.2), and how the end of the body is known.
fn with_framing(mut fields: RequestFields, url: &Url, body: &RequestBody) -> RequestFields {
    if !fields.contains("host") {
        fields.prepend("Host", headers::host(url));
    }
    if body.length().is_none() && !fields.contains("content-length") && !fields.contains("transfer-encoding") {
        fields.append("Transfer-Encoding", "chunked");
    }
    fields
}

/// Whether a field's list has this element, whatever its case.
fn has_token(fields: &RequestFields, name: &str, token: &str) -> bool {
    let value = fields.get(name).unwrap_or_default();
    value.split(|byte| *byte == b',').any(|element| element.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

fn interim_head(head: &Http1Head<StatusLine>, began: Instant) -> InterimHead {
    InterimHead {
        status: head.start.status,
        reason: utf8_or_latin1(head.reason()).into_owned(),
        headers: section_fields(&head.section),
        after: began.elapsed(),
    }
}
