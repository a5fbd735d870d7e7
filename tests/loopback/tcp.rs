//! Real sockets on loopback, scripted peers, counts equal to the byte: connections that we dial.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use sockeye::net::OverflowPolicy;
use sockeye::sessions::news::{DialNews, TcpNews};
use sockeye::sessions::order::{ListenerVerb, StreamVerb};
use sockeye::sessions::spec::{HostPort, IpFamily, RetryPolicy, ScriptStep, TcpSpec};
use sockeye::sessions::{CloseReason, News, Retention, Spec, SpecKind, Verb};
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::{Class, Direction, FailureReason};

use crate::live_net::DEADLINE;
use crate::peers::{closed_port, count_to_end, outcome, peer, peer_on_cue, read_to_end, reset, stopped_peer};
use crate::specs::{tcp, tcp_to};
use crate::watch::Watch;

#[test]
fn every_byte_of_one_byte_writes_is_counted_both_ways() {
    let (address, echo) = peer(|mut stream| {
        let mut byte = [0];
        let mut count = 0;
        while stream.read(&mut byte).unwrap() == 1 {
            stream.write_all(&byte).unwrap();
            count += 1;
        }
        count
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    let text = b"netcat you can see";
    for (sent, byte) in text.iter().enumerate() {
        watch.send(id, vec![*byte]);
        watch.until("echoed", |watch| watch.received(id) == sent as u64 + 1);
    }
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(echo), text.len());
    let totals = watch.session(id).totals;
    assert_eq!((totals.sent.bytes, totals.sent.ops), (18, 18));
    assert_eq!((totals.received.bytes, totals.received.ops), (18, 18));
    assert_eq!(watch.bytes(id, Direction::Sent), text);
    assert_eq!(watch.bytes(id, Direction::Received), text);
}

#[test]
fn what_is_sent_before_the_connection_stands_is_sent_after_it() {
    let (address, listener) = peer(|stream| read_to_end(&stream));
    let mut watch = Watch::new();
    let mut spec = tcp(address);
    spec.script.steps = vec![ScriptStep::Send(Bytes::from_static(b"first, "))];
    let id = watch.open(spec);
    watch.send(id, "second");
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(listener), b"first, second");
    assert_eq!(watch.sent(id), 13);
}

#[test]
fn a_partial_write_counts_what_the_kernel_took() {
    let (go, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    let whole = 64 << 20;
    watch.send(id, vec![7_u8; whole]);
    // A send queue that the kernel reports as full is the condition; the exact number is the kernel's own.
    watch.until("some of it is written, and queued", |watch| {
        let kernel = &watch.session(id).kernel;
        watch.sent(id) > 0 && kernel.as_ref().is_some_and(|view| view.send_queue_bytes > Some(0))
    });
    assert!(watch.sent(id) < whole as u64);
    go.send(()).unwrap();
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(slow), whole as u64);
    assert_eq!(watch.sent(id), whole as u64);
    assert!(watch.session(id).totals.sent.ops > 1);
}

#[test]
fn a_reset_in_the_middle_is_never_a_clean_end_and_the_totals_stay_exact() {
    let (address, rude) = peer(|mut stream| {
        let mut request = [0; 5];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(&[1; 1000]).unwrap();
        // Wait until ours has it all: an RST would overtake what is still in flight.
        let mut ack = [0; 1];
        stream.read_exact(&mut ack).unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.send(id, "hello");
    watch.until("answered", |watch| watch.received(id) == 1000);
    watch.send(id, "!");
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!(failure.class, Class::Reset);
    assert_eq!(failure.os_code, Some(libc::ECONNRESET));
    assert_eq!((watch.sent(id), watch.received(id)), (6, 1000));
    assert!(!watch.news_of(id).any(|news| matches!(news, News::Tcp(TcpNews::PeerFinished { .. }))));
}

#[test]
fn a_reset_while_a_write_is_blocked_is_told_with_what_was_not_sent() {
    let (go, address, rude) = stopped_peer(reset);
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.send(id, vec![7_u8; 64 << 20]);
    watch.send(id, "never");
    watch.until_blocked(id);
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::Reset);
    let left = (64 << 20) + 5 - watch.sent(id);
    let said = watch.session(id).warning.as_ref().unwrap().message.clone();
    assert_eq!(said, format!("2 sends were not carried out: {left} bytes were not sent"));
}

#[test]
fn after_our_fin_the_peer_still_sends() {
    let (address, late) = peer(|mut stream| {
        let request = read_to_end(&stream);
        stream.write_all(&vec![2; 3_000_000]).unwrap();
        request.len()
    });
    let mut watch = Watch::new();
    let mut spec = tcp(address);
    spec.script.steps = vec![ScriptStep::Send(Bytes::from_static(b"question")), ScriptStep::Finish];
    let id = watch.open(spec);
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(late), 8);
    assert_eq!((watch.sent(id), watch.received(id)), (8, 3_000_000));
    let order: Vec<_> = watch
        .news_of(id)
        .filter(|news| matches!(news, News::Tcp(TcpNews::WeFinished | TcpNews::PeerFinished { .. })))
        .collect();
    assert_eq!(
        order,
        [&News::Tcp(TcpNews::WeFinished), &News::Tcp(TcpNews::PeerFinished { received_bytes: 3_000_000 })]
    );
}

#[test]
fn after_the_peers_fin_we_still_send() {
    let (address, early) = peer(|mut stream| {
        stream.write_all(b"bye").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        read_to_end(&stream)
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_news(id, "the peer finished", |news| *news == News::Tcp(TcpNews::PeerFinished { received_bytes: 3 }));
    watch.until_kernel(id, "CLOSE-WAIT", |view| view.state == Some(TcpState::CloseWait));
    watch.send(id, "not yet");
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(early), b"not yet");
    assert_eq!((watch.sent(id), watch.received(id)), (7, 3));
}

#[test]
fn a_half_close_shows_in_the_kernels_own_state() {
    let (go, address, patient) = stopped_peer(drop);
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_kernel(id, "ESTABLISHED", |view| view.state == Some(TcpState::Established));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_kernel(id, "FIN-WAIT-2", |view| view.state == Some(TcpState::FinWait2));
    watch.send(id, "too late");
    watch.until("told so", |watch| watch.session(id).warning.as_ref().is_some_and(|w| w.class == Class::Usage));
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(patient);
}

#[test]
fn a_reset_after_the_peers_fin_is_noticed_without_a_read_or_a_write() {
    let (go, address, rude) = peer_on_cue(|stream, cue| {
        stream.shutdown(Shutdown::Write).unwrap();
        cue.recv().unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_news(id, "the peer finished", |news| matches!(news, News::Tcp(TcpNews::PeerFinished { .. })));
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!((failure.class, failure.reason), (Class::Reset, Some(FailureReason::ResetAfterFin)));
    assert!(failure.message.starts_with("a RST came"), "we sent nothing: {}", failure.message);
}

#[test]
fn a_write_after_the_peer_closed_is_told_as_that() {
    for reading in [true, false] {
        let (go, address, gone) = stopped_peer(drop);
        let mut watch = Watch::new();
        let id = watch.open(tcp(address));
        watch.until_open(id);
        if !reading {
            watch.order(id, Verb::PauseReading);
            watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
        }
        go.send(()).unwrap();
        outcome(gone);
        watch.until_news(id, "CLOSE-WAIT", |news| {
            matches!(news, News::Tcp(TcpNews::State { to: TcpState::CloseWait, .. }))
        });
        watch.send(id, "anybody?");
        assert_eq!(watch.until_closed(id), CloseReason::Rst);
        let failure = watch.session(id).failure().unwrap();
        assert_eq!((failure.class, failure.reason), (Class::Reset, Some(FailureReason::ResetAfterFin)));
        assert!(failure.message.contains("a RST answered what we sent"), "{}", failure.message);
    }
}

#[test]
fn nobody_listening_is_refused() {
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!((failure.class, failure.operation.name()), (Class::Refused, "connect"));
    assert_eq!(failure.peer, address.to_string());
    assert!(watch.news_of(id).any(|news| matches!(news, News::Dial(DialNews::Connecting { attempt: 1, .. }))));
    assert!(watch.news_of(id).any(|news| matches!(news, News::Dial(DialNews::AttemptFailed { .. }))));
}

#[test]
fn every_retry_is_told_before_it_begins() {
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.retry = RetryPolicy { times: 2, first: Duration::from_millis(5), max: Duration::from_millis(10) };
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    let retries: Vec<_> = watch
        .news_of(id)
        .filter_map(|news| match news {
            News::Dial(DialNews::Retrying { attempt, of, because, .. }) => Some((*attempt, *of, because.class)),
            _ => None,
        })
        .collect();
    assert_eq!(retries, [(2, 3, Class::Refused), (3, 3, Class::Refused)]);
    let attempts = watch.news_of(id).filter(|news| matches!(news, News::Dial(DialNews::Connecting { .. }))).count();
    assert_eq!(attempts, 3);
}

#[test]
fn a_close_ends_the_wait_for_the_next_attempt() {
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.retry = RetryPolicy { times: 9, first: Duration::from_secs(3600), max: Duration::from_secs(3600) };
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    watch.send(id, "waiting");
    watch.until_news(id, "waiting", |news| matches!(news, News::Dial(DialNews::Retrying { .. })));
    watch.order(id, Verb::PauseReading);
    watch.until("told that it is not connected", |watch| watch.session(id).warning.is_some());
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    assert!(watch.session(id).failure().is_none());
    let said = &watch.session(id).warning.as_ref().unwrap().message;
    assert_eq!(said, "1 send was not carried out: 7 bytes were not sent");
}

#[test]
fn a_name_without_an_address_is_a_failed_look_up() {
    let mut watch = Watch::new();
    let spec = TcpSpec::new(HostPort { host: "name.invalid".into(), port: 80 });
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::Resolve);
    assert!(watch.news_of(id).any(|news| *news == News::Dial(DialNews::Resolving { host: "name.invalid".into() })));
}

#[test]
fn an_address_of_the_other_family_is_a_failed_look_up() {
    let mut watch = Watch::new();
    let mut spec = tcp_to("127.0.0.1:9".parse().unwrap());
    spec.socket.family = IpFamily::V6;
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::Resolve);
}

#[test]
fn a_connection_comes_from_the_local_address_that_was_asked_for() {
    let (address, listener) = peer(|stream| stream.peer_addr().unwrap());
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.bind = Some("127.0.0.2:0".parse::<SocketAddr>().unwrap());
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    watch.until_open(id);
    let local = watch.session(id).bound().unwrap();
    assert_eq!(local.ip().to_string(), "127.0.0.2");
    assert_eq!(outcome(listener), local);
    watch.order(id, Verb::Close);
    watch.until_closed(id);
}

#[test]
fn a_paused_session_stops_the_peer_and_loses_nothing() {
    let (stuck, is_stuck) = mpsc::channel::<u64>();
    let whole: u64 = 64 << 20;
    let (address, flood) = peer(move |mut stream| {
        let chunk = vec![3_u8; 1 << 20];
        let mut sent = 0_u64;
        let mut told = false;
        stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        while sent < whole {
            let rest = chunk.len().min((whole - sent) as usize);
            match stream.write(&chunk[..rest]) {
                Ok(written) => sent += written as u64,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    if !told {
                        stuck.send(sent).unwrap();
                        told = true;
                    }
                }
                Err(error) => panic!("{error}"),
            }
        }
        sent
    });
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::PauseReading);
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    let sent_when_stuck = is_stuck.recv_timeout(DEADLINE).unwrap();
    watch.until_kernel(id, "the kernel's queue is seen", |view| view.recv_queue_bytes > Some(0));
    assert!(watch.received(id) < whole && sent_when_stuck < whole);
    watch.order(id, Verb::ContinueReading);
    watch.order(id, Verb::PauseReading);
    watch.order(id, Verb::ContinueReading);
    watch.until("all arrived", |watch| watch.received(id) == whole);
    assert_eq!(outcome(flood), whole);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
}

#[test]
fn a_reset_order_overtakes_a_blocked_write_and_all_that_is_queued() {
    let (go, address, still) = stopped_peer(|mut stream| {
        let mut buffer = vec![0; 1 << 20];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return error.raw_os_error(),
            }
        }
    });
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.send(id, vec![7_u8; 64 << 20]);
    watch.until_blocked(id);
    let mut queued = 0;
    while watch.net.send_order(sockeye::sessions::Order { id, verb: Verb::Send("more".into()) }).is_ok() {
        queued += 1;
    }
    assert_eq!(queued, 32);
    watch.order(id, Verb::Reset);
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    assert!(watch.session(id).failure().is_none());
    go.send(()).unwrap();
    assert_eq!(outcome(still), Some(libc::ECONNRESET));
    let left = (64 << 20) + 32 * 4 - watch.sent(id);
    let said = watch.session(id).warning.as_ref().unwrap().message.clone();
    assert_eq!(said, format!("33 sends were not carried out: {left} bytes were not sent"));
}

#[test]
fn a_close_sends_what_is_queued_first() {
    let (go, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    // A close while it connects gives the attempt up, with what waits for it.
    watch.until_open(id);
    let whole = 32 << 20;
    watch.send(id, vec![7_u8; whole]);
    watch.send(id, "and this");
    watch.order(id, Verb::Close);
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    assert_eq!(watch.sent(id), whole as u64 + 8);
    assert_eq!(outcome(slow), whole as u64 + 8);
    assert!(watch.session(id).warning.is_none());
}

#[test]
fn a_second_close_does_not_wait_for_a_peer_that_does_not_read() {
    let (go, address, still) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.send(id, vec![7_u8; 64 << 20]);
    watch.until_blocked(id);
    watch.order(id, Verb::Close);
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    go.send(()).unwrap();
    // What the kernel took, it delivers after our close.
    assert_eq!(outcome(still), watch.sent(id));
}

#[test]
fn a_flood_is_counted_to_the_byte_however_little_is_kept() {
    let whole: u64 = 256 << 20;
    let (address, flood) = peer(move |mut stream| {
        let chunk = vec![9_u8; 1 << 20];
        for _ in 0..whole >> 20 {
            stream.write_all(&chunk).unwrap();
        }
    });
    let mut watch = Watch::new().counting();
    let mut spec = tcp(address);
    spec.retain = Retention::from_bytes(1 << 20);
    let id = watch.open(spec);
    watch.until_news(id, "the flood is over", |news| matches!(news, News::Tcp(TcpNews::PeerFinished { .. })));
    outcome(flood);
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    let session = watch.session(id);
    assert_eq!(session.totals.received.bytes, whole);
    let kept = session.transcript.kept_bytes() as u64;
    assert!(kept <= 1 << 20 && kept > 0, "{kept}");
    assert_eq!(kept + session.transcript.not_kept().received.bytes, whole);
}

#[test]
fn what_comes_after_a_flood_is_read_however_little_it_is() {
    let whole: u64 = 64 << 20;
    let (address, flood) = peer(move |mut stream| {
        for _ in 0..3 {
            stream.write_all(&vec![9_u8; whole as usize]).unwrap();
            stream.write_all(b"little").unwrap();
            let mut answer = [0; 4];
            stream.read_exact(&mut answer).unwrap();
            assert_eq!(&answer, b"seen");
        }
    });
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    for round in 1..=3 {
        let due = round * (whole + 6);
        watch.until("the little", |watch| watch.session(id).totals.received.bytes == due);
        watch.order(id, Verb::Send(Bytes::from_static(b"seen")));
    }
    outcome(flood);
    watch.until_news(id, "the FIN", |news| matches!(news, News::Tcp(TcpNews::PeerFinished { .. })));
    watch.order(id, Verb::Close);
    watch.until_closed(id);
}

#[test]
fn a_pipe_that_nobody_reads_holds_the_peer_back_but_not_our_orders() {
    let whole: u64 = 32 << 20;
    let (address, flood) = peer(move |mut stream| {
        stream.write_all(&vec![9_u8; whole as usize]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        read_to_end(&stream)
    });
    let mut watch = Watch::with(OverflowPolicy::Wait);
    let mut spec = tcp(address);
    spec.retain = Retention::from_bytes(1 << 20);
    let id = watch.open(spec);
    watch.until_open(id);
    watch.send(id, "heard");
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(flood), b"heard");
    assert_eq!(watch.bytes(id, Direction::Received).len() as u64, whole);
    assert_eq!(watch.received(id), whole);
}

#[test]
fn a_file_is_sent_whole_and_an_unreadable_one_is_told() {
    let (address, listener) = peer(|stream| read_to_end(&stream));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let content: Vec<u8> = (0..1_000_003_u32).map(|n| n.to_le_bytes()[0]).collect();
    std::fs::write(&path, &content).unwrap();
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.order(id, Verb::SendFile(folder.path().join("missing")));
    watch.until("told", |watch| watch.session(id).warning.as_ref().is_some_and(|w| w.class == Class::Local));
    watch.order(id, Verb::SendFile(path.clone()));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert!(watch.news_of(id).any(|news| *news == News::FileSent { path: path.clone(), bytes: 1_000_003 }));
    assert_eq!(outcome(listener), content);
    assert_eq!(watch.bytes(id, Direction::Sent), content);
}

#[test]
fn a_silent_peer_is_an_idle_timeout() {
    let (go, address, silent) = stopped_peer(drop);
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.idle_timeout = Some(Duration::from_millis(50));
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::IdleTimeout);
    go.send(()).unwrap();
    outcome(silent);
}

#[test]
fn an_order_that_makes_no_sense_is_told_and_the_session_goes_on() {
    let (address, listener) = peer(|stream| read_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Listener(ListenerVerb::Limit(Some(1))));
    watch.until("told", |watch| watch.session(id).warning.as_ref().is_some_and(|w| w.class == Class::Usage));
    watch.send(id, "still here");
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(listener), b"still here");
}

#[test]
fn nobody_answering_is_a_connect_timeout() {
    // A full backlog: the kernel drops further SYNs, as a silent host would.
    let (socket, address) = closed_port();
    socket.listen(0).unwrap();
    let _fills = std::net::TcpStream::connect(address).unwrap();
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.connect_timeout = Duration::from_millis(100);
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::ConnectTimeout);
    assert!(watch.news_of(id).any(|news| matches!(news, News::Dial(DialNews::AttemptFailed { .. }))));
}

#[test]
fn a_reset_reaches_a_session_whose_reading_is_paused_and_what_arrived_is_still_read() {
    let (go, address, rude) = peer_on_cue(|mut stream, cue| {
        cue.recv().unwrap();
        stream.write_all(&[5; 100]).unwrap();
        cue.recv().unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::PauseReading);
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    go.send(()).unwrap();
    watch.until_kernel(id, "queued in the kernel", |view| view.recv_queue_bytes == Some(100));
    assert_eq!(watch.received(id), 0);
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::Reset);
    assert_eq!(watch.received(id), 100);
}

#[test]
fn a_file_cut_off_by_a_reset_says_how_much_of_it_was_sent() {
    let (go, address, still) = stopped_peer(drop);
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(64 << 20).unwrap();
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.order(id, Verb::SendFile(file.path().to_owned()));
    watch.until_blocked(id);
    let progress = watch.session(id).sending.unwrap();
    assert_eq!((progress.total_bytes, progress.sent_bytes), (Some(64 << 20), watch.sent(id)));
    watch.order(id, Verb::Reset);
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    go.send(()).unwrap();
    outcome(still);
    let said = &watch.session(id).warning.as_ref().unwrap().message;
    assert!(said.ends_with(&format!("; {} bytes of it were sent", watch.sent(id))), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_an_outlet_takes_is_counted_to_the_byte_and_what_it_refuses_is_in_the_records() {
    use std::os::unix::fs::FileExt as _;

    let said: Vec<u8> = (0..9_000_011_u32).map(|n| (n >> 7) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let open = |append: bool| {
        std::fs::OpenOptions::new().read(true).write(!append).append(append).create(true).open(&path).unwrap()
    };
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    for (file, takes) in [(open(false), true), (open(true), false), (full, false)] {
        let out = file.try_clone().unwrap();
        let copy = said.clone();
        let (address, sender) = peer(move |mut stream| stream.write_all(&copy).unwrap());
        let mut watch = Watch::with(OverflowPolicy::Wait);
        watch.net.set_splice_sink(sockeye::net::SpliceSink::new(file).unwrap());
        let id = watch.open(tcp(address));
        watch.until("the peer finished", |watch| watch.session(id).totals.received.bytes == said.len() as u64);
        watch.order(id, Verb::Stream(StreamVerb::FinishSending));
        assert_eq!(watch.until_closed(id), CloseReason::Fin);
        outcome(sender);
        assert_eq!(watch.session(id).totals.received.bytes, said.len() as u64);
        let told = watch.data.remove(&id).unwrap_or_default().received;
        let mut written = vec![0; if takes { said.len() } else { 0 }];
        out.read_exact_at(&mut written, 0).unwrap();
        assert!(if takes { written == said && told.is_empty() } else { told == said }, "{} told", told.len());
    }
}
