//! A verifier that also trusts a server's certificate which is itself in the user's file of authorities.
//!
//! A certificate that signs itself is mostly marked as an authority's (`openssl req -x509`), which the library refuses as
//! a server's. OpenSSL, and so curl, takes it where the user named it.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::wire::tls::certificate::CertificateView;

/// Trusts what `chains` trusts, and these certificates.
#[derive(Debug)]
pub(super) struct OwnCertificates {
    pub(super) chains: Arc<dyn ServerCertVerifier>,
    pub(super) own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for OwnCertificates {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = self.chains.verify_server_cert(server, others, name, ocsp, now);
        if checked.is_ok() || !self.own.iter().any(|own| own == server) {
            return checked;
        }
        verify_server_name(&ParsedCertificate::try_from(server)?, name)?;
        let is_valid = CertificateView::read(server).is_ok_and(|view| {
            let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
            let begins = view.not_before.is_some_and(|begin| begin.as_second() <= now);
            begins && view.not_after.is_some_and(|end| now <= end.as_second())
        });
        if is_valid { Ok(ServerCertVerified::assertion()) } else { Err(CertificateError::Expired.into()) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}
