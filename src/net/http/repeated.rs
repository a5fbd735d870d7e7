//! The same request many times over keep-alive connections: for a repeat session.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderMap, HeaderValue};
use http::{Method, Uri};
use http_body_util::Full;
use url::Url;

use super::body::RequestBody;
use super::fault::{self, TransferStage};
use super::headers;
use super::news_gate::NewsGate;
use super::proxied::keep_alive_client;
use crate::net::journal::Journal;
use crate::sessions::News;
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::sessions::spec::{HostPort, SocketSpec, TcpSpec};
use crate::wire::{Both, Class, FailedOperation, Failure, FailureReason, Totals};

/// The default time-out of one request: none may hang for ever.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest body that can be sent repeatedly, because it is held in memory: 64 MiB.
const MOST_BODY: usize = 64 * 1024 * 1024;

/// A prepared request; any number of tasks may send it, any number of times.
#[derive(Debug)]
pub(crate) struct RepeatedRequest {
    client: reqwest::Client,
    direct: Option<(TcpSpec, Vec<SocketAddr>)>,
    host: Option<HeaderValue>,
    path: Uri,
    url: Url,
    method: Method,
    headers: HeaderMap,
    body: Option<Bytes>,
    timeout: Duration,
    fail_on_status: bool,
    proxy: Option<String>,
}

impl RepeatedRequest {
    /// Parses and checks the request, reads its body, and makes a client for this many connections at once.
    ///
    /// # Errors
    /// Fails if the request is not valid, a file cannot be read, or no client can be made.
    pub(crate) async fn new(spec: HttpSpec, connections: usize, journal: &Arc<Journal>) -> Result<Self, Failure> {
        let gate = NewsGate::new(Arc::clone(journal));
        let (url, user) = headers::url(&spec.url)?;
        let method = headers::method(&spec.method)?;
        let mut own = headers::headers(&spec, user.as_deref())?;
        let body = RequestBody::open(&spec.body).await?;
        headers::describe_body(&mut own, &method, &body)?;
        let own = own.to_map();
        let body = body.read_all(&gate, MOST_BODY).await?;
        if spec.insecure && url.scheme() == "https" {
            let warning =
                headers::request_warning(Class::Tls, FailedOperation::Verify, &url, "certificates are not verified");
            gate.news(News::Warned(warning)).await;
        }
        let client = keep_alive_client(&spec, &gate, connections).await?;
        let (written, rewritten) =
            (headers::target_of(&spec.url, &url), &url[url::Position::BeforePath..url::Position::AfterQuery]);
        let direct = direct_target_of(&spec, &url);
        let as_written = direct.as_ref().and_then(|_| written.parse().ok());
        if as_written.is_none() && written != rewritten {
            let why = headers::rewritten(&written, rewritten);
            let warning = headers::request_warning(Class::Usage, FailedOperation::Request, &url, why);
            gate.news(News::Warned(warning)).await;
        }
        let path = as_written.map_or_else(|| rewritten.parse(), Ok);
        let path = path.map_err(|error| Failure::usage(format!("the URL's path is no URI: {error}")))?;
        Ok(RepeatedRequest {
            client,
            direct,
            host: host(&url, &own),
            path,
            url,
            method,
            headers: own,
            body,
            timeout: spec.timeout.unwrap_or(DEFAULT_TIMEOUT),
            fail_on_status: spec.fail_on_status,
            proxy: spec.proxy,
        })
    }

    /// Where to connect for plain HTTP/1.1: no TLS, no proxy, no redirects to follow. With the addresses that the user
    /// gave for the name.
    pub(crate) fn direct_target(&self) -> Option<(TcpSpec, Vec<SocketAddr>)> {
        self.direct.clone()
    }

    /// The URL, as text.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// How long one exchange may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Bytes of the request's body, where it has one.
    pub(crate) fn body_bytes(&self) -> Option<u64> {
        self.body.as_ref().map(|body| body.len() as u64)
    }

    /// The request for a connection of our own: a path, and a Host header (RFC 9112 §3.2).
    pub(crate) fn request(&self) -> http::Request<Full<Bytes>> {
        let mut request = http::Request::new(Full::new(self.body.clone().unwrap_or_default()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.clone();
        request.headers_mut().clone_from(&self.headers);
        if let Some(host) = &self.host {
            request.headers_mut().insert(HOST, host.clone());
        }
        request
    }

    /// Sends the request once through the shared client, and reads the response to its end; returns its status. Adds to
    /// `moved` the bytes of both bodies, as on the wire.
    ///
    /// # Errors
    /// Fails with what ended the exchange early, or with a 4xx or 5xx status if the user made that a failure.
    pub(crate) async fn send_once(&self, moved: &mut Both<Totals>) -> Result<u16, Failure> {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        if let Some(body) = &self.body {
            *request.body_mut() = Some(body.clone().into());
        }
        let failed = |error: &reqwest::Error, stage| {
            let failure = fault::failure(error, self.url.as_str(), stage);
            match &self.proxy {
                Some(proxy) => fault::of_proxy(failure, proxy),
                None => failure,
            }
        };
        let mut response = self.client.execute(request).await.map_err(|error| failed(&error, TransferStage::Head))?;
        if let Some(sent) = self.body_bytes() {
            moved.sent.add(sent);
        }
        let promised = response.content_length();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| failed(&error, TransferStage::Body { arrived: moved.received.bytes, promised }))?
        {
            moved.received.add(piece.len() as u64);
        }
        self.check_status(response.status().as_u16())
    }

    /// Checks whether a status is a failure.
    ///
    /// # Errors
    /// Fails for a 4xx or 5xx if the user made that a failure.
    pub(crate) fn check_status(&self, status: u16) -> Result<u16, Failure> {
        if self.fail_on_status && (400..600).contains(&status) {
            let why = format!("the peer answered {status}");
            let failure = Failure::new(Class::HttpStatus, FailedOperation::Request, self.url.as_str(), why);
            return Err(failure.with_reason(FailureReason::of_status(status)));
        }
        Ok(status)
    }
}

fn direct_target_of(spec: &HttpSpec, url: &Url) -> Option<(TcpSpec, Vec<SocketAddr>)> {
    if url.scheme() != "http" || spec.proxy.is_some() || spec.redirects > 0 || spec.version == HttpVersion::Http2 {
        return None;
    }
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default()?;
    let own = |(name, address): &(String, SocketAddr)| {
        let (of, at) = name.rsplit_once(':')?;
        let same = of.trim_matches(['[', ']']).eq_ignore_ascii_case(&host) && at.parse() == Ok(port);
        same.then(|| SocketAddr::new(address.ip(), port))
    };
    let resolved = spec.resolve.iter().filter_map(own).collect();
    let socket = SocketSpec { options: Vec::new(), ..spec.socket.clone() };
    let tcp = TcpSpec { target: HostPort { host, port }, socket };
    Some((tcp, resolved))
}

/// The Host header, unless the user wrote one.
fn host(url: &Url, own: &HeaderMap) -> Option<HeaderValue> {
    if own.contains_key(HOST) {
        return None;
    }
    HeaderValue::from_str(&headers::host(url)).ok()
}
