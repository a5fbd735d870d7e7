//! Every byte is seen and none is made anew: heads as they came and as they were written, early answers, broken rules.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::News;
use sockeye::sessions::news::{BrokenRuleNews, HttpNews};
use sockeye::sessions::spec::http::{BodySpec, HttpSpec};
use sockeye::wire::Class;

use super::exchange::{Seen, answer, get, peer, read_head, run, says};
use crate::live_net::DEADLINE;

fn broken_rules(seen: &Seen) -> Vec<&BrokenRuleNews> {
    seen.news
        .iter()
        .filter_map(|news| if let News::Http(HttpNews::BrokenRule(broken)) = news { Some(broken) } else { None })
        .collect()
}

/// The last response's fields, a line each.
fn lines(seen: &Seen) -> Vec<String> {
    let response = *seen.responses().last().unwrap();
    response.headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))).collect()
}

#[test]
fn a_head_is_told_as_it_came() {
    let seen = get(says(
        "HTTP/1.1 200 Voil\u{e0}\r\nSet-Cookie: a\r\nX-One: 1\r\nSET-COOKIE: b\r\nContent-Length: 2\r\nset-cookie: c\r\n\r\nok",
    ))
    .went_well();
    assert_eq!(lines(&seen), ["Set-Cookie: a", "X-One: 1", "SET-COOKIE: b", "Content-Length: 2", "set-cookie: c"]);
    assert_eq!(seen.responses()[0].reason, "Voil\u{e0}");
    assert_eq!(broken_rules(&seen), Vec::<&BrokenRuleNews>::new());
}

#[test]
fn a_head_that_breaks_a_rule_is_read_and_the_rule_is_named_with_its_place() {
    // The input, a field that is told, the section of the rule, and the offset of what breaks it.
    let cases: [(&[u8], &str, &str, u64); 6] = [
        (b"HTTP/1.1 200 OK\r\nCSP: a;\r\n\tb\r\nContent-Length: 2\r\n\r\nok", "CSP: a; b", "RFC 9112 §5.2", 26),
        (
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\x01c\r\nContent-Length: 2\r\n\r\nok",
            "Set-Cookie: a=b\x01c",
            "RFC 9110 §5.5",
            32,
        ),
        (b"HTTP/1.1 200 OK\r\nX-Foo : bar\r\nContent-Length: 2\r\n\r\nok", "X-Foo: bar", "RFC 9112 §5.1", 22),
        (b"HTTP/1.1 200 OK\nA: b\nContent-Length: 2\n\nok", "A: b", "RFC 9112 §2.2", 15),
        (
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked",
            "RFC 9112 §6.1",
            17,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "Content-Length: 7",
            "RFC 9112 §6.3",
            17,
        ),
    ];
    for (input, told, section, offset) in cases {
        let seen = get(says(input)).went_well();
        let name = String::from_utf8_lossy(input).into_owned();
        assert_eq!(seen.received, b"ok", "{name}");
        assert!(lines(&seen).iter().any(|line| line == told), "{name}: {:?}", lines(&seen));
        let mut named = broken_rules(&seen).into_iter().map(|broken| (broken.section.as_str(), broken.offset));
        assert!(named.any(|broken| broken == (section, offset)), "{name}: {:?}", broken_rules(&seen));
    }
}

#[test]
fn ten_thousand_fields_are_told_each() {
    let fields: String = (0..10_000).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let seen = get(says(format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n"))).went_well();
    assert_eq!(seen.responses()[0].headers.len(), 10_001);
    assert_eq!(seen.responses()[0].headers[9_999].0, "X-9999");
}

#[test]
fn what_came_and_was_not_understood_is_shown() {
    for (input, why) in [
        ("SSH-2.0-OpenSSH_9.9\r\n", "no HTTP"),
        ("HTTP/1.1 abc\r\n\r\n", "status"),
        ("+OK POP3 ready\r\n", "no HTTP"),
        ("HTTP/1.1 200 OK\r\nX: half", "closed the connection before"),
    ] {
        let seen = get(says(input));
        seen.failed(Class::Protocol, why);
        assert_eq!(String::from_utf8_lossy(&seen.received), input);
    }
}

#[test]
fn bytes_behind_a_response_are_counted_and_named() {
    for (input, section, bytes) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more", "RFC 9112 §6.3", 10),
        ("HTTP/1.1 204 No Content\r\n\r\nbody", "RFC 9112 §6.3", 4),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "RFC 9112 §7.1", 19),
    ] {
        let seen = get(says(input)).went_well();
        let named: Vec<_> = broken_rules(&seen).iter().map(|broken| (broken.section.as_str(), broken.bytes)).collect();
        assert_eq!(named, [(section, bytes)], "{input}");
    }
}

#[test]
fn a_rule_that_is_broken_again_and_again_is_told_some_times_and_counted() {
    let chunks = "1\nx\r\n".repeat(500);
    let seen = get(says(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"))).went_well();
    let folds = "A: b\r\n c\r\n".repeat(100);
    let folded = get(says(format!("HTTP/1.1 200 OK\r\n{folds}Content-Length: 0\r\n\r\n"))).went_well();
    for (seen, times) in [(seen, 500), (folded, 100)] {
        let told = broken_rules(&seen);
        assert_eq!(told.len(), 17);
        assert!(told[16].rule.ends_with(&format!(", {times} times in all")), "{:?}", told[16]);
    }
}

#[test]
fn a_request_is_written_as_the_user_spelled_it() {
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, head| {
        stream.write_all(&answer("", b"x")).unwrap();
        tell.send(head).unwrap();
    });
    let fields = [("X-B", "1"), ("HOST", "else.test"), ("x-a", ""), ("X-b", "2"), ("user-AGENT", "me")];
    let spec = HttpSpec {
        headers: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        without_defaults: vec!["Accept".into()],
        compressed: false,
        ..HttpSpec::get(format!("http://{address}/a'b?c=%27"))
    };
    run(spec).went_well();
    let expected = "GET /a'b?c=%27 HTTP/1.1\r\nX-B: 1\r\nHOST: else.test\r\nx-a:\r\nX-b: 2\r\nuser-AGENT: me\r\n\r\n";
    assert_eq!(told.recv().unwrap(), expected);
}

/// A request with a body of this many bytes.
fn post(url: String, bytes: usize, fields: &[(&str, &str)]) -> HttpSpec {
    HttpSpec {
        method: "POST".into(),
        body: BodySpec::Bytes(Bytes::from(vec![b'u'; bytes])),
        headers: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..HttpSpec::get(url)
    }
}

#[test]
fn an_answer_that_comes_before_the_request_is_out_is_never_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let runs = 20;
    std::thread::spawn(move || {
        for _ in 0..runs {
            let (mut stream, _) = listener.accept().unwrap();
            read_head(&mut stream);
            stream.write_all(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\ntoo much").unwrap();
            // Closing with unread bytes is a RST.
        }
    });
    for _ in 0..runs {
        let seen = run(post(format!("http://{address}/"), 20 << 20, &[])).went_well();
        assert_eq!((seen.responses()[0].status, seen.received.as_slice()), (413, &b"too much"[..]));
        let warning = seen.warnings().into_iter().any(|warning| warning.message.contains("body"));
        assert!(warning, "{:?}", seen.news);
    }
}

#[test]
fn a_body_waits_for_100_continue_and_is_not_sent_after_another_answer() {
    let expect = [("Expect", "100-continue")];
    let address = peer(|mut stream, _| {
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let early = stream.read(&mut [0]).map_err(|error| error.kind());
        assert!(matches!(early, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{early:?}");
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        stream.write_all(&answer("", b"thanks")).unwrap();
    });
    let seen = run(post(format!("http://{address}/"), 5, &expect)).went_well();
    assert_eq!((seen.received.as_slice(), seen.sent.as_slice()), (&b"thanks"[..], &b"uuuuu"[..]));
    let address = peer(|mut stream, _| {
        stream.write_all(&answer("", b"no")).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"");
    });
    let seen = run(post(format!("http://{address}/"), 5, &expect)).went_well();
    assert_eq!((seen.received.as_slice(), seen.sent.as_slice()), (&b"no"[..], &b""[..]));
}

#[test]
fn a_body_goes_in_chunks_if_the_user_says_so() {
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, head| {
        let mut body = vec![0; "5\r\nuuuuu\r\n0\r\n\r\n".len()];
        stream.read_exact(&mut body).unwrap();
        stream.write_all(&answer("", b"x")).unwrap();
        tell.send((head, body)).unwrap();
    });
    let seen = run(post(format!("http://{address}/"), 5, &[("Transfer-Encoding", "chunked")])).went_well();
    let (head, body) = told.recv().unwrap();
    assert!(head.contains("\r\nTransfer-Encoding: chunked\r\n") && !head.contains("Content-Length"), "{head}");
    assert_eq!(String::from_utf8_lossy(&body), "5\r\nuuuuu\r\n0\r\n\r\n");
    assert_eq!(seen.totals.sent.bytes, 5);
}

/// Resets the connection instead of finishing it.
fn reset(stream: std::net::TcpStream) {
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}

#[test]
fn a_reset_that_a_write_met_first_is_no_end_of_the_response() {
    for length in [1_000, 300_000] {
        for _ in 0..10 {
            let address = peer(move |mut stream, _| {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nxxx");
                stream.write_all(head.as_bytes()).unwrap();
                reset(stream);
            });
            let seen = run(post(format!("http://{address}/"), 20 << 20, &[]));
            seen.failed(Class::Reset, &format!("of {length} body bytes"));
        }
    }
}

#[test]
fn what_was_sent_is_counted_as_the_calls_took_it_also_where_it_is_cut() {
    let (go, wait) = std::sync::mpsc::channel();
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, head| {
        wait.recv().unwrap();
        let mut body = Vec::new();
        // A RST may end it: what came before it counts.
        drop(stream.read_to_end(&mut body));
        tell.send((head.len() as u64, body.len() as u64)).unwrap();
    });
    let spec =
        HttpSpec { timeout: Some(Duration::from_millis(300)), ..post(format!("http://{address}/"), 20 << 20, &[]) };
    let seen = run(spec);
    seen.failed(Class::CutShort, "longer than");
    go.send(()).unwrap();
    let (head, body) = told.recv().unwrap();
    assert_eq!((seen.totals.sent.bytes, seen.gauge.connection_sent), (body, Some(head + body)));
}

#[test]
fn an_early_answer_that_is_no_error_does_not_stop_the_upload() {
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbig").unwrap();
        let mut body = vec![0; 20 << 20];
        stream.read_exact(&mut body).unwrap();
        tell.send(()).unwrap();
    });
    let seen = run(post(format!("http://{address}/"), 20 << 20, &[])).went_well();
    told.recv().unwrap();
    assert_eq!((seen.received.as_slice(), seen.totals.sent.bytes), (&b"big"[..], 20 << 20));
}

#[test]
fn what_decides_is_found_behind_tens_of_thousands_of_fields() {
    let many = "Fn: x\r\n".repeat(30_000);
    let end = says(answer("", b"there"));
    let url = says(format!("HTTP/1.1 302 Found\r\n{many}Location: {end}\r\nContent-Length: 0\r\n\r\n"));
    let seen = run(HttpSpec { redirects: 1, ..HttpSpec::get(url) }).went_well();
    assert_eq!(seen.received, b"there");
}

#[test]
fn a_body_that_was_never_coded_is_kept_as_it_came() {
    let body = b"{\"error\":\"quota exceeded\"} ";
    let seen = get(says(answer("Content-Encoding: gzip\r\n", body)));
    seen.failed(Class::Protocol, "gzip");
    assert_eq!(seen.received, body);
    let seen = get(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")).went_well();
    assert_eq!((seen.received.as_slice(), seen.warnings().len()), (&b"ok"[..], 1));
}
