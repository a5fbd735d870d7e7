//! Each fact as the timeline says it, a function for each family.

use super::failure::failure_text;
use super::line::{FactText, TimelineTone};
use crate::model::words;
use crate::sessions::News;
use crate::sessions::news::dns::DnsNews;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, TcpNews, TlsNews, UdpNews};
use crate::text::quantity;
use crate::text::secret::mask_text;
use crate::wire::icmp::IcmpMessage;

/// One fact in a few words, and how it is known. Facts without a text of their own here have that of the transcript.
pub(super) fn describe_news(news: &News, is_tcp: bool) -> FactText {
    let own = match news {
        News::Dial(news) => dial(news, is_tcp),
        News::Tcp(news) => tcp(news),
        News::Udp(UdpNews::Icmp(icmp)) => Some(icmp_text(icmp)),
        News::Tls(news) => Some(tls(news)),
        News::Http(news) => http(news),
        News::Dns(news) => Some(dns(news)),
        News::Listener(ListenerNews::Listening { local, family }) => {
            let how = format!("bind() gave {local}{}", family.both_text());
            Some(FactText::seen("bound", how, TimelineTone::Well))
        }
        News::Warned(failure) => {
            let FactText { how, known, .. } = failure_text(failure, None);
            Some(FactText { what: "warning".into(), how, tone: TimelineTone::Quiet, known })
        }
        News::Listener(ListenerNews::AcceptFailed(failure)) => {
            Some(FactText { tone: TimelineTone::Quiet, ..failure_text(failure, None) })
        }
        News::Failed(failure) => Some(failure_text(failure, None)),
        News::Closed { how, .. } => {
            let what = format!("closed ({})", how.name());
            Some(FactText::seen(what, "our descriptor is closed", TimelineTone::Plain))
        }
        News::Udp(_)
        | News::Unix(_)
        | News::Ports(_)
        | News::Listener(_)
        | News::Option(_)
        | News::ReadingPaused
        | News::ReadingContinued
        | News::FileSent { .. } => None,
    };
    own.unwrap_or_else(|| FactText {
        what: words::sentence_of(news).text,
        how: "seen".into(),
        tone: TimelineTone::Plain,
        known: crate::wire::Evidence::Seen,
    })
}

fn dial(news: &DialNews, is_tcp: bool) -> Option<FactText> {
    Some(match news {
        DialNews::Resolving { host } => {
            FactText::seen(format!("looking up {host}"), "the system's resolver was called", TimelineTone::Plain)
        }
        DialNews::Resolved { addresses, took, .. } => {
            let listed: Vec<String> = addresses.iter().take(3).map(ToString::to_string).collect();
            let more = addresses.len().saturating_sub(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let how = format!("{}{more}", listed.join(", "));
            FactText::seen(format!("found in {}", quantity::duration(*took)), how, TimelineTone::Well)
        }
        DialNews::Connecting { peer, .. } if !is_tcp => {
            let how = format!("connect() to {peer}; for UDP that sends nothing");
            FactText::seen("peer is set", how, TimelineTone::Plain)
        }
        DialNews::Connecting { peer, attempt, .. } => {
            let nth = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            FactText::inferred("SYN sent", format!("connect() to {peer}{nth}"))
        }
        DialNews::Connected { took, local, .. } if is_tcp => {
            let how = format!("connect() returned after {}, from {local}", quantity::duration(*took));
            FactText::seen("SYN-ACK came back", how, TimelineTone::Well)
        }
        DialNews::Connected { local, .. } => {
            FactText::seen("socket is ready", format!("from {local}; nothing was sent yet"), TimelineTone::Well)
        }
        DialNews::Opened { local, target } => {
            let how = format!("on {local}, not connected: it sends to {target} and hears every address");
            FactText::seen("socket is ready", how, TimelineTone::Well)
        }
        DialNews::AttemptFailed { failure, took } => failure_text(failure, Some(*took)),
        DialNews::Retrying { attempt, of, after, .. } => FactText {
            what: format!("wait {}", quantity::duration(*after)),
            how: format!("then attempt {attempt} of {of}; half fixed, half chance"),
            tone: TimelineTone::Quiet,
            known: crate::wire::Evidence::Seen,
        },
        DialNews::Route(route) => {
            let interface = route.interface.as_deref().map(|name| format!(" over {name}")).unwrap_or_default();
            let router = route.gateway.map(|router| format!(", by router {router}")).unwrap_or_default();
            let how = format!("from {}{interface}{router}", route.source);
            FactText::kernel(format!("route to {}", route.peer), how, TimelineTone::Plain)
        }
        DialNews::Compared(_) => return None,
    })
}

fn tcp(news: &TcpNews) -> Option<FactText> {
    match news {
        TcpNews::WeFinished => Some(FactText::inferred("FIN sent", "shutdown() was called")),
        TcpNews::PeerFinished { received_bytes } => {
            let how = format!("read() returned 0 after {}", quantity::bytes(*received_bytes));
            Some(FactText::seen("FIN came", how, TimelineTone::Plain))
        }
        TcpNews::State { .. }
        | TcpNews::Call { .. }
        | TcpNews::Stamps { .. }
        | TcpNews::PeerSyn(_)
        | TcpNews::Kernel(_) => None,
    }
}

fn http(news: &HttpNews) -> Option<FactText> {
    match news {
        HttpNews::Request(request) => {
            Some(FactText::seen(format!("asked {}", request.method), mask_text(&request.url), TimelineTone::Plain))
        }
        HttpNews::Response(response) => {
            let what = format!("answered {} {}", response.status, response.reason);
            let how = format!("{} after {}", response.version, quantity::duration(response.after));
            let tone = if response.status < 400 { TimelineTone::Well } else { TimelineTone::Bad };
            Some(FactText::seen(what.trim_end(), how, tone))
        }
        HttpNews::Interim(_)
        | HttpNews::Trailers(_)
        | HttpNews::BrokenRule(_)
        | HttpNews::Phase { .. }
        | HttpNews::Redirect { .. } => None,
    }
}

fn tls(news: &TlsNews) -> FactText {
    let TlsNews::Handshake(handshake) = news;
    let took = quantity::duration(handshake.took);
    let how = format!("{} after {took}", handshake.summary());
    match &handshake.error {
        None => FactText::seen("TLS handshake done", how, TimelineTone::Well),
        Some(_) => FactText::seen("TLS handshake failed", how, TimelineTone::Bad),
    }
}

fn icmp_text(icmp: &IcmpMessage) -> FactText {
    let by = icmp.offender.map(|offender| format!(" from {offender}")).unwrap_or_default();
    let protocol = if icmp.v6 { "ICMPv6" } else { "ICMP" };
    let how = format!("type {}, code {}{by}", icmp.kind, icmp.code);
    FactText::kernel(format!("{protocol} {}", icmp.meaning()), how, TimelineTone::Bad)
}

fn dns(news: &DnsNews) -> FactText {
    match news {
        DnsNews::Query(query) => {
            let again = if query.attempt > 1 { format!(", try {}", query.attempt) } else { String::new() };
            let (question, by) = (&query.question, query.wire.name());
            let how = format!("by {by} for {} {}{again}", question.name, question.kind);
            FactText::seen(format!("asked {}", query.server), how, TimelineTone::Plain)
        }
        DnsNews::Answer(answer) => {
            let message = &answer.message;
            let count = message.answers.len();
            let records = if count == 1 { "1 record".to_owned() } else { format!("{count} records") };
            let cut = if message.is_truncated() { ", cut short (TC)" } else { "" };
            let how = format!("{records}{cut} after {} by {}", quantity::duration(answer.took), answer.wire.name());
            // No record of the type (NODATA) is an answer too.
            let tone = match (message.rcode(), count) {
                (0, 0) => TimelineTone::Plain,
                (0, _) => TimelineTone::Well,
                _ => TimelineTone::Bad,
            };
            FactText::seen(format!("{} came back", message.rcode_name()), how, tone)
        }
        DnsNews::Failed(failed) => {
            let how = format!("{} after {}", failed.failure.message, quantity::duration(failed.took));
            FactText::seen("no answer", how, TimelineTone::Bad)
        }
        DnsNews::Plan(plan) => {
            let servers: Vec<String> = plan.servers.iter().take(4).map(ToString::to_string).collect();
            let how = format!("{}, from {}", servers.join(", "), plan.source);
            FactText::seen("name servers chosen", how, TimelineTone::Plain)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::sessions::news::dns::{DnsAnswer, DnsTransport};
    use crate::wire::dns::message::DnsMessage;
    use crate::wire::{Class, FailedOperation, Failure};

    #[test]
    fn an_answer_without_records_of_the_type_is_no_failure() {
        let tone = |flags: u8| {
            let bytes = [0, 7, 0x81, flags, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 0, 0, 28, 0, 1];
            let answer = DnsAnswer {
                server: ([192, 0, 2, 53], 53).into(),
                wire: DnsTransport::Udp,
                took: Duration::from_millis(3),
                bytes: bytes.to_vec().into(),
                message: Arc::new(DnsMessage::read(&bytes)),
            };
            dns(&DnsNews::Answer(answer)).tone
        };
        assert_eq!(tone(0x80), TimelineTone::Plain, "NOERROR, no record");
        assert_eq!(tone(0x83), TimelineTone::Bad, "NXDOMAIN");
    }

    #[test]
    fn a_warning_is_not_told_as_a_failure() {
        for class in [Class::Tls, Class::Local, Class::Usage] {
            let warning = Failure::new(class, FailedOperation::Verify, "h", "certificates are not verified");
            let told = describe_news(&News::Warned(warning.clone()), true);
            assert_eq!((told.what.as_str(), told.how.as_str()), ("warning", "seen: certificates are not verified"));
            assert_ne!(describe_news(&News::Failed(warning), true).what, "warning");
        }
    }
}
