//! What goes well: heads, bodies, redirects, counts.

use std::io::Write;

use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::{CloseReason, News, Verb};
use sockeye::wire::Class;

use super::exchange::{Running, answer, get, lab, peer, run, says};
use sockeye::sessions::news::{DialNews, HttpNews};

#[test]
fn a_get_shows_request_head_body_and_counts() {
    let seen = get(format!("{}/text", lab())).went_well();
    let text = b"This is text.\nIt has three lines.\nThis is the last one.\n";
    assert_eq!(seen.received, text);
    let request = seen.requests()[0];
    assert_eq!(request.method, "GET");
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Host", "User-Agent", "Accept", "Accept-Encoding"]);
    let response = seen.responses()[0];
    assert_eq!((response.status, response.version.as_str(), response.reason.as_str()), (200, "HTTP/1.1", "OK"));
    assert_eq!(seen.totals.received.bytes, text.len() as u64);
    assert_eq!(seen.gauge.body_bytes, text.len() as u64);
    assert_eq!(seen.gauge.wire_body_bytes, text.len() as u64);
    assert_eq!(seen.gauge.expected_bytes, Some(text.len() as u64));
    let connected = seen
        .news
        .iter()
        .any(|news| matches!(news, News::Dial(DialNews::Connected { peer, .. }) if Some(*peer) == response.peer));
    assert!(connected, "{:?}", seen.news);
}

#[test]
fn the_request_that_is_shown_is_the_request_that_was_sent() {
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, head| {
        stream.write_all(&answer("", b"x")).unwrap();
        tell.send(head).unwrap();
    });
    let spec = HttpSpec {
        headers: vec![("X-One".into(), "1".into()), ("Accept".into(), "a/b".into()), ("x-one".into(), "2".into())],
        user: Some("me:secret".into()),
        ..HttpSpec::get(format!("http://{address}/a?b=c#d"))
    };
    let seen = run(spec).went_well();
    let head = told.recv().unwrap();
    let mut lines = head.trim_end().split("\r\n");
    assert_eq!(lines.next(), Some("GET /a?b=c HTTP/1.1"));
    let shown: Vec<String> = seen.requests()[0]
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
        .collect();
    assert_eq!(lines.collect::<Vec<_>>(), shown);
}

#[cfg(target_os = "linux")]
#[test]
fn the_connections_bytes_are_the_kernels_and_exact() {
    let answered = answer("x-fields-count: too\r\n", &[b'x'; 5000]);
    let expected = answered.len() as u64;
    let (tell, told) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, head| {
        stream.write_all(&answered).unwrap();
        drop(stream);
        tell.send(head.len() as u64).unwrap();
    });
    let seen = get(format!("http://{address}/")).went_well();
    assert_eq!(seen.gauge.connection_received, Some(expected));
    assert_eq!(seen.gauge.connection_sent, Some(told.recv().unwrap()));
}

#[test]
fn chunks_arrive_whole_and_without_their_framing() {
    let seen = get(format!("{}/chunked", lab())).went_well();
    assert_eq!((seen.received.len(), seen.totals.received.bytes), (2222, 2222));
    assert_eq!((seen.gauge.wire_body_bytes, seen.gauge.expected_bytes), (2222, None));
    if let Some(bytes) = seen.gauge.connection_received {
        assert!(bytes > 2222);
    }
}

#[test]
fn totals_of_64_mib_are_exact_to_the_byte() {
    let seen = get(format!("{}/large", lab())).went_well();
    let large = 64 << 20;
    assert_eq!(seen.totals.received.bytes, large);
    assert_eq!((seen.gauge.body_bytes, seen.gauge.wire_body_bytes), (large, large));
    assert_eq!(seen.received.len() as u64 + seen.not_kept, large);
    if let Some(bytes) = seen.gauge.connection_received {
        assert!(bytes > large && bytes < large + 1000, "{bytes}");
    }
}

#[test]
fn a_pipe_gets_every_byte() {
    let size: u64 = 100 << 20;
    let spec = HttpSpec::get(format!("{}/bytes/{size}", lab()));
    let seen = Running::start_with(spec, sockeye::net::OverflowPolicy::Wait).end().went_well();
    assert_eq!((seen.received.len() as u64, seen.not_kept), (size, 0));
}

#[test]
fn every_hop_of_a_redirect_is_shown() {
    let base = lab();
    let seen = run(HttpSpec { redirects: 10, ..HttpSpec::get(format!("{base}/redirect")) }).went_well();
    let asked: Vec<&str> = seen.requests().iter().map(|head| head.url.as_str()).collect();
    assert_eq!(asked, [format!("{base}/redirect"), format!("{base}/redirect/2"), format!("{base}/text")]);
    let statuses: Vec<u16> = seen.responses().iter().map(|head| head.status).collect();
    assert_eq!(statuses, [302, 302, 200]);
    let led: Vec<&News> =
        seen.news.iter().filter(|news| matches!(news, News::Http(HttpNews::Redirect { .. }))).collect();
    assert_eq!(*led[1], News::Http(HttpNews::Redirect { status: 302, location: format!("{base}/text") }));
    assert!(seen.received.starts_with(b"This is text."));
}

#[test]
fn without_redirects_the_redirect_itself_is_the_answer() {
    let seen = get(format!("{}/redirect", lab())).went_well();
    assert_eq!(seen.responses()[0].status, 302);
    assert_eq!(seen.received, b"over there\n");
}

#[test]
fn one_redirect_more_than_allowed_is_a_failure() {
    let spec = HttpSpec { redirects: 1, ..HttpSpec::get(format!("{}/redirect", lab())) };
    let seen = run(spec);
    seen.failed(Class::Protocol, "redirect limit reached (1)");
    assert_eq!(seen.how, Some(CloseReason::Error));
}

#[test]
fn authorization_does_not_follow_to_another_origin_and_that_is_said() {
    let (tell, told) = std::sync::mpsc::channel();
    let other = peer(move |mut stream, head| {
        stream.write_all(&answer("", b"")).unwrap();
        tell.send(head).unwrap();
    });
    let first = says(format!("HTTP/1.1 302 Found\r\nlocation: http://{other}/\r\ncontent-length: 0\r\n\r\n"));
    let seen = run(HttpSpec { redirects: 3, user: Some("me:secret".into()), ..HttpSpec::get(first) }).went_well();
    assert!(!told.recv().unwrap().contains("authorization"));
    assert!(seen.warnings()[0].message.contains("`authorization` is not sent"));
}

#[test]
fn an_endless_body_can_be_cancelled() {
    for verb in [Verb::Close, Verb::Reset] {
        let mut running = Running::start(HttpSpec::get(format!("{}/endless", lab())));
        running.until(|seen| seen.received.len() > 100_000);
        let wanted = verb.clone();
        running.order(verb);
        let seen = running.end();
        assert_eq!(seen.failure(), None);
        match wanted {
            Verb::Reset if cfg!(target_os = "linux") => assert_eq!(seen.how, Some(CloseReason::Rst)),
            _ => assert_eq!(seen.how, Some(CloseReason::Local)),
        }
        assert_eq!(seen.received.len() as u64 + seen.not_kept, seen.totals.received.bytes);
    }
}

#[test]
fn pausing_stops_the_peer_and_continuing_loses_nothing() {
    let size: u64 = 48 << 20;
    let mut running = Running::start(HttpSpec::get(format!("{}/bytes/{size}", lab())));
    running.order(Verb::PauseReading);
    running.until(|seen| seen.news.contains(&News::ReadingPaused));
    running.until(|seen| !seen.responses().is_empty());
    assert!(running.seen.totals.received.bytes < size, "{:?}", running.seen.totals);
    running.order(Verb::ContinueReading);
    running.order(Verb::Send(b"what for".as_slice().into()));
    let seen = running.end().went_well();
    assert_eq!(seen.totals.received.bytes, size);
    assert!(seen.news.contains(&News::ReadingContinued));
    assert!(seen.warnings()[0].message.contains("only its own body"));
}

#[test]
fn a_head_request_promises_no_body() {
    let spec = HttpSpec { method: "HEAD".into(), ..HttpSpec::get(format!("{}/gzip", lab())) };
    let seen = run(spec).went_well();
    assert_eq!((seen.received.len(), seen.gauge.expected_bytes), (0, None));
    assert!(seen.responses()[0].headers.iter().any(|(name, _)| name == "content-length"));
}

#[test]
fn a_name_is_resolved_in_view_and_by_the_users_own_address_where_there_is_one() {
    let base = lab();
    let address: std::net::SocketAddr = base.trim_start_matches("http://").parse().unwrap();
    let name = format!("made-up.example:{}", address.port());
    let spec = HttpSpec { resolve: vec![(name.clone(), address)], ..HttpSpec::get(format!("http://{name}/text")) };
    let seen = run(spec).went_well();
    assert!(
        seen.news
            .iter()
            .any(|news| matches!(news, News::Dial(DialNews::Resolving { host }) if host == "made-up.example"))
    );
    let resolved =
        |news: &News| matches!(news, News::Dial(DialNews::Resolved { addresses, .. }) if *addresses == [address.ip()]);
    assert!(seen.news.iter().any(resolved), "{:?}", seen.news);
    assert!(seen.news.contains(&News::Dial(DialNews::Connecting { peer: address, attempt: 1, begun: true })));
}

#[test]
fn a_proxy_is_asked_for_the_whole_url_and_only_when_the_user_says_so() {
    let (tell, told) = std::sync::mpsc::channel();
    let proxy = peer(move |mut stream, head| {
        stream.write_all(&answer("", b"by proxy")).unwrap();
        tell.send(head).unwrap();
    });
    let spec = HttpSpec { proxy: Some(format!("http://{proxy}")), ..HttpSpec::get("http://far.example/x") };
    let seen = run(spec).went_well();
    assert_eq!(seen.received, b"by proxy");
    assert!(told.recv().unwrap().starts_with("GET http://far.example/x HTTP/1.1\r\n"));
    assert!(seen.news.contains(&News::Dial(DialNews::Connecting { peer: proxy, attempt: 1, begun: true })));
}
