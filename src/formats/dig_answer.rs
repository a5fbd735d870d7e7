//! An answer in dig's format, for pipes and the clipboard. Printable ASCII only.

use std::fmt::Write as _;

use crate::sessions::news::dns::DnsAnswer;
use crate::wire::dns::message::{DnsMessage, DnsRecord};
use crate::wire::dns::record_type::{class_name, opcode_name};

/// An answer as text; each line has its line end. A write to a `String` never fails.
pub fn of_answer(answer: &DnsAnswer) -> String {
    let message = &answer.message;
    let mut text = head(message);
    for (name, records) in
        [("ANSWER", &message.answers), ("AUTHORITY", &message.authorities), ("ADDITIONAL", &message.additionals)]
    {
        if !records.is_empty() {
            writeln!(text, "\n;; {name} SECTION:").unwrap_or_default();
            records.iter().for_each(|record| line(&mut text, record));
        }
    }
    if let Some(fault) = &message.fault {
        writeln!(text, "\n;; WARNING: byte {}: {}", fault.at, fault.why).unwrap_or_default();
    }
    let wire = answer.wire.name().to_uppercase();
    let micros = answer.took.as_micros();
    writeln!(text, "\n;; Query time: {}.{:03} msec", micros / 1_000, micros % 1_000).unwrap_or_default();
    writeln!(text, ";; SERVER: {}#{} ({wire})", answer.server.ip(), answer.server.port()).unwrap_or_default();
    writeln!(text, ";; MSG SIZE  rcvd: {}\n", message.bytes).unwrap_or_default();
    text
}

fn head(message: &DnsMessage) -> String {
    let mut text = format!(
        ";; ->>HEADER<<- opcode: {}, status: {}, id: {}\n",
        opcode_name(message.opcode()),
        message.rcode_name(),
        message.id
    );
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
    text.push_str("\n;; QUESTION SECTION:\n");
    for question in &message.questions {
        writeln!(text, ";{}\t\t{}\t{}", question.name, class_name(question.class), question.kind).unwrap_or_default();
    }
    text
}

fn line(text: &mut String, record: &DnsRecord) {
    let DnsRecord { name, kind, class, ttl, data, .. } = record;
    writeln!(text, "{name}\t{ttl}\t{}\t{kind}\t{data}", class_name(*class)).unwrap_or_default();
}
