//! The configuration of a client's handshakes.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ClientSessionStore, Resumption};
use rustls::{ClientConfig, RootCertStore};

use super::any_certificate::AnyCertificate;
use super::key_log::SecretFile;
use super::provider::crypto_provider;
use super::trust::TlsTrust;

/// The configuration of a client's handshakes, with the parts that a witness of them needs.
#[derive(Clone, Debug)]
pub(crate) struct TlsClient {
    /// The library's configuration. With it alone nothing is reported.
    pub(crate) config: ClientConfig,
    /// Checks the chain; `None`: nothing to check it with.
    pub(super) checks_chain: Option<Arc<dyn ServerCertVerifier>>,
    /// Checks the signature over the handshake.
    pub(super) checks_signature: Arc<dyn ServerCertVerifier>,
    /// A chain that does not hold is accepted (`-k`).
    pub(super) goes_on: bool,
}

impl TlsClient {
    /// A client. `alpn`: the ALPN names of the protocols that it offers, the preferred one first. `sessions` stores
    /// what resumes a session.
    ///
    /// # Errors
    /// Fails, with the reason as text, if the provider supports no TLS version, or the file for secrets
    /// (`SSLKEYLOGFILE`) cannot be opened.
    pub(crate) fn new(
        trust: &TlsTrust,
        alpn: &[&[u8]],
        sessions: Arc<dyn ClientSessionStore>,
    ) -> Result<TlsClient, String> {
        let builder = ClientConfig::builder_with_provider(crypto_provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let any: Arc<dyn ServerCertVerifier> = Arc::new(AnyCertificate::new());
        let (checks_chain, decides, goes_on) = match trust {
            TlsTrust::Nobody => (None, None, false),
            TlsTrust::System(roots) => (Some(Arc::clone(&roots.verifier)), Some(Arc::clone(&roots.verifier)), false),
            TlsTrust::Everybody(roots) => {
                (roots.as_ref().map(|roots| Arc::clone(&roots.verifier)), Some(Arc::clone(&any)), true)
            }
        };
        let mut config = match &decides {
            None => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
            Some(verifier) => {
                builder.dangerous().with_custom_certificate_verifier(Arc::clone(verifier)).with_no_client_auth()
            }
        };
        if let Some(file) = SecretFile::of_environment()? {
            config.key_log = Arc::new(file);
        }
        config.resumption = Resumption::store(sessions);
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        Ok(TlsClient { config, checks_chain, checks_signature: decides.unwrap_or(any), goes_on })
    }
}
