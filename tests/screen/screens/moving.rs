//! What is under way: a body or a file that is being sent, an attempt to connect.

use std::time::Duration;

use sockeye::sessions::news::{DialNews, HttpNews};
use sockeye::sessions::send_progress::SendProgress;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::spec::{HostPort, UdpSpec};
use sockeye::sessions::{Block, News, Record, SessionId, SpecKind};
use sockeye::wire::Direction;
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::kernel::tcp_info::TcpInfo;
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::tcp::state::TcpState;

use crate::bench::{Bench, address, tcp_to};
use crate::drawn::{drawn, lines};

/// The rows of the screen as text.
pub(crate) fn shown(bench: &mut Bench) -> String {
    let (_, seen) = drawn(&bench.model);
    bench.model.seen = seen;
    let (buffer, _) = drawn(&bench.model);
    lines(&buffer, |cell| cell.symbol().to_owned())
}

/// A POST of 40,000 bytes, of which so many were sent.
fn post(columns: u16, rows: u16, sent: usize) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let url = "http://127.0.0.1:7001/up".to_owned();
    let spec = HttpSpec { method: "POST".into(), ..HttpSpec::get(&url) };
    let id = bench.open(0, SpecKind::Http(spec));
    let head = RequestHead { method: "POST".into(), url, headers: Vec::new(), body_bytes: Some(40_000) };
    bench.news(id, 100, News::Http(HttpNews::Request(head)));
    sends(&mut bench, id, sent, Some(40_000));
    bench
}

fn sends(bench: &mut Bench, id: SessionId, sent: usize, total_bytes: Option<u64>) {
    let began = bench.at(200);
    for (micros, part) in [(1_000, sent / 2), (1_001_000, sent - sent / 2)] {
        let block = Block::single_piece(Direction::Sent, bench.at(micros), vec![b'x'; part].into());
        let so_far = if micros < 1_001_000 { part } else { sent } as u64;
        bench.reading_with(id, micros, vec![Record::Block(block)], |reading| {
            reading.sending = Some(SendProgress { sent_bytes: so_far, total_bytes, began });
        });
    }
}

pub(crate) fn upload(columns: u16, rows: u16) -> Bench {
    post(columns, rows, 20_000)
}

#[test]
fn a_request_that_nobody_answers_says_for_how_long() {
    let mut bench = Bench::new(120, 20);
    let url = "http://127.0.0.1:7001/slow".to_owned();
    let id = bench.open(0, SpecKind::Http(HttpSpec::get(&url)));
    let head = RequestHead { method: "GET".into(), url, headers: Vec::new(), body_bytes: None };
    bench.news(id, 1_000_000, News::Http(HttpNews::Request(head)));
    assert!(!shown(&mut bench).contains("no response"), "most responses come at once");
    bench.wake(4_200_000);
    let text = shown(&mut bench);
    assert_eq!(text.matches("no response for 3.2 s").count(), 1, "above the view:\n{text}");
    assert!(text.contains("no response 3.2 s"), "in the list:\n{text}");
    let next = bench.model.wakes_at(bench.model.now).expect("the time passes on the screen");
    assert!(next <= bench.model.now + Duration::from_secs(1), "{:?}", next - bench.model.now);
    let head = ResponseHead {
        version: "HTTP/1.1".into(),
        status: 200,
        reason: "OK".into(),
        headers: Vec::new(),
        after: Duration::from_secs(4),
        peer: None,
    };
    bench.news(id, 5_000_000, News::Http(HttpNews::Response(head)));
    assert!(!shown(&mut bench).contains("no response"));
}

#[test]
fn a_request_with_a_body_waits_for_the_response_only_once_the_body_was_sent() {
    let text = shown(&mut post(120, 20, 20_000));
    assert!(text.contains("50 % · 20.0 kB of 40.0 kB · 20.0 kB/s · 1 s left"), "{text}");
    assert!(text.contains("▲ 50 % of 40 kB · 1 s"), "{text}");
    assert!(text.contains("sending the request's body") && !text.contains("waiting for the response"), "{text}");
    let text = shown(&mut post(120, 20, 40_000));
    assert!(text.contains("waiting for the response") && !text.contains("sending the request"), "{text}");
    assert!(!text.contains(" left"), "{text}");
}

#[test]
fn a_file_sent_as_datagrams_shows_how_far_it_is() {
    let mut bench = Bench::new(120, 24);
    let id = bench.open(0, SpecKind::Udp(UdpSpec::new(HostPort { host: "127.0.0.1".into(), port: 7 })));
    let (local, peer, took) = (address("127.0.0.1:40000"), address("127.0.0.1:7"), Duration::from_micros(90));
    bench.news(id, 100, News::Dial(DialNews::Connected { local, peer, took, attempt: 1 }));
    sends(&mut bench, id, 20_000, Some(40_000));
    let text = shown(&mut bench);
    assert!(text.contains("50 % · 20.0 kB of 40.0 kB · 20.0 kB/s · 1 s left"), "{text}");
    assert!(text.contains("▲ 50 % of 40 kB · 1 s"), "{text}");
}

#[test]
fn a_file_of_unknown_length_has_no_percentage_and_no_end() {
    let mut bench = Bench::new(120, 24);
    let id = bench.connected(0, "127.0.0.1:7001");
    sends(&mut bench, id, 3_000, None);
    let text = shown(&mut bench);
    assert!(text.contains("sending · 3.0 kB so far"), "{text}");
    assert!(!text.contains('%') && !text.contains("left"), "{text}");
}

/// Nobody answers our SYN, which the kernel has sent twice more.
pub(crate) fn connecting(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("127.0.0.1:7001"));
    bench.news(id, 100, News::Dial(DialNews::Connecting { peer: address("127.0.0.1:7001"), attempt: 1, begun: true }));
    for (micros, retransmits) in [(1_100_000, 1), (3_200_000, 2)] {
        let tcp = TcpInfo { state: Some(TcpState::SynSent), retransmits: Some(retransmits), ..TcpInfo::default() };
        let view = KernelView { state: tcp.state, tcp: Some(tcp), rtt: None::<Duration>, ..KernelView::default() };
        bench.reading_with(id, micros, Vec::new(), |reading| reading.kernel = Some(view.into()));
    }
    bench.wake(4_100_100);
    bench
}

#[test]
fn an_attempt_shows_that_it_lives_and_which_key_explains_it() {
    let mut bench = connecting(120, 24);
    let text = shown(&mut bench);
    assert!(text.contains("no answer for 4.1 s · SYN sent again 2 times (kernel) · w explains"), "{text}");
    assert!(bench.model.wakes_at(bench.model.now).is_some(), "the screen must count on");
    bench.keys("w");
    let text = shown(&mut bench);
    assert!(!text.contains("w explains") && text.contains("waiting for an answer to our SYN"), "{text}");
}

#[test]
fn the_form_says_what_a_pasted_line_does_besides_its_target() {
    for (line, part) in [
        ("printf q | nc 127.0.0.1 9", "then one thing is sent"),
        ("nc -z 127.0.0.1 9", "then our FIN"),
        ("nc -C 127.0.0.1 25", "lines end in CRLF"),
        ("nc -W 1 127.0.0.1 25", "until something came"),
        ("ncat -4 -l -m 3 9000", "at most 3 at once"),
        ("curl --unix-socket /s http://d/", "http://d/ by unix:/s"),
        ("curl http://[fe80::1%251]/", "at [fe80::1%1]:80"),
        ("curl -o f http://h/", "-o has no effect here"),
    ] {
        let mut bench = Bench::new(120, 30);
        bench.keys("n");
        bench.update(0, sockeye::model::msg::Msg::Paste(line.to_owned()));
        let text = shown(&mut bench);
        assert!(text.contains(part), "{line}:\n{text}");
    }
}

#[test]
fn with_several_addresses_among_the_peers_each_row_names_the_address() {
    use sockeye::sessions::news::ListenerNews;
    use sockeye::sessions::spec::{IpFamily, UdpBoundSpec};
    for columns in [80, 110, 170] {
        let mut bench = Bench::new(columns, 24);
        let local = address("127.0.0.1:5000");
        let id = bench.open(0, SpecKind::UdpBound(UdpBoundSpec::at(local)));
        bench.news(id, 100, News::Listener(ListenerNews::Listening { local, family: IpFamily::V4 }));
        bench.datagram(id, 1_000_000, Direction::Received, b"one", "127.0.0.1:5514", 3);
        let text = shown(&mut bench);
        assert!(text.contains(":5514"), "{text}");
        bench.datagram(id, 1_000_001, Direction::Received, b"two", "127.0.0.2:5514", 3);
        let text = shown(&mut bench);
        for peer in ["127.0.0.1", "127.0.0.2"] {
            let row = text.lines().find(|row| row.contains(peer) && row.contains('▼') && row.contains(" 1.00"));
            assert!(row.is_some(), "{peer} at {columns} columns:\n{text}");
        }
    }
}
