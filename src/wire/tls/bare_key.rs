//! The public key of a certificate, whatever else the certificate says.

use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::certificate::X509Certificate;

/// A public key, as it stands in a certificate (RFC 5280 §4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BareKey<'a> {
    /// The content of the AlgorithmIdentifier: without the head of its SEQUENCE.
    pub algorithm: &'a [u8],
    /// The key itself.
    pub key: &'a [u8],
}

impl<'a> BareKey<'a> {
    /// Reads the key of a certificate in DER, of any version; `None` if it cannot be read.
    pub fn of_certificate(der: &'a [u8]) -> Option<Self> {
        let (_, certificate) = <X509Certificate<'a> as FromDer<'a, _>>::from_der(der).ok()?;
        let raw: &'a [u8] = certificate.tbs_certificate.subject_pki.raw;
        let (_, info) = Any::from_der(raw).ok()?;
        let (rest, algorithm) = Any::from_der(info.data).ok()?;
        let (_, bits) = Any::from_der(rest).ok()?;
        // The first byte of a BIT STRING counts its unused bits: a key has none.
        let key = bits.data.strip_prefix(&[0])?;
        Some(BareKey { algorithm: algorithm.data, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_that_of_the_certificate() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["example.org".into()]).unwrap();
        let der = params.self_signed(&pair).unwrap().der().to_vec();
        let bare = BareKey::of_certificate(&der).unwrap();
        assert_eq!(bare.key, pair.public_key_raw());
        // id-ecPublicKey, prime256v1
        assert_eq!(bare.algorithm, rustls::pki_types::alg_id::ECDSA_P256.as_ref());
        assert_eq!(BareKey::of_certificate(b"hello"), None);
    }
}
