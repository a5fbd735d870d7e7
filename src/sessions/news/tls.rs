//! Events of TLS.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::place::NewsPlace;
use crate::wire::tls::certificate::CertificateView;
use crate::wire::tls::names::{TlsCipherSuite, TlsGroup, TlsSignatureScheme, TlsVersion};
use crate::wire::tls::record::TlsMessage;
use crate::wire::{Both, FailureReason};

/// How many certificates of a chain are kept; further ones are counted.
pub const MOST_CERTIFICATES: usize = 16;

/// How many bytes of a certificate are kept; of a longer one only its length and its digest are known.
pub const MOST_CERTIFICATE_BYTES: usize = 64 * 1024;

/// Events of TLS.
#[derive(Clone, Debug, PartialEq)]
pub enum TlsNews {
    /// A handshake of ours ended, well or not.
    Handshake(Arc<TlsHandshake>),
}

impl TlsNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            TlsNews::Handshake(_) => NewsPlace::Everywhere,
        }
    }
}

/// What is known of a handshake. What the peer did not say, or we did not see, is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct TlsHandshake {
    /// The name that we asked for (SNI); an address is not sent.
    pub sni: Option<String>,
    /// The version that the peer chose.
    pub version: Option<TlsVersion>,
    /// The cipher suite that it chose.
    pub cipher: Option<TlsCipherSuite>,
    /// The group of the key exchange.
    pub group: Option<TlsGroup>,
    /// How the peer signed the handshake with its certificate's key.
    pub signature: Option<TlsSignatureScheme>,
    /// The protocols that we offered (ALPN), the preferred one first.
    pub offered_alpn: Vec<String>,
    /// The one that the peer chose.
    pub alpn: Option<String>,
    /// How the keys were agreed on; known once the handshake is done.
    pub kind: Option<TlsHandshakeKind>,
    /// The certificates that the peer sent, its own first; at most [`MOST_CERTIFICATES`].
    pub chain: Vec<ChainCertificate>,
    /// How many certificates are not kept.
    pub chain_left_out: usize,
    /// Whether the chain is trusted; `None`: the peer sent none.
    pub trust: Option<ChainTrust>,
    /// The length of the OCSP answer that the peer sent with its certificate; 0: it sent none. `None`: no certificate.
    pub ocsp_bytes: Option<usize>,
    /// The time by this machine's clock, for which the certificates were checked.
    pub checked_at: Timestamp,
    /// From the first byte to the end.
    pub took: Duration,
    /// The bytes that went over the wire, records included.
    pub wire_bytes: Both<u64>,
    /// How many records they are.
    pub records: Both<u64>,
    /// The messages, oldest first; at most [`crate::wire::tls::record::MOST_TLS_MESSAGES`].
    pub messages: Vec<TlsMessage>,
    /// How many messages are not kept.
    pub messages_left_out: u64,
    /// Why the handshake failed, in words; `None`: it is done.
    pub error: Option<String>,
}

/// How the keys of a connection were agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsHandshakeKind {
    /// From nothing.
    Full,
    /// From nothing, after the peer asked for another group (HelloRetryRequest).
    FullAfterRetry,
    /// From an earlier connection.
    Resumed,
}

impl TlsHandshakeKind {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            TlsHandshakeKind::Full => "full",
            TlsHandshakeKind::FullAfterRetry => "full_after_retry",
            TlsHandshakeKind::Resumed => "resumed",
        }
    }
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainCertificate {
    /// Its bytes (DER); empty where it is longer than [`MOST_CERTIFICATE_BYTES`].
    pub der: Bytes,
    /// Its length in bytes.
    pub bytes: usize,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// What it says, or why it cannot be read.
    pub view: Result<CertificateView, String>,
}

impl ChainCertificate {
    /// Its SHA-256 as hex digits.
    pub fn sha256_text(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The result of checking a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainTrust {
    /// It leads to a trusted authority, or is trusted itself, and holds now and for the name.
    Verified,
    /// One of the checks failed.
    Failed {
        /// Which check.
        reason: FailureReason,
        /// Which, in words, with the values.
        message: String,
        /// The user ordered that the connection goes on all the same (`-k`).
        goes_on: bool,
    },
    /// It was not checked, as the user ordered (`-k`), and there is nothing to check it with.
    NotChecked,
}

impl TlsHandshake {
    /// Whether the chain is trusted; `None`: the peer sent none.
    pub fn is_verified(&self) -> Option<bool> {
        self.trust.as_ref().map(|trust| *trust == ChainTrust::Verified)
    }

    /// Version, cipher suite, group and ALPN, as far as they are known, separated by `·`.
    pub fn summary(&self) -> String {
        let version = self.version.map(|version| version.to_string());
        let cipher = self.cipher.map(|cipher| cipher.to_string());
        let group = self.group.map(|group| group.to_string());
        let known: Vec<String> = [version, cipher, group, self.alpn.clone()].into_iter().flatten().collect();
        if known.is_empty() { "TLS".to_owned() } else { known.join(" · ") }
    }
}
