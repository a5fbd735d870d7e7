//! Which certificates a TLS client trusts, and the configuration of its handshakes.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientSessionStore, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::wire::FailedOperation;
use crate::wire::{Class, Failure};

/// The trusted certificate authorities.
#[derive(Clone, Debug)]
pub(crate) enum TlsTrust {
    /// None: no handshake is expected, only `http` is used.
    Nobody,
    /// The system's.
    System(TrustRoots),
    /// Any certificate is accepted (`-k`).
    Everybody,
}

/// The system's certificate authorities, or the built-in list.
#[derive(Clone, Debug)]
pub(crate) struct TrustRoots {
    verifier: Arc<dyn ServerCertVerifier>,
    /// Why the built-in list replaces the system's, if it does.
    stand_in_because: Option<String>,
}

impl TlsTrust {
    /// The warning to show before the handshake if the built-in list replaces the system's.
    pub(crate) fn warning(&self) -> Option<Failure> {
        let because = match self {
            TlsTrust::Nobody | TlsTrust::Everybody => return None,
            TlsTrust::System(roots) => roots.stand_in_because.as_ref()?,
        };
        let why = format!("using the built-in certificate authorities, as the system's cannot be used: {because}");
        Some(Failure::new(Class::Tls, FailedOperation::Verify, "", why))
    }
}

/// The cryptography provider; always given explicitly, because rustls panics if two are compiled in and none is given.
fn crypto_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

impl TrustRoots {
    /// Loads the certificate authorities. Cost: the first call reads the system's store; later calls read nothing.
    ///
    /// # Errors
    /// Fails, with the reason as text, if neither the system's nor the built-in list can be used.
    pub(crate) fn load() -> Result<TrustRoots, String> {
        static ROOTS: OnceLock<Result<TrustRoots, String>> = OnceLock::new();
        ROOTS.get_or_init(TrustRoots::read).clone()
    }

    fn read() -> Result<TrustRoots, String> {
        let because = match rustls_platform_verifier::Verifier::new(crypto_provider()) {
            Ok(verifier) => return Ok(TrustRoots { verifier: Arc::new(verifier), stand_in_because: None }),
            Err(error) => error.to_string(),
        };
        TrustRoots::bundled(because)
    }

    fn bundled(because: String) -> Result<TrustRoots, String> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto_provider())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(TrustRoots { verifier, stand_in_because: Some(because) })
    }
}

/// The configuration of a client's handshakes. `alpn`: the ALPN names of the protocols that it offers, the preferred
/// one first. `sessions` stores what resumes a session.
///
/// # Errors
/// Fails, with the reason as text, if the provider supports no TLS version.
pub(crate) fn config(
    trust: &TlsTrust,
    alpn: &[&[u8]],
    sessions: Arc<dyn ClientSessionStore>,
) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = match trust {
        TlsTrust::Nobody => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
        TlsTrust::System(roots) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::clone(&roots.verifier)).with_no_client_auth()
        }
        TlsTrust::Everybody => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(crypto_provider())))
            .with_no_client_auth(),
    };
    config.resumption = Resumption::store(sessions);
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// Accepts every certificate, but only a handshake that the certificate's key has signed.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::tls::fault::{day, presented_name};

    #[test]
    fn without_a_ca_store_the_built_in_list_stands_in_and_says_so() {
        let roots = TrustRoots::bundled("no CA certificates".into()).unwrap();
        assert_eq!(roots.stand_in_because.as_deref(), Some("no CA certificates"));
        let warning = TlsTrust::System(roots).warning().unwrap();
        assert!(warning.message.ends_with("cannot be used: no CA certificates"), "{warning}");
        assert!(!webpki_roots::TLS_SERVER_ROOTS.is_empty());
    }

    #[test]
    fn dates_and_names_are_told_as_a_person_writes_them() {
        let at = |seconds| day(rustls::pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)));
        assert_eq!(at(0), "1970-01-01 00:00 UTC");
        assert_eq!(at(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(at(1_609_459_200), "2021-01-01 00:00 UTC");
        assert_eq!(at(1_795_273_365), "2026-11-21 15:02 UTC");
        assert_eq!(presented_name("DnsName(\"somebody.else\")"), "somebody.else");
        assert_eq!(presented_name("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(presented_name("plain"), "plain");
    }
}
