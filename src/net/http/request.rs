//! One request and the head of its response: over a connection of our own, or through a proxy. Retried if no connection
//! could be opened and the user asked for retries.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use http::header::HOST;
use http::uri::{Authority, Uri};
use http::{Method, Request};
use tokio::sync::mpsc;

use super::body::{CountedBody, RequestBody};
use super::dial::HttpDialer;
use super::exchange::{ExchangeTask, HopRequest};
use super::fault::{self, TransferStage};
use super::headers;
use super::own::{Http2Link, HttpConnection, HttpTransport, OpenConnection, Unanswered};
use super::proxied::client;
use super::request_fields::RequestFields;
use super::response::{HttpResponse, fields};
use crate::net::tcp::is_retryable;
use crate::sessions::News;
use crate::sessions::news::{DialNews, HttpNews, HttpPhase};
use crate::sessions::spec::http::{HttpVersion, MOST_ACCEPTED_INTERIM, MOST_INTERIM};
use crate::wire::http::head::InterimHead;
use crate::wire::{FailedOperation, Failure};

impl ExchangeTask {
    /// Sends one request, and waits for the head of its response.
    ///
    /// # Errors
    /// Fails if there is no connection, if it broke, or if the peer violated the protocol.
    pub(super) async fn request(
        &self,
        road: &mut HttpTransport,
        hop: &HopRequest,
        dial: &Arc<HttpDialer>,
    ) -> Result<HttpResponse, Failure> {
        loop {
            let asked = match road {
                HttpTransport::Own(spare) => self.request_directly(spare.take(), hop, dial).await,
                HttpTransport::Proxied(client) => self.request_proxied(client, hop, dial).await,
            };
            let of = self.spec.socket.retry.times.saturating_add(1);
            let attempt = dial.attempt() + 1;
            match asked {
                Err(because)
                    if attempt <= of
                        && matches!(because.operation, FailedOperation::Connect | FailedOperation::Resolve)
                        && is_retryable(because.class) =>
                {
                    let after = self.spec.socket.retry.wait_before(attempt, fastrand::f64());
                    self.gate.news(News::Dial(DialNews::Retrying { attempt, of, after, because })).await;
                    tokio::time::sleep(after).await;
                    dial.attempt.store(attempt, Ordering::Relaxed);
                }
                asked => return asked,
            }
        }
    }

    async fn body(&self, hop: &HopRequest) -> Result<(RequestBody, RequestFields), Failure> {
        let body = if hop.sends_body { RequestBody::open(&self.spec.body).await? } else { RequestBody::empty() };
        let mut all = hop.headers.clone();
        headers::describe_body(&mut all, &hop.method, &body)?;
        Ok((body, all))
    }

    async fn request_directly(
        &self,
        spare: Option<OpenConnection>,
        hop: &HopRequest,
        dial: &Arc<HttpDialer>,
    ) -> Result<HttpResponse, Failure> {
        // Report a body that cannot be sent before connecting.
        let (body, all) = self.body(hop).await?;
        let mut spare = spare;
        let usable = match &mut spare {
            Some(link) => link.serves(&hop.url).await,
            None => false,
        };
        let link = match spare.filter(|_| usable) {
            Some(link) => link,
            None => OpenConnection::open(&self.spec, &hop.url, dial, dial.attempt()).await?,
        };
        let safe = !body.is_some() && matches!(hop.method, Method::GET | Method::HEAD);
        match self.send(link, hop, body, all).await {
            // The peer closed an idle connection just as we reused it (RFC 9112 §9.3.1).
            Err(unanswered) if usable && safe && unanswered.nothing_came => {
                let (body, all) = self.body(hop).await?;
                let link = OpenConnection::open(&self.spec, &hop.url, dial, dial.attempt()).await?;
                self.send(link, hop, body, all).await
            }
            sent => sent,
        }
        .map_err(|unanswered| unanswered.failure)
    }

    /// Sends it on this connection, and waits for the head of the response.
    async fn send(
        &self,
        connection: OpenConnection,
        hop: &HopRequest,
        body: RequestBody,
        all: RequestFields,
    ) -> Result<HttpResponse, Unanswered> {
        match connection {
            OpenConnection::Http1(connection) => self.request_http1(connection, hop, body, all).await,
            OpenConnection::Http2(connection) => self.send_http2(connection, hop, body, &all).await,
        }
    }

    async fn send_http2(
        &self,
        mut connection: Box<HttpConnection<Http2Link>>,
        hop: &HopRequest,
        body: RequestBody,
        all: &RequestFields,
    ) -> Result<HttpResponse, Unanswered> {
        let link = &mut connection.link;
        let mut told = headers::head(&hop.method, &hop.url, all, &body, HttpVersion::Http2);
        let mut request = Request::new(body.into_counted(Arc::clone(&self.gate)));
        *request.method_mut() = hop.method.clone();
        *request.headers_mut() = all.to_map();
        // The user's Host is the authority, and stands nowhere else (RFC 9113 §8.3.1).
        let host = request.headers_mut().remove(HOST);
        let authority = host.as_ref().map(http::HeaderValue::as_bytes);
        *request.uri_mut() = match http2_target(&hop.text(), authority) {
            Ok(uri) => {
                told.url = hop.text();
                uri
            }
            // The library takes fewer characters than may be written.
            Err(_) => {
                self.warn_rewritten(hop).await;
                http2_target(hop.url.as_str(), authority)?
            }
        };
        self.gate.news(News::Http(HttpNews::Request(told))).await;
        let began = Instant::now();
        let arrived = Arc::new(AtomicUsize::new(0));
        let mut interim = receive_interim(&mut request, began, Arc::clone(&arrived));
        let answering = link.send(request);
        let failed = |error: hyper::Error| Unanswered {
            nothing_came: error.is_canceled() || error.is_incomplete_message(),
            failure: fault::from_hyper(&error, hop.url.as_str(), TransferStage::Head),
        };
        let answer = {
            let mut waiting = pin!(link.receive_head(answering));
            // One turn of the connection may read many of them, up to its own bound.
            let mut bounded = poll_fn(|cx| {
                let answer = waiting.as_mut().poll(cx);
                let too_many = arrived.load(Ordering::Relaxed) > MOST_ACCEPTED_INTERIM;
                if too_many { Poll::Ready(Err(fault::too_many_interim(hop.url.as_str()))) } else { answer.map(Ok) }
            });
            let mut heard = 0;
            loop {
                tokio::select! {
                    biased;
                    Some(head) = interim.recv(), if heard < MOST_INTERIM => {
                        heard += 1;
                        self.gate.news(News::Http(HttpNews::Interim(head))).await;
                    }
                    answer = &mut bounded => match answer {
                        Ok(answer) => break answer.map_err(failed)?,
                        Err(failure) => return Err(failure.into()),
                    },
                }
            }
        };
        while let Ok(head) = interim.try_recv() {
            self.gate.news(News::Http(HttpNews::Interim(head))).await;
        }
        let answer = HttpResponse::from_http2(connection, answer, &hop.url, began);
        self.gate.phase(HttpPhase::Wait, began, answer.times().first_byte).await;
        self.gate.news(News::Http(HttpNews::Response(answer.head().clone()))).await;
        Ok(answer)
    }

    async fn request_proxied(
        &self,
        client_now: &mut Option<(reqwest::Client, bool)>,
        hop: &HopRequest,
        dial: &Arc<HttpDialer>,
    ) -> Result<HttpResponse, Failure> {
        let with_tls = hop.url.scheme() == "https" || self.spec.proxy.as_ref().is_some_and(|p| p.starts_with("https"));
        let client = match client_now.take() {
            Some((client, had_tls)) if had_tls || !with_tls => client,
            _ => client(&self.spec, dial, with_tls).await?,
        };
        *client_now = Some((client.clone(), with_tls));
        let (body, all) = self.body(hop).await?;
        self.warn_rewritten(hop).await;
        let mut request = reqwest::Request::new(hop.method.clone(), hop.url.clone());
        let told = headers::head(&hop.method, &hop.url, &all, &body, self.spec.version);
        *request.headers_mut() = all.to_map();
        if body.is_some() {
            *request.body_mut() = Some(reqwest::Body::wrap(body.into_counted(Arc::clone(&self.gate))));
        }
        self.gate.news(News::Http(HttpNews::Request(told))).await;
        let began = Instant::now();
        let answer = client
            .execute(request)
            .await
            .map_err(|error| fault::failure(&error, hop.url.as_str(), TransferStage::Head))
            .map_err(|failure| match &self.spec.proxy {
                Some(proxy) => fault::of_proxy(failure, proxy),
                None => failure,
            })?;
        let answer = HttpResponse::from_proxied(answer, began);
        self.gate.phase(HttpPhase::Wait, began, answer.times().first_byte).await;
        self.gate.news(News::Http(HttpNews::Response(answer.head().clone()))).await;
        Ok(answer)
    }
}

/// Receives the interim responses to a request; those not read in time are dropped. All are
/// counted in `arrived`.
fn receive_interim(
    request: &mut Request<CountedBody>,
    began: Instant,
    arrived: Arc<AtomicUsize>,
) -> mpsc::Receiver<InterimHead> {
    let (tell, told) = mpsc::channel(MOST_INTERIM);
    hyper::ext::on_informational(request, move |answer| {
        arrived.fetch_add(1, Ordering::Relaxed);
        let status = answer.status();
        let head = InterimHead {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().into(),
            headers: fields(answer.headers()),
            after: began.elapsed(),
        };
        tell.try_send(head).ok();
    });
    told
}

/// The request target of HTTP/2: the whole URL, with this authority if it is one.
fn http2_target(url: &str, authority: Option<&[u8]>) -> Result<Uri, Failure> {
    let no_uri = |error: http::Error| Failure::usage(format!("the URL is no URI: {error}"));
    let uri: Uri = url
        .split('#')
        .next()
        .unwrap_or_default()
        .parse()
        .map_err(|error: http::uri::InvalidUri| no_uri(error.into()))?;
    let Some(authority) = authority else { return Ok(uri) };
    let mut parts = uri.into_parts();
    parts.authority = Some(Authority::try_from(authority).map_err(|error| no_uri(error.into()))?);
    Uri::from_parts(parts).map_err(|error| no_uri(error.into()))
}
