//! A verifier for `-k`: it accepts every certificate, but only a handshake that the certificate's key has signed.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::provider::crypto_provider;
use crate::text::quantity;
use crate::wire::tls::bare_key::BareKey;
use crate::wire::tls::certificate::CertificateView;

/// The shortest RSA key whose signatures the library checks, in bits.
const SHORTEST_RSA: u32 = 2048;

/// Accepts every certificate.
#[derive(Debug)]
pub(super) struct AnyCertificate(Arc<CryptoProvider>);

impl AnyCertificate {
    pub(super) fn new() -> Self {
        AnyCertificate(crypto_provider())
    }

    fn algorithms(&self) -> &WebPkiSupportedAlgorithms {
        &self.0.signature_verification_algorithms
    }
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = rustls::crypto::verify_tls12_signature(message, certificate, signature, self.algorithms());
        verified.or_else(|_| verify_by_bare_key(message, certificate, signature, self.algorithms()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = rustls::crypto::verify_tls13_signature(message, certificate, signature, self.algorithms());
        // A scheme that TLS 1.3 forbids is the peer's fault, whatever its certificate.
        match verified {
            Err(error @ (Error::PeerMisbehaved(_) | Error::PeerIncompatible(_))) => Err(error),
            verified => verified.or_else(|_| verify_by_bare_key(message, certificate, signature, self.algorithms())),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms().supported_schemes()
    }
}

/// Checks a signature with the certificate's key alone: the library reads only certificates of X.509 version 3 that
/// follow its rules.
fn verify_by_bare_key(
    message: &[u8],
    certificate: &[u8],
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let Some(bare) = BareKey::of_certificate(certificate) else {
        return Err(cannot("read the server's certificate, whose key has to sign the handshake"));
    };
    if let Some(error) = short_key(certificate) {
        return Err(error);
    }
    let of_scheme = algorithms.mapping.iter().filter(|(scheme, _)| *scheme == signed.scheme);
    let mut fitting = of_scheme
        .flat_map(|(_, algorithms)| algorithms.iter())
        .filter(|algorithm| algorithm.public_key_alg_id().as_ref() == bare.algorithm)
        .peekable();
    if fitting.peek().is_none() {
        return Err(cannot("check signatures of the kind of key that the server's certificate has"));
    }
    let is_valid = fitting.any(|algorithm| algorithm.verify_signature(bare.key, message, signed.signature()).is_ok());
    match is_valid {
        true => Ok(HandshakeSignatureValid::assertion()),
        false => Err(Error::InvalidCertificate(CertificateError::BadSignature)),
    }
}

/// The error for a key that is too short for the library; `None`: it is long enough, or not RSA.
fn short_key(certificate: &[u8]) -> Option<Error> {
    let key = CertificateView::read(certificate).ok()?.key;
    let bits = key.bits.filter(|bits| key.algorithm.starts_with("RSA") && *bits < SHORTEST_RSA)?;
    let (shortest, bits) = (quantity::grouped(SHORTEST_RSA.into()), quantity::grouped(bits.into()));
    Some(cannot(&format!("check a signature of an RSA key under {shortest} bits, and the server's key has {bits}")))
}

/// An error of this program, not of the peer.
fn cannot(what: &str) -> Error {
    Error::General(format!("this program's TLS cannot {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loopback/http/certificates/");

    #[test]
    fn a_key_that_is_too_short_for_the_library_is_said_to_be_too_short() {
        let certificate = |name: &str| std::fs::read(format!("{TESTED}{name}")).unwrap();
        let Some(Error::General(text)) = short_key(&certificate("rsa-1024.der")) else { panic!("it is short") };
        let said = "this program's TLS cannot check a signature of an RSA key under 2,048 bits, and the server's key has 1,024";
        assert_eq!(text, said);
        assert_eq!(short_key(&certificate("x509-v1.der")), None);
    }
}
