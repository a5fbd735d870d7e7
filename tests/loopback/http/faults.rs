//! What goes wrong, and what it is called.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use sockeye::sessions::news::HttpNews;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::{CloseReason, News, Verb};
use sockeye::wire::{Class, FailureReason};

use super::exchange::{Running, get, lab, peer, run, says};

#[test]
fn a_body_that_ends_early_is_a_broken_promise() {
    let seen = get(format!("{}/short", lab()));
    seen.failed(Class::Protocol, "after 100 of 1000 body bytes");
    assert_eq!((seen.received.len(), seen.how), (100, Some(CloseReason::Error)));
}

#[test]
fn a_bad_chunk_is_the_peers_fault() {
    let seen = get(format!("{}/bad-chunk", lab()));
    seen.failed(Class::Protocol, "chunk size");
    assert_eq!((seen.received.as_slice(), seen.gauge.body_bytes), (&b"first\n"[..], 6));
    let told = seen.news.iter().any(
        |news| matches!(news, News::Http(HttpNews::BrokenRule(broken)) if broken.rule.contains("this is no size")),
    );
    assert!(told, "{:?}", seen.news);
}

#[test]
fn a_reset_in_the_body_is_no_clean_end() {
    let seen = get(format!("{}/reset", lab()));
    let failure = seen.failed(Class::Reset, "after 1000 of 1000000 body bytes");
    assert_eq!(failure.os_code, Some(libc::ECONNRESET));
    assert_eq!(seen.how, Some(CloseReason::Rst));
    if let Some(bytes) = seen.gauge.connection_received {
        assert!(bytes > 1000);
    }
}

#[test]
fn a_head_without_an_end_is_not_read_for_ever() {
    let address = peer(|mut stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nx-endless: ").unwrap();
        while stream.write_all(&[b'x'; 8192]).is_ok() {}
    });
    get(format!("http://{address}/")).failed(Class::Protocol, "a head of more than 1 MiB");
    let address = peer(|mut stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").unwrap();
        while stream.write_all(&b"x: y\r\n".repeat(500)).is_ok() {}
    });
    get(format!("http://{address}/")).failed(Class::Protocol, "a head of more than 1 MiB");
}

/// Starts an answer, then repeats this until the client is gone.
fn endless(start: &'static str, forever: &'static [u8]) -> String {
    let address = peer(move |mut stream, _| {
        stream.write_all(start.as_bytes()).unwrap();
        let block = forever.repeat(8192 / forever.len());
        while stream.write_all(&block).is_ok() {}
    });
    format!("http://{address}/")
}

#[test]
fn interim_answers_without_end_end_at_a_named_bound() {
    get(endless("", b"HTTP/1.1 102 Processing\r\n\r\n")).failed(Class::Protocol, "1,000 interim responses");
    get(endless("", b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n")).failed(Class::Protocol, "1,000 interim");
    let thousand = [b"HTTP/1.1 102 Processing\r\n\r\n".repeat(1_000), b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()];
    assert_eq!(get(says(thousand.concat())).went_well().responses()[0].status, 204);
}

#[test]
fn a_chunk_size_line_without_end_ends_at_a_named_bound() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    for forever in [&b"0"[..], b" \t", b" "] {
        let start: &'static str = format!("{head}0").leak();
        let seen = get(endless(start, forever));
        let failure = seen.failed(Class::Protocol, "a chunk line of more than 64 KiB");
        assert!(failure.message.ends_with(", after 5 body bytes"), "{failure}");
        assert_eq!(seen.received, b"first");
    }
    let start: &'static str = format!("{head}0;x=").leak();
    get(endless(start, b"y")).failed(Class::Protocol, "a chunk line of more than 64 KiB");
    let start: &'static str = format!("{head}0\r\nx: ").leak();
    get(endless(start, b"y")).failed(Class::Protocol, "a trailer section of more than 256 KiB");
}

#[test]
fn what_is_no_http_is_said_to_be_none() {
    get(says("SSH-2.0-OpenSSH_9.9\r\n\r\n")).failed(Class::Protocol, "no HTTP");
    get(says("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n")).failed(Class::Protocol, "");
    let seen = get(says(""));
    let failure = seen.failed(Class::Protocol, "closed the connection without a response");
    assert_eq!(failure.reason, Some(FailureReason::ClosedWithoutResponse));
    get(says("HTTP/1.1 200 OK\r\nx-")).failed(Class::Protocol, "closed the connection before");
}

#[test]
fn nobody_listening_is_refused() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let seen = get(format!("http://{free}/"));
    assert_eq!(seen.failed(Class::Refused, "refused").os_code, Some(libc::ECONNREFUSED));
}

#[test]
fn a_name_without_an_address_fails_to_resolve() {
    let seen = get("http://no-such-name.invalid/");
    assert_eq!(seen.failed(Class::Resolve, "").peer, "no-such-name.invalid");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_sent() {
    let with = |name: &str, value: &str| HttpSpec {
        headers: vec![(name.into(), value.into())],
        ..HttpSpec::get("http://127.0.0.1:9/")
    };
    run(with("x-a", "1\r\nx-b: 2")).failed(Class::Usage, "header \"x-a\": its value holds a line break");
    run(with("x a", "1")).failed(Class::Usage, "header \"x a\"");
    get("gopher://h/").failed(Class::Usage, "gopher");
    get("http://").failed(Class::Usage, "no host");
    let spec = HttpSpec { method: "GET /".into(), ..HttpSpec::get("http://127.0.0.1:9/") };
    run(spec).failed(Class::Usage, "method");
    let spec = HttpSpec { proxy: Some("what".into()), ..HttpSpec::get("http://127.0.0.1:9/") };
    run(spec).failed(Class::Usage, "proxy");
}

#[test]
fn no_message_quotes_a_hostile_character_of_a_request_or_of_a_peer() {
    // C0, DEL, C1, bidi, zero-width, and what stands for invalid UTF-8 is no hostile character.
    let hostile = "\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\u{fffd}";
    let base = || HttpSpec::get("http://127.0.0.1:9/");
    let location =
        "HTTP/1.1 302 Found\r\nlocation: http://[\u{9b}\u{202e}\u{200b}/\r\ncontent-length: 0\r\n\r\n".to_owned();
    let refused = [
        HttpSpec { method: hostile.into(), ..base() },
        HttpSpec { headers: vec![(hostile.into(), "1".into())], ..base() },
        HttpSpec { headers: vec![("x".into(), hostile.into())], ..base() },
        HttpSpec { proxy: Some(hostile.into()), ..base() },
        HttpSpec { resolve: vec![(hostile.into(), "127.0.0.1:9".parse().unwrap())], ..base() },
        HttpSpec { redirects: 3, ..HttpSpec::get(says(location)) },
    ];
    for spec in refused {
        let seen = run(spec);
        let failure = seen.failure().unwrap();
        let message = &failure.message;
        assert!(!message.contains(sockeye::text::sanitize::is_hostile), "{message:?}");
    }
}

#[test]
fn a_limit_on_the_whole_exchange_holds() {
    let timeout = Some(Duration::from_millis(200));
    let seen = run(HttpSpec { timeout, ..HttpSpec::get(format!("{}/endless", lab())) });
    seen.failed(Class::CutShort, "the whole exchange took longer than 200 ms");
}

#[test]
fn a_silent_peer_can_be_cancelled() {
    let address = peer(|stream, _| {
        drop(std::io::Read::read(&mut &stream, &mut [0; 10]));
    });
    let mut running = Running::start(HttpSpec::get(format!("http://{address}/")));
    running.until(|seen| !seen.requests().is_empty());
    running.order(Verb::Close);
    assert_eq!(running.end().how, Some(CloseReason::Local));
}

#[cfg(target_os = "linux")]
#[test]
fn an_ordered_reset_is_a_reset_for_the_peer() {
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome").unwrap();
        tell.send(std::io::Read::read(&mut stream, &mut [0; 10]).map_err(|error| error.kind())).unwrap();
    });
    let mut running = Running::start(HttpSpec::get(format!("http://{address}/")));
    running.until(|seen| seen.received == b"some");
    running.order(Verb::Reset);
    assert_eq!(running.end().how, Some(CloseReason::Rst));
    assert_eq!(told.recv().unwrap(), Err(std::io::ErrorKind::ConnectionReset));
}

#[test]
fn a_socks_proxy_that_says_no_is_the_peers_fault() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        drop(std::io::Read::read(&mut stream, &mut [0; 64]));
        stream.write_all(&[5, 0xff]).unwrap();
        drop(std::io::Read::read(&mut stream, &mut [0; 64]));
    });
    let spec = HttpSpec { proxy: Some(format!("socks5h://{proxy}")), ..HttpSpec::get("http://far.example/") };
    let seen = run(spec);
    assert_eq!(seen.failed(Class::Protocol, "").operation.name(), "connect");
}

#[test]
fn an_error_status_is_a_failure_only_where_it_was_asked_to_be() {
    let url = format!("{}/status/404", lab());
    let seen = get(url.clone()).went_well();
    assert_eq!(seen.responses()[0].status, 404);
    let seen = run(HttpSpec { fail_on_status: true, ..HttpSpec::get(url) });
    seen.failed(Class::HttpStatus, "404 Not Found");
    assert_eq!(seen.received, b"404 Not Found\n");
}

#[test]
fn a_redirect_that_leads_nowhere_is_the_peers_fault() {
    let url = says("HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n");
    run(HttpSpec { redirects: 3, ..HttpSpec::get(url) }).failed(Class::Protocol, "only http and https");
}
