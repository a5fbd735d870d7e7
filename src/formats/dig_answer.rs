//! An answer in dig's format, for pipes and the clipboard. Printable ASCII only.

use std::fmt::Write as _;

use super::dig_split::split_data;
use crate::sessions::news::dns::{DnsAnswer, DnsQuery};
use crate::sessions::spec::dns::PrintedParts;
use crate::wire::dns::message::{DnsMessage, DnsRecord};
use crate::wire::dns::record_type::{class_name, opcode_name};

/// An answer as text; each line has its line end. A write to a `String` never fails.
pub fn of_answer(answer: &DnsAnswer, parts: PrintedParts) -> String {
    let message = &answer.message;
    if parts.short {
        let line = |record: &DnsRecord| format!("{}\n", split_data(record.kind, &record.data, parts.split));
        return message.answers.iter().map(line).collect();
    }
    let mut text = String::new();
    add_message(&mut text, message, parts);
    if parts.stats {
        let wire = answer.wire.name().to_uppercase();
        let micros = answer.took.as_micros();
        let time = match parts.micros {
            true => format!("{micros} usec"),
            false => format!("{}.{:03} msec", micros / 1_000, micros % 1_000),
        };
        begin(&mut text, parts);
        writeln!(text, ";; Query time: {time}").unwrap_or_default();
        writeln!(text, ";; SERVER: {}#{} ({wire})", answer.server.ip(), answer.server.port()).unwrap_or_default();
        writeln!(text, ";; MSG SIZE  rcvd: {}\n", message.bytes).unwrap_or_default();
    }
    text
}

/// A query as text if it is wanted (`+qr`), else nothing.
pub fn of_query(query: &DnsQuery, parts: PrintedParts) -> String {
    let mut text = String::new();
    if parts.query && !parts.short {
        text.push_str(";; Sending:\n");
        add_message(&mut text, &DnsMessage::read(&query.bytes), parts);
        writeln!(text, "\n;; QUERY SIZE: {}\n", query.bytes.len()).unwrap_or_default();
    }
    text
}

/// The parts of a message that are wanted.
fn add_message(text: &mut String, message: &DnsMessage, parts: PrintedParts) {
    if parts.comments {
        add_head(text, message);
    }
    if parts.question && !message.questions.is_empty() {
        begin_section(text, "QUESTION", parts);
        for question in &message.questions {
            let class = if parts.class { class_name(question.class) } else { String::new() };
            writeln!(text, ";{}\t\t{class}\t{}", question.name, question.kind).unwrap_or_default();
        }
    }
    for (is_wanted, name, records) in [
        (parts.answer, "ANSWER", &message.answers),
        (parts.authority, "AUTHORITY", &message.authorities),
        (parts.additional, "ADDITIONAL", &message.additionals),
    ] {
        if is_wanted && !records.is_empty() {
            begin_section(text, name, parts);
            records.iter().for_each(|record| add_record(text, record, parts));
        }
    }
    if let Some(fault) = message.fault.as_ref().filter(|_| parts.comments) {
        writeln!(text, "\n;; WARNING: byte {}: {}", fault.at, fault.why).unwrap_or_default();
    }
}

fn add_head(text: &mut String, message: &DnsMessage) {
    let (opcode, status) = (opcode_name(message.opcode()), message.rcode_name());
    writeln!(text, ";; ->>HEADER<<- opcode: {opcode}, status: {status}, id: {}", message.id).unwrap_or_default();
    let [questions, answers, authorities, additionals] = message.counts;
    let flags = message.flag_names().join(" ");
    let counts = format!("QUERY: {questions}, ANSWER: {answers}, AUTHORITY: {authorities}, ADDITIONAL: {additionals}");
    writeln!(text, ";; flags: {flags}; {counts}").unwrap_or_default();
    if let Some(edns) = &message.edns {
        let flags = if edns.dnssec_ok { " do" } else { "" };
        text.push_str("\n;; OPT PSEUDOSECTION:\n");
        writeln!(text, "; EDNS: version: {}, flags:{flags}; udp: {}", edns.version, edns.udp_payload)
            .unwrap_or_default();
        for (name, value) in &edns.options {
            writeln!(text, "; {name}: {value}").unwrap_or_default();
        }
    }
}

/// A blank line before a part, if there are comments at all.
fn begin(text: &mut String, parts: PrintedParts) {
    if parts.comments {
        text.push('\n');
    }
}

fn begin_section(text: &mut String, name: &str, parts: PrintedParts) {
    begin(text, parts);
    if parts.comments {
        writeln!(text, ";; {name} SECTION:").unwrap_or_default();
    }
}

fn add_record(text: &mut String, record: &DnsRecord, parts: PrintedParts) {
    let DnsRecord { name, kind, class, ttl, data, .. } = record;
    let data = split_data(*kind, data, parts.split);
    let ttl = if parts.ttl { format!("{ttl}\t") } else { String::new() };
    let class = if parts.class { format!("{}\t", class_name(*class)) } else { String::new() };
    writeln!(text, "{name}\t{ttl}{class}{kind}\t{data}").unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::formats::dig::{self, DigDefaults};
    use crate::sessions::news::dns::DnsTransport;
    use crate::sessions::spec::system_names::SystemNames;

    fn printed(line: &str) -> String {
        let bytes: &[u8] = b"\0\x07\x81\x80\0\x01\0\x02\0\0\0\0\x01a\0\0\x01\0\x01\
            \xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x03\x01b\0\x01b\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
        printed_of(bytes, line)
    }

    fn printed_of(bytes: &[u8], line: &str) -> String {
        let answer = DnsAnswer {
            server: "192.0.2.53:53".parse().unwrap(),
            wire: DnsTransport::Udp,
            took: Duration::from_micros(3_004),
            bytes: bytes.to_vec().into(),
            message: Arc::new(DnsMessage::read(bytes)),
        };
        let words: Vec<String> = format!("a {line}").split_whitespace().map(str::to_owned).collect();
        of_answer(&answer, dig::parse(&words, DigDefaults::Sockeye, &SystemNames::usual()).unwrap().printed)
    }

    #[test]
    fn short_is_the_data_and_nothing_else() {
        assert_eq!(printed("+short"), "b.\n192.0.2.1\n");
    }

    #[test]
    fn long_data_is_split_unless_it_is_to_stay_whole() {
        let head = b"\0\x07\x81\x80\0\0\0\x01\0\0\0\0\x01a\0\0\x34\0\x01\0\0\0\x3c\0\x23\x03\x01\x01";
        let bytes = [&head[..], &[0xab; 32]].concat();
        let (first, second) = ("AB".repeat(28), "AB".repeat(4));
        assert_eq!(printed_of(&bytes, "+short"), format!("3 1 1 {first} {second}\n"));
        assert_eq!(printed_of(&bytes, "+noall +answer"), format!("a.\t60\tIN\tTLSA\t3 1 1 {first} {second}\n"));
        assert_eq!(printed_of(&bytes, "+short +nosplit"), format!("3 1 1 {first}{second}\n"));
        assert_eq!(printed_of(&bytes, "+short +split=30"), format!("3 1 1 {} {}\n", "AB".repeat(16), "AB".repeat(16)));
    }

    #[test]
    fn a_section_alone_has_no_comments() {
        assert_eq!(printed("+noall +answer"), "a.\t60\tIN\tCNAME\tb.\nb.\t60\tIN\tA\t192.0.2.1\n");
        assert_eq!(printed("+noall +answer +nottlid +noclass"), "a.\tCNAME\tb.\nb.\tA\t192.0.2.1\n");
        assert_eq!(printed("+noall +question"), ";a.\t\tIN\tA\n");
        assert_eq!(printed("+noall"), "");
        assert_eq!(
            printed("+noall +stats -u"),
            ";; Query time: 3004 usec\n;; SERVER: 192.0.2.53#53 (UDP)\n;; MSG SIZE  rcvd: 51\n\n"
        );
    }

    #[test]
    fn a_part_that_is_not_wanted_is_left_out_of_all() {
        let all = printed("");
        for (line, part) in [
            ("+nocomments", ";; ->>HEADER<<-"),
            ("+noquestion", ";a.\t\tIN\tA"),
            ("+noanswer", "192.0.2.1"),
            ("+nostats", "Query time: 3.004 msec"),
        ] {
            assert!(all.contains(part) && !printed(line).contains(part), "{line}");
        }
        assert!(printed("+nocomments").contains("192.0.2.1"));
    }
}
