//! An exchange from its first request to the last octet of the last answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap};
use http::{Method, StatusCode};
use tokio::sync::watch;
use url::Url;

use super::Stop;
use super::body::Outgoing;
use super::client::{client, proxy_url};
use super::decode::{Codings, Decoder};
use super::dial::Dial;
use super::fault::{self, Stage};
use super::headers;
use super::redirect::{self, Next};
use super::teller::Teller;
use super::wire_count::Connections;
use crate::wire::http::{HttpGauge, HttpSpec, ResponseHead};
use crate::wire::{Block, Class, Direction, Failure, How, News};

/// How often the kernel is asked for the connection's octets while a body arrives.
const GAUGE_EVERY: Duration = Duration::from_millis(50);

/// A chunk smaller than this is copied, so that it does not keep the larger buffer alive that it was read into.
const SMALL: usize = 4096;

/// One exchange. Its state outlives the future that [`Exchange::go`] gives, so that the last gauge is exact also
/// where that future was dropped.
pub(super) struct Exchange {
    spec: HttpSpec,
    teller: Arc<Teller>,
    paused: watch::Receiver<bool>,
    gauge: Mutex<HttpGauge>,
    connections: Mutex<Option<Arc<Connections>>>,
    dial: Mutex<Option<Arc<Dial>>>,
}

/// The request of one hop.
struct Hop {
    url: Url,
    method: Method,
    headers: HeaderMap,
    sends_body: bool,
}

impl Exchange {
    pub(super) fn new(spec: HttpSpec, teller: Arc<Teller>, paused: watch::Receiver<bool>) -> Self {
        Exchange {
            spec,
            teller,
            paused,
            gauge: Mutex::default(),
            connections: Mutex::default(),
            dial: Mutex::default(),
        }
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// Whatever kept it from its end, as a failure that names it.
    pub(super) async fn go(&self) -> Result<(), Failure> {
        let spec = &self.spec;
        let (url, user) = headers::url(&spec.url)?;
        let method = headers::method(&spec.method)?;
        let own = headers::headers(spec, user.as_deref())?;
        let dial = Arc::new(Dial::new(Arc::clone(&self.teller), &spec.resolve, &spec.options)?);
        *self.dial.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&dial));
        *self.connections.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&dial.connections));
        let mut hop = Hop { url, method, headers: own, sends_body: true };
        let mut client_now = None;
        let mut followed = 0;
        loop {
            let with_tls = hop.url.scheme() == "https" || spec.proxy.as_ref().is_some_and(|p| p.starts_with("https"));
            if with_tls && spec.insecure {
                self.warn(Class::Tls, "verify", &hop.url, "certificates are not verified").await;
            }
            let client = match client_now.take() {
                Some((client, had_tls)) if had_tls || !with_tls => client,
                _ => client(spec, &dial, with_tls).await?,
            };
            let proxy = spec.proxy.as_deref().map(proxy_url).transpose()?;
            dial.aim(&hop.url, proxy.as_ref().unwrap_or(&hop.url));
            let response = self.ask(&client, &hop).await?;
            let next = redirect::next(response.status(), response.headers(), &hop.url, &hop.method);
            match next {
                Some(next) if spec.redirects > 0 => {
                    if followed == spec.redirects {
                        let why = format!("still a redirect after {followed} of them, which is the limit");
                        return Err(Failure::new(Class::Protocol, "follow", hop.url.as_str(), why));
                    }
                    followed += 1;
                    self.follow(&mut hop, next?, response.status()).await;
                    client_now = Some((client, with_tls));
                }
                _ => {
                    let status = response.status();
                    self.receive(response, &hop.url).await?;
                    return self.judge(status, &hop.url);
                }
            }
        }
    }

    async fn warn(&self, class: Class, operation: &'static str, url: &Url, why: impl Into<String>) {
        self.teller.news(News::Warned(headers::warning(class, operation, url, why))).await;
    }

    /// Sends one request, and waits for the head of its answer.
    async fn ask(&self, client: &reqwest::Client, hop: &Hop) -> Result<reqwest::Response, Failure> {
        let body = if hop.sends_body { Outgoing::open(&self.spec.body).await? } else { Outgoing::nothing() };
        let mut request = reqwest::Request::new(hop.method.clone(), hop.url.clone());
        let headers = request.headers_mut();
        headers.clone_from(&hop.headers);
        headers::describe_body(headers, &hop.method, &body)?;
        let head = headers::head(&hop.method, &hop.url, headers, &body, self.spec.version);
        if body.is_some() {
            *request.body_mut() = Some(body.into_counted(Arc::clone(&self.teller)));
        }
        self.teller.news(News::Request(head)).await;
        let began = Instant::now();
        let response =
            client.execute(request).await.map_err(|error| fault::failure(&error, hop.url.as_str(), Stage::Head))?;
        self.teller.news(News::Response(response_head(&response, began.elapsed()))).await;
        Ok(response)
    }

    /// Turns the hop into the next one, and says all that changes on the way.
    async fn follow(&self, hop: &mut Hop, mut next: Next, status: StatusCode) {
        if headers::take_user(&mut next.url).is_some() {
            self.warn(Class::Usage, "follow", &next.url, "the user and password in the redirect's URL are not used")
                .await;
        }
        let redirect = News::Redirect { status: status.as_u16(), location: next.url.to_string() };
        self.teller.news(redirect).await;
        if hop.url.scheme() == "https" && next.url.scheme() == "http" {
            self.warn(
                Class::Tls,
                "follow",
                &next.url,
                "the redirect leads from https to http: what follows is in the clear",
            )
            .await;
        }
        for name in redirect::strip(&mut hop.headers, &hop.url, &next) {
            self.warn(Class::Usage, "follow", &next.url, format!("`{name}` is not sent to another origin")).await;
        }
        hop.sends_body &= next.keeps_body;
        hop.url = next.url;
        hop.method = next.method;
    }

    /// Takes in the body, piece by piece.
    async fn receive(&self, mut response: reqwest::Response, url: &Url) -> Result<(), Failure> {
        let broken = |why: String| Failure::new(Class::Protocol, "read", url.as_str(), why);
        let promised = promised(&response);
        self.measure(|gauge| gauge.expected_bytes = promised);
        let mut decoder = None;
        if self.spec.compressed {
            match Decoder::of(response.headers()).map_err(broken)? {
                Codings::Plain => {}
                Codings::Known(known) => decoder = Some(known),
                Codings::Unknown(name) => {
                    let why = format!("content coding `{name}` is not known: the body is shown as it comes");
                    self.warn(Class::Protocol, "decode", url, why).await;
                }
            }
        }
        let mut arrived = 0_u64;
        let mut gauged = Instant::now();
        while let Some(chunk) = self
            .next_chunk(&mut response)
            .await
            .map_err(|error| fault::failure(&error, url.as_str(), Stage::Body { arrived, promised }))?
        {
            if chunk.is_empty() {
                continue;
            }
            arrived += chunk.len() as u64;
            self.measure(|gauge| gauge.wire_body_bytes = arrived);
            match &mut decoder {
                None => self.take(own(chunk)).await,
                Some(decoder) => {
                    decoder.feed(chunk);
                    while let Some(piece) = decoder.next().map_err(broken)? {
                        self.take(piece).await;
                    }
                }
            }
            if gauged.elapsed() >= GAUGE_EVERY {
                gauged = Instant::now();
                self.ask_the_kernel();
            }
        }
        decoder.map_or(Ok(()), |decoder| decoder.finish().map_err(broken))
    }

    /// The next chunk, once reading is not paused; while it is, the body is not polled, and the window closes.
    async fn next_chunk(&self, response: &mut reqwest::Response) -> reqwest::Result<Option<Bytes>> {
        let mut paused = self.paused.clone();
        loop {
            // An error means that nobody can pause any more.
            if paused.wait_for(|paused| !paused).await.is_err() {
                return response.chunk().await;
            }
            tokio::select! {
                biased;
                changed = paused.changed() => {
                    if changed.is_err() {
                        return response.chunk().await;
                    }
                }
                chunk = response.chunk() => return chunk,
            }
        }
    }

    async fn take(&self, piece: Bytes) {
        self.measure(|gauge| gauge.body_bytes += piece.len() as u64);
        self.teller.block(Block::single(Direction::Received, Instant::now(), piece)).await;
    }

    fn judge(&self, status: StatusCode, url: &Url) -> Result<(), Failure> {
        if self.spec.fail_on_status && (status.is_client_error() || status.is_server_error()) {
            let reason = status.canonical_reason().unwrap_or("");
            let message = format!("the peer answered {} {reason}", status.as_u16()).trim_end().to_string();
            return Err(Failure::new(Class::HttpStatus, "request", url.as_str(), message));
        }
        Ok(())
    }

    fn measure(&self, change: impl FnOnce(&mut HttpGauge)) {
        let mut gauge = self.gauge.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut gauge);
        self.teller.journal().http(*gauge);
    }

    fn connections(&self) -> Option<Arc<Connections>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The way to the peer, once it is gone.
    pub(super) fn dial(&self) -> Option<Arc<Dial>> {
        self.dial.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ask_the_kernel(&self) {
        let octets = self.connections().and_then(|connections| connections.octets());
        self.measure(|gauge| {
            gauge.connection_received = octets.map(|octets| octets.received);
            gauge.connection_sent = octets.map(|octets| octets.sent);
        });
    }

    /// Ends it by the user's wish, while [`Exchange::go`] still stands; tells how it ended.
    pub(super) fn stop(&self, stop: Stop) -> How {
        let reset = stop == Stop::Reset && self.connections().is_some_and(|connections| connections.reset());
        if reset { How::Rst } else { How::Local }
    }

    /// Notes how it failed, for the last count.
    pub(super) fn failed(&self, by_reset: bool) {
        if by_reset && let Some(connections) = self.connections() {
            connections.was_reset();
        }
    }

    /// Takes the last count, and lets go of the connection.
    pub(super) fn finish(&self) {
        self.ask_the_kernel();
        if let Some(connections) = self.connections() {
            connections.release();
        }
    }
}

fn own(chunk: Bytes) -> Bytes {
    if chunk.len() < SMALL { Bytes::copy_from_slice(&chunk) } else { chunk }
}

/// The body's length as the head promises it; nothing where the answer has no body whatever its head says.
fn promised(response: &reqwest::Response) -> Option<u64> {
    // hyper knows the request's method, and gives the answer to a HEAD an exact size of 0.
    let said: u64 = response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()?;
    let bodiless = response.content_length() == Some(0);
    (said == 0 || !bodiless).then_some(said)
}

fn response_head(response: &reqwest::Response, after: Duration) -> ResponseHead {
    let own_reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = match own_reason {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None if response.version() >= http::Version::HTTP_2 => String::new(),
        None => response.status().canonical_reason().unwrap_or_default().into(),
    };
    let headers = response.headers().iter();
    ResponseHead {
        version: format!("{:?}", response.version()),
        status: response.status().as_u16(),
        reason,
        headers: headers.map(|(name, value)| (name.as_str().to_string(), value.as_bytes().to_vec())).collect(),
        after,
        peer: response.remote_addr(),
    }
}
