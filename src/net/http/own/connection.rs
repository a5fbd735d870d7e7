//! An exchange's own connection: dialled as for every TCP session, so that all its facts can be reported.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;

use rustls::pki_types::ServerName;
use tokio::time::Instant;
use url::{Host, Url};

use super::http1_link::Http1Link;
use super::http2_link::Http2Link;
use super::socket_tap::socket_tap;
use crate::net::capture::{CapturePorts, CaptureWatch};
use crate::net::http::dial::HttpDialer;
use crate::net::http::fault;
use crate::net::stream::{CarrierConnection, StreamSocket};
use crate::net::tls::{HandshakeFailure, client_handshake};
use crate::net::{dial, fault as system};
use crate::sessions::News;
use crate::sessions::news::{DialNews, HttpPhase};
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::sessions::spec::{HostPort, TcpSpec};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::unix::UnixAddress;
use crate::wire::{Class, FailedOperation, Failure};

/// A connection that is open and speaks a version of HTTP.
pub(in crate::net::http) struct HttpConnection<L> {
    /// HTTP on it.
    pub(in crate::net::http) link: L,
    /// The peer's address; a Unix socket has none.
    peer: Option<SocketAddr>,
    origin: url::Origin,
}

/// A connection that is open, by the version of HTTP that it speaks.
pub(in crate::net::http) enum OpenConnection {
    /// HTTP/1.1, by our own machine.
    Http1(Box<HttpConnection<Http1Link>>),
    /// HTTP/2.
    Http2(Box<HttpConnection<Http2Link>>),
}

impl<L> HttpConnection<L> {
    fn boxed(link: L, peer: Option<SocketAddr>, url: &Url) -> Box<Self> {
        Box::new(HttpConnection { link, peer, origin: url.origin() })
    }

    /// The peer's address; `None` over a Unix socket.
    pub(in crate::net::http) fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }
}

impl OpenConnection {
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
        // The exchange has one connection at a time.
        way.connections.close_own(false).await;
        let deadline = Instant::now() + spec.socket.connect_timeout;
        let (stream, peer, capture) = match &spec.unix {
            Some(address) => (connect_unix(address, spec, attempt, way).await?, None, None),
            None => {
                let (stream, peer, capture) = connect_tcp(url, spec, attempt, deadline, way).await?;
                (stream, Some(peer), capture)
            }
        };
        let carrier = CarrierConnection::open(stream, url.as_str().to_owned(), capture, way.gate.journal()).await;
        let (tap, source) = socket_tap(carrier.end());
        way.connections.on_own_opened(carrier);
        let too_slow = || {
            let allowed = quantity::duration(spec.socket.connect_timeout);
            let message = format!("connected, but the handshake did not finish within {allowed}");
            Failure::new(Class::ConnectTimeout, FailedOperation::Connect, url.as_str(), message)
        };
        let rest = async {
            let http1 = |link| OpenConnection::Http1(HttpConnection::boxed(link, peer, url));
            let http2 = |link| OpenConnection::Http2(HttpConnection::boxed(link, peer, url));
            let speaks_http2 = spec.version == HttpVersion::Http2;
            let Some((client, name)) = secure else {
                return match speaks_http2 {
                    true => Http2Link::start(tap, url.as_str()).await.map(http2),
                    false => Ok(http1(Http1Link::new(Box::new(tap), source, true))),
                };
            };
            let handshake = Instant::now();
            let secured = client_handshake(&client, name, tap, way.gate.journal(), deadline).await;
            way.gate.phase(HttpPhase::Tls, handshake.into_std(), Instant::now().into_std()).await;
            let secured = secured.map_err(|failed| match failed {
                HandshakeFailure::Io(error) => fault::from_handshake(&error, url.as_str()),
                HandshakeFailure::TimedOut => too_slow(),
            })?;
            match speaks_http2 || secured.get_ref().1.alpn_protocol() == Some(b"h2") {
                true => Http2Link::start(secured, url.as_str()).await.map(http2),
                false => Ok(http1(Http1Link::new(Box::new(secured), source, false))),
            }
        };
        let opened = tokio::time::timeout_at(deadline, rest).await;
        opened.unwrap_or_else(|_| Err(too_slow()))
    }

    /// Whether a request to this URL can use the connection, now that it is idle.
    pub(in crate::net::http) async fn serves(&mut self, url: &Url) -> bool {
        match self {
            OpenConnection::Http1(open) => {
                open.origin == url.origin() && std::future::poll_fn(|cx| Poll::Ready(open.link.poll_idle(cx))).await
            }
            OpenConnection::Http2(open) => open.origin == url.origin() && open.link.is_usable().await,
        }
    }
}

/// Connects to the URL's host.
async fn connect_tcp(
    url: &Url,
    spec: &HttpSpec,
    attempt: u32,
    deadline: Instant,
    way: &HttpDialer,
) -> Result<(StreamSocket, SocketAddr, Option<CaptureWatch>), Failure> {
    let (target, journal) = (target(url), way.gate.journal());
    let known = way.known_addresses(&target).await;
    let capture = CaptureWatch::start(way.captures, CapturePorts::Port(target.port), journal).await;
    let tcp = TcpSpec { target, socket: spec.socket.clone() };
    let is_name = known.is_some() || matches!(url.host(), Some(Host::Domain(_)));
    let began = Instant::now();
    let addresses = dial::look_up(&tcp, known, deadline, journal).await?;
    let looked_up = Instant::now();
    if is_name {
        way.gate.phase(HttpPhase::Dns, began.into_std(), looked_up.into_std()).await;
    }
    let dialled = dial::connect_to(&tcp, addresses, deadline, attempt, journal, capture.as_ref()).await;
    let stream = dialled.inspect_err(|_| capture.iter().for_each(CaptureWatch::deliver))?;
    way.gate.phase(HttpPhase::Connect, looked_up.into_std(), Instant::now().into_std()).await;
    let failed = |error: std::io::Error| system::from_io(FailedOperation::Connect, url.as_str(), &error);
    let peer = stream.peer_addr().map_err(failed)?;
    if let (Some(watch), Ok(local)) = (&capture, stream.local_addr()) {
        watch.narrow_to(local, peer);
    }
    // A request must not wait for the ACK of an earlier one (Nagle's algorithm).
    stream.set_nodelay(true).map_err(failed)?;
    Ok((stream.into(), peer, capture))
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
    Own(Option<OpenConnection>),
    /// The client for the proxy, once made, and whether it supports TLS.
    Proxied(Option<(reqwest::Client, bool)>),
}
