//! The documents of a DNS session: queries and answers as tables, and every field with its bytes.

use std::net::SocketAddr;

use super::document::{DocLine, Document, TextRole, TextSpan};
use crate::sessions::kinds::dns::{DnsExchange, DnsLookup, QueryOutcome};
use crate::sessions::news::dns::{DnsAnswer, DnsPlan, DnsTransport};
use crate::sessions::spec::dns::PrintedParts;
use crate::sessions::transcript::EntryData;
use crate::text::{escapes, quantity};
use crate::wire::dns::message::{DnsField, DnsMessage, DnsRecord};
use crate::wire::dns::record_type::class_name;
use crate::wire::{Direction, Failure};

/// The widest column of names; a longer name shifts the rest of its row.
const WIDEST_NAME: usize = 40;

/// How many bytes of a field are shown as hex.
const MOST_HEX: usize = 4;

/// The most bytes of one record's data that are shown.
const MOST_DATA: usize = 16 * 1024;

/// The failure, if there is one; the plan; then every query with its answer as tables.
///
/// Everything is shown; if the command selects what is printed, the first line says where that has an effect.
pub fn of_answer(lookup: &DnsLookup, failure: Option<&Failure>, printed: PrintedParts) -> Document {
    let mut document = Document::default();
    if printed != PrintedParts::default() {
        let text = "the screen shows everything: +short and the like select what a pipe prints, and y copies";
        push_words(&mut document, [TextSpan::new(TextRole::Comment, text)]);
    }
    if let Some(failure) = failure {
        push_words(&mut document, [TextSpan::untrusted(TextRole::Bad, &format!("✗ {}", failure.message))]);
    }
    if let Some(plan) = &lookup.plan {
        add_plan(&mut document, plan);
    } else if lookup.exchanges.is_empty() {
        document.remark("no query was sent yet");
    }
    if let Some(compared) = &lookup.compared {
        let role = if compared.differs() { TextRole::Bad } else { TextRole::Comment };
        push_words(&mut document, [TextSpan::untrusted(role, &compared.verdict_text())]);
    }
    if lookup.unlisted > 0 {
        document.remark(format!("⋯ {} queries before these are not listed ⋯", quantity::grouped(lookup.unlisted)));
    }
    for exchange in &lookup.exchanges {
        document.push(DocLine::default());
        add_exchange(&mut document, exchange);
    }
    document
}

/// Every field of every query and answer with its bytes.
pub fn field_document(lookup: &DnsLookup) -> Document {
    let mut document = Document::default();
    if lookup.exchanges.is_empty() {
        document.remark("no query was sent yet");
    }
    for exchange in &lookup.exchanges {
        let query = &exchange.query;
        let to = format!("▲ query to {} by {}, {} bytes", query.server, transport_name(query.wire), query.bytes.len());
        add_fields(&mut document, &to, &query.bytes);
        if let QueryOutcome::Answered(answer) = &exchange.outcome {
            let from = format!(
                "▼ answer from {} by {}, {} bytes",
                answer.server,
                transport_name(answer.wire),
                answer.bytes.len()
            );
            add_fields(&mut document, &from, &answer.bytes);
        }
    }
    document
}

fn add_plan(document: &mut Document, plan: &DnsPlan) {
    let servers: Vec<String> = plan.servers.iter().map(ToString::to_string).collect();
    let (each, tries) = (quantity::duration(plan.timeout), plan.tries);
    let times = if tries == 1 { "once".to_owned() } else { format!("up to {tries} times") };
    let (servers, source) = (servers.join(", "), &plan.source);
    push_words(document, [TextSpan::new(TextRole::Comment, format!("asking {servers}, from {source}"))]);
    push_words(document, [TextSpan::new(TextRole::Comment, format!("{each} for an answer, {times}"))]);
    if let [first, others @ ..] = plan.names.as_slice()
        && !others.is_empty()
    {
        let text = format!("names in turn (search, ndots {}): {first} {}", plan.ndots, others.join(" "));
        push_words(document, [TextSpan::new(TextRole::Comment, text)]);
    }
    if !plan.hosts.is_empty() {
        let hosts: Vec<String> = plan.hosts.iter().map(ToString::to_string).collect();
        let text = format!("/etc/hosts has {}: programs take that without asking", hosts.join(", "));
        push_words(document, [TextSpan::new(TextRole::Bad, text)]);
    }
}

fn add_exchange(document: &mut Document, exchange: &DnsExchange) {
    let query = &exchange.query;
    let again = if query.attempt > 1 { format!(", try {}", query.attempt) } else { String::new() };
    let title = format!("{} {}", query.question.name, query.question.kind);
    let whom = format!("  asked of {} by {}{again}", query.server, transport_name(query.wire));
    push_words(document, [TextSpan::new(TextRole::Title, title), TextSpan::new(TextRole::Comment, whom)]);
    match &exchange.outcome {
        QueryOutcome::Waiting => {
            document.remark(format!("query of {} bytes with id {}: no answer yet", query.bytes.len(), query.id));
        }
        QueryOutcome::Failed { failure, took } => {
            let text = format!("✗ {} after {}", failure.message, quantity::duration(*took));
            push_words(document, [TextSpan::untrusted(TextRole::Bad, &text)]);
        }
        QueryOutcome::Answered(answer) => add_answer(document, answer, query.bytes.len()),
    }
}

fn add_answer(document: &mut Document, answer: &DnsAnswer, asked: usize) {
    let message = &answer.message;
    let role = if message.rcode() == 0 { TextRole::Good } else { TextRole::Bad };
    let took = quantity::duration(answer.took);
    let figures = format!("  in {took} · query {asked} bytes, answer {} bytes", message.bytes);
    push_words(document, [TextSpan::new(role, message.rcode_name()), TextSpan::new(TextRole::Value, figures)]);
    let header = format!("id {} · {}", message.id, message.flag_names().join(" "));
    document.push(DocLine::new([TextSpan::new(TextRole::Comment, header)]));
    if let Some(edns) = &message.edns {
        let signatures = if edns.dnssec_ok { " · do" } else { "" };
        let mut text = format!("EDNS {} · UDP payload {}{signatures}", edns.version, edns.udp_payload);
        for (name, value) in &edns.options {
            text.push_str(&format!(" · {name} {}", shorten_data(value)));
        }
        push_words(document, [TextSpan::untrusted(TextRole::Comment, &text)]);
    }
    for question in &message.questions {
        let text = format!("{} {} {}", question.name, class_name(question.class), question.kind);
        document.push(DocLine::new([
            TextSpan::new(TextRole::Keyword, "question    "),
            TextSpan::new(TextRole::Value, text),
        ]));
    }
    for (name, records) in
        [("answer", &message.answers), ("authority", &message.authorities), ("additional", &message.additionals)]
    {
        if !records.is_empty() {
            document.push(DocLine::single_span(TextRole::Keyword, format!("{name} ({})", records.len())));
            add_records(document, records);
        }
    }
    if let Some(fault) = &message.fault {
        let text = format!("byte {}: {}", fault.at, fault.why);
        push_words(document, [TextSpan::untrusted(TextRole::Bad, &text)]);
    }
}

fn add_records(document: &mut Document, records: &[DnsRecord]) {
    let names = records.iter().map(|record| record.name.len()).max().unwrap_or(0).min(WIDEST_NAME);
    let kinds = records.iter().map(|record| record.kind.to_string().len()).max().unwrap_or(0);
    for record in records {
        let DnsRecord { name, kind, class, ttl, data, fault, .. } = record;
        let kind = kind.to_string();
        let role = if fault.is_some() { TextRole::Bad } else { TextRole::Value };
        push_words(
            document,
            [
                TextSpan::new(TextRole::Key, format!("  {name:<names$}  ")),
                TextSpan::new(TextRole::Number, format!("{ttl:>7} s  ")),
                TextSpan::new(TextRole::Comment, format!("{}  ", class_name(*class))),
                TextSpan::new(TextRole::Keyword, format!("{kind:<kinds$}  ")),
                TextSpan::untrusted(role, &shorten_data(data)),
            ],
        );
    }
}

/// Adds a line that breaks between words.
fn push_words(document: &mut Document, spans: impl Into<Vec<TextSpan>>) {
    document.push(DocLine::new(spans).by_words());
}

fn transport_name(wire: DnsTransport) -> &'static str {
    match wire {
        DnsTransport::Udp => "UDP",
        DnsTransport::Tcp => "TCP",
    }
}

/// A record's data, cut to [`MOST_DATA`]; it is ASCII.
fn shorten_data(data: &str) -> String {
    match data.get(..MOST_DATA) {
        Some(start) if start.len() < data.len() => format!("{start}…"),
        _ => data.to_owned(),
    }
}

fn add_fields(document: &mut Document, title: &str, bytes: &[u8]) {
    if !document.lines.is_empty() {
        document.push(DocLine::default());
    }
    document.push(DocLine::single_span(TextRole::Title, title));
    let (fields, unlisted) = DnsMessage::fields(bytes);
    for field in &fields {
        document.push(field_line(field, bytes));
    }
    if unlisted > 0 {
        document.remark(format!("⋯ {} more fields are not listed ⋯", quantity::grouped(unlisted as u64)));
    }
}

fn field_line(field: &DnsField, message: &[u8]) -> DocLine {
    let bytes = message.get(field.range.clone()).unwrap_or_default();
    let hex = escapes::spaced_hex(&bytes[..bytes.len().min(MOST_HEX)]);
    let more = if bytes.len() > MOST_HEX { "…" } else { "" };
    let is_heading = field.depth == 0;
    let hex = if is_heading { String::new() } else { format!("{hex}{more}") };
    let indent = usize::from(field.depth) * 2;
    let role = if is_heading { TextRole::Keyword } else { TextRole::Key };
    DocLine::new([
        TextSpan::new(TextRole::Punctuation, format!("{:>5} ", field.range.start)),
        TextSpan::new(TextRole::Number, format!("{hex:<14}")),
        TextSpan::untrusted(role, &format!("{:indent$}{}  ", "", field.name)),
        TextSpan::untrusted(TextRole::Value, &shorten_data(&field.value)),
    ])
    .by_words()
}

/// The fields of one datagram, if it is a DNS message; else why it is none.
pub fn datagram_document(data: &EntryData<'_>, peer: Option<SocketAddr>) -> Document {
    let mut document = Document::default();
    let (mark, word) = match data.direction {
        Direction::Sent => ('▲', "to"),
        Direction::Received => ('▼', "from"),
    };
    let peer = peer.map_or_else(String::new, |peer| format!(" {word} {peer}"));
    let (number, length) = (quantity::grouped(data.op), quantity::grouped(data.bytes.len() as u64));
    let title = format!("{mark} datagram {number}{peer}, {length} bytes");
    if !DnsMessage::is_possible(data.bytes) {
        document.push(DocLine::single_span(TextRole::Title, title));
        document.push(DocLine::single_span(TextRole::Comment, "this datagram is no DNS message").by_words());
        return document;
    }
    add_fields(&mut document, &title, data.bytes);
    if data.is_truncated() {
        let whole = quantity::grouped(data.full_len as u64);
        document.remark(format!("it was cut short: it had {whole} bytes"));
    }
    document
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::sessions::kinds::dns::DnsLookup;
    use crate::sessions::news::dns::{DnsNews, DnsQuery};
    use crate::wire::dns::message::{DnsMessage, DnsQuestion};
    use crate::wire::dns::record_type::RecordType;

    fn lookup() -> DnsLookup {
        let bytes: &[u8] =
            b"\0\x07\x81\x80\0\x01\0\x01\0\0\0\0\x01a\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
        let server = "192.0.2.53:53".parse().unwrap();
        let question = DnsQuestion { name: "a.".into(), kind: RecordType::A, class: 1 };
        let asked = bytes[..19].to_vec().into();
        let query = DnsQuery { question, server, wire: DnsTransport::Udp, attempt: 2, id: 7, bytes: asked };
        let answer = DnsAnswer {
            server,
            wire: DnsTransport::Udp,
            took: Duration::from_millis(3),
            bytes: bytes.into(),
            message: Arc::new(DnsMessage::read(bytes)),
        };
        let mut lookup = DnsLookup::default();
        lookup.on_news(&DnsNews::Query(query));
        lookup.on_news(&DnsNews::Answer(answer));
        lookup
    }

    #[test]
    fn an_answer_is_a_table_with_its_figures() {
        let document = of_answer(&lookup(), None, PrintedParts::default());
        let text: Vec<String> = document.lines.iter().map(|line| line.text().into_owned()).collect();
        assert!(text.contains(&"a. A  asked of 192.0.2.53:53 by UDP, try 2".to_owned()), "{text:#?}");
        assert!(text.contains(&"NOERROR  in 3.0 ms · query 19 bytes, answer 35 bytes".to_owned()), "{text:#?}");
        assert!(text.contains(&"id 7 · qr rd ra".to_owned()), "{text:#?}");
        assert!(text.contains(&"  a.       60 s  IN  A  192.0.2.1".to_owned()), "{text:#?}");
    }

    #[test]
    fn a_datagram_is_read_field_by_field_if_it_is_a_message() {
        let entry = |bytes| EntryData {
            direction: Direction::Received,
            bytes,
            full_len: bytes.len(),
            peer: None,
            packet: None,
            op: 3,
            byte: 0,
        };
        let text = |bytes| {
            let document = datagram_document(&entry(bytes), Some("192.0.2.53:53".parse().unwrap()));
            document.lines.iter().map(|line| line.text().into_owned()).collect::<Vec<_>>()
        };
        let lines = text(b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01");
        assert_eq!(lines[0], "▼ datagram 3 from 192.0.2.53:53, 19 bytes");
        assert!(lines.iter().any(|line| line.contains("question 1  a. IN A")), "{lines:#?}");
        assert_eq!(text(b"hello"), ["▼ datagram 3 from 192.0.2.53:53, 5 bytes", "this datagram is no DNS message"]);
    }

    #[test]
    fn display_options_are_said_to_select_nothing_on_the_screen() {
        let printed = PrintedParts { short: true, ..PrintedParts::default() };
        let first = |printed| of_answer(&lookup(), None, printed).lines[0].text().into_owned();
        assert!(first(printed).starts_with("the screen shows everything"));
        assert!(!first(PrintedParts::default()).contains("shows everything"));
    }

    #[test]
    fn every_field_stands_at_its_bytes() {
        let document = field_document(&lookup());
        let text: Vec<String> = document.lines.iter().map(|line| line.text().into_owned()).collect();
        assert!(
            text.iter().any(|line| line.starts_with("   19 c0 0c") && line.contains("pointer to byte 12")),
            "{text:#?}"
        );
        assert!(
            text.iter().any(|line| line.starts_with("   31 c0 00 02 01") && line.contains("192.0.2.1")),
            "{text:#?}"
        );
    }
}
