//! What `dig` shows of a name server, beside what the built program shows of the same one.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{ends_with, events, run_alone};
use crate::servers::{self, Server, found};

/// dnsmasq with a small zone: two addresses with a TTL, an alias with another, a text that no datagram holds.
fn zone(program: &Path) -> Server {
    let mut zone: Vec<String> = [
        "--local=/example/",
        "--local-ttl=77",
        "--host-record=web.example,192.0.2.7,2001:db8::7,300",
        "--cname=alias.example,web.example,120",
        "--mx-host=example,mail.example,10",
    ]
    .map(str::to_owned)
    .into();
    zone.extend((0..12).map(|number| format!("--txt-record=big.example,{number:02}{}", "x".repeat(180))));
    servers::dnsmasq_with(program, &zone)
}

/// Records as `dig` writes them, one blank between two fields; their order is the server's choice.
fn sorted(mut records: Vec<String>) -> Vec<String> {
    records.sort_unstable();
    records
}

/// The records and the status that `dig` shows.
fn by_dig(dig: &Path, server: &Server, words: &[&str]) -> (Vec<String>, String) {
    let port = server.address.port().to_string();
    let output = Command::new(dig)
        .args(["@127.0.0.1", "-p", &port, "+noall", "+comments", "+answer", "+tries=1", "+time=30"])
        .args(words)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let status = text.split("status: ").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or(&text).to_owned();
    let records = text.lines().filter(|line| !line.starts_with(';') && !line.trim().is_empty());
    (sorted(records.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()), status)
}

/// The same of the program, with the answers that it took for it, and its exit code.
fn by_us(server: &Server, words: &[&str], code: i32) -> (Vec<String>, String, Vec<Value>) {
    let port = server.address.port().to_string();
    let mut line = vec!["dns", "@127.0.0.1", "-p", &port];
    line.extend(words);
    line.push("--json");
    let output = run_alone(&line);
    ends_with(&output, code);
    let answers: Vec<Value> =
        events(&output.stdout).into_iter().filter(|event| event["event"] == "dns_answer").collect();
    let last = answers.last().unwrap();
    let one = |record: &Value| {
        let field = |name: &str| record[name].as_str().unwrap().to_owned();
        format!("{} {} {} {} {}", field("name"), record["ttl"], field("class"), field("type"), field("data"))
    };
    let records = last["answer"].as_array().unwrap().iter().map(one).collect();
    (sorted(records), last["rcode"].as_str().unwrap().to_owned(), answers)
}

#[test]
fn dnsmasq_tells_dig_and_us_the_same_records_with_the_same_times_to_live() {
    let (Some(dnsmasq), Some(dig)) = (found("dnsmasq"), found("dig")) else { return };
    let server = zone(&dnsmasq);
    let cases: [(&[&str], i32, &[&str]); 7] = [
        (&["web.example", "A"], 0, &["web.example. 300 IN A 192.0.2.7"]),
        (&["web.example", "AAAA"], 0, &["web.example. 300 IN AAAA 2001:db8::7"]),
        (&["alias.example", "A"], 0, &["alias.example. 120 IN CNAME web.example.", "web.example. 300 IN A 192.0.2.7"]),
        (&["example", "MX"], 0, &["example. 77 IN MX 10 mail.example."]),
        (&["-x", "192.0.2.7"], 0, &["7.2.0.192.in-addr.arpa. 300 IN PTR web.example."]),
        (&["no.example", "A"], 3, &[]),
        (&["web.example", "MX"], 3, &[]),
    ];
    for (words, code, records) in cases {
        let (theirs, status) = by_dig(&dig, &server, words);
        let (ours, rcode, _) = by_us(&server, words, code);
        assert_eq!((&ours, &rcode), (&theirs, &status), "{words:?}");
        assert_eq!(ours, records, "{words:?}");
    }
    assert_eq!(by_us(&server, &["no.example", "A"], 3).1, "NXDOMAIN");
}

#[test]
fn an_answer_that_was_cut_short_is_asked_for_again_over_tcp_as_dig_does() {
    let (Some(dnsmasq), Some(dig)) = (found("dnsmasq"), found("dig")) else { return };
    let server = zone(&dnsmasq);
    let (theirs, status) = by_dig(&dig, &server, &["big.example", "TXT"]);
    let (ours, rcode, answers) = by_us(&server, &["big.example", "TXT"], 0);
    assert_eq!((ours.len(), &ours, &rcode), (12, &theirs, &status));
    let steps: Vec<(&str, bool)> = answers
        .iter()
        .map(|answer| {
            let cut = answer["flags"].as_array().unwrap().iter().any(|flag| flag == "tc");
            (answer["transport"].as_str().unwrap(), cut)
        })
        .collect();
    assert_eq!(steps, [("udp", true), ("tcp", false)]);
}
