//! The connection under an exchange: its states, ladder, gauges and orders, as those of a TCP session.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::kinds::http_timing::TimedStep;
use sockeye::sessions::news::HttpNews;
use sockeye::sessions::order::SocketVerb;
use sockeye::sessions::spec::http::{BodySpec, HttpSpec};
use sockeye::sessions::tcp::history::TcpHistory;
use sockeye::sessions::tcp::ladder::RungLabel;
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::Direction;
use sockeye::wire::option::{OptionValue, SocketOption};
use sockeye::wire::tcp::state::TcpState;

use super::exchange::{peer, read_head, says};
use crate::live_net::DEADLINE;
use crate::watch::Watch;

fn open(watch: &mut Watch, spec: HttpSpec) -> SessionId {
    watch.open(Spec::new(SpecKind::Http(spec)))
}

fn history(watch: &Watch, id: SessionId) -> &TcpHistory {
    watch.session(id).tcp_history().unwrap()
}

/// The states that it went through.
fn states(watch: &Watch, id: SessionId) -> Vec<TcpState> {
    history(watch, id).track.steps().iter().map(|step| step.to).collect()
}

/// Payload bytes on the ladder in a direction.
fn bytes_on_ladder(watch: &Watch, id: SessionId, direction: Direction) -> u64 {
    let rungs = history(watch, id).ladder.rungs().filter(|rung| rung.direction == Some(direction));
    rungs
        .map(|rung| match rung.label {
            RungLabel::Data { bytes, .. } | RungLabel::Run { bytes, .. } => bytes,
            _ => 0,
        })
        .sum()
}

#[test]
fn a_peer_that_closes_first_is_seen_to_close_and_the_ladder_has_what_the_calls_moved() {
    let said = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    let address = peer(move |mut stream, _| {
        stream.write_all(said.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let mut watch = Watch::new();
    let id = open(&mut watch, HttpSpec::get(format!("http://{address}/")));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    let states = states(&watch, id);
    assert_eq!(states[..2], [TcpState::SynSent, TcpState::Established]);
    assert!(states[2..].iter().any(|state| matches!(state, TcpState::CloseWait | TcpState::FinWait1)), "{states:?}");
    assert_eq!(bytes_on_ladder(&watch, id, Direction::Received), said.len() as u64);
    let gauge = match &watch.session(id).kind {
        sockeye::sessions::kinds::SessionKind::Http(exchange) => exchange.gauge,
        other => panic!("{other:?}"),
    };
    assert_eq!(gauge.connection_received, Some(said.len() as u64));
    assert_eq!(gauge.connection_sent, Some(bytes_on_ladder(&watch, id, Direction::Sent)));
    // The bodies alone are the session's own bytes.
    assert_eq!(watch.received(id), 2);
    assert_eq!(watch.session(id).peer(), Some(address));
}

#[test]
fn an_exchange_that_is_cancelled_closes_its_connection_and_one_that_is_reset_resets_it() {
    for (verb, how, last) in
        [(Verb::Close, CloseReason::Local, TcpState::FinWait1), (Verb::Reset, CloseReason::Rst, TcpState::Closed)]
    {
        let (told, ended) = std::sync::mpsc::channel();
        let address = peer(move |mut stream, _| told.send(stream.read(&mut [0])).unwrap());
        let mut watch = Watch::new();
        let id = open(&mut watch, HttpSpec::get(format!("http://{address}/")));
        watch.until("asked", |watch| bytes_on_ladder(watch, id, Direction::Sent) > 0);
        watch.order(id, verb);
        assert_eq!(watch.until_closed(id), how);
        assert!(states(&watch, id).contains(&last), "{how:?}: {:?}", states(&watch, id));
        let ended = ended.recv_timeout(DEADLINE).unwrap();
        assert_eq!(ended.is_err(), how == CloseReason::Rst, "{ended:?}");
        let resets = history(&watch, id).ladder.rungs().filter(|rung| rung.label == RungLabel::Rst).count();
        assert_eq!(resets, usize::from(how == CloseReason::Rst));
    }
}

#[test]
fn a_reset_by_the_peer_is_on_the_ladder_also_where_the_exchange_went_well() {
    // The peer answers an upload early, and closes with bytes unread.
    let address = peer(|mut stream, _| {
        stream.write_all(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let mut watch = Watch::new();
    let body = BodySpec::Bytes(Bytes::from(vec![b'x'; 20 * 1024 * 1024]));
    let id = open(&mut watch, HttpSpec { method: "POST".into(), body, ..HttpSpec::get(format!("http://{address}/")) });
    watch.until_closed(id);
    let resets = history(&watch, id).ladder.rungs().filter(|rung| rung.label == RungLabel::Rst).count();
    assert_eq!((resets, states(&watch, id).last()), (1, Some(&TcpState::Closed)));
}

#[test]
fn a_redirect_to_another_host_has_both_connections_on_one_ladder() {
    let second = says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let first =
        says(format!("HTTP/1.1 302 Found\r\nLocation: {second}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    let mut watch = Watch::new();
    let id = open(&mut watch, HttpSpec { redirects: 5, ..HttpSpec::get(first) });
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    let states = states(&watch, id);
    assert_eq!(states.iter().filter(|state| **state == TcpState::Established).count(), 2, "{states:?}");
    let syns = history(&watch, id).ladder.rungs().filter(|rung| matches!(rung.label, RungLabel::Syn(_))).count();
    assert_eq!(syns, 2);
    assert_eq!(watch.session(id).ends().peer, Some(second[7..second.len() - 1].parse().unwrap()));
}

#[test]
fn the_phases_follow_each_other_without_a_gap_over_a_redirect() {
    let address = peer(|mut stream, _| {
        stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n").unwrap();
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
    });
    let mut watch = Watch::new();
    let resolve = vec![(format!("lab.test:{}", address.port()), address)];
    let url = format!("http://lab.test:{}/", address.port());
    let id = open(&mut watch, HttpSpec { redirects: 5, resolve, ..HttpSpec::get(url) });
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    let sockeye::sessions::kinds::SessionKind::Http(exchange) = &watch.session(id).kind else { panic!() };
    let rows = &exchange.timing.rows;
    let named: Vec<_> = rows
        .iter()
        .map(|row| match row.step {
            TimedStep::Phase(phase) => (row.hop, phase.name()),
            TimedStep::RetryWait => panic!("{rows:?}"),
        })
        .collect();
    let first = [(0, "dns"), (0, "connect"), (0, "send"), (0, "wait"), (0, "receive")];
    assert_eq!(named, [&first[..], &[(1, "send"), (1, "wait"), (1, "receive")]].concat());
    for (before, after) in rows.iter().zip(&rows[1..]) {
        assert!(before.end.is_some_and(|end| end <= after.began), "{rows:?}");
    }
    let told = watch.news_of(id).filter(|news| matches!(news, News::Http(HttpNews::Phase { .. }))).count();
    assert_eq!(told, rows.len());
}

#[test]
fn an_open_exchange_takes_orders_about_its_connection() {
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let address = peer(move |mut stream, _| {
        // Waits until the test is done.
        gone.recv_timeout(DEADLINE).unwrap_or_default();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    });
    let mut watch = Watch::new();
    let id = open(&mut watch, HttpSpec::get(format!("http://{address}/")));
    watch.until("asked", |watch| bytes_on_ladder(watch, id, Direction::Sent) > 0);
    watch.order(id, Verb::Socket(SocketVerb::SetOption(SocketOption::KeepAlive, OptionValue::Switch(true))));
    watch.until_kernel(id, "keepalive timer", |view| view.timer.is_some() || cfg!(not(target_os = "linux")));
    watch.order(id, Verb::Socket(SocketVerb::SampleEvery(Some(Duration::from_millis(20)))));
    watch.until("sampled", |watch| !history(watch, id).gauges.is_empty());
    watch.order(id, Verb::Socket(SocketVerb::ReadOptions));
    watch.until_news(id, "options", |news| matches!(news, News::Option(_)));
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
}

#[test]
fn an_upload_that_fills_the_queue_is_sent_to_the_end_although_its_writes_are_timestamped() {
    // The runtime takes each timestamp for an error of the socket.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = read_head(&mut stream);
        let mut body = vec![0; 4 * 1024 * 1024];
        for piece in body.chunks_mut(64 * 1024) {
            stream.read_exact(piece).unwrap();
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        (head.len() as u64, body.len() as u64)
    });
    let mut watch = Watch::new();
    let body = BodySpec::Bytes(Bytes::from(vec![b'x'; 4 * 1024 * 1024]));
    let id = open(&mut watch, HttpSpec { method: "PUT".into(), body, ..HttpSpec::get(format!("http://{address}/")) });
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    let (head, body) = reader.join().unwrap();
    assert_eq!(bytes_on_ladder(&watch, id, Direction::Sent), head + body);
    #[cfg(target_os = "linux")]
    assert!(
        watch
            .news_of(id)
            .any(|news| matches!(news, News::Tcp(sockeye::sessions::news::TcpNews::Stamps { acked: Some(_), .. })))
    );
}
