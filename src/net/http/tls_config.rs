//! The TLS configuration of an HTTP session, and its warnings.

use std::sync::Arc;

use super::news_gate::NewsGate;
use super::proxied::HandshakeClock;
use crate::net::blocking::run_blocking;
use crate::net::tls::{TlsClient, TlsTrust, TrustRoots};
use crate::sessions::News;
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::wire::{Class, FailedOperation, Failure};

/// The configuration of our own TLS handshakes.
///
/// # Errors
/// Fails with `Local` if neither the system's certificate authorities nor the built-in ones can be used.
pub(super) async fn tls_config(spec: &HttpSpec, gate: &NewsGate) -> Result<TlsClient, Failure> {
    let trust = load_trust(spec, gate, true).await?;
    config(&trust, spec.version, &Arc::default()).map_err(|why| client_failure(&why))
}

/// As [`TlsClient::new`], and offers the requested HTTP versions; `clock` records when a handshake begins.
pub(super) fn config(trust: &TlsTrust, version: HttpVersion, clock: &Arc<HandshakeClock>) -> Result<TlsClient, String> {
    let alpn: &[&[u8]] = match version {
        HttpVersion::Any => &[b"h2", b"http/1.1"],
        HttpVersion::Http1 => &[b"http/1.1"],
        HttpVersion::Http2 => &[b"h2"],
    };
    TlsClient::new(trust, alpn, Arc::<HandshakeClock>::clone(clock))
}

pub(super) async fn load_trust(spec: &HttpSpec, gate: &NewsGate, with_tls: bool) -> Result<TlsTrust, Failure> {
    if spec.insecure {
        // Without authorities the chain is not checked, and that is said.
        let roots = if with_tls { load_roots(spec).await.ok() } else { None };
        return Ok(TlsTrust::Everybody(roots));
    }
    if !with_tls {
        return Ok(TlsTrust::Nobody);
    }
    let roots = load_roots(spec).await.map_err(|why| client_failure(&why))?;
    let trust = TlsTrust::System(roots);
    if let Some(warning) = trust.warning() {
        gate.news(News::Warned(warning)).await;
    }
    Ok(trust)
}

/// The authorities that the user named, or else the system's.
async fn load_roots(spec: &HttpSpec) -> Result<TrustRoots, String> {
    match spec.ca_file.clone() {
        Some(path) => run_blocking(move || TrustRoots::of_file(&path)).await,
        None => run_blocking(TrustRoots::load).await,
    }
}

pub(super) fn client_failure(why: &str) -> Failure {
    Failure::new(Class::Local, FailedOperation::Prepare, "", format!("no HTTP client can be made: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpn_offers_what_was_asked_for() {
        let offered =
            |version| config(&TlsTrust::Everybody(None), version, &Arc::default()).unwrap().config.alpn_protocols;
        assert_eq!(offered(HttpVersion::Any), [b"h2".to_vec(), b"http/1.1".to_vec()]);
        assert_eq!(offered(HttpVersion::Http1), [b"http/1.1".to_vec()]);
        assert_eq!(offered(HttpVersion::Http2), [b"h2".to_vec()]);
    }
}
