//! News of TLS as JSON fields.

use serde_json::{Value, json};

use super::fields::{EventFields, into_fields, milliseconds};
use crate::sessions::news::TlsNews;
use crate::sessions::news::tls::{ChainCertificate, ChainTrust, TlsHandshake};
use crate::wire::Direction;
use crate::wire::tls::record::{TlsMessage, TlsMessageKind};

/// The name of the event, and its fields.
pub(super) fn event(news: &TlsNews) -> (&'static str, EventFields) {
    let TlsNews::Handshake(handshake) = news;
    ("tls", handshake_fields(handshake))
}

fn handshake_fields(handshake: &TlsHandshake) -> EventFields {
    let mut fields = EventFields::new();
    let mut insert = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    insert("version", handshake.version.map(|version| version.to_string().into()));
    insert("cipher", handshake.cipher.map(|cipher| cipher.to_string().into()));
    insert("group", handshake.group.map(|group| group.to_string().into()));
    insert("signature_scheme", handshake.signature.map(|scheme| scheme.to_string().into()));
    insert("alpn", handshake.alpn.clone().map(Value::from));
    insert("sni", handshake.sni.clone().map(Value::from));
    insert("ms", Some(milliseconds(handshake.took)));
    insert("handshake", handshake.kind.map(|kind| kind.name().into()));
    insert("ocsp_staple", handshake.ocsp_bytes.map(|bytes| (bytes > 0).into()));
    let chain = (!handshake.chain.is_empty()).then(|| handshake.chain.iter().map(certificate).collect());
    insert("certificates", chain);
    insert("certificates_not_kept", (handshake.chain_left_out > 0).then(|| handshake.chain_left_out.into()));
    insert("verified", handshake.is_verified().map(Value::from));
    let unverified = match &handshake.trust {
        Some(ChainTrust::Failed { message, .. }) => Some(message.clone()),
        Some(ChainTrust::NotChecked) => Some("the certificate was not checked".to_owned()),
        Some(ChainTrust::Verified) | None => None,
    };
    insert("error", handshake.error.clone().or(unverified).map(Value::from));
    insert("handshake_sent_bytes", Some(handshake.wire_bytes.sent.into()));
    insert("handshake_received_bytes", Some(handshake.wire_bytes.received.into()));
    insert("messages", Some(handshake.messages.iter().map(message).collect()));
    insert("messages_not_kept", (handshake.messages_left_out > 0).then(|| handshake.messages_left_out.into()));
    fields
}

fn message(message: &TlsMessage) -> Value {
    let direction = match message.direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    };
    let name = match message.what {
        TlsMessageKind::Handshake(kind) => kind.to_string(),
        TlsMessageKind::HelloRetryRequest => "HelloRetryRequest".to_owned(),
        TlsMessageKind::ChangeCipherSpec => "change_cipher_spec".to_owned(),
        TlsMessageKind::Alert { reason, .. } => format!("alert {reason}"),
        TlsMessageKind::Encrypted(record) => format!("encrypted {record}"),
        TlsMessageKind::Other(record) => record.to_string(),
        TlsMessageKind::NotTls => "not TLS".to_owned(),
    };
    json!({"direction": direction, "name": name, "bytes": message.bytes, "ms": milliseconds(message.at)})
}

fn certificate(certificate: &ChainCertificate) -> Value {
    let mut fields = match &certificate.view {
        Ok(view) => {
            let mut fields = into_fields(json!({
                "subject": view.subject,
                "issuer": view.issuer,
                "sans": view.names,
            }));
            if view.names_left_out > 0 {
                fields.insert("sans_not_kept".to_owned(), view.names_left_out.into());
            }
            for (name, time) in [("not_before", view.not_before), ("not_after", view.not_after)] {
                if let Some(time) = time {
                    fields.insert(name.to_owned(), time.to_string().into());
                }
            }
            fields.insert("serial".to_owned(), view.serial.as_str().into());
            fields.insert("key".to_owned(), view.key.algorithm.as_str().into());
            if let Some(bits) = view.key.bits {
                fields.insert("key_bits".to_owned(), bits.into());
            }
            fields.insert("signature_algorithm".to_owned(), view.signature_algorithm.as_str().into());
            fields.insert("x509_version".to_owned(), view.version.into());
            fields.insert("is_ca".to_owned(), view.is_ca.into());
            if let Some(count) = view.embedded_scts {
                fields.insert("embedded_scts".to_owned(), count.into());
            }
            fields
        }
        Err(why) => into_fields(json!({"unreadable": why})),
    };
    fields.insert("sha256".to_owned(), certificate.sha256_text().into());
    fields.insert("bytes".to_owned(), certificate.bytes.into());
    Value::Object(fields)
}
