//! Why a query has no answer, in words that hold for what the server did before.

use std::io;
use std::time::Duration;

use super::pending::{ArrivedBytes, PendingQuery, framed_length};
use crate::sessions::news::dns::DnsTransport;
use crate::text::quantity;
use crate::wire::FailureReason;

/// A query that failed with a system error.
pub(super) fn failure_text(
    error: &io::Error,
    out: &PendingQuery<'_>,
    wire: DnsTransport,
    arrived: &ArrivedBytes,
) -> (Option<FailureReason>, String) {
    let server = out.server;
    let came = part_text(&arrived.part);
    match error.kind() {
        io::ErrorKind::ConnectionRefused if out.is_answered => (
            Some(FailureReason::DnsTcpRefused),
            format!("{server} answers by UDP, but cut short, and refuses connections by TCP"),
        ),
        io::ErrorKind::ConnectionRefused => (
            Some(FailureReason::DnsPortClosed),
            match wire {
                DnsTransport::Udp => format!("{server} refuses: nobody answers DNS there"),
                DnsTransport::Tcp => format!("{server} refuses: nobody answers DNS by TCP there"),
            },
        ),
        io::ErrorKind::UnexpectedEof => {
            let after = came.map_or_else(|| " without an answer".to_owned(), |came| format!(" after {came}"));
            (Some(FailureReason::DnsConnectionClosed), format!("{server} closed the connection{after}"))
        }
        io::ErrorKind::ConnectionReset => {
            let after = came.map_or_else(String::new, |came| format!(" after {came}"));
            (Some(FailureReason::DnsConnectionReset), format!("{server} reset the connection{after}"))
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            (None, format!("there is no route to {server}"))
        }
        _ => {
            let text = error.to_string();
            (None, format!("{server}: {}", text.split(" (os error").next().unwrap_or_default().to_lowercase()))
        }
    }
}

/// A query that was given up after this time.
pub(super) fn silence_text(
    timeout: Duration,
    out: &PendingQuery<'_>,
    wire: DnsTransport,
    arrived: &ArrivedBytes,
) -> (Option<FailureReason>, String) {
    let (server, within) = (out.server, quantity::duration(timeout));
    match part_text(&arrived.part) {
        Some(came) => {
            (Some(FailureReason::DnsNoAnswer), format!("no whole answer from {server} within {within}: {came} came"))
        }
        None if out.is_answered => (
            Some(FailureReason::DnsNoAnswer),
            format!("no answer from {server} over TCP within {within}; its answer by UDP was cut short"),
        ),
        None => {
            let others = match arrived.ignored {
                0 => String::new(),
                1 => ", but a message that answers something else".to_owned(),
                count => format!(", but {} messages that answer something else", quantity::grouped(count as u64)),
            };
            let text = format!("no answer from {server} ({}) within {within}{others}", wire.name());
            (Some(FailureReason::DnsNoAnswer), text)
        }
    }
}

/// What came of a message that is not whole; `None` if nothing came.
fn part_text(part: &[u8]) -> Option<String> {
    // What HTTP, SMTP, SSH and TLS begin with, where a length of two bytes would stand.
    let is_other = [&b"HTTP"[..], b"220", b"SSH-", b"\x15\x03"].iter().any(|begin| part.starts_with(begin));
    match (part.len(), framed_length(part)) {
        (0, _) => None,
        (length, _) if is_other => Some(format!("{length} bytes that are not DNS")),
        (length, Some(whole)) => Some(format!(
            "{} of the {} bytes of a message",
            quantity::grouped(length as u64),
            quantity::grouped(whole as u64)
        )),
        (_, None) => Some("1 byte".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::message::DnsQuestion;
    use crate::wire::dns::record_type::RecordType;

    fn text(kind: io::ErrorKind, is_answered: bool, part: &[u8]) -> String {
        let question = DnsQuestion { name: "x.".into(), kind: RecordType::A, class: 1 };
        let server = "192.0.2.53:53".parse().unwrap();
        let out = PendingQuery { question: &question, server, id: 1, bytes: bytes::Bytes::new(), is_answered };
        let arrived = ArrivedBytes { part: part.into(), ignored: 0 };
        failure_text(&kind.into(), &out, DnsTransport::Tcp, &arrived).1
    }

    #[test]
    fn a_server_that_has_answered_is_not_said_to_be_away() {
        assert!(text(io::ErrorKind::ConnectionRefused, true, b"").contains("answers by UDP, but cut short"));
        assert!(text(io::ErrorKind::ConnectionRefused, false, b"").contains("nobody answers DNS by TCP there"));
    }

    #[test]
    fn what_came_of_an_answer_is_told() {
        let eof = |part: &[u8]| text(io::ErrorKind::UnexpectedEof, false, part);
        assert!(eof(b"").ends_with("closed the connection without an answer"));
        assert!(eof(b"\0").ends_with("after 1 byte"));
        assert!(eof(b"\0\x31abc").ends_with("after 5 of the 51 bytes of a message"));
        assert!(eof(b"HTTP/1.1 400 Bad Request").ends_with("after 24 bytes that are not DNS"));
        assert!(
            text(io::ErrorKind::ConnectionReset, true, b"\0\x31a")
                .ends_with("reset the connection after 3 of the 51 bytes of a message")
        );
    }
}
