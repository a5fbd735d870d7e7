//! `sockeye dns` without a terminal: what it prints, its events, its exit codes.

use std::net::UdpSocket;
use std::thread::JoinHandle;

use crate::program::{ends_with, events, first, names, run_alone, stderr};

/// A name server for `count` queries: `code` in the lower flags, and one record where that is 0: a mail exchanger if that was asked for, else an address.
pub(crate) fn server(count: usize, code: u8) -> (String, JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        for _ in 0..count {
            let (_, from) = socket.recv_from(&mut buffer).unwrap();
            let end = 12 + buffer[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
            let answers = u8::from(code == 0);
            let head = [buffer[0], buffer[1], 0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0];
            let mut bytes = [&head[..], &buffer[12..end]].concat();
            if answers > 0 {
                let mail = buffer[end - 4..end - 2] == [0, 15];
                let record: &[u8] = if mail { b"\0\x03\0\x0a\0" } else { b"\0\x04\xc0\0\x02\x01" };
                let kind = if mail { 15 } else { 1 };
                bytes.extend([&[0xc0, 0x0c, 0, kind, 0, 1, 0, 0, 1, 0x2c], record].concat());
            }
            socket.send_to(&bytes, from).unwrap();
        }
    });
    (format!("@{address}"), thread)
}

#[test]
fn in_a_pipe_it_prints_what_dig_prints() {
    let (server, thread) = server(1, 0);
    let output = run_alone(&["dns", &server, "web.example", "A"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    for part in
        ["status: NOERROR", ";; flags: qr rd ra;", ";web.example.\t\tIN\tA", "web.example.\t300\tIN\tA\t192.0.2.1"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

/// EDNS in the place of an answer: a library could read it and not print it, and the program panicked and hung.
#[test]
fn edns_in_the_place_of_an_answer_is_shown_and_ends_the_run() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = format!("@{}", socket.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        let (_, from) = socket.recv_from(&mut buffer).unwrap();
        let end = 12 + buffer[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
        let head = [buffer[0], buffer[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        let edns = b"\xc0\x0c\0\x29\0\x01\0\0\0\0\0\x08\0\x0a\0\x04abcd";
        socket.send_to(&[&head[..], &buffer[12..end], edns].concat(), from).unwrap();
    });
    let output = run_alone(&["dns", "--json", &server, "web.example", "A"]);
    thread.join().unwrap();
    let events = events(&output.stdout);
    assert_eq!(first(&events, "dns_answer")["answer"][0]["data"], "10 4 YWJjZA==");
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    assert!(names(&events).ends_with(&["closed"]), "{events:?}");
}

#[test]
fn each_query_and_answer_is_an_event() {
    let (server, thread) = server(1, 0);
    let output = run_alone(&["dns", "--json", &server, "web.example", "-t", "A", "+norecurse"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    assert_eq!(names(&events), ["dns_plan", "dns_query", "sent", "received", "dns_answer", "closed"]);
    let query = first(&events, "dns_query");
    assert_eq!((&query["name"], &query["type"]), (&"web.example.".into(), &"A".into()));
    assert_eq!(query["flags"], serde_json::json!(["ad"]));
    let answer = first(&events, "dns_answer");
    assert_eq!((&answer["rcode"], &answer["id"]), (&"NOERROR".into(), &query["id"]));
    assert_eq!(answer["answer"][0]["data"], "192.0.2.1");
    assert_eq!(answer["answer"][0]["ttl"], 300);
    let closed = first(&events, "closed");
    assert_eq!((&closed["sent_bytes"], &closed["received_bytes"]), (&query["bytes"], &answer["bytes"]));
}

#[test]
fn display_options_of_dig_select_what_is_printed() {
    for (words, printed) in [
        (&["+short"][..], "192.0.2.1\n"),
        (&["+noall", "+answer"], "web.example.\t300\tIN\tA\t192.0.2.1\n"),
        (&["+noall", "+question"], ";web.example.\t\tIN\tA\n"),
        (&["+noall", "+answer", "+nottlid", "+noclass"], "web.example.\tA\t192.0.2.1\n"),
        (&["+noall"], ""),
    ] {
        let (server, thread) = server(1, 0);
        let output = run_alone(&[&["dns", &server, "web.example", "A"], words].concat());
        thread.join().unwrap();
        ends_with(&output, 0);
        assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), printed, "{words:?}");
    }
    let (server, thread) = server(1, 0);
    let output = run_alone(&["dns", &server, "web.example", "A", "+short", "--json"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    assert!(stderr(&output).contains("no effect with --json"), "{}", stderr(&output));
}

#[test]
fn a_display_option_that_is_not_done_is_refused_by_name() {
    for word in ["+yaml", "+multiline", "+identify", "+rrcomments"] {
        let output = run_alone(&["dns", word, "x"]);
        ends_with(&output, 2);
        assert!(stderr(&output).contains(word), "{}", stderr(&output));
    }
}

#[test]
fn data_that_breaks_the_rules_of_its_type_is_told_by_its_bytes_and_ends_with_9() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = format!("@{}", socket.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        let (_, from) = socket.recv_from(&mut buffer).unwrap();
        let end = 12 + buffer[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
        let head = [buffer[0], buffer[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        // The port of an HTTPS record, with three bytes.
        let record = b"\xc0\x0c\0\x41\0\x01\0\0\0\x3c\0\x0a\0\x01\0\0\x03\0\x03\x01\x02\x03";
        socket.send_to(&[&head[..], &buffer[12..end], record].concat(), from).unwrap();
    });
    let output = run_alone(&["dns", "--json", &server, "web.example", "HTTPS", "+tries=1"]);
    thread.join().unwrap();
    ends_with(&output, 9);
    let events = events(&output.stdout);
    let answer = first(&events, "dns_answer");
    assert_eq!(answer["answer"][0]["data"], "\\# 10 00010000030003010203");
    let why = "the data is none of a HTTPS record: port has 3 bytes, and must have 2";
    assert_eq!((&answer["answer"][0]["malformed"], &answer["malformed"]["because"]), (&why.into(), &why.into()));
}

#[test]
fn a_name_that_is_none_is_refused_with_its_label() {
    for (name, said) in [
        ("a..b", "its label number 2 is empty"),
        (r"www.a\256.b", r#""\256" is no escape"#),
        (&format!("www.{}", "x".repeat(64)), "has 64 bytes"),
    ] {
        let output = run_alone(&["dns", name]);
        ends_with(&output, 2);
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

#[test]
fn a_name_without_an_answer_ends_with_3_and_says_who_said_so() {
    let (server, thread) = server(1, 3);
    let output = run_alone(&["dns", &server, "no.example", "A"]);
    thread.join().unwrap();
    ends_with(&output, 3);
    assert!(stderr(&output).contains("NXDOMAIN from 127.0.0.1:"), "{}", stderr(&output));
}

#[test]
fn a_question_that_makes_no_sense_ends_with_2() {
    for words in [&["dns"][..], &["dns", "+nonsense", "x"], &["dns", "x", "AXFR"], &["dns", "@", "x"]] {
        let output = run_alone(words);
        ends_with(&output, 2);
        assert_eq!(stderr(&output).trim_end().lines().count(), 1, "{}", stderr(&output));
    }
}
