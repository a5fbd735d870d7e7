//! Spec of an HTTP request (RFC 9110).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use super::target;
use crate::sessions::id::SessionId;
use crate::text::secret::mask_text;
use crate::wire::option::SocketKind;
use crate::wire::unix::UnixAddress;

/// An HTTP request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSpec {
    /// `GET`, `POST`, …
    pub method: String,
    /// An absolute URL with a host.
    pub url: String,
    /// Header fields, in order; a name may occur several times.
    pub headers: Vec<(String, String)>,
    /// Names of fields that are sent by default, and not here.
    pub without_defaults: Vec<String>,
    /// The body to send.
    pub body: BodySpec,
    /// How many redirects to follow; 0 shows the redirect itself.
    pub redirects: usize,
    /// True: with `redirects` 0, a redirect is a failure (curl's `-L --max-redirs 0`).
    pub refuses_redirects: bool,
    /// True: the method stays the same in a redirect that would make a GET of it (curl's `-X`).
    pub keeps_method: bool,
    /// `user:password` for basic authentication.
    pub user: Option<String>,
    /// True: certificates are not verified (`-k`), and the screen shows that.
    pub insecure: bool,
    /// A file in PEM with the authorities to trust, and no others; `None`: the system's.
    pub ca_file: Option<std::path::PathBuf>,
    /// A proxy URL; nothing is taken from the environment.
    pub proxy: Option<String>,
    /// The HTTP version to use.
    pub version: HttpVersion,
    /// A Unix socket that every request of the exchange goes over, instead of a connection to the URL's host.
    pub unix: Option<UnixAddress>,
    /// `HOST:PORT` → address, as curl's `--resolve`.
    pub resolve: Vec<(String, SocketAddr)>,
    /// True: ask for compressed content and decode it.
    pub compressed: bool,
    /// A limit on the whole exchange.
    pub timeout: Option<Duration>,
    /// True: a 4xx or 5xx is a failure.
    pub fail_on_status: bool,
    /// How the connection is opened, to the host or to the proxy. `connect_timeout` includes TLS; `options` are set
    /// once connected; `idle_timeout` is unused, `timeout` takes its place.
    pub socket: SocketSpec,
}

impl HttpSpec {
    /// A plain GET of `url`, no redirects, content coding accepted.
    pub fn get(url: impl Into<String>) -> Self {
        HttpSpec {
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            without_defaults: Vec::new(),
            body: BodySpec::None,
            redirects: 0,
            refuses_redirects: false,
            keeps_method: false,
            user: None,
            insecure: false,
            ca_file: None,
            proxy: None,
            version: HttpVersion::Any,
            unix: None,
            resolve: Vec::new(),
            compressed: true,
            timeout: None,
            fail_on_status: false,
            socket: SocketSpec::default(),
        }
    }
}

impl HttpSpec {
    /// Whether it goes over a TCP connection that we dial ourselves: not through a proxy, and not over a Unix socket.
    pub fn has_own_connection(&self) -> bool {
        self.proxy.is_none() && self.unix.is_none()
    }
}

impl KindFacets for HttpSpec {
    fn title(&self, _: Option<SocketAddr>) -> String {
        mask_text(&format!("{} {}", self.method, self.url)).into_owned()
    }

    fn target(&self) -> Option<HostPort> {
        target::target_of_url(&self.url)
    }

    fn parent(&self) -> Option<SessionId> {
        None
    }

    fn socket(&self) -> Option<&SocketSpec> {
        Some(&self.socket)
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        Some(&mut self.socket)
    }

    fn socket_kind(&self) -> Option<SocketKind> {
        Some(if self.unix.is_some() { SocketKind::Unix } else { SocketKind::Connection })
    }

    fn family(&self) -> Option<IpFamily> {
        None
    }

    fn local(&self) -> Option<SocketAddr> {
        None
    }

    fn set_local(&mut self, _local: Option<SocketAddr>) {}

    fn broadcast_mut(&mut self) -> Option<&mut bool> {
        None
    }

    fn idle_timeout(&self) -> Option<Duration> {
        None
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        self.timeout
    }

    fn wait_longer(&mut self) -> bool {
        self.timeout = self.timeout.map(|timeout| timeout.saturating_mul(10));
        self.timeout.is_some()
    }
}

/// A request's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodySpec {
    /// Nothing.
    None,
    /// These bytes, as they are.
    Bytes(bytes::Bytes),
    /// A file's bytes, streamed.
    File(PathBuf),
    /// `multipart/form-data`.
    Multipart(Vec<FormPart>),
}

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormPart {
    /// The field's name.
    pub name: String,
    /// Its value.
    pub value: PartValue,
}

/// Content of a part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartValue {
    /// Text.
    Text(String),
    /// A file, sent under its own name.
    File(PathBuf),
}

/// Which version of HTTP to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// The one that ALPN chooses; HTTP/1.1 without TLS.
    Any,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only; without TLS by prior knowledge.
    Http2,
}

/// How many interim responses of one request are kept.
pub const MOST_INTERIM: usize = 16;

/// How many interim responses to one request are accepted; a peer that sends more violates the protocol.
pub const MOST_ACCEPTED_INTERIM: usize = 1_000;
