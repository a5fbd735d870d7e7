//! The TLS configuration of an HTTP session, and its warnings.

use std::sync::Arc;

use super::news_gate::NewsGate;
use crate::net::tls::{self, TlsTrust, TrustRoots};
use crate::sessions::News;
use crate::sessions::spec::http::HttpSpec;
use crate::wire::{Class, FailedOperation, Failure};

/// The configuration of a handshake of our own.
///
/// # Errors
/// Neither the system's certificate authorities nor the built-in ones can be used: `Local`.
pub(super) async fn tls_config(spec: &HttpSpec, teller: &NewsGate) -> Result<rustls::ClientConfig, Failure> {
    let trust = trust(spec, teller, true).await?;
    tls::config(&trust, spec.version, &Arc::default()).map_err(|why| cannot(&why))
}

pub(super) async fn trust(spec: &HttpSpec, teller: &NewsGate, with_tls: bool) -> Result<TlsTrust, Failure> {
    if spec.insecure {
        return Ok(TlsTrust::Everybody);
    }
    if !with_tls {
        return Ok(TlsTrust::Nobody);
    }
    let loaded = tokio::task::spawn_blocking(TrustRoots::load).await.map_err(|error| cannot(&error.to_string()))?;
    let roots = loaded.map_err(|why| cannot(&why))?;
    if let Some(because) = &roots.stand_in_because {
        let why = format!("using the built-in certificate authorities, as the system's cannot be used: {because}");
        teller.news(News::Warned(Failure::new(Class::Tls, FailedOperation::Verify, "", why))).await;
    }
    Ok(TlsTrust::System(roots))
}

pub(super) fn cannot(why: &str) -> Failure {
    Failure::new(Class::Local, FailedOperation::Prepare, "", format!("no HTTP client can be made: {why}"))
}
