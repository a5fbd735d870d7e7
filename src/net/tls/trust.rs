//! Which certificates a TLS client trusts.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::client::danger::ServerCertVerifier;

use super::provider::crypto_provider;
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
