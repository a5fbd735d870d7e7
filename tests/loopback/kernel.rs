//! Real sockets on loopback: states, gauges, stamps, SYNs and options as the kernel has them.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use sockeye::sessions::news::call::CallResult;
use sockeye::sessions::news::{DialNews, OptionNews, TcpNews};
use sockeye::sessions::order::{SocketVerb, StreamVerb};
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::kernel::tcp_info::TcpInfo;
use sockeye::wire::option::{self, OptionValue, SocketOption};
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::{Class, Direction, FailureReason};

use crate::peers::{closed_port, count_to_end, outcome, peer, peer_on_cue, reset, stopped_peer};
use crate::skipped::skipped;
use crate::specs::{any_port, listen, tcp, tcp_to};
use crate::watch::Watch;

/// Each step of a session: `FIN-WAIT-1 → FIN-WAIT-2 ack_of_fin kernel`.
fn steps(watch: &Watch, id: SessionId) -> Vec<String> {
    let told = watch.news_of(id).filter_map(|news| match news {
        News::Tcp(TcpNews::State { from, to, cause, evidence, .. }) => {
            let known = format!("{evidence:?}").to_lowercase();
            Some(format!("{} → {} {} {known}", from.name(), to.name(), cause.name()))
        }
        _ => None,
    });
    told.collect()
}

fn calls(watch: &Watch, id: SessionId) -> Vec<(&'static str, String, CallResult)> {
    let told = watch.news_of(id).filter_map(|news| match news {
        News::Tcp(TcpNews::Call { name, args, result, .. }) => Some((name.name(), args.clone(), result.clone())),
        _ => None,
    });
    told.collect()
}

fn info(watch: &Watch, id: SessionId) -> Option<TcpInfo> {
    watch.session(id).kernel.as_ref().and_then(|view| view.tcp)
}

fn until_info(watch: &mut Watch, id: SessionId, what: &str, is_it: impl Fn(&TcpInfo) -> bool) -> TcpInfo {
    watch.until(what, |watch| info(watch, id).is_some_and(|info| is_it(&info)));
    info(watch, id).unwrap()
}

fn until_state(watch: &mut Watch, id: SessionId, wanted: TcpState) {
    watch.until_news(id, wanted.name(), |news| matches!(news, News::Tcp(TcpNews::State { to, .. }) if *to == wanted));
}

fn with_options(address: SocketAddr, options: &[&str]) -> Spec {
    let mut spec = tcp_to(address);
    spec.socket.options = options.iter().map(|text| option::parse(text).unwrap()).collect();
    Spec::new(SpecKind::Tcp(spec))
}

#[test]
fn who_finishes_first_goes_through_time_wait_and_is_told_how_long() {
    let (address, listener) = peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(listener);
    let steps = steps(&watch, id);
    assert_eq!(
        steps[..3],
        [
            "CLOSED → SYN-SENT connect inferred",
            "SYN-SENT → ESTABLISHED syn_ack_arrived seen",
            "ESTABLISHED → FIN-WAIT-1 we_shut_down inferred",
        ]
    );
    assert!(steps.last().unwrap().ends_with("→ TIME-WAIT fin_arrived kernel"), "{steps:?}");
    let rests = watch.news_of(id).find_map(|news| match news {
        News::Tcp(TcpNews::State { to: TcpState::TimeWait, remaining, .. }) => *remaining,
        _ => None,
    });
    assert!(rests.is_some_and(|left| !left.is_zero() && left <= Duration::from_secs(61)), "{rests:?}");
    let calls = calls(&watch, id);
    let names: Vec<&str> = calls.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, ["connect", "shutdown", "close"]);
    assert_eq!(calls[0], ("connect", address.to_string(), CallResult::Returned(0)));
    assert_eq!(calls[1].1, "SHUT_WR");
}

#[test]
fn the_kernel_confirms_fin_wait_2_while_the_peer_still_sends() {
    let (go, address, late) = peer_on_cue(|stream, cue| {
        count_to_end(&stream);
        cue.recv().unwrap();
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    until_state(&mut watch, id, TcpState::FinWait2);
    assert_eq!(steps(&watch, id).last().unwrap(), "FIN-WAIT-1 → FIN-WAIT-2 ack_of_fin kernel");
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(late);
    assert_eq!(steps(&watch, id).last().unwrap(), "FIN-WAIT-2 → TIME-WAIT fin_arrived kernel");
}

#[test]
fn who_finishes_last_goes_through_last_ack_to_closed() {
    let (go, address, first) = stopped_peer(|stream| {
        stream.shutdown(Shutdown::Write).unwrap();
        count_to_end(&stream)
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    go.send(()).unwrap();
    until_state(&mut watch, id, TcpState::CloseWait);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(first);
    let steps = steps(&watch, id);
    // The read tells it, but for a look at the gauges in the very moment between.
    assert!(steps[2].starts_with("ESTABLISHED → CLOSE-WAIT fin_arrived"), "{steps:?}");
    assert_eq!(steps[3..], ["CLOSE-WAIT → LAST-ACK we_shut_down inferred", "LAST-ACK → CLOSED ack_of_fin kernel"]);
}

#[test]
fn a_fin_behind_unread_bytes_is_known_by_the_kernel() {
    let (go, address, sender) = stopped_peer(|mut stream| {
        stream.write_all(b"unread").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read(&mut [0]).unwrap_err().raw_os_error()
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::PauseReading);
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    go.send(()).unwrap();
    until_state(&mut watch, id, TcpState::CloseWait);
    watch.order(id, Verb::Close);
    watch.until_closed(id);
    assert_eq!(watch.received(id), 0);
    assert_eq!(
        steps(&watch, id)[2..],
        ["ESTABLISHED → CLOSE-WAIT fin_arrived kernel", "CLOSE-WAIT → CLOSED closed_unread inferred"]
    );
    assert_eq!(outcome(sender), Some(libc::ECONNRESET));
}

#[test]
fn a_close_with_unread_bytes_is_a_reset_for_the_peer() {
    let (go, address, sender) = stopped_peer(|mut stream| {
        stream.write_all(b"unread").unwrap();
        stream.read(&mut [0]).unwrap_err().raw_os_error()
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::PauseReading);
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    go.send(()).unwrap();
    watch.until_kernel(id, "queued", |view| view.recv_queue_bytes == Some(6));
    watch.order(id, Verb::Close);
    watch.until_closed(id);
    assert_eq!(steps(&watch, id).last().unwrap(), "ESTABLISHED → CLOSED closed_unread inferred");
    assert_eq!(outcome(sender), Some(libc::ECONNRESET));
}

#[test]
fn a_close_of_ours_is_followed_through_the_kernel() {
    let (address, listener) = peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    outcome(listener);
    let steps = steps(&watch, id);
    assert_eq!(steps[2], "ESTABLISHED → FIN-WAIT-1 we_closed inferred");
    assert!(steps[3..].iter().all(|step| step.ends_with("kernel")), "{steps:?}");
}

#[test]
fn a_reset_ends_in_closed_whoever_sent_it() {
    let (address, listener) = peer(|mut stream| stream.read(&mut [0]).unwrap_err().raw_os_error());
    let mut watch = Watch::new();
    let ours = watch.open(tcp(address));
    watch.until_open(ours);
    watch.order(ours, Verb::Reset);
    assert_eq!(watch.until_closed(ours), CloseReason::Rst);
    assert_eq!(outcome(listener), Some(libc::ECONNRESET));
    assert_eq!(steps(&watch, ours).last().unwrap(), "ESTABLISHED → CLOSED we_reset inferred");

    let (go, address, rude) = stopped_peer(reset);
    let theirs = watch.open(tcp(address));
    watch.until_open(theirs);
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(theirs), CloseReason::Rst);
    outcome(rude);
    assert_eq!(steps(&watch, theirs).last().unwrap(), "ESTABLISHED → CLOSED rst_arrived seen");
}

#[test]
fn a_refusal_is_a_reset_in_syn_sent_and_connect_says_its_error() {
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert_eq!(steps(&watch, id), ["CLOSED → SYN-SENT connect inferred", "SYN-SENT → CLOSED rst_arrived seen"]);
    let failed = CallResult::Failed { errno: libc::ECONNREFUSED, name: "ECONNREFUSED".into() };
    assert_eq!(calls(&watch, id), [("connect", address.to_string(), failed)]);
}

#[test]
fn a_connect_that_the_kernel_did_not_carry_out_sends_no_syn() {
    // A link-local address without a zone, a group, a broadcast address; a local address that cannot reach the peer.
    let targets = [
        ("[fe80::1]:80", None),
        ("224.0.0.1:80", None),
        ("127.255.255.255:80", None),
        ("192.0.2.1:80", Some("127.0.0.1:0")),
        ("127.0.0.1:80", Some("192.0.2.1:0")),
    ];
    for (target, local) in targets {
        let mut watch = Watch::new();
        let mut spec = tcp_to(target.parse().unwrap());
        spec.socket.bind = local.map(|local| local.parse().unwrap());
        let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
        assert_eq!(watch.until_closed(id), CloseReason::Error);
        assert_eq!(steps(&watch, id), [""; 0], "{target}");
        let session = watch.session(id);
        let failure = session.failure().unwrap();
        assert_eq!(failure.reason, Some(FailureReason::ConnectNotBegun), "{target}: {failure}");
        let history = session.tcp_history().unwrap();
        assert_eq!(history.track.steps(), [], "{target}");
        assert!(history.ladder.rungs().all(|rung| rung.direction.is_none()), "{target}: {:?}", history.ladder);
        let syn =
            session.attempts.facts.iter().any(|(_, news)| matches!(news, News::Dial(DialNews::Connecting { .. })));
        assert!(!syn, "{target}: {:?}", session.attempts.facts);
    }
}

#[test]
fn a_connect_that_is_given_up_in_syn_sent_sends_no_rst() {
    // A queue of one that is full, and nobody who accepts.
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = TcpStream::connect(address).unwrap();
    for by_order in [false, true] {
        let mut watch = Watch::new();
        let mut spec = tcp_to(address);
        spec.socket.connect_timeout = if by_order { Duration::from_secs(60) } else { Duration::from_millis(300) };
        let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
        until_state(&mut watch, id, TcpState::SynSent);
        if by_order {
            watch.order(id, Verb::Close);
        }
        watch.until_closed(id);
        let history = watch.session(id).tcp_history().unwrap();
        assert_eq!(history.track.state(), TcpState::Closed);
        let sent = history.ladder.rungs().filter(|rung| rung.direction == Some(Direction::Sent));
        let labels: Vec<String> = sent.map(|rung| rung.label.short_text()).collect();
        assert!(labels.iter().all(|label| label.starts_with("SYN")), "closed by order: {by_order}: {labels:?}");
    }
}

#[test]
fn the_end_of_a_peer_that_is_gone_is_never_its_listener() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut watch = Watch::new();
    let id = watch.open(tcp(listener.local_addr().unwrap()));
    watch.until_news(id, "its first sample", |news| matches!(news, News::Tcp(TcpNews::Kernel(_))));
    reset(listener.accept().unwrap().0);
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    let told = watch.news_of(id).filter_map(|news| match news {
        News::Tcp(TcpNews::Kernel(view)) => Some(view.peer_end.map(|end| end.state)),
        _ => None,
    });
    let told: Vec<Option<TcpState>> = told.collect();
    assert_eq!(told.first(), Some(&Some(TcpState::Established)));
    assert_eq!(told.last(), Some(&None), "{told:?}");
}

#[test]
fn an_accepted_connection_that_closes_last_is_seen_to_its_end() {
    let mut watch = Watch::new();
    let (_, address) = watch.listening(listen(any_port()));
    let theirs = TcpStream::connect(address).unwrap();
    watch.until("accepted", |watch| !watch.children().is_empty());
    let child = watch.children()[0];
    theirs.shutdown(Shutdown::Write).unwrap();
    until_state(&mut watch, child, TcpState::CloseWait);
    watch.order(child, Verb::Close);
    watch.until_closed(child);
    assert_eq!(
        steps(&watch, child)[3..],
        ["CLOSE-WAIT → LAST-ACK we_closed inferred", "LAST-ACK → CLOSED ack_of_fin kernel"]
    );
}

#[test]
fn a_syn_without_an_answer_is_retransmitted_before_our_eyes() {
    // A queue of one, and nobody who accepts: the second or third SYN stays without an answer.
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = TcpStream::connect(address).unwrap();
    let mut watch = Watch::new();
    let mut waiting: Vec<SessionId> = Vec::new();
    for _ in 0..3 {
        waiting.push(watch.open(tcp(address)));
    }
    let last = waiting[2];
    let info = until_info(&mut watch, last, "a SYN sent again", |info| info.retransmits > Some(0));
    assert_eq!(info.state, Some(TcpState::SynSent));
    assert!(info.total_retrans > Some(0), "{info:?}");
    for id in waiting {
        watch.order(id, Verb::Close);
        watch.until_closed(id);
    }
}

#[test]
fn a_listener_knows_each_peers_syn() {
    let mut watch = Watch::new();
    let (id, address) = watch.listening(listen(any_port()));
    let ours = watch.open(with_options(address, &["maxseg=1000", "ttl=33"]));
    watch.until("accepted", |watch| !watch.children().is_empty());
    let child = watch.children()[0];
    watch.until_news(child, "its SYN", |news| matches!(news, News::Tcp(TcpNews::PeerSyn(_))));
    let syn = watch.news_of(child).find_map(|news| match news {
        News::Tcp(TcpNews::PeerSyn(syn)) => Some(syn.clone()),
        _ => None,
    });
    let syn = syn.unwrap();
    assert_eq!((syn.ttl, syn.mss), (33, Some(1000)));
    assert!(syn.window > 0 && syn.raw.len() >= 40, "{syn:?}");
    until_state(&mut watch, child, TcpState::Established);
    assert_eq!(
        steps(&watch, child),
        ["LISTEN → SYN-RECEIVED syn_arrived kernel", "SYN-RECEIVED → ESTABLISHED accepted seen"]
    );
    assert_eq!(steps(&watch, id), ["CLOSED → LISTEN listen seen"]);
    watch.until_open(ours);
    let shift = until_info(&mut watch, child, "gauges", |info| info.options.is_some()).snd_wscale;
    assert_eq!(shift, syn.wscale);
}

#[test]
fn a_peer_that_stops_reading_closes_its_window_and_reopens_it() {
    let (go, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    let whole = 32 << 20;
    watch.send(id, vec![7_u8; whole]);
    let closed = until_info(&mut watch, id, "window closed and probed", |info| {
        info.snd_wnd == Some(0) && info.backoff > Some(0) && info.probes > Some(0)
    });
    assert!(closed.rwnd_limited > Some(Duration::ZERO), "{closed:?}");
    assert!(watch.session(id).kernel.as_ref().unwrap().send_queue_bytes > Some(0));
    go.send(()).unwrap();
    until_info(&mut watch, id, "window open", |info| info.snd_wnd > Some(0) && info.probes == Some(0));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(slow), whole as u64);
}

#[test]
fn a_write_is_told_with_when_it_was_queued_sent_and_acknowledged() {
    let (address, listener) = peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    for (text, last) in [("hello", 4), ("you", 7), ("there", 12)] {
        watch.send(id, text);
        watch.until_news(id, text, |news| matches!(news, News::Tcp(TcpNews::Stamps { byte, .. }) if *byte == last));
    }
    for news in watch.news_of(id) {
        let News::Tcp(TcpNews::Stamps { scheduled, sent, acked, .. }) = news else { continue };
        assert!(scheduled.is_some() && scheduled <= sent && sent <= acked, "{news:?}");
    }
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(listener), 13);
}

#[test]
fn over_ipv6_it_is_all_the_same() {
    let listener = std::net::TcpListener::bind("[::1]:0").unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = std::thread::spawn(move || count_to_end(&listener.accept().unwrap().0));
    let mut watch = Watch::new();
    let id = watch.open(with_options(address, &["ttl=9", "tos=0x20"]));
    watch.send(id, "six");
    watch.until_news(id, "stamped", |news| matches!(news, News::Tcp(TcpNews::Stamps { byte: 2, acked: Some(_), .. })));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(accepting), 3);
    assert!(steps(&watch, id).last().unwrap().ends_with("→ TIME-WAIT fin_arrived kernel"));
}

#[test]
fn stamps_neither_end_a_pause_nor_hide_a_reset() {
    let (go, address, rude) = peer_on_cue(|mut stream, cue| {
        let mut heard = [0; 3];
        stream.read_exact(&mut heard[..2]).unwrap();
        stream.write_all(b"unread").unwrap();
        stream.read_exact(&mut heard[2..]).unwrap();
        cue.recv().unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::PauseReading);
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    for (text, last) in [("ab", 1), ("c", 2)] {
        watch.send(id, text);
        watch.until_news(
            id,
            "stamped",
            |news| matches!(news, News::Tcp(TcpNews::Stamps { byte, .. }) if *byte == last),
        );
    }
    watch.until_kernel(id, "queued", |view| view.recv_queue_bytes == Some(6));
    assert_eq!(watch.received(id), 0);
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::Reset);
}

#[test]
fn a_reset_after_the_peers_fin_is_noticed_by_a_connection_with_stamps() {
    let (go, address, rude) = peer_on_cue(|mut stream, cue| {
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read_exact(&mut [0; 2]).unwrap();
        cue.recv().unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    until_state(&mut watch, id, TcpState::CloseWait);
    watch.send(id, "ab");
    watch.until_news(id, "stamped", |news| matches!(news, News::Tcp(TcpNews::Stamps { byte: 1, .. })));
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    assert_eq!(steps(&watch, id).last().unwrap(), "CLOSE-WAIT → CLOSED rst_arrived seen");
}

#[test]
fn a_flood_after_stamped_writes_is_exact_and_no_longer_stamped() {
    let (go, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.send(id, "stamped");
    watch.until_news(id, "stamped", |news| matches!(news, News::Tcp(TcpNews::Stamps { byte: 6, .. })));
    let piece = bytes::Bytes::from(vec![1_u8; 100]);
    let whole = 64 << 20;
    watch.send(id, vec![2_u8; whole]);
    until_info(&mut watch, id, "blocked", |info| info.snd_wnd == Some(0));
    go.send(()).unwrap();
    let mut sent = 7 + whole as u64;
    watch.until("all of it", |watch| watch.sent(id) == sent);
    for _ in 0..2_000 {
        sent += 100;
        watch.send(id, piece.clone());
        watch.until("sent", |watch| watch.sent(id) == sent);
    }
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(slow), sent);
    let stamped = watch.news_of(id).filter(|news| matches!(news, News::Tcp(TcpNews::Stamps { .. }))).count();
    assert!(stamped < 2_000, "{stamped} stamps");
}

#[test]
fn options_before_connect_hold_and_the_kernel_reports_them_back() {
    let (address, listener) = peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(with_options(address, &["nodelay=on", "rcvbuf=65536", "congestion=reno"]));
    watch.until_news(id, "the last one", |news| {
        matches!(news, News::Option(OptionNews::Set { option: SocketOption::Congestion, .. }))
    });
    let set: Vec<&News> =
        watch.news_of(id).filter(|news| matches!(news, News::Option(OptionNews::Set { .. }))).collect();
    let doubled = News::Option(OptionNews::Set {
        option: SocketOption::RecvBuffer,
        asked: OptionValue::Bytes(65_536),
        now: OptionValue::Bytes(131_072),
    });
    assert_eq!(set.len(), 3);
    assert_eq!(set[1], &doubled);
    watch.order(id, Verb::Socket(SocketVerb::ReadOptions));
    watch.until_news(id, "all of them", |news| matches!(news, News::Option(OptionNews::Reported(_))));
    let all = watch.news_of(id).find_map(|news| match news {
        News::Option(OptionNews::Reported(all)) => Some(all.clone()),
        _ => None,
    });
    let all = all.unwrap();
    assert_eq!(all.len(), SocketOption::all().count());
    let value = |wanted| all.iter().find(|(option, _)| *option == wanted).unwrap().1.clone().unwrap();
    assert_eq!(value(SocketOption::NoDelay), OptionValue::Switch(true));
    assert_eq!(value(SocketOption::Congestion), OptionValue::Name("reno".into()));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(listener);
}

#[test]
fn an_option_is_set_while_a_write_is_blocked() {
    let (go, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.send(id, vec![7_u8; 32 << 20]);
    until_info(&mut watch, id, "blocked", |info| info.snd_wnd == Some(0));
    let (name, asked) = option::parse("user_timeout=90s").unwrap();
    watch.order(id, Verb::Socket(SocketVerb::SetOption(name, asked.clone())));
    let set = News::Option(OptionNews::Set { option: name, asked: asked.clone(), now: asked });
    watch.until_news(id, "set", |news| *news == set);
    let (name, asked) = option::parse("congestion=nosuchcontrol").unwrap();
    watch.order(id, Verb::Socket(SocketVerb::SetOption(name, asked)));
    watch.until("refused", |watch| watch.session(id).warning.is_some());
    assert_eq!(watch.session(id).warning.as_ref().unwrap().os_code, Some(libc::ENOENT));
    let calls = calls(&watch, id);
    let failed = CallResult::Failed { errno: libc::ENOENT, name: "ENOENT".into() };
    assert_eq!(calls[1].1, "IPPROTO_TCP, TCP_USER_TIMEOUT, 90000");
    assert_eq!(calls[2], ("setsockopt", "IPPROTO_TCP, TCP_CONGESTION, \"nosuchcontrol\"".into(), failed));
    go.send(()).unwrap();
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(slow);
}

#[test]
fn an_option_that_the_kernel_does_not_take_fails_the_connection_by_its_name() {
    let mut watch = Watch::new();
    let (_held, address) = closed_port();
    let id = watch.open(with_options(address, &["congestion=nosuchcontrol"]));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!((failure.class, failure.operation.name()), (Class::Local, "setsockopt"));
    assert!(failure.peer.contains("congestion=nosuchcontrol"), "{failure}");
    assert_eq!(steps(&watch, id), Vec::<String>::new());
}

#[test]
fn keepalive_probes_a_quiet_peer() {
    let (go, address, quiet) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(with_options(address, &["keepalive=on", "keepidle=1s", "keepintvl=1s"]));
    watch.until_open(id);
    let before = until_info(&mut watch, id, "gauges", |info| info.segs_out.is_some());
    watch.order(id, Verb::Socket(SocketVerb::SampleEvery(Some(Duration::from_millis(100)))));
    let after = until_info(&mut watch, id, "two probes", |info| info.segs_out >= before.segs_out.map(|n| n + 2));
    assert_eq!(after.bytes_sent, Some(0));
    assert!(after.segs_in > before.segs_in, "the peer's kernel answers: {after:?}");
    go.send(()).unwrap();
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(quiet);
}

#[test]
fn the_keepalive_timer_of_a_quiet_connection_is_known_without_being_asked_for() {
    use sockeye::wire::kernel::view::TimerKind;

    let (address, thread) = peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(with_options(address, &["keepalive=on", "keepidle=30s"]));
    let next = |watch: &Watch| watch.session(id).attempts.timers.next().map(|(kind, _)| kind);
    watch.until("the keepalive timer", |watch| next(watch) == Some(TimerKind::Keepalive));
    watch.order(id, Verb::Close);
    watch.until_closed(id);
    assert_eq!(next(&watch), None, "what is closed has no timer");
    outcome(thread);
}

#[test]
fn a_watched_session_is_looked_at_though_nothing_moves() {
    let (go, address, quiet) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Socket(SocketVerb::SampleEvery(Some(Duration::from_millis(20)))));
    let first = until_info(&mut watch, id, "a first look", |info| info.last_ack_recv.is_some());
    for _ in 0..10 {
        let before = info(&watch, id).unwrap().last_ack_recv;
        until_info(&mut watch, id, "a later look", |info| info.last_ack_recv > before);
    }
    assert_eq!(info(&watch, id).unwrap().segs_out, first.segs_out);
    watch.order(id, Verb::Socket(SocketVerb::SampleEvery(None)));
    go.send(()).unwrap();
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(quiet);
}

#[test]
fn our_gauges_are_those_that_ss_shows() {
    let (go, address, quiet) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.send(id, vec![1_u8; 1000]);
    let ours = until_info(&mut watch, id, "acknowledged", |info| info.bytes_acked == Some(1001));
    let local = watch.session(id).bound().unwrap();
    let filter = [format!("src {local}"), format!("dst {address}")].join(" and ");
    let shown = std::process::Command::new("ss").args(["-tinH", &filter]).output();
    match shown {
        Ok(shown) if shown.status.success() => {
            let text = String::from_utf8(shown.stdout).unwrap();
            let value = |name: &str| {
                let word = text.split_whitespace().find_map(|word| word.strip_prefix(&format!("{name}:")));
                word.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
            };
            let number = |value: Option<u32>| value.unwrap().to_string();
            assert_eq!(value("mss"), number(ours.snd_mss));
            assert_eq!(value("pmtu"), number(ours.pmtu));
            assert_eq!(value("advmss"), number(ours.advmss));
            assert_eq!(value("cwnd"), number(ours.snd_cwnd));
            assert_eq!(value("bytes_sent"), ours.bytes_sent.unwrap().to_string());
            assert_eq!(value("bytes_acked"), ours.bytes_acked.unwrap().to_string());
            assert_eq!(value("segs_in"), number(ours.segs_in));
            let shifts = format!("{},{}", ours.snd_wscale.unwrap(), ours.rcv_wscale.unwrap());
            assert_eq!(value("wscale"), shifts);
            let rtt = |time: Option<Duration>| time.unwrap().as_secs_f64() * 1e3;
            let theirs: Vec<f64> = value("rtt").split('/').map(|part| part.parse().unwrap()).collect();
            assert!(
                (theirs[0] - rtt(ours.rtt)).abs() < 0.001 && (theirs[1] - rtt(ours.rttvar)).abs() < 0.001,
                "{text}"
            );
        }
        _ => skipped("no ss (iproute2) here"),
    }
    go.send(()).unwrap();
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(quiet);
}
