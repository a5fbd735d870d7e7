//! The names of TLS's numbers (IANA, "TLS Parameters").

use std::fmt;

/// A protocol version, as it stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TlsVersion(pub u16);

impl TlsVersion {
    /// TLS 1.2 (RFC 5246).
    pub const TLS12: TlsVersion = TlsVersion(0x0303);
    /// TLS 1.3 (RFC 8446).
    pub const TLS13: TlsVersion = TlsVersion(0x0304);
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x0300 => f.write_str("SSL 3.0"),
            0x0301..=0x0304 => write!(f, "TLS 1.{}", self.0 - 0x0301),
            other => write!(f, "version 0x{other:04x}"),
        }
    }
}

/// A cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsCipherSuite(pub u16);

/// The cipher suites that a client of ours can offer, by the names that IANA gave them.
pub const CIPHER_SUITES: &[(u16, &str)] = &[
    (0x1302, "TLS_AES_256_GCM_SHA384"),
    (0x1301, "TLS_AES_128_GCM_SHA256"),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];

impl fmt::Display for TlsCipherSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "cipher suite", self.0, CIPHER_SUITES)
    }
}

/// A group of the key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsGroup(pub u16);

const GROUPS: &[(u16, &str)] = &[
    (23, "secp256r1"),
    (24, "secp384r1"),
    (25, "secp521r1"),
    (29, "X25519"),
    (30, "X448"),
    (256, "ffdhe2048"),
    (257, "ffdhe3072"),
    (258, "ffdhe4096"),
    (259, "ffdhe6144"),
    (260, "ffdhe8192"),
    (512, "MLKEM512"),
    (513, "MLKEM768"),
    (514, "MLKEM1024"),
    (4587, "SecP256r1MLKEM768"),
    (4588, "X25519MLKEM768"),
    (4589, "SecP384r1MLKEM1024"),
];

impl fmt::Display for TlsGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "group", self.0, GROUPS)
    }
}

/// How the peer signed the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsSignatureScheme(pub u16);

const SIGNATURE_SCHEMES: &[(u16, &str)] = &[
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0203, "ecdsa_sha1"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x0809, "rsa_pss_pss_sha256"),
    (0x080a, "rsa_pss_pss_sha384"),
    (0x080b, "rsa_pss_pss_sha512"),
    (0x0904, "mldsa44"),
    (0x0905, "mldsa65"),
    (0x0906, "mldsa87"),
];

impl fmt::Display for TlsSignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "signature scheme", self.0, SIGNATURE_SCHEMES)
    }
}

/// The type of a handshake message (RFC 8446 §4, RFC 5246 §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsHandshakeType(pub u8);

impl TlsHandshakeType {
    /// The server's choice of version, cipher suite and group; also the form of a HelloRetryRequest.
    pub const SERVER_HELLO: TlsHandshakeType = TlsHandshakeType(2);
}

const HANDSHAKE_TYPES: &[(u16, &str)] = &[
    (0, "HelloRequest"),
    (1, "ClientHello"),
    (2, "ServerHello"),
    (4, "NewSessionTicket"),
    (5, "EndOfEarlyData"),
    (8, "EncryptedExtensions"),
    (11, "Certificate"),
    (12, "ServerKeyExchange"),
    (13, "CertificateRequest"),
    (14, "ServerHelloDone"),
    (15, "CertificateVerify"),
    (16, "ClientKeyExchange"),
    (20, "Finished"),
    (21, "CertificateURL"),
    (22, "CertificateStatus"),
    (24, "KeyUpdate"),
    (25, "CompressedCertificate"),
];

impl fmt::Display for TlsHandshakeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "handshake message", u16::from(self.0), HANDSHAKE_TYPES)
    }
}

/// The type of a record (RFC 8446 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsRecordType(pub u8);

impl TlsRecordType {
    /// change_cipher_spec.
    pub const CHANGE_CIPHER_SPEC: TlsRecordType = TlsRecordType(20);
    /// alert.
    pub const ALERT: TlsRecordType = TlsRecordType(21);
    /// handshake.
    pub const HANDSHAKE: TlsRecordType = TlsRecordType(22);
    /// application_data: in TLS 1.3 anything that is encrypted.
    pub const APPLICATION_DATA: TlsRecordType = TlsRecordType(23);
}

const RECORD_TYPES: &[(u16, &str)] =
    &[(20, "change_cipher_spec"), (21, "alert"), (22, "handshake"), (23, "application_data"), (24, "heartbeat")];

impl fmt::Display for TlsRecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "record", u16::from(self.0), RECORD_TYPES)
    }
}

/// What an alert says (RFC 8446 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsAlertReason(pub u8);

const ALERTS: &[(u16, &str)] = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (40, "handshake_failure"),
    (41, "no_certificate"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (60, "export_restriction"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable"),
    (112, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
    (121, "ech_required"),
];

impl fmt::Display for TlsAlertReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "alert", u16::from(self.0), ALERTS)
    }
}

/// Writes the name of a number, or what it numbers and the number itself.
fn named(f: &mut fmt::Formatter<'_>, what: &str, number: u16, names: &[(u16, &str)]) -> fmt::Result {
    match names.iter().find(|(of, _)| *of == number) {
        Some((_, name)) => f.write_str(name),
        None => write!(f, "{what} {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_name_or_is_shown_as_it_is() {
        assert_eq!(TlsVersion::TLS13.to_string(), "TLS 1.3");
        assert_eq!(TlsVersion(0x0301).to_string(), "TLS 1.0");
        assert_eq!(TlsVersion(0x7f17).to_string(), "version 0x7f17");
        assert_eq!(TlsCipherSuite(0x1302).to_string(), "TLS_AES_256_GCM_SHA384");
        assert_eq!(TlsCipherSuite(5).to_string(), "cipher suite 5");
        assert_eq!(TlsGroup(4588).to_string(), "X25519MLKEM768");
        assert_eq!(TlsAlertReason(116).to_string(), "certificate_required");
        assert_eq!(TlsRecordType(99).to_string(), "record 99");
    }
}
