//! Real sockets on loopback: the story that a connection tells is the one that happened.

use std::io::Write;
use std::net::Shutdown;
use std::time::Instant;

use sockeye::sessions::news::OptionNews;
use sockeye::sessions::order::{SocketVerb, StreamVerb};
use sockeye::sessions::tcp::history::TcpHistory;
use sockeye::sessions::tcp::ladder::{Rung, RungLabel};
use sockeye::sessions::transcript::EntryKind;
use sockeye::sessions::{News, SessionId, Verb};
use sockeye::wire::Direction;
use sockeye::wire::kernel::view::TimerKind;
use sockeye::wire::option::{OptionValue, SocketOption};
use sockeye::wire::tcp::state::TcpState;

use crate::peers::{closed_port, count_to_end, outcome, peer, peer_on_cue, read_to_end, stopped_peer};
use crate::skipped::skipped;
use crate::specs::{any_port, listen, tcp};
use crate::watch::Watch;

fn story(watch: &Watch, id: SessionId) -> &TcpHistory {
    watch.session(id).tcp_history().unwrap()
}

fn states(watch: &Watch, id: SessionId) -> Vec<&'static str> {
    story(watch, id).track.latest().iter().map(|step| step.to.name()).collect()
}

fn labels(watch: &Watch, id: SessionId) -> Vec<String> {
    let line = |rung: &Rung| {
        let arrow = match rung.direction {
            Some(Direction::Sent) => ">",
            Some(Direction::Received) => "<",
            None => "-",
        };
        format!("{arrow} {}", rung.label.short_text())
    };
    story(watch, id).ladder.rungs().map(line).collect()
}

fn has(watch: &Watch, id: SessionId, is_it: impl Fn(&RungLabel) -> bool) -> bool {
    story(watch, id).ladder.rungs().any(|rung| is_it(&rung.label))
}

#[test]
fn our_half_close_walks_down_the_left_side() {
    let (go, address, other) = peer_on_cue(|mut stream, cue| {
        let all = read_to_end(&stream);
        cue.recv().unwrap();
        stream.write_all(b"bye").unwrap();
        all
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, "hello");
    watch.until("sent", |watch| watch.sent(id) == 5);
    if cfg!(target_os = "linux") {
        watch.until("acknowledged", |watch| has(watch, id, |label| *label == RungLabel::Ack { byte: 5 }));
    }
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until("in FIN-WAIT-2", |watch| story(watch, id).track.state() == TcpState::FinWait2);
    go.send(()).unwrap();
    watch.until_closed(id);
    assert_eq!(outcome(other), b"hello");
    let steps = states(&watch, id);
    assert_eq!(steps[..5], ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"], "{steps:?}");
    let rungs = labels(&watch, id);
    let told: Vec<&str> = rungs.iter().map(String::as_str).filter(|rung| !rung.starts_with('-')).collect();
    let expected =
        ["> SYN", "< SYN-ACK", "> ACK", "> 5 B", "< ACK", "> FIN", "< ACK of FIN", "< 3 B", "< FIN", "> ACK of FIN"];
    assert_eq!(told, expected, "{rungs:#?}");
}

#[test]
fn the_peers_half_close_walks_down_the_right_side() {
    let (address, other) = peer(|stream| {
        stream.shutdown(Shutdown::Write).unwrap();
        read_to_end(&stream)
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until("in CLOSE-WAIT", |watch| story(watch, id).track.state() == TcpState::CloseWait);
    watch.send(id, "still");
    watch.until("sent", |watch| watch.sent(id) == 5);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    assert_eq!(outcome(other), b"still");
    assert_eq!(states(&watch, id), ["SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]);
}

#[test]
fn a_refused_connection_is_a_syn_and_a_rst() {
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_closed(id);
    assert_eq!(labels(&watch, id), ["> SYN", "< RST"]);
    assert_eq!(states(&watch, id), ["SYN-SENT", "CLOSED"]);
}

#[test]
fn a_listener_knows_the_peers_syn_and_both_ends_tell_one_story() {
    let mut watch = Watch::new();
    let spec = any_port();
    let listener = watch.open(listen(spec));
    watch.until("bound", |watch| watch.session(listener).bound().is_some());
    let address = watch.session(listener).bound().unwrap();
    let id = watch.open(tcp(address));
    watch.until("accepted", |watch| !watch.children().is_empty());
    let child = watch.children()[0];
    watch.until_open(id);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until("the child in CLOSE-WAIT", |watch| story(watch, child).track.state() == TcpState::CloseWait);
    if cfg!(target_os = "linux") {
        let syn = |label: &RungLabel| matches!(label, RungLabel::Syn(options) if options.contains("mss"));
        watch.until("the saved SYN", |watch| has(watch, child, syn));
    }
    watch.order(child, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    watch.until_closed(child);
    assert_eq!(states(&watch, child), ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]);
    assert_eq!(states(&watch, id).last(), Some(&"TIME-WAIT"));
}

#[test]
fn a_peer_that_does_not_read_closes_its_window_on_the_ladder() {
    if !cfg!(target_os = "linux") {
        skipped("the kernel's view of a window is known for Linux only");
        return;
    }
    let (go, address, other) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, vec![7; 32 << 20]);
    watch.until("window closed", |watch| has(watch, id, |label| *label == RungLabel::WindowClosed));
    go.send(()).unwrap();
    watch.until("window open", |watch| has(watch, id, |label| matches!(label, RungLabel::WindowOpened { .. })));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    assert_eq!(outcome(other), 32 << 20);
}

/// Both ends of one connection as sessions: who dialled, and the listener's child.
fn both_ends(watch: &mut Watch) -> (SessionId, SessionId) {
    let (_, address) = watch.listening(listen(any_port()));
    let id = watch.open(tcp(address));
    watch.until("accepted", |watch| !watch.children().is_empty());
    watch.until_open(id);
    (id, watch.children()[0])
}

/// Each read or write of a session: its number, the place of its first byte, its bytes.
fn pieces(watch: &Watch, id: SessionId, direction: Direction) -> Vec<(u64, u64, u64)> {
    let entries = watch.session(id).transcript.entries();
    let pieces = entries.filter_map(|entry| match entry.kind {
        EntryKind::Data(data) if data.direction == direction => Some((data.op, data.byte, data.bytes.len() as u64)),
        _ => None,
    });
    pieces.collect()
}

#[test]
fn writes_that_arrive_as_one_read_are_told_at_both_ends_with_their_boundaries() {
    let mut watch = Watch::new();
    let (id, child) = both_ends(&mut watch);
    watch.order(child, Verb::PauseReading);
    watch.until_news(child, "paused", |news| *news == News::ReadingPaused);
    for text in ["one", "three", "2!"] {
        watch.send(id, text);
    }
    watch.until("written", |watch| watch.sent(id) == 10);
    if cfg!(target_os = "linux") {
        let queued = |watch: &Watch| watch.session(child).kernel.as_ref().and_then(|view| view.recv_queue_bytes);
        watch.until("arrived", |watch| queued(watch) == Some(10));
    }
    watch.order(child, Verb::ContinueReading);
    watch.until("read", |watch| watch.received(child) == 10);
    assert_eq!(pieces(&watch, id, Direction::Sent), [(1, 0, 3), (2, 3, 5), (3, 8, 2)]);
    let reads = pieces(&watch, child, Direction::Received);
    if cfg!(target_os = "linux") {
        assert_eq!(reads, [(1, 0, 10)], "what waited in the queue comes with one read");
    }
    let writer = &watch.session(id).transcript;
    let shares = writer.shares(Direction::Sent, 0..10);
    assert_eq!((shares.ops, shares.cuts, shares.until), (Some((1, 3)), vec![3, 8], 10));
    for (op, byte, len) in reads {
        let reader = watch.session(child).transcript.shares(Direction::Received, byte..byte + len);
        assert_eq!(reader.ops, Some((op, op)), "a read of its own is no boundary inside it");
    }
}

#[test]
fn boundaries_are_where_the_calls_of_the_other_end_were() {
    let mut watch = Watch::new();
    let (id, child) = both_ends(&mut watch);
    let sizes: Vec<usize> = (1..=40).map(|step| step * 37 % 101 + 1).collect();
    let total: u64 = sizes.iter().map(|size| *size as u64).sum();
    for (step, size) in sizes.iter().enumerate() {
        watch.send(id, vec![b'x'; *size]);
        // Ten orders at a time stay below the bound of what a session takes.
        if step % 10 == 9 {
            let sent: u64 = sizes[..=step].iter().map(|size| *size as u64).sum();
            watch.until("written", |watch| watch.sent(id) == sent);
        }
    }
    watch.until("all read", |watch| watch.received(child) == total);
    let (writes, reads) = (pieces(&watch, id, Direction::Sent), pieces(&watch, child, Direction::Received));
    let starts = |of: &[(u64, u64, u64)]| of.iter().map(|(_, byte, _)| *byte).collect::<Vec<_>>();
    let inside = |all: Vec<u64>, from: u64, to: u64| -> Vec<u64> {
        all.into_iter().filter(|at| from < *at && *at < to).collect()
    };
    for (_, byte, len) in &reads {
        let shares = watch.session(id).transcript.shares(Direction::Sent, *byte..byte + len);
        assert_eq!(shares.cuts, inside(starts(&writes), *byte, byte + len));
    }
    for (_, byte, len) in &writes {
        let shares = watch.session(child).transcript.shares(Direction::Received, *byte..byte + len);
        assert_eq!(shares.cuts, inside(starts(&reads), *byte, byte + len));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_window_that_we_close_is_probed_and_told_at_both_ends_until_it_opens_again() {
    const ALL: usize = 48 << 20;
    let mut watch = Watch::new().counting();
    let (id, child) = both_ends(&mut watch);
    watch.order(id, Verb::PauseReading);
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    watch.send(child, vec![b'x'; ALL]);
    let flow = |watch: &Watch, id| story(watch, id).flow.clone();
    watch.until("our window closed", |watch| flow(watch, id).own.own_window_closed.is_some());
    let probed = |watch: &Watch| {
        let sender = flow(watch, child).own;
        sender.peer_window_closed.is_some()
            && sender.timer.is_some_and(|timer| timer.kind == TimerKind::Probe)
            && sender.backoff.is_some_and(|count| count >= 2)
    };
    watch.until("probed by the sender", probed);
    let now = Instant::now();
    let words = flow(&watch, child).own.blocked_parts("the peer's", now).join("; ");
    assert!(words.contains("window has been 0 for") && words.contains("; probe "), "{words}");
    // The reader sees the sender's end too: this host's kernel has both.
    let seen = |watch: &Watch| {
        flow(watch, id).peer.is_some_and(|peer| {
            peer.peer_window_closed.is_some() && peer.timer.is_some_and(|timer| timer.kind == TimerKind::Probe)
        })
    };
    watch.until("the sender's probes, seen by the reader", seen);
    let reader = flow(&watch, id);
    let (theirs, ours) = (reader.peer.unwrap(), reader.own);
    assert!(ours.recv_queue.unwrap() > 0 && theirs.send_queue.unwrap() > 0 && theirs.not_sent.unwrap() > 0);
    watch.order(id, Verb::ContinueReading);
    watch.until("all read", |watch| watch.received(id) == ALL as u64);
    watch.until("open again", |watch| !flow(watch, child).is_blocked() && !flow(watch, id).is_blocked());
    assert_eq!(flow(&watch, child).own.blocked_parts("the peer's", Instant::now()), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn nagle_holds_a_write_until_the_delayed_ack_and_nodelay_does_not() {
    let mut watch = Watch::new();
    let (id, child) = both_ends(&mut watch);
    let delay = Verb::Socket(SocketVerb::SetOption(SocketOption::QuickAck, OptionValue::Switch(false)));
    watch.order(child, delay.clone());
    watch.until_news(child, "QUICKACK off", |news| matches!(news, News::Option(OptionNews::Set { .. })));
    watch.send(id, "first");
    watch.send(id, "held");
    let held = |byte: u64| move |label: &RungLabel| matches!(label, RungLabel::Held { byte: at, .. } if *at == byte);
    watch.until("held", |watch| has(watch, id, held(5)));
    assert!(has(&watch, id, |label| matches!(label, RungLabel::LateAck { byte: 5, .. })), "{:#?}", labels(&watch, id));
    watch.order(child, delay);
    watch.order(id, Verb::Socket(SocketVerb::SetOption(SocketOption::NoDelay, OptionValue::Switch(true))));
    watch.until_news(id, "NODELAY on", |news| matches!(news, News::Option(OptionNews::Set { .. })));
    watch.send(id, "third");
    watch.send(id, "fourth");
    let acked = |label: &RungLabel| matches!(label, RungLabel::Ack { byte: 20 } | RungLabel::LateAck { byte: 20, .. });
    watch.until("all acknowledged", |watch| has(watch, id, acked));
    assert!(!has(&watch, id, held(14)), "{:#?}", labels(&watch, id));
}
