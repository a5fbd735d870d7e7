//! Which certificates a TLS client trusts.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::own_certificate::OwnCertificates;
use super::provider::crypto_provider;
use crate::text::sanitize::quoted;
use crate::wire::FailedOperation;
use crate::wire::{Class, Failure};

/// The trusted certificate authorities.
#[derive(Clone, Debug)]
pub(crate) enum TlsTrust {
    /// None: no handshake is expected, only `http` is used.
    Nobody,
    /// The system's.
    System(TrustRoots),
    /// Any certificate is accepted (`-k`). The authorities only tell what a check would say.
    Everybody(Option<TrustRoots>),
}

/// The system's certificate authorities, or the built-in list.
#[derive(Clone, Debug)]
pub(crate) struct TrustRoots {
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
    /// Why the built-in list replaces the system's, if it does.
    stand_in_because: Option<String>,
}

impl TlsTrust {
    /// The warning to show before the handshake if the built-in list replaces the system's.
    pub(crate) fn warning(&self) -> Option<Failure> {
        let because = match self {
            TlsTrust::Nobody | TlsTrust::Everybody(_) => return None,
            TlsTrust::System(roots) => roots.stand_in_because.as_ref()?,
        };
        let why = format!("using the built-in certificate authorities, as the system's cannot be used: {because}");
        Some(Failure::new(Class::Tls, FailedOperation::Verify, "", why))
    }
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

    /// The authorities in a file of PEM, and no others.
    ///
    /// # Errors
    /// Fails, with the file and what was found as text, if it cannot be read or has no certificate that can be trusted.
    pub(crate) fn of_file(path: &Path) -> Result<TrustRoots, String> {
        let named = quoted(&path.to_string_lossy());
        let text = std::fs::read(path).map_err(|error| format!("{named}: {error}"))?;
        let mut roots = RootCertStore::empty();
        let mut own = Vec::new();
        for (place, der) in (1..).zip(CertificateDer::pem_slice_iter(&text)) {
            let der = der.map_err(|_| format!("{named}: certificate {place} in it is no valid PEM"))?;
            let added = roots.add(der.clone());
            added.map_err(|_| format!("{named}: certificate {place} in it cannot be an authority here"))?;
            own.push(der);
        }
        if roots.is_empty() {
            return Err(format!("{named} has no certificate in PEM"));
        }
        let chains = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto_provider())
            .build()
            .map_err(|error| format!("{named}: {error}"))?;
        let verifier = Arc::new(OwnCertificates { chains, own });
        Ok(TrustRoots { verifier, stand_in_because: None })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_ca_store_the_built_in_list_stands_in_and_says_so() {
        let roots = TrustRoots::bundled("no CA certificates".into()).unwrap();
        assert_eq!(roots.stand_in_because.as_deref(), Some("no CA certificates"));
        let warning = TlsTrust::System(roots).warning().unwrap();
        assert!(warning.message.ends_with("cannot be used: no CA certificates"), "{warning}");
        assert!(!webpki_roots::TLS_SERVER_ROOTS.is_empty());
    }
}
