//! The document of TLS: the handshakes of a session, the chains of certificates as trees, and the messages.

use jiff::Timestamp;

use super::document::{DocLine, Document, TextRole, TextSpan};
use crate::sessions::news::tls::{ChainCertificate, ChainTrust, TlsHandshake, TlsHandshakeKind};
use crate::text::quantity;
use crate::wire::Direction;
use crate::wire::tls::certificate::CertificateView;
use crate::wire::tls::names::{TlsRecordType, TlsVersion};
use crate::wire::tls::record::{TlsMessage, TlsMessageKind};

/// The handshakes, oldest first. `expected`: a handshake will come.
pub(crate) fn tls_document<'a>(
    handshakes: impl ExactSizeIterator<Item = &'a TlsHandshake>,
    expected: bool,
) -> Document {
    let mut document = Document::default();
    let count = handshakes.len();
    if count == 0 {
        document.remark(if expected { "no handshake yet" } else { "this exchange has no TLS" });
    }
    for (index, handshake) in handshakes.enumerate() {
        if index > 0 {
            document.push(DocLine::default());
        }
        if count > 1 {
            document.push(DocLine::single_span(TextRole::Comment, format!("handshake {} of {count}", index + 1)));
        }
        add_handshake(&mut document, handshake);
    }
    document
}

fn add_handshake(document: &mut Document, handshake: &TlsHandshake) {
    let took = quantity::duration(handshake.took);
    // A certificate that is refused is the reason, and has a line of its own.
    let is_refused = matches!(&handshake.trust, Some(ChainTrust::Failed { goes_on: false, .. }));
    let (role, text) = match &handshake.error {
        None => (TextRole::Good, format!("✓ handshake done in {took}")),
        Some(_) if is_refused => (TextRole::Bad, format!("✗ handshake failed after {took}")),
        Some(error) => (TextRole::Bad, format!("✗ handshake failed after {took}: {error}")),
    };
    push(document, [TextSpan::untrusted(role, &text)]);
    add_trust(document, handshake);
    let unknown = || "–".to_owned();
    add_fact(document, "version", &handshake.version.map_or_else(unknown, |version| version.to_string()));
    add_fact(document, "cipher suite", &handshake.cipher.map_or_else(unknown, |cipher| cipher.to_string()));
    add_fact(document, "group", &handshake.group.map_or_else(unknown, |group| group.to_string()));
    add_fact(document, "signature", &handshake.signature.map_or_else(unknown, |scheme| scheme.to_string()));
    let offered = handshake.offered_alpn.join(", ");
    let alpn = match (&handshake.alpn, handshake.error.is_none()) {
        (Some(chosen), _) => format!("{chosen}, chosen from {offered}"),
        (None, true) => format!("none chosen from {offered}"),
        (None, false) => format!("– ({offered} offered)"),
    };
    add_fact(document, "ALPN", &alpn);
    let name = handshake.sni.as_deref().unwrap_or("not sent: it is for names, and the target is an address");
    add_fact(document, "server name", name);
    let keys = handshake.kind.map_or("–", |kind| match kind {
        TlsHandshakeKind::Full => "a full handshake",
        TlsHandshakeKind::FullAfterRetry => "a full handshake, after the peer asked for another group",
        TlsHandshakeKind::Resumed => "resumed from an earlier connection",
    });
    add_fact(document, "keys", keys);
    let ocsp = handshake.ocsp_bytes.map_or_else(unknown, |bytes| match bytes {
        0 => "no answer stapled".to_owned(),
        bytes => format!("an answer of {} bytes stapled", quantity::grouped(bytes as u64)),
    });
    add_fact(document, "OCSP", &ocsp);
    let (bytes, records) = (&handshake.wire_bytes, &handshake.records);
    let side = |bytes, records| format!("{} bytes in {}", quantity::grouped(bytes), counted(records, "record"));
    let sent = side(bytes.sent, records.sent);
    let received = side(bytes.received, records.received);
    add_fact(document, "on the wire", &format!("{sent} sent, {received} received"));
    add_chain(document, handshake);
    add_messages(document, handshake);
}

/// Why the chain is trusted, or which check failed.
fn add_trust(document: &mut Document, handshake: &TlsHandshake) {
    let (role, text) = match &handshake.trust {
        None => return,
        Some(ChainTrust::Verified) => {
            let text = "✓ certificate verified: it leads to a trusted authority, or is trusted itself; it holds now, and it is for the name";
            (TextRole::Good, text.to_owned())
        }
        Some(ChainTrust::Failed { message, goes_on: true, .. }) => {
            (TextRole::Bad, format!("! NOT verified, and -k goes on all the same: {message}"))
        }
        Some(ChainTrust::Failed { message, goes_on: false, .. }) => {
            (TextRole::Bad, format!("✗ certificate refused: {message}"))
        }
        Some(ChainTrust::NotChecked) => (
            TextRole::Bad,
            "! NOT verified: -k goes on without a check, and there are no authorities to check with".into(),
        ),
    };
    push(document, [TextSpan::untrusted(role, &text)]);
}

fn add_messages(document: &mut Document, handshake: &TlsHandshake) {
    document.push(DocLine::default());
    document.push(DocLine::single_span(TextRole::Title, "messages, with the time and the bytes of each"));
    for message in &handshake.messages {
        let mark = match message.direction {
            Direction::Sent => "▲",
            Direction::Received => "▼",
        };
        let (name, remark) = message_words(message, handshake.version);
        document.push(DocLine::new([
            TextSpan::new(TextRole::Punctuation, format!("{mark} {:>8} ", quantity::duration(message.at))),
            TextSpan::new(TextRole::Number, format!("{:>7}  ", quantity::grouped(message.bytes))),
            TextSpan::new(TextRole::Keyword, name),
            TextSpan::new(TextRole::Comment, remark),
        ]));
    }
    if handshake.messages.is_empty() {
        document.remark("none: nothing was sent or received");
    }
    if handshake.messages_left_out > 0 {
        document.remark(format!("⋯ {} more are not kept ⋯", quantity::grouped(handshake.messages_left_out)));
    }
}

/// The name of a message, and a remark.
fn message_words(message: &TlsMessage, version: Option<TlsVersion>) -> (String, &'static str) {
    match message.what {
        TlsMessageKind::Handshake(kind) => (kind.to_string(), ""),
        TlsMessageKind::HelloRetryRequest => ("HelloRetryRequest".into(), "  another group is wanted"),
        TlsMessageKind::ChangeCipherSpec if version >= Some(TlsVersion::TLS13) => {
            ("change_cipher_spec".into(), "  means nothing in TLS 1.3")
        }
        TlsMessageKind::ChangeCipherSpec => ("change_cipher_spec".into(), "  from here on it is encrypted"),
        TlsMessageKind::Alert { is_fatal, reason } => {
            (format!("alert {reason}"), if is_fatal { "  fatal" } else { "  a warning" })
        }
        TlsMessageKind::Encrypted(TlsRecordType::APPLICATION_DATA) => ("encrypted record".into(), ""),
        TlsMessageKind::Encrypted(kind) => (format!("encrypted {kind}"), ""),
        TlsMessageKind::Other(kind) => (kind.to_string(), ""),
        TlsMessageKind::NotTls => ("no TLS".into(), "  these bytes are no record of TLS"),
    }
}

fn add_chain(document: &mut Document, handshake: &TlsHandshake) {
    document.push(DocLine::default());
    let all = handshake.chain.len() + handshake.chain_left_out;
    let title = match all {
        0 => "no certificate was seen".to_owned(),
        all => format!("{}, the peer's own first", counted(all as u64, "certificate")),
    };
    document.push(DocLine::single_span(TextRole::Title, title));
    let mut above: Option<&CertificateView> = None;
    for (depth, certificate) in handshake.chain.iter().enumerate() {
        let view = certificate.view.as_ref().ok();
        if let (Some(above), Some(view)) = (above, view)
            && above.issuer != view.subject
        {
            let indent = "  ".repeat(depth);
            push(
                document,
                [TextSpan::new(TextRole::Bad, format!("{indent}this one is not the issuer of the one above"))],
            );
        }
        add_certificate(document, certificate, depth, handshake.checked_at);
        above = view;
    }
    if handshake.chain_left_out > 0 {
        document.remark(format!("⋯ {} more are not kept ⋯", quantity::grouped(handshake.chain_left_out as u64)));
    }
}

fn add_certificate(document: &mut Document, certificate: &ChainCertificate, depth: usize, now: Timestamp) {
    let indent = "  ".repeat(depth);
    let branch = if depth == 0 { String::new() } else { format!("{}└ ", "  ".repeat(depth - 1)) };
    let view = match &certificate.view {
        Ok(view) => view,
        Err(why) => {
            let what = format!("{branch}a certificate of {} bytes that cannot be read: {why}", certificate.bytes);
            push(document, [TextSpan::untrusted(TextRole::Bad, &what)]);
            let key = TextSpan::new(TextRole::Key, format!("{indent}  {:<10} ", "SHA-256"));
            push(document, [key, TextSpan::new(TextRole::Number, certificate.sha256_text())]);
            return;
        }
    };
    let mut fields: Vec<(&str, TextRole, String)> = Vec::new();
    if !view.names.is_empty() {
        let more = match view.names_left_out {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        fields.push(("for", TextRole::Value, format!("{}{more}", view.names.join(", "))));
    }
    let issuer = if view.is_self_issued { "itself (self-signed)".to_owned() } else { view.issuer.clone() };
    fields.push(("signed by", TextRole::Value, issuer));
    fields.extend(validity(view, now));
    fields.push(("key", TextRole::Value, view.key.text()));
    fields.push(("signature", TextRole::Value, view.signature_algorithm.clone()));
    let authority = view.is_ca.then(|| match view.path_length {
        Some(length) => format!("an authority, with at most {} below it", counted(length.into(), "other")),
        None => "an authority".to_owned(),
    });
    let usages = view.key_usage.iter().map(|usage| (*usage).to_owned()).chain(view.purposes.iter().cloned());
    let usages: Vec<String> = authority.into_iter().chain(usages).collect();
    if !usages.is_empty() {
        fields.push(("use", TextRole::Value, usages.join(", ")));
    }
    if let Some(count) = view.embedded_scts {
        fields.push((
            "logged",
            TextRole::Value,
            format!("{} of transparency logs", counted(count as u64, "timestamp")),
        ));
    }
    fields.push(("serial", TextRole::Value, view.serial.clone()));
    fields.push(("SHA-256", TextRole::Number, certificate.sha256_text()));
    if view.version != 3 {
        fields.push(("format", TextRole::Bad, format!("X.509 version {}, not 3", view.version)));
    }
    fields.extend(view.faults.iter().map(|fault| ("unread", TextRole::Bad, fault.clone())));
    push_title(document, &branch, &view.subject);
    for (name, role, value) in fields {
        let key = TextSpan::new(TextRole::Key, format!("{indent}  {name:<10} "));
        push(document, [key, TextSpan::untrusted(role, &value)]);
    }
}

fn push_title(document: &mut Document, branch: &str, subject: &str) {
    let subject = if subject.is_empty() { "(no subject)" } else { subject };
    push(
        document,
        [TextSpan::new(TextRole::Punctuation, branch.to_owned()), TextSpan::untrusted(TextRole::Title, subject)],
    );
}

/// From when to when it holds, and the days that are left.
fn validity(view: &CertificateView, now: Timestamp) -> Vec<(&'static str, TextRole, String)> {
    let text = |time: Option<Timestamp>| {
        time.map_or_else(|| "–".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
    };
    let days = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs() / 86_400;
    let (role, until) = match (view.not_before, view.not_after) {
        (Some(begin), _) if begin > now => {
            (TextRole::Bad, format!("not valid yet, for another {}", counted(days(now, begin) as u64, "day")))
        }
        (_, Some(end)) if end < now => {
            (TextRole::Bad, format!("expired {} ago", counted(days(end, now) as u64, "day")))
        }
        (_, Some(end)) => (TextRole::Value, format!("{} left", counted(days(now, end) as u64, "day"))),
        (_, None) => (TextRole::Value, "–".to_owned()),
    };
    vec![
        ("from", TextRole::Value, text(view.not_before)),
        ("until", role, format!("{}, {until}", text(view.not_after))),
    ]
}

fn add_fact(document: &mut Document, name: &str, value: &str) {
    let key = TextSpan::new(TextRole::Key, format!("{name:<13} "));
    push(document, [key, TextSpan::untrusted(TextRole::Value, value)]);
}

/// `1 record`, `1,204 records`.
fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", quantity::grouped(count), if count == 1 { "" } else { "s" })
}

/// Adds a line that breaks between words.
fn push(document: &mut Document, spans: impl Into<Vec<TextSpan>>) {
    document.push(DocLine::new(spans).by_words());
}
