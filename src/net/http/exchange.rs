//! An exchange, from its first request to the last byte of the last response.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use tokio::sync::watch;
use url::{Position, Url};

use super::byte_count::ExchangeConnections;
use super::dial::HttpDialer;
use super::headers;
use super::news_gate::NewsGate;
use super::own::HttpTransport;
use super::proxied::proxy_url;
use super::redirect::{self, RedirectRequest};
use super::request_fields::RequestFields;
use crate::sessions::kinds::http::HttpGauge;
use crate::sessions::news::{HttpNews, HttpPhase};
use crate::sessions::order::{OrderRefuser, SocketVerb};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::{News, Verb};
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// How the user stops an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StopKind {
    /// Close the connection.
    Close,
    /// Reset it, if the kernel allows it.
    Reset,
}

/// How often the connection's bytes are read from the kernel while a body arrives.
pub(super) const GAUGE_EVERY: Duration = Duration::from_millis(50);

/// A redirect's own body up to this length is read to its end, so that the connection can be reused.
const MOST_UNWANTED: u64 = 64 * 1024;

/// How long reading it may take.
const UNWANTED_PATIENCE: Duration = Duration::from_secs(1);

/// One exchange. Its state outlives the future of [`ExchangeTask::run`], so that the last gauge is exact even if that
/// future was dropped.
pub(super) struct ExchangeTask {
    pub(super) spec: HttpSpec,
    pub(super) gate: Arc<NewsGate>,
    pub(super) paused: watch::Receiver<bool>,
    captures: bool,
    gauge: Mutex<HttpGauge>,
    connections: Mutex<Option<Arc<ExchangeConnections>>>,
    dial: Mutex<Option<Arc<HttpDialer>>>,
}

/// The request of one hop.
pub(super) struct HopRequest {
    pub(super) url: Url,
    /// The path and query, as they are sent: those that the user wrote, or a redirect's.
    pub(super) target: String,
    pub(super) method: Method,
    pub(super) headers: RequestFields,
    pub(super) sends_body: bool,
}

impl HopRequest {
    /// The URL, with the target as it is sent.
    pub(super) fn text(&self) -> String {
        let (start, end) = (&self.url[..Position::BeforePath], &self.url[Position::AfterQuery..]);
        format!("{start}{}{end}", self.target)
    }

    /// The target as the library of URLs writes it.
    pub(super) fn rewritten_target(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }
}

impl ExchangeTask {
    pub(super) fn new(spec: HttpSpec, captures: bool, gate: Arc<NewsGate>, paused: watch::Receiver<bool>) -> Self {
        ExchangeTask {
            spec,
            gate,
            paused,
            captures,
            gauge: Mutex::default(),
            connections: Mutex::default(),
            dial: Mutex::default(),
        }
    }

    /// Runs the exchange to its end.
    ///
    /// # Errors
    /// Returns the failure that ended it early.
    pub(super) async fn run(&self) -> Result<(), Failure> {
        let spec = &self.spec;
        let (url, user) = headers::url(&spec.url)?;
        let method = headers::method(&spec.method)?;
        let own = headers::headers(spec, user.as_deref())?;
        let dial = Arc::new(HttpDialer::new(Arc::clone(&self.gate), spec, self.captures)?);
        *self.dial.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&dial));
        *self.connections.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&dial.connections));
        let target = headers::target_of(&spec.url, &url);
        let mut hop = HopRequest { url, target, method, headers: own, sends_body: true };
        let mut road = if spec.proxy.is_some() { HttpTransport::Proxied(None) } else { HttpTransport::Own(None) };
        let proxy = spec.proxy.as_deref().map(proxy_url).transpose()?;
        let mut followed = 0;
        loop {
            let with_tls = hop.url.scheme() == "https" || spec.proxy.as_ref().is_some_and(|p| p.starts_with("https"));
            if with_tls && spec.insecure {
                self.warn(Class::Tls, FailedOperation::Verify, &hop.url, "certificates are not verified").await;
            }
            dial.set_destination(&hop.url, proxy.as_ref().unwrap_or(&hop.url));
            let answer = self.request(&mut road, &hop, &dial).await?;
            let location = answer.values("location").next();
            let next = redirect::next(answer.status(), location, &hop.url, (&hop.method, spec.keeps_method));
            let leads_nowhere = next.is_none() && location.is_some() && redirect::is_redirect(answer.status());
            if leads_nowhere && spec.redirects > 0 {
                let why = "the redirect's location is empty: it leads nowhere";
                self.warn(Class::Protocol, FailedOperation::Follow, &hop.url, why).await;
            }
            match next {
                Some(next) if spec.redirects > 0 || spec.refuses_redirects => {
                    if followed == spec.redirects {
                        let why = format!("redirect limit reached ({followed})");
                        return Err(Failure::new(Class::Protocol, FailedOperation::Follow, hop.url.as_str(), why));
                    }
                    followed += 1;
                    let (next, status, times) = (next?, answer.status(), answer.times());
                    if let HttpTransport::Own(spare) = &mut road {
                        let reading = answer.spare_link(MOST_UNWANTED);
                        *spare = tokio::time::timeout(UNWANTED_PATIENCE, reading).await.ok().flatten();
                    }
                    self.gate.phase(HttpPhase::Receive, times.first_byte, Instant::now()).await;
                    self.follow_redirect(&mut hop, next, status).await;
                }
                _ => {
                    let status = answer.status();
                    self.receive(answer, hop.url.as_str()).await?;
                    return self.check_status(status, &hop.url);
                }
            }
        }
    }

    /// Warns that a client library writes the target anew.
    pub(super) async fn warn_rewritten(&self, hop: &HopRequest) {
        if hop.target != hop.rewritten_target() {
            let why = headers::rewritten(&hop.target, hop.rewritten_target());
            self.warn(Class::Usage, FailedOperation::Request, &hop.url, why).await;
        }
    }

    async fn warn(&self, class: Class, operation: FailedOperation, url: &Url, why: impl Into<String>) {
        self.gate.news(News::Warned(headers::request_warning(class, operation, url, why))).await;
    }

    /// Replaces the hop by the next one, and reports what changes.
    async fn follow_redirect(&self, hop: &mut HopRequest, mut next: RedirectRequest, status: u16) {
        if headers::take_user(&mut next.url).is_some() {
            self.warn(
                Class::Usage,
                FailedOperation::Follow,
                &next.url,
                "the user and password in the redirect's URL are not used",
            )
            .await;
        }
        let redirect = News::Http(HttpNews::Redirect { status, location: next.url.to_string() });
        self.gate.news(redirect).await;
        if hop.url.scheme() == "https" && next.url.scheme() == "http" {
            self.warn(
                Class::Tls,
                FailedOperation::Follow,
                &next.url,
                "redirect from https to http: the next request is not encrypted",
            )
            .await;
        }
        for name in redirect::strip(&mut hop.headers, &hop.url, &next) {
            self.warn(
                Class::Usage,
                FailedOperation::Follow,
                &next.url,
                format!("`{name}` is not sent to another origin"),
            )
            .await;
        }
        hop.sends_body &= next.keeps_body;
        hop.url = next.url;
        hop.target = hop.rewritten_target().to_owned();
        hop.method = next.method;
    }

    fn check_status(&self, status: u16, url: &Url) -> Result<(), Failure> {
        if self.spec.fail_on_status && (400..600).contains(&status) {
            let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
            let message = format!("the peer answered {status} {reason}").trim_end().to_string();
            let failure = Failure::new(Class::HttpStatus, FailedOperation::Request, url.as_str(), message);
            return Err(failure.with_reason(FailureReason::of_status(status)));
        }
        Ok(())
    }

    pub(super) fn update_gauge(&self, change: impl FnOnce(&mut HttpGauge)) {
        let mut gauge = self.gauge.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut gauge);
        self.gate.journal().http(*gauge);
    }

    fn connections(&self) -> Option<Arc<ExchangeConnections>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the peer was reached, once a connection was attempted.
    pub(super) fn dial(&self) -> Option<Arc<HttpDialer>> {
        self.dial.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn sample_connection(&self) {
        let bytes = self.connections().and_then(|connections| connections.bytes());
        self.update_gauge(|gauge| {
            gauge.connection_received = bytes.map(|bytes| bytes.received);
            gauge.connection_sent = bytes.map(|bytes| bytes.sent);
        });
    }

    /// Resets reqwest's connection, if it has one, while the future of [`ExchangeTask::run`] still exists: a RST must
    /// precede the FIN that dropping it sends. Returns whether it was reset.
    pub(super) fn reset_library_connection(&self) -> bool {
        self.connections().is_some_and(|connections| connections.reset())
    }

    /// Closes the connection of our own, if one is open, once the future of [`ExchangeTask::run`] is dropped; with
    /// `reset`, by RST. Returns whether there was one.
    pub(super) async fn close_connection(&self, reset: bool) -> bool {
        match self.connections() {
            Some(connections) => connections.close_own(reset).await,
            None => false,
        }
    }

    /// Records how it failed, for the last count.
    pub(super) fn record_failure(&self, by_reset: bool) {
        if by_reset && let Some(connections) = self.connections() {
            connections.was_reset();
        }
    }

    /// Takes the last count, and releases the connection.
    pub(super) fn finish(&self) {
        self.sample_connection();
        if let Some(connections) = self.connections() {
            connections.release();
        }
    }

    /// Carries out an order about the connection: options, gauges, capture.
    pub(super) async fn connection_order(&self, verb: Verb) {
        let dial = self.dial();
        if let Some(end) = dial.as_ref().and_then(|dial| dial.connections.own_end()) {
            return end.order(verb).await;
        }
        match (verb, dial) {
            (Verb::Socket(SocketVerb::SetOption(name, value)), Some(dial)) => dial.set_option(name, value).await,
            (Verb::Socket(SocketVerb::SetOption(..)), None) => {
                let why = "there is no connection yet whose options could be set";
                self.gate.news(News::Warned(Failure::usage(why))).await;
            }
            (Verb::Socket(SocketVerb::ReadOptions), Some(dial)) => dial.report_options().await,
            // A view asks for it, whatever the connection; without one there is nothing to sample.
            (Verb::Socket(SocketVerb::SampleEvery(_) | SocketVerb::ReadOptions), _) => {}
            (refused, _) => self.gate.news(News::Warned(refused.refused(OrderRefuser::Request, ""))).await,
        }
    }
}
