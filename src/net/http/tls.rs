//! TLS for HTTP: whom to trust, which versions of HTTP to offer, and the words for what a handshake says.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, NamedGroup, RootCertStore, SignatureScheme};

use crate::sessions::spec::http::HttpVersion;

/// Whom to trust.
#[derive(Clone, Debug)]
pub(super) enum TlsTrust {
    /// Nobody: no handshake is expected, only `http` is spoken.
    Nobody,
    /// Whom the system trusts.
    System(TrustRoots),
    /// Everybody (`-k`).
    Everybody,
}

/// The system's certificate authorities, or those that the program carries.
#[derive(Clone, Debug)]
pub(super) struct TrustRoots {
    verifier: Arc<dyn ServerCertVerifier>,
    /// Why the built-in list stands in for the system's, if it does.
    pub(super) stand_in_because: Option<String>,
}

/// The one cryptography provider; always named, as rustls panics where two are compiled in and none is named.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

impl TrustRoots {
    /// The certificate authorities. Cost: reads the system's store the first time, then nothing.
    ///
    /// # Errors
    /// Neither the system's nor the built-in list can be used: why, in words.
    pub(super) fn load() -> Result<TrustRoots, String> {
        static ROOTS: OnceLock<Result<TrustRoots, String>> = OnceLock::new();
        ROOTS.get_or_init(TrustRoots::read).clone()
    }

    fn read() -> Result<TrustRoots, String> {
        let because = match rustls_platform_verifier::Verifier::new(provider()) {
            Ok(verifier) => return Ok(TrustRoots { verifier: Arc::new(verifier), stand_in_because: None }),
            Err(error) => error.to_string(),
        };
        TrustRoots::built_in(because)
    }

    fn built_in(because: String) -> Result<TrustRoots, String> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(TrustRoots { verifier, stand_in_because: Some(because) })
    }
}

/// The configuration of an exchange's handshakes; `clock` is told when one begins.
///
/// # Errors
/// The provider offers no version of TLS: why, in words.
pub(super) fn config(
    trust: &TlsTrust,
    version: HttpVersion,
    clock: &Arc<HandshakeClock>,
) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = match trust {
        TlsTrust::Nobody => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
        TlsTrust::System(roots) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::clone(&roots.verifier)).with_no_client_auth()
        }
        TlsTrust::Everybody => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider())))
            .with_no_client_auth(),
    };
    config.resumption = Resumption::store(Arc::clone(clock) as Arc<dyn ClientSessionStore>);
    let offered: &[&[u8]] = match version {
        HttpVersion::Any => &[b"h2", b"http/1.1"],
        HttpVersion::Http1 => &[b"http/1.1"],
        HttpVersion::Http2 => &[b"h2"],
    };
    config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// Notes when a handshake begins: rustls asks the session store while it builds the ClientHello.
#[derive(Debug, Default)]
pub(super) struct HandshakeClock(Mutex<Option<Instant>>);

impl HandshakeClock {
    /// When the last handshake began, once; forgets it.
    pub(super) fn take(&self) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientSessionStore for HandshakeClock {
    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        None
    }
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}
    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}
    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }
    fn remove_tls12_session(&self, _: &ServerName<'static>) {}
    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}
    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// Accepts every certificate, but not a handshake that its owner did not sign.
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

/// What a TLS error means, for a person.
pub(super) fn words(error: &rustls::Error) -> String {
    use rustls::{CertificateError as Bad, Error};
    match error {
        Error::InvalidCertificate(bad) => match bad {
            Bad::Expired => "the certificate has expired".into(),
            Bad::ExpiredContext { time, not_after } => {
                format!("the certificate has expired: it held until {}, and now it is {}", day(*not_after), day(*time))
            }
            Bad::NotValidYet => "the certificate is not valid yet".into(),
            Bad::NotValidYetContext { time, not_before } => {
                format!(
                    "the certificate is not valid yet: it holds from {}, and now it is {}",
                    day(*not_before),
                    day(*time)
                )
            }
            Bad::UnknownIssuer => {
                "the certificate's issuer is unknown: nobody whom this machine trusts signed it".into()
            }
            Bad::NotValidForName => "the certificate is for another name".into(),
            Bad::NotValidForNameContext { expected, presented } => {
                let names: Vec<&str> = presented.iter().take(8).map(|name| presented_name(name)).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                format!("the certificate is for another name: wanted {}, it has {names}", expected.to_str())
            }
            Bad::Revoked => "the certificate was revoked".into(),
            Bad::BadSignature => "the certificate's signature is wrong".into(),
            Bad::Other(other) => format!("the certificate is not accepted: {}", odd(&other.to_string())),
            other => format!("the certificate is not accepted: {other}"),
        },
        Error::AlertReceived(alert) => format!("the peer ended the handshake with the alert {alert:?}"),
        Error::InvalidMessage(what) => format!("the peer does not speak TLS here ({what:?})"),
        Error::PeerIncompatible(what) => format!("no TLS version or cipher in common with the peer ({what:?})"),
        Error::NoApplicationProtocol => "the peer speaks none of the HTTP versions that were offered".into(),
        other => other.to_string(),
    }
}

/// The name alone: rustls gives it with its kind, as `DnsName("example.org")`.
fn presented_name(name: &str) -> &str {
    name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).map_or(name, |inner| inner.trim_matches('"'))
}

/// A moment to the minute, in UTC: `2026-11-21 15:04 UTC`.
fn day(time: rustls::pki_types::UnixTime) -> String {
    let at = civil::date(1970, 1, 1).at(0, 0, 0, 0).saturating_add(Duration::from_secs(time.as_secs()));
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What the verifier found that has no name of its own in rustls: it is only known by the word that it is printed as.
fn odd(word: &str) -> &str {
    match word {
        "CaUsedAsEndEntity" => "it is the certificate of an authority and not of a server, as self-made ones often are",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::http::HttpVersion;

    #[test]
    fn without_a_ca_store_the_built_in_list_stands_in_and_says_so() {
        let roots = TrustRoots::built_in("no CA certificates".into()).unwrap();
        assert_eq!(roots.stand_in_because.as_deref(), Some("no CA certificates"));
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

    #[test]
    fn alpn_offers_what_was_asked_for() {
        let offered = |version| config(&TlsTrust::Everybody, version, &Arc::default()).unwrap().alpn_protocols;
        assert_eq!(offered(HttpVersion::Any), [b"h2".to_vec(), b"http/1.1".to_vec()]);
        assert_eq!(offered(HttpVersion::Http1), [b"http/1.1".to_vec()]);
        assert_eq!(offered(HttpVersion::Http2), [b"h2".to_vec()]);
    }
}
