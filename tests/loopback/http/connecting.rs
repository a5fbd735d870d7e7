//! How an exchange comes to its connection, and what comes beside the answer.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use sockeye::sessions::News;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::spec::{IpFamily, RetryPolicy, SocketSpec};
use sockeye::wire::Class;

use super::exchange::{answer, get, lab, peer, run, says};
use sockeye::sessions::news::{DialNews, HttpNews};

#[test]
fn every_address_that_is_tried_is_told_and_the_one_that_answers_wins() {
    let base = lab();
    let address: std::net::SocketAddr = base.trim_start_matches("http://").parse().unwrap();
    let name = format!("two.example:{}", address.port());
    let other = std::net::SocketAddr::new("127.0.0.77".parse().unwrap(), address.port());
    let spec = HttpSpec {
        resolve: vec![(name.clone(), other), (name.clone(), address)],
        ..HttpSpec::get(format!("http://{name}/text"))
    };
    let seen = run(spec).went_well();
    for peer in [other, address] {
        assert!(
            seen.news.contains(&News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true })),
            "{peer}: {:?}",
            seen.news
        );
    }
    let refused = |news: &News| {
        matches!(news, News::Dial(DialNews::AttemptFailed { failure, .. })
            if failure.class == Class::Refused && failure.peer == other.to_string())
    };
    assert!(seen.news.iter().any(refused), "{:?}", seen.news);
}

#[test]
fn every_retry_is_told_and_the_last_failure_is_the_end() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let retry = RetryPolicy { times: 2, first: Duration::from_millis(5), max: Duration::from_millis(10) };
    let seen = run(HttpSpec {
        socket: SocketSpec { retry, ..SocketSpec::default() },
        ..HttpSpec::get(format!("http://{free}/"))
    });
    seen.failed(Class::Refused, "refused");
    let attempts: Vec<u32> = seen
        .news
        .iter()
        .filter_map(|news| {
            if let News::Dial(DialNews::Retrying { attempt, of: 3, .. }) = news { Some(*attempt) } else { None }
        })
        .collect();
    assert_eq!(attempts, [2, 3]);
    assert!(
        seen.news.contains(&News::Dial(DialNews::Connecting { peer: free, attempt: 3, begun: true })),
        "{:?}",
        seen.news
    );
    assert!(seen.requests().is_empty(), "nothing was asked without a connection");
}

#[test]
fn an_answer_that_is_bad_is_not_asked_for_again() {
    let retry = RetryPolicy { times: 2, first: Duration::from_millis(5), max: Duration::from_millis(10) };
    let seen = run(HttpSpec {
        socket: SocketSpec { retry, ..SocketSpec::default() },
        ..HttpSpec::get(says("no HTTP at all\r\n\r\n"))
    });
    seen.failed(Class::Protocol, "no HTTP");
    assert!(!seen.news.iter().any(|news| matches!(news, News::Dial(DialNews::Retrying { .. }))));
}

#[test]
fn a_family_without_an_address_is_told_and_a_local_address_is_used() {
    let base = lab();
    let seen = run(HttpSpec {
        socket: SocketSpec { family: IpFamily::V6, ..SocketSpec::default() },
        ..HttpSpec::get(base.clone())
    });
    seen.failed(Class::Resolve, "IPv6");
    let bind = Some("127.0.0.9:0".parse().unwrap());
    let seen =
        run(HttpSpec { socket: SocketSpec { bind, ..SocketSpec::default() }, ..HttpSpec::get(format!("{base}/text")) })
            .went_well();
    let from = |news: &News| matches!(news, News::Dial(DialNews::Connected { local, .. }) if local.ip().to_string() == "127.0.0.9");
    assert!(seen.news.iter().any(from), "{:?}", seen.news);
}

#[test]
fn a_tls_handshake_that_nobody_answers_is_over_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let connect_timeout = Duration::from_millis(200);
    let spec = HttpSpec {
        insecure: true,
        socket: SocketSpec { connect_timeout, ..SocketSpec::default() },
        ..HttpSpec::get(format!("https://{address}/"))
    };
    run(spec).failed(Class::ConnectTimeout, "handshake did not finish within 200 ms");
}

#[test]
fn interim_answers_are_told_before_the_answer_and_no_more_than_a_number_of_them() {
    let address = peer(|mut stream, _| {
        stream.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n").unwrap();
        stream.write_all(&b"HTTP/1.1 102 Processing\r\n\r\n".repeat(100)).unwrap();
        stream.write_all(&answer("", b"x")).unwrap();
    });
    let seen = get(format!("http://{address}/")).went_well();
    let interim: Vec<u16> = seen
        .news
        .iter()
        .filter_map(|news| if let News::Http(HttpNews::Interim(head)) = news { Some(head.status) } else { None })
        .collect();
    assert_eq!(interim[0], 103);
    assert!(interim.len() <= 2 * sockeye::sessions::spec::http::MOST_INTERIM, "{}", interim.len());
    let place = |wanted: fn(&News) -> bool| seen.news.iter().position(wanted);
    assert!(
        place(|news| matches!(news, News::Http(HttpNews::Interim(_))))
            < place(|news| matches!(news, News::Http(HttpNews::Response(_))))
    );
}

#[test]
fn fields_after_the_body_are_told() {
    let body = "5\r\nhello\r\n0\r\nx-checksum: 42\r\n\r\n";
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-checksum\r\nconnection: close\r\n\r\n";
    let seen = get(says(format!("{head}{body}"))).went_well();
    assert_eq!(seen.received, b"hello");
    assert!(
        seen.news.contains(&News::Http(HttpNews::Trailers(vec![("x-checksum".into(), b"42".to_vec())]))),
        "{:?}",
        seen.news
    );
}

#[test]
fn a_long_body_that_ends_early_or_by_reset_says_how_far_it_came() {
    let body = vec![b'x'; 700_000];
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    let seen = get(says([head.as_slice(), &body].concat()));
    seen.failed(Class::Protocol, "after 700000 of 1000000 body bytes");
    assert_eq!(seen.received.len(), 700_000);
    let seen = get(says([head.as_slice(), &[b'y'; 1_500_000]].concat())).went_well();
    assert_eq!(seen.received.len(), 1_000_000, "what is beyond the promise is not the body's");
    assert_eq!(seen.gauge.body_bytes, 1_000_000);
}
