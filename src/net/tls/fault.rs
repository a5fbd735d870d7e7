//! Converts a failed handshake to a failure.

use std::io;
use std::time::Duration;

use jiff::civil;
use rustls::{CertificateError, Error};

use crate::net::fault as system;
use crate::text::sanitize::quoted;
use crate::wire::tls::names::TlsAlertReason;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// Converts a TLS error.
pub(crate) fn failure(error: &Error, operation: FailedOperation, peer: &str) -> Failure {
    Failure::new(Class::Tls, operation, peer, certificate_text(error)).with_reason(reason(error))
}

/// Why a handshake failed, in words, with the values.
pub(super) fn certificate_text(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(bad) => bad_certificate_text(bad),
        Error::AlertReceived(alert) => {
            format!("the peer ended the handshake with the alert {}", TlsAlertReason(u8::from(*alert)))
        }
        Error::InvalidMessage(what) => format!("the peer does not speak TLS here ({})", variant_words(what)),
        Error::PeerIncompatible(what) => {
            format!("no TLS version or cipher in common with the peer ({})", variant_words(what))
        }
        Error::PeerMisbehaved(what) => format!("the peer broke a rule of TLS ({})", variant_words(what)),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            "the peer sent a TLS message out of turn".into()
        }
        Error::NoApplicationProtocol => "the peer speaks none of the HTTP versions that were offered".into(),
        Error::NoCertificatesPresented => "the peer sent no certificate".into(),
        Error::General(text) => text.clone(),
        other => format!("TLS failed ({})", variant_words(other)),
    }
}

fn bad_certificate_text(bad: &CertificateError) -> String {
    use CertificateError as Bad;
    match bad {
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
        Bad::UnknownIssuer => "the certificate's issuer is unknown: nobody whom this machine trusts signed it".into(),
        Bad::NotValidForName => "the certificate is for another name".into(),
        Bad::NotValidForNameContext { expected, presented } => {
            let names: Vec<&str> = presented.iter().take(8).map(|name| presented_name(name)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            format!("the certificate is for another name: wanted {}, it has {names}", expected.to_str())
        }
        Bad::Revoked => "the certificate was revoked".into(),
        Bad::BadSignature => "the certificate's signature is wrong".into(),
        Bad::BadEncoding => "the certificate cannot be read".into(),
        Bad::UnhandledCriticalExtension => "the certificate has a critical extension that is unknown here".into(),
        Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => "the certificate is not for servers".into(),
        Bad::UnsupportedSignatureAlgorithmContext { .. } => {
            "a certificate of the chain is signed with an algorithm that is not accepted".into()
        }
        Bad::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "a certificate of the chain is signed with a kind of key that is not accepted".into()
        }
        Bad::Other(other) => match other.to_string().as_str() {
            "CaUsedAsEndEntity" => {
                "it is a CA certificate, not a server certificate (common with self-signed ones)".into()
            }
            "UnsupportedCertVersion" => {
                "the certificate is of an older version of X.509 than 3, which this program's TLS cannot read".into()
            }
            other => format!("the certificate is not accepted ({})", words_of(other)),
        },
        other => format!("the certificate is not accepted ({})", variant_words(other)),
    }
}

/// Why a handshake failed, if it is not known to be of TLS.
pub(super) fn io_error_text(error: &io::Error) -> String {
    let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match of_tls {
        Some(error) => certificate_text(error),
        None if error.kind() == io::ErrorKind::UnexpectedEof => "the peer closed the connection in the middle".into(),
        None => system::from_io(FailedOperation::Connect, "", error).message,
    }
}

/// The reason that selects the explanation.
pub(super) fn reason(error: &Error) -> Option<FailureReason> {
    use CertificateError as Bad;
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
fn presented_name(name: &str) -> &str {
    name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).map_or(name, |inner| inner.trim_matches('"'))
}

/// A moment to the minute, in UTC: `2026-11-21 15:04 UTC`.
fn day(time: rustls::pki_types::UnixTime) -> String {
    let at = civil::date(1970, 1, 1).at(0, 0, 0, 0).saturating_add(Duration::from_secs(time.as_secs()));
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The words of a variant's name: rustls has no other text for many of its errors.
fn variant_words(variant: &impl std::fmt::Debug) -> String {
    words_of(&format!("{variant:?}"))
}

/// `NoCipherSuitesInCommon` as `no cipher suites in common`; what is not the name of a variant is quoted.
fn words_of(text: &str) -> String {
    let name: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
    if name.is_empty() {
        return quoted(text);
    }
    let mut words = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_names_are_told_as_a_person_writes_them() {
        let at = |seconds| day(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(seconds)));
        assert_eq!(at(0), "1970-01-01 00:00 UTC");
        assert_eq!(at(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(at(1_609_459_200), "2021-01-01 00:00 UTC");
        assert_eq!(at(1_795_273_365), "2026-11-21 15:02 UTC");
        assert_eq!(presented_name("DnsName(\"somebody.else\")"), "somebody.else");
        assert_eq!(presented_name("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(presented_name("plain"), "plain");
    }

    #[test]
    fn an_error_is_told_in_words_and_never_as_the_library_prints_it() {
        let text = |error| failure(&error, FailedOperation::Connect, "h").message;
        assert_eq!(
            text(Error::AlertReceived(rustls::AlertDescription::UnrecognisedName)),
            "the peer ended the handshake with the alert unrecognized_name"
        );
        assert_eq!(
            text(rustls::PeerIncompatible::NoCipherSuitesInCommon.into()),
            "no TLS version or cipher in common with the peer (no cipher suites in common)"
        );
        assert_eq!(
            text(rustls::InvalidMessage::MissingData("Finished").into()),
            "the peer does not speak TLS here (missing data)"
        );
        let other = CertificateError::Other(rustls::OtherError(std::sync::Arc::new(io::Error::other("MissingName"))));
        assert_eq!(text(Error::InvalidCertificate(other)), "the certificate is not accepted (missing name)");
    }
}
