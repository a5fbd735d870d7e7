//! A verifier that keeps what it is asked to verify, also where the verification fails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::client::TlsClient;
use super::provider::sha256;
use crate::sessions::news::tls::{ChainCertificate, MOST_CERTIFICATE_BYTES, MOST_CERTIFICATES};
use crate::wire::tls::certificate::CertificateView;
use crate::wire::tls::names::TlsSignatureScheme;

/// Verifies one handshake as the client orders, and keeps what it saw.
#[derive(Debug)]
pub(super) struct ChainWitness {
    checks_chain: Option<Arc<dyn ServerCertVerifier>>,
    checks_signature: Arc<dyn ServerCertVerifier>,
    goes_on: bool,
    seen: Mutex<WitnessedChain>,
}

/// What a witness saw.
#[derive(Clone, Debug, Default)]
pub(super) struct WitnessedChain {
    /// The certificates, the peer's own first; at most [`MOST_CERTIFICATES`].
    pub(super) chain: Vec<ChainCertificate>,
    pub(super) left_out: usize,
    /// The length of the OCSP answer; `None`: no certificate came.
    pub(super) ocsp_bytes: Option<usize>,
    /// The result of the check; `None`: none was made.
    pub(super) checked: Option<Result<(), Error>>,
    pub(super) signature: Option<TlsSignatureScheme>,
}

impl ChainWitness {
    pub(super) fn new(client: &TlsClient) -> Self {
        ChainWitness {
            checks_chain: client.checks_chain.clone(),
            checks_signature: Arc::clone(&client.checks_signature),
            goes_on: client.goes_on,
            seen: Mutex::default(),
        }
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> WitnessedChain {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, WitnessedChain> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for ChainWitness {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = self.checks_chain.as_ref().map(|check| check.verify_server_cert(own, others, name, ocsp, now));
        let all = std::iter::once(own).chain(others);
        let mut seen = self.lock();
        seen.chain = all.take(MOST_CERTIFICATES).map(|der| keep(der)).collect();
        seen.left_out = (1 + others.len()).saturating_sub(MOST_CERTIFICATES);
        seen.ocsp_bytes = Some(ocsp.len());
        seen.checked = checked.as_ref().map(|checked| checked.as_ref().map(|_| ()).map_err(Clone::clone));
        drop(seen);
        match checked {
            _ if self.goes_on => Ok(ServerCertVerified::assertion()),
            Some(checked) => checked,
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.lock().signature = Some(TlsSignatureScheme(signed.scheme.into()));
        self.checks_signature.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.lock().signature = Some(TlsSignatureScheme(signed.scheme.into()));
        self.checks_signature.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.checks_signature.supported_verify_schemes()
    }
}

fn keep(der: &[u8]) -> ChainCertificate {
    let kept = if der.len() <= MOST_CERTIFICATE_BYTES { der } else { &[] };
    let view = if kept.len() == der.len() {
        CertificateView::read(der)
    } else {
        Err(format!("it is longer than the {MOST_CERTIFICATE_BYTES} bytes that are kept of one"))
    };
    ChainCertificate { der: bytes::Bytes::copy_from_slice(kept), bytes: der.len(), sha256: sha256(der), view }
}
