//! The cryptography of our TLS.

use std::sync::Arc;

use rustls::CipherSuite;
use rustls::crypto::CryptoProvider;

/// The cryptography provider; always given explicitly, because rustls panics if two are compiled in and none is given.
pub(super) fn crypto_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// The SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let suites = rustls::crypto::aws_lc_rs::ALL_CIPHER_SUITES.iter().filter_map(rustls::SupportedCipherSuite::tls13);
    let with_sha256 = suites.filter(|suite| suite.common.suite == CipherSuite::TLS13_AES_128_GCM_SHA256);
    let digest = with_sha256.map(|suite| suite.common.hash_provider.hash(bytes)).next();
    digest.and_then(|digest| digest.as_ref().try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_sha_256() {
        let hex: String = sha256(b"abc").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
