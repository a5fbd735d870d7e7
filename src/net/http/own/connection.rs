//! An exchange's own connection: dialled as for every TCP session, so that all its facts can be reported.
//!
//! The task that waits for the response also polls the connection: no pool, no background task.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use url::Url;

use super::polled_connection::PolledConnection;
use super::progress_guard::{ProgressGuard, ProgressMeter};
use super::socket_tap::{TapSource, socket_tap};
use crate::net::http::body::CountedBody;
use crate::net::http::dial::HttpDialer;
use crate::net::http::fault::{self, TransferStage};
use crate::net::http::proxied::MOST_HTTP2_HEADER_BYTES;
use crate::net::stream::StreamSocket;
use crate::net::{dial, fault as system};
use crate::sessions::News;
use crate::sessions::news::DialNews;
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::sessions::spec::{HostPort, TcpSpec};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::unix::UnixAddress;
use crate::wire::{Class, FailedOperation, Failure};

/// How many bytes of a response's body the peer may send over HTTP/2 before we take them: 2 MiB, hyper's own choice.
const HTTP2_WINDOW_BYTES: u32 = 2 * 1024 * 1024;

/// A connection that is open and speaks HTTP.
pub(in crate::net::http) struct HttpConnection {
    sender: RequestSender,
    driven: PolledConnection<BoxFuture<'static, hyper::Result<()>>>,
    /// The peer's address; a Unix socket has none.
    peer: Option<SocketAddr>,
    origin: url::Origin,
    progress: ProgressMeter,
    /// The socket itself, if it carries HTTP/1.1 without TLS.
    source: Option<TapSource>,
}

enum RequestSender {
    Http1(http1::SendRequest<CountedBody>),
    Http2(http2::SendRequest<CountedBody>),
}

/// A response that has not arrived yet.
type PendingResponse = BoxFuture<'static, hyper::Result<Response<Incoming>>>;

impl HttpConnection {
    /// Opens a connection to the URL's host. `attempt` counts from 1.
    ///
    /// # Errors
    /// Fails if the host has no address, nobody answers there, or the handshake fails.
    pub(in crate::net::http) async fn open(
        spec: &HttpSpec,
        url: &Url,
        way: &Arc<HttpDialer>,
        attempt: u32,
    ) -> Result<Self, Failure> {
        let secure = match url.scheme() {
            "https" => Some((way.tls(spec).await?, server_name(url)?)),
            _ => None,
        };
        let deadline = Instant::now() + spec.socket.connect_timeout;
        let target = target(url);
        let (stream, peer) = match &spec.unix {
            Some(address) => (connect_unix(address, spec, attempt, way).await?, None),
            None => {
                let (stream, peer) = connect_tcp(target, url, spec, attempt, way).await?;
                (stream, Some(peer))
            }
        };
        way.connections.on_own_opened(&stream);
        let (tap, source) = socket_tap(stream);
        let rest = async {
            let Some((config, name)) = secure else {
                let http2 = spec.version == HttpVersion::Http2;
                let (stream, progress) = guarded(tap, http2);
                let (sender, connection) = handshake(stream, http2, url).await?;
                return Ok((sender, connection, progress, (!http2).then_some(source)));
            };
            let secured = TlsConnector::from(config).connect(name, tap).await;
            let secured = secured.map_err(|error| fault::from_handshake(&error, url.as_str()))?;
            let http2 = secured.get_ref().1.alpn_protocol() == Some(b"h2") || spec.version == HttpVersion::Http2;
            let (stream, progress) = guarded(secured, http2);
            let (sender, connection) = handshake(stream, http2, url).await?;
            Ok((sender, connection, progress, None))
        };
        let opened = tokio::time::timeout_at(deadline, rest).await;
        let (sender, connection, progress, source) = opened.unwrap_or_else(|_| {
            let allowed = quantity::duration(spec.socket.connect_timeout);
            let message = format!("connected, but the handshake did not finish within {allowed}");
            Err(Failure::new(Class::ConnectTimeout, FailedOperation::Connect, url.as_str(), message))
        })?;
        let driven = PolledConnection::new(connection);
        Ok(HttpConnection { sender, driven, peer, origin: url.origin(), progress, source })
    }

    /// The socket itself, if it carries HTTP/1.1 without TLS: to read a body of known length.
    pub(in crate::net::http) fn source(&self) -> Option<&TapSource> {
        self.source.as_ref()
    }

    /// The response's head, or a byte of its body, has arrived.
    pub(in crate::net::http) fn on_progress(&self) {
        self.progress.on_progress();
    }

    /// The peer's address; `None` over a Unix socket.
    pub(in crate::net::http) fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// Whether a request to this URL can use the connection, now that it is idle.
    pub(in crate::net::http) async fn serves(&mut self, url: &Url) -> bool {
        self.origin == url.origin()
            && std::future::poll_fn(|cx| {
                self.poll_connection(cx);
                let ready = match &mut self.sender {
                    RequestSender::Http1(sender) => sender.poll_ready(cx),
                    RequestSender::Http2(sender) => sender.poll_ready(cx),
                };
                match ready {
                    Poll::Ready(ready) => Poll::Ready(ready.is_ok() && !self.driven.has_ended()),
                    Poll::Pending if self.driven.has_ended() => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
    }

    /// The request target as written on this connection: a path, or with HTTP/2 the whole URL.
    ///
    /// # Errors
    /// Fails with `Usage` if the URL cannot be written that way.
    pub(in crate::net::http) fn target(&self, url: &Url) -> Result<Uri, Failure> {
        let text = match self.sender {
            RequestSender::Http1(_) => &url[url::Position::BeforePath..url::Position::AfterQuery],
            RequestSender::Http2(_) => &url[..url::Position::AfterQuery],
        };
        text.parse().map_err(|error| Failure::usage(format!("the URL's path is no URI: {error}")))
    }

    /// Whether we write the Host header: HTTP/2 has it in `:authority`.
    pub(in crate::net::http) fn wants_host(&self) -> bool {
        matches!(self.sender, RequestSender::Http1(_))
    }

    /// Starts to send a request; [`HttpConnection::receive_head`] receives the response.
    pub(in crate::net::http) fn send(&mut self, request: Request<CountedBody>) -> PendingResponse {
        match &mut self.sender {
            RequestSender::Http1(sender) => Box::pin(sender.send_request(request)),
            RequestSender::Http2(sender) => Box::pin(sender.send_request(request)),
        }
    }

    /// Waits for the head of the response.
    ///
    /// # Errors
    /// Fails if the connection broke, or if the peer violated the protocol.
    pub(in crate::net::http) async fn receive_head(
        &mut self,
        mut answering: PendingResponse,
    ) -> hyper::Result<Response<Incoming>> {
        std::future::poll_fn(|cx| {
            // Poll the connection first: what it reads completes the response in the same turn.
            self.poll_connection(cx);
            answering.as_mut().poll(cx)
        })
        .await
        .inspect(|_| self.progress.on_progress())
        .map_err(|error| self.root_error(error))
    }

    /// Polls the connection, which reads and writes; keeps its error or end.
    pub(in crate::net::http) fn poll_connection(&mut self, cx: &mut Context<'_>) {
        self.driven.poll_connection(cx);
    }

    /// The connection's own error, which is more specific than "canceled".
    pub(in crate::net::http) fn root_error(&mut self, error: hyper::Error) -> hyper::Error {
        self.driven.root_error(error)
    }
}

/// Connects to the URL's host.
async fn connect_tcp(
    target: HostPort,
    url: &Url,
    spec: &HttpSpec,
    attempt: u32,
    way: &HttpDialer,
) -> Result<(StreamSocket, SocketAddr), Failure> {
    let known = way.known_addresses(&target).await;
    let tcp = TcpSpec { target, socket: spec.socket.clone() };
    let stream = dial::connect_without_news(&tcp, known, attempt, way.gate.journal()).await?;
    let failed = |error: std::io::Error| system::from_io(FailedOperation::Connect, url.as_str(), &error);
    let peer = stream.peer_addr().map_err(failed)?;
    // A request must not wait for the ACK of an earlier one (Nagle's algorithm).
    stream.set_nodelay(true).map_err(failed)?;
    Ok((stream.into(), peer))
}

/// Connects to a Unix socket.
#[cfg(unix)]
async fn connect_unix(
    address: &UnixAddress,
    spec: &HttpSpec,
    attempt: u32,
    way: &HttpDialer,
) -> Result<StreamSocket, Failure> {
    Ok(crate::net::unix::connect_stream(address, &spec.socket, attempt, way.gate.journal()).await?.into())
}

/// This system has no Unix sockets here.
#[cfg(not(unix))]
async fn connect_unix(
    address: &UnixAddress,
    _spec: &HttpSpec,
    _attempt: u32,
    _way: &HttpDialer,
) -> Result<StreamSocket, Failure> {
    let why = "this system has no Unix sockets here";
    Err(Failure::new(Class::Local, FailedOperation::Connect, address.to_string(), why))
}

/// Guards the stream under HTTP/1.1, or under HTTP/2.
fn guarded<S>(stream: S, http2: bool) -> (ProgressGuard<S>, ProgressMeter) {
    if http2 { ProgressGuard::with_window(stream, HTTP2_WINDOW_BYTES) } else { ProgressGuard::new(stream) }
}

/// Starts HTTP over a byte stream.
async fn handshake<S>(
    stream: S,
    http2: bool,
    url: &Url,
) -> Result<(RequestSender, BoxFuture<'static, hyper::Result<()>>), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| fault::from_hyper(&error, url.as_str(), TransferStage::Head);
    let stream = TokioIo::new(stream);
    if http2 {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(MOST_HTTP2_HEADER_BYTES).initial_stream_window_size(HTTP2_WINDOW_BYTES);
        let (sender, connection) = builder.handshake(stream).await.map_err(failed)?;
        return Ok((RequestSender::Http2(sender), Box::pin(connection)));
    }
    let (sender, connection) = http1::handshake(stream).await.map_err(failed)?;
    Ok((RequestSender::Http1(sender), Box::pin(connection)))
}

fn target(url: &Url) -> HostPort {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    HostPort { host, port: url.port_or_known_default().unwrap_or(80) }
}

fn server_name(url: &Url) -> Result<ServerName<'static>, Failure> {
    let host = target(url).host;
    ServerName::try_from(host.clone()).map_err(|_| {
        Failure::new(
            Class::Tls,
            FailedOperation::Connect,
            url.as_str(),
            format!("no certificate can be for the name {}", quoted(&host)),
        )
    })
}

impl HttpDialer {
    /// The addresses that the user gave for a host, reported as a look-up; `None` if the name must be looked up.
    async fn known_addresses(&self, target: &HostPort) -> Option<Vec<SocketAddr>> {
        let own = self.overridden_addresses(&target.host, target.port);
        if own.is_empty() {
            return None;
        }
        let host = target.host.clone();
        self.gate.news(News::Dial(DialNews::Resolving { host: host.clone() })).await;
        let addresses = own.iter().map(SocketAddr::ip).collect();
        self.gate.news(News::Dial(DialNews::Resolved { host, addresses, took: std::time::Duration::ZERO })).await;
        Some(own)
    }
}

/// What carries the requests.
pub(in crate::net::http) enum HttpTransport {
    /// Connections of our own; holds one that is open and idle, if any.
    Own(Option<Box<HttpConnection>>),
    /// The client for the proxy, once made, and whether it supports TLS.
    Proxied(Option<(reqwest::Client, bool)>),
}
