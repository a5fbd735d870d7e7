//! The HTTP client of one exchange: it reads nothing from the environment, and does nothing unreported.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use url::Url;

use super::connector::{ReqwestResolver, WatchLayer};
use super::handshake_clock::HandshakeClock;
use crate::net::http::dial::HttpDialer;
use crate::net::http::news_gate::NewsGate;
use crate::net::http::tls_config::{client_failure, config, load_trust};
use crate::sessions::spec::IpFamily;
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::text::sanitize::quoted;
use crate::wire::Failure;

/// The most bytes that the fields of an HTTP/2 response may have in total.
pub(in crate::net::http) const MOST_HTTP2_HEADER_BYTES: u32 = 64 * 1024;

/// Makes a client for this exchange. Cost: the first one with TLS reads the system's certificates.
///
/// # Errors
/// Fails with `Usage` if the proxy is not valid, and with `Local` if no client can be made on this system.
pub(in crate::net::http) async fn client(
    spec: &HttpSpec,
    dial: &Arc<HttpDialer>,
    with_tls: bool,
) -> Result<reqwest::Client, Failure> {
    let builder = builder(spec, &dial.gate, &dial.handshake, with_tls).await?;
    build(
        builder.dns_resolver(Arc::new(ReqwestResolver(Arc::clone(dial)))).connector_layer(WatchLayer(Arc::clone(dial))),
    )
}

/// Makes a client that keeps up to `connections` connections alive, and reports nothing about them.
///
/// # Errors
/// As [`crate::net::http::proxied::client`].
pub(in crate::net::http) async fn keep_alive_client(
    spec: &HttpSpec,
    gate: &NewsGate,
    connections: usize,
) -> Result<reqwest::Client, Failure> {
    let mut with_tls = spec.url.starts_with("https:") || spec.proxy.as_ref().is_some_and(|p| p.starts_with("https"));
    // A redirect may lead to https.
    with_tls |= spec.redirects > 0;
    let mut builder = builder(spec, gate, &Arc::default(), with_tls).await?.pool_max_idle_per_host(connections);
    if spec.redirects > 0 {
        builder = builder.redirect(reqwest::redirect::Policy::limited(spec.redirects));
    }
    for (name, address) in &spec.resolve {
        let Some((host, _)) = name.rsplit_once(':') else {
            return Err(Failure::usage(format!("resolve {}: wanted HOST:PORT", quoted(name))));
        };
        builder = builder.resolve(host.trim_matches(['[', ']']), *address);
    }
    build(builder)
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Failure> {
    builder.build().map_err(|error| client_failure(&crate::net::http::fault::full_text(&error)))
}

/// The settings of every client of ours.
async fn builder(
    spec: &HttpSpec,
    gate: &NewsGate,
    handshake: &Arc<HandshakeClock>,
    with_tls: bool,
) -> Result<reqwest::ClientBuilder, Failure> {
    let trust = load_trust(spec, gate, with_tls).await?;
    let config = config(&trust, spec.version, handshake).map_err(|why| client_failure(&why))?.config;
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(spec.socket.connect_timeout)
        .local_address(local_address(spec))
        .http2_max_header_list_size(MOST_HTTP2_HEADER_BYTES)
        .tls_backend_preconfigured(config);
    builder = match spec.version {
        HttpVersion::Any => builder,
        HttpVersion::Http1 => builder.http1_only(),
        HttpVersion::Http2 => builder.http2_prior_knowledge(),
    };
    if let Some(text) = &spec.proxy {
        proxy_url(text)?;
        let proxy = reqwest::Proxy::all(text).map_err(|error| bad_proxy(text, &error.to_string()))?;
        builder = builder.proxy(proxy);
    }
    Ok(builder)
}

/// The local address of connections. The client library tries only addresses of the same family, so the unspecified
/// address selects a family.
fn local_address(spec: &HttpSpec) -> Option<IpAddr> {
    let any = match spec.socket.family {
        IpFamily::Any => None,
        IpFamily::V4 => Some(Ipv4Addr::UNSPECIFIED.into()),
        IpFamily::V6 => Some(Ipv6Addr::UNSPECIFIED.into()),
    };
    spec.socket.bind.map(|local| local.ip()).or(any)
}

/// Parses the proxy's URL.
///
/// # Errors
/// Fails with `Usage` if it has no host, or a scheme that is not supported.
pub(in crate::net::http) fn proxy_url(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).map_err(|error| bad_proxy(text, &error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") || !url.has_host() {
        return Err(bad_proxy(text, "wanted http, https, socks4, socks4a, socks5 or socks5h, and a host"));
    }
    Ok(url)
}

fn bad_proxy(text: &str, why: &str) -> Failure {
    Failure::usage(format!("proxy {}: {why}", quoted(text)))
}
