//! News of every kind as one sentence for a person.

use super::sentence::{
    NewsSentence, SentenceTone, cause, exact_bytes, failure_text, foreign_text, good_sentence, sentence_with,
    warning_sentence,
};
use super::{dial, dns, http, listener, option, ports, tcp, tls, udp, unix};
use crate::sessions::{CloseReason, News};
use crate::wire::{Both, Totals};

/// The text of [`sentence_of`] alone, for filter and search.
pub fn text_of(news: &News) -> String {
    sentence_of(news).text
}

/// News in words. Cost: one short string; strings from outside are cut at [`crate::model::words::MOST_QUOTED`].
pub fn sentence_of(news: &News) -> NewsSentence {
    match news {
        News::Dial(news) => dial::dial_sentence(news),
        News::Listener(news) => listener::listener_sentence(news),
        News::Tcp(news) => tcp::tcp_sentence(news),
        News::Udp(news) => udp::udp_sentence(news),
        News::Tls(news) => tls::tls_sentence(news),
        News::Http(news) => http::http_sentence(news),
        News::Option(news) => option::option_sentence(news),
        News::ReadingPaused => cause('◇', "stopped reading; the kernel's buffer fills, then the window closes".into()),
        News::ReadingContinued => cause('◆', "reading again".into()),
        News::Warned(failure) => warning_sentence('!', failure_text(failure)),
        News::FileSent { path, bytes } => good_sentence(
            '◆',
            format!("sent all of {}: {}", foreign_text(&path.to_string_lossy()), exact_bytes(*bytes)),
        ),
        News::Dns(news) => dns::dns_sentence(news),
        News::Ports(news) => ports::ports_sentence(news),
        News::Unix(news) => unix::unix_sentence(news),
        News::Failed(failure) => NewsSentence { mark: '✗', tone: SentenceTone::Failed, text: failure_text(failure) },
        News::Closed { totals, how } => closed_sentence(*totals, *how),
    }
}

/// The totals are of payload: of an HTTP exchange they are its bodies, without heads.
fn closed_sentence(totals: Both<Totals>, how: CloseReason) -> NewsSentence {
    let (sent, received) = (exact_bytes(totals.sent.bytes), exact_bytes(totals.received.bytes));
    let (mark, tone, what) = match how {
        CloseReason::Fin => ('■', SentenceTone::Well, "both sides finished (FIN)"),
        CloseReason::Finished => ('■', SentenceTone::Well, "both sides finished"),
        CloseReason::Rst => ('✗', SentenceTone::Failed, "ended by a reset (RST)"),
        CloseReason::Local => ('■', SentenceTone::Quiet, "closed by us"),
        CloseReason::Error => ('✗', SentenceTone::Failed, "over"),
    };
    sentence_with(mark, tone, format!("{what}: payload: {sent} sent, {received} received"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::words::sentence::MOST_QUOTED;
    use crate::sessions::news::{DialNews, HttpNews, ListenerNews, TcpNews, UdpNews};
    use crate::sessions::{CloseReason, SessionId};
    use crate::wire::icmp::IcmpMessage;
    use crate::wire::{Class, FailedOperation, Failure};

    fn text(news: &News) -> String {
        let words = sentence_of(news);
        format!("{} {}", words.mark, words.text)
    }

    fn refused() -> Failure {
        Failure::new(Class::Refused, FailedOperation::Connect, "127.0.0.1:9", "connection refused")
    }

    #[test]
    fn a_connection_tells_its_story_in_sentences() {
        let peer = ([127, 0, 0, 1], 7001).into();
        let local = ([127, 0, 0, 1], 53122).into();
        let took = Duration::from_micros(92);
        assert_eq!(
            text(&News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true })),
            "◇ connecting to 127.0.0.1:7001"
        );
        assert_eq!(
            text(&News::Dial(DialNews::Connecting { peer, attempt: 2, begun: true })),
            "◇ connecting to 127.0.0.1:7001 (attempt 2)"
        );
        assert_eq!(
            text(&News::Dial(DialNews::Connected { local, peer, took, attempt: 1 })),
            "◆ connected from 127.0.0.1:53122 in 92 µs"
        );
        assert_eq!(
            text(&News::Tcp(TcpNews::PeerFinished { received_bytes: 1204 })),
            "◆ peer finished sending (FIN) after 1,204 bytes; that ends its direction, not ours"
        );
        let totals = Both { sent: Totals { bytes: 1, ops: 1 }, received: Totals { bytes: 1204, ops: 3 } };
        assert_eq!(
            text(&News::Closed { totals, how: CloseReason::Rst }),
            "✗ ended by a reset (RST): payload: 1 byte sent, 1,204 bytes received"
        );
    }

    #[test]
    fn a_failure_names_the_attempt_and_a_retry_the_wait() {
        let took = Duration::from_micros(41);
        assert_eq!(
            text(&News::Dial(DialNews::AttemptFailed { failure: refused(), took })),
            "✗ connect 127.0.0.1:9: connection refused after 41 µs"
        );
        let retry =
            News::Dial(DialNews::Retrying { attempt: 2, of: 4, after: Duration::from_millis(500), because: refused() });
        assert_eq!(text(&retry), "↻ connect 127.0.0.1:9: connection refused; attempt 2 of 4 in 500 ms");
        assert_eq!(sentence_of(&News::Failed(refused())).tone, SentenceTone::Failed);
    }

    #[test]
    fn what_comes_from_outside_is_neutralised_and_cut() {
        let host = format!("evil\u{1b}[2J{}", "x".repeat(5000));
        let shown = text(&News::Dial(DialNews::Resolving { host }));
        assert!(shown.starts_with("◇ looking up evil␛[2Jxxx") && shown.ends_with('…'), "{shown}");
        assert!(shown.len() < MOST_QUOTED * 2);
        let location = "http://a/\u{202e}".into();
        assert_eq!(
            text(&News::Http(HttpNews::Redirect { status: 302, location })),
            "↻ following the redirect (302) to http://a/U+202E"
        );
    }

    #[test]
    fn an_icmp_error_says_what_who_and_about_whom() {
        let icmp = IcmpMessage {
            kind: 3,
            code: 3,
            v6: false,
            offender: Some([127, 0, 0, 1].into()),
            destination: Some(([127, 0, 0, 1], 9).into()),
            os_code: 111,
            ..IcmpMessage::default()
        };
        assert_eq!(
            text(&News::Udp(UdpNews::Icmp(icmp))),
            "! ICMP port unreachable from 127.0.0.1 about our datagram to 127.0.0.1:9 (type 3, code 3)"
        );
    }

    #[test]
    fn a_listener_tells_of_its_peers() {
        let peer = ([10, 0, 0, 1], 5).into();
        assert_eq!(
            text(&News::Listener(ListenerNews::TurnedAway { peer, why: "full".into() })),
            "✗ turned 10.0.0.1:5 away: full"
        );
        assert_eq!(text(&News::Listener(ListenerNews::ChildEnded { child: SessionId(7) })), "◇ session 7 ended");
    }
}
