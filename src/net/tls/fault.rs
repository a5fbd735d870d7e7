//! Converts a failed handshake to a failure.

use std::time::Duration;

use jiff::civil;

use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// Converts a TLS error.
pub(crate) fn failure(error: &rustls::Error, operation: FailedOperation, peer: &str) -> Failure {
    Failure::new(Class::Tls, operation, peer, tls_error_text(error)).with_reason(reason(error))
}

fn tls_error_text(error: &rustls::Error) -> String {
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
            Bad::Other(other) => format!("the certificate is not accepted: {}", debug_word(&other.to_string())),
            other => format!("the certificate is not accepted: {other}"),
        },
        Error::AlertReceived(alert) => format!("the peer ended the handshake with the alert {alert:?}"),
        Error::InvalidMessage(what) => format!("the peer does not speak TLS here ({what:?})"),
        Error::PeerIncompatible(what) => format!("no TLS version or cipher in common with the peer ({what:?})"),
        Error::NoApplicationProtocol => "the peer speaks none of the HTTP versions that were offered".into(),
        other => other.to_string(),
    }
}

fn reason(error: &rustls::Error) -> Option<FailureReason> {
    use rustls::{CertificateError as Bad, Error};
    match error {
        Error::InvalidCertificate(bad) => Some(match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => FailureReason::CertificateExpired,
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => FailureReason::CertificateNotYetValid,
            Bad::UnknownIssuer => FailureReason::CertificateUnknownIssuer,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => FailureReason::CertificateWrongName,
            Bad::Revoked => FailureReason::CertificateRevoked,
            Bad::BadSignature => FailureReason::CertificateBadSignature,
            _ => FailureReason::CertificateRejected,
        }),
        Error::AlertReceived(_) => Some(FailureReason::TlsAlert),
        Error::InvalidMessage(_) => Some(FailureReason::TlsNotSpoken),
        Error::PeerIncompatible(_) => Some(FailureReason::TlsNothingInCommon),
        Error::NoApplicationProtocol => Some(FailureReason::TlsNoHttpVersion),
        _ => None,
    }
}

/// The name alone: rustls prints it with its kind, as `DnsName("example.org")`.
pub(super) fn presented_name(name: &str) -> &str {
    name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).map_or(name, |inner| inner.trim_matches('"'))
}

/// A moment to the minute, in UTC: `2026-11-21 15:04 UTC`.
pub(super) fn day(time: rustls::pki_types::UnixTime) -> String {
    let at = civil::date(1970, 1, 1).at(0, 0, 0, 0).saturating_add(Duration::from_secs(time.as_secs()));
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The text for a verifier's error that has no variant in rustls: only its printed word is known.
fn debug_word(word: &str) -> &str {
    match word {
        "CaUsedAsEndEntity" => "it is a CA certificate, not a server certificate (common with self-signed ones)",
        other => other,
    }
}
