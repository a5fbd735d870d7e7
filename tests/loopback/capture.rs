//! Capture on loopback, where this program may: what was captured against what was done, and against tcpdump.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::news::{DialNews, ListenerNews};
use sockeye::sessions::order::StreamVerb;
use sockeye::sessions::spec::{Script, ScriptStep};
use sockeye::sessions::tcp::ladder::{MOST_RUNGS, Rung, RungLabel, SystemCall};
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::Direction;
use sockeye::wire::segment::{CapturedSegment, TcpFlags};

use crate::live_net::DEADLINE;
use crate::peers::{closed_port, count_to_end, outcome, peer, reset, stopped_peer};
use crate::skipped::skipped;
use crate::specs::{any_port, tcp};
use crate::watch::Watch;

macro_rules! may_or_skip {
    () => {
        if let Err(why) = nix::sys::socket::socket(
            nix::sys::socket::AddressFamily::Packet,
            nix::sys::socket::SockType::Datagram,
            nix::sys::socket::SockFlag::empty(),
            None,
        ) {
            skipped(format_args!("packets may not be captured here: {why}"));
            return;
        }
    };
}

fn captured(spec: Spec) -> Spec {
    Spec { capture: true, ..spec }
}

fn rungs(watch: &Watch, id: SessionId) -> impl Iterator<Item = &Rung> {
    watch.session(id).tcp_history().unwrap().ladder.rungs()
}

fn segments(watch: &Watch, id: SessionId) -> impl Iterator<Item = &CapturedSegment> {
    rungs(watch, id).filter_map(|rung| match &rung.label {
        RungLabel::Segment(captured) => Some(&**captured),
        _ => None,
    })
}

/// A segment in a line: `sent SYN 0:0`, the numbers being relative.
fn line(captured: &CapturedSegment) -> String {
    let way = if captured.direction == Direction::Sent { "sent" } else { "received" };
    let ack = captured.relative_ack.map_or("-".to_owned(), |ack| ack.to_string());
    let note = if captured.notes.is_empty() { String::new() } else { format!(" [{}]", captured.notes_text()) };
    let (flags, seq, len) = (captured.segment.flags, captured.relative_seq, captured.segment.len);
    format!("{way} {flags} {seq} {ack} {len}{note}")
}

fn lines(watch: &Watch, id: SessionId) -> Vec<String> {
    segments(watch, id).map(line).collect()
}

fn has(watch: &Watch, id: SessionId, note: &str) -> bool {
    segments(watch, id).any(|captured| captured.notes_text().contains(note))
}

#[test]
fn a_conversation_from_syn_to_the_last_ack_is_captured_with_our_calls_beside_it() {
    may_or_skip!();
    let (address, echo) = peer(|mut stream| {
        let mut twelve = [0; 12];
        stream.read_exact(&mut twelve).unwrap();
        stream.write_all(b"and back").unwrap();
        count_to_end(&stream)
    });
    let mut watch = Watch::new();
    let id = watch.open(captured(tcp(address)));
    watch.until_open(id);
    watch.send(id, &b"hello world\n"[..]);
    watch.until("the answer", |watch| watch.received(id) == 8);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(echo), 0);
    let told = lines(&watch, id);
    assert_eq!(&told[..3], ["sent SYN 0 - 0", "received SYN-ACK 0 1 0", "sent ACK 1 1 0"]);
    for expected in ["sent PSH-ACK 1 1 12", "received PSH-ACK 1 13 8", "sent FIN-ACK 13 9 0"] {
        assert!(told.iter().any(|line| line == expected), "{expected}: {told:#?}");
    }
    let last: Vec<&CapturedSegment> = segments(&watch, id).filter(|captured| captured.acks_fin).collect();
    assert_eq!(last.len(), 2, "both FINs are acknowledged: {told:#?}");
    let syn = segments(&watch, id).next().unwrap();
    assert!(syn.segment.options.mss.is_some() && syn.segment.options.sack_permitted, "{syn:?}");
    let by = |call: &SystemCall| {
        let found = rungs(&watch, id).find(|rung| rung.call.as_ref() == Some(call));
        found.map_or_else(|| panic!("no {call:?}: {told:#?}"), |rung| (rung.lone, rung.label.text()))
    };
    for (call, flags) in
        [(SystemCall::Connect, "SYN"), (SystemCall::Connected, "ACK"), (SystemCall::Shutdown, "FIN-ACK")]
    {
        let (lone, text) = by(&call);
        assert!(!lone && text.starts_with(flags), "{call:?} stands by {text}");
    }
    assert!(by(&SystemCall::Write(12)).1.starts_with("PSH-ACK  seq 1 "));
    // A read joins its segment where it returned within 2 ms of it; a busy machine may take longer, and it stands alone.
    let at = |is_it: &dyn Fn(&Rung) -> bool| rungs(&watch, id).find(|rung| is_it(rung)).unwrap().at;
    let read = at(&|rung| rung.call == Some(SystemCall::Read(8)));
    let answer = at(&|rung| matches!(&rung.label, RungLabel::Segment(it) if line(it) == "received PSH-ACK 1 13 8"));
    let late = read.saturating_duration_since(answer) > Duration::from_millis(2);
    assert_eq!(by(&SystemCall::Read(8)).0, late);
    assert_eq!(watch.session(id).tcp_history().unwrap().ladder.missed_packets(), 0);
    let inferred: Vec<String> = rungs(&watch, id)
        .filter(|rung| {
            !rung.lone
                && matches!(rung.label, RungLabel::Syn(_) | RungLabel::SynAck | RungLabel::Data { .. } | RungLabel::Fin)
        })
        .map(|rung| rung.label.text())
        .collect();
    assert!(inferred.is_empty(), "nothing inferred is left: {inferred:?}");
}

#[test]
fn a_refused_attempt_is_a_syn_and_a_rst() {
    may_or_skip!();
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let id = watch.open(captured(tcp(address)));
    watch.until_closed(id);
    assert_eq!(lines(&watch, id), ["sent SYN 0 - 0", "received RST-ACK 1 1 0"]);
}

#[test]
fn a_reset_is_captured_as_the_peer_sent_it() {
    may_or_skip!();
    let (address, rude) = peer(|mut stream| {
        stream.read_exact(&mut [0; 5]).unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(captured(tcp(address)));
    watch.until_open(id);
    watch.send(id, &b"hello"[..]);
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    assert_eq!(lines(&watch, id).last().unwrap(), "received RST-ACK 1 6 0");
}

#[test]
fn a_window_that_closes_is_probed_and_opens_again() {
    may_or_skip!();
    const BYTES: usize = 1 << 20;
    let (read_on, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let script = Script { steps: vec![ScriptStep::Send(Bytes::from(vec![7; BYTES * 8])), ScriptStep::Finish] };
    let id = watch.open(Spec { script, ..captured(tcp(address)) });
    watch.until("the window closes", |watch| has(watch, id, "ZeroWindow"));
    watch.until("the window is probed", |watch| has(watch, id, "ZeroWindowProbe"));
    watch.until("the probe is answered", |watch| has(watch, id, "ZeroWindowProbeAck"));
    let closed = segments(&watch, id).find(|captured| captured.window == Some(0)).unwrap();
    assert_eq!(closed.direction, Direction::Received);
    read_on.send(()).unwrap();
    watch.until("the window opens", |watch| has(watch, id, "Window Update"));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    assert_eq!(outcome(slow), BYTES as u64 * 8);
}

#[test]
fn the_connections_of_a_listener_are_captured_from_their_syn() {
    may_or_skip!();
    let mut watch = Watch::new();
    let spec = any_port();
    let listener = watch.open(captured(Spec::new(SpecKind::Listen(spec))));
    watch.until_news(listener, "listening", |news| matches!(news, News::Listener(ListenerNews::Listening { .. })));
    let local = watch.news_of(listener).find_map(|news| match news {
        News::Listener(ListenerNews::Listening { local, .. }) => Some(*local),
        _ => None,
    });
    let local = local.unwrap();
    let clients: Vec<TcpStream> = (0..3_usize)
        .map(|number| {
            let mut client = TcpStream::connect(local).unwrap();
            client.write_all(&vec![b'x'; number + 1]).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            client
        })
        .collect();
    watch.until("three children heard all", |watch| {
        watch.children().iter().filter(|id| lines(watch, **id).iter().any(|line| line.contains("FIN"))).count() == 3
    });
    let mut lengths = Vec::new();
    for id in watch.children() {
        let told = lines(&watch, id);
        assert_eq!(&told[..3], ["received SYN 0 - 0", "sent SYN-ACK 0 1 0", "received ACK 1 1 0"], "{told:#?}");
        lengths.push(segments(&watch, id).map(|captured| captured.segment.len).sum::<u32>());
    }
    lengths.sort_unstable();
    assert_eq!(lengths, [1, 2, 3], "each has its own segments and no others");
    drop(clients);
}

#[test]
fn a_client_that_connects_at_once_is_captured_from_its_syn() {
    may_or_skip!();
    for _ in 0..20 {
        let mut watch = Watch::new();
        let (_, local) = watch.listening(captured(Spec::new(SpecKind::Listen(any_port()))));
        let client = TcpStream::connect(local).unwrap();
        watch
            .until("the handshake is captured", |watch| watch.children().iter().any(|id| lines(watch, *id).len() >= 3));
        let told = lines(&watch, watch.children()[0]);
        assert_eq!(&told[..3], ["received SYN 0 - 0", "sent SYN-ACK 0 1 0", "received ACK 1 1 0"], "{told:#?}");
        drop(client);
    }
}

#[test]
fn capture_may_begin_and_end_while_the_connection_is_open() {
    may_or_skip!();
    let (address, echo) = peer(|mut stream| {
        let mut buffer = [0; 100];
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            stream.write_all(&buffer[..read]).unwrap();
        }
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, &b"before"[..]);
    watch.until("the first echo", |watch| watch.received(id) == 6);
    assert!(lines(&watch, id).is_empty());
    // The echo is acknowledged before its read returns, but our write's own ACK is told by the kernel only.
    watch.until_kernel(id, "all is acknowledged", |view| view.send_queue_bytes == Some(0));
    watch.order(id, Verb::Stream(StreamVerb::Capture(true)));
    let on = |watch: &Watch| watch.session(id).tcp_history().unwrap().ladder.is_captured();
    watch.until("capture is on", on);
    watch.send(id, &b"while"[..]);
    watch.until("the second echo is captured", |watch| {
        segments(watch, id).any(|captured| captured.direction == Direction::Received && captured.segment.len == 5)
    });
    let sent = segments(&watch, id).find(|captured| captured.segment.len == 5).unwrap();
    assert_eq!((sent.direction, sent.byte, sent.relative_seq), (Direction::Sent, Some(6), 7));
    assert!(sent.window.is_some(), "the scale is the kernel's: {sent:?}");
    watch.until("the second echo is read", |watch| watch.received(id) == 11);
    watch.order(id, Verb::Stream(StreamVerb::Capture(false)));
    watch.until("capture is off", |watch| !on(watch));
    let before = lines(&watch, id).len();
    watch.send(id, &b"after"[..]);
    watch.until("the third echo", |watch| watch.received(id) == 16);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    assert_eq!(lines(&watch, id).len(), before);
    let turned = rungs(&watch, id).filter(|rung| matches!(rung.label, RungLabel::Capture(_))).count();
    assert_eq!(turned, 2);
    outcome(echo);
}

#[test]
fn a_flood_is_captured_or_counted_and_the_ladder_stays_small() {
    may_or_skip!();
    const BYTES: u64 = 128 << 20;
    let (address, sender) = peer(|mut stream| {
        let block = vec![7; 1 << 20];
        for _ in 0..BYTES >> 20 {
            stream.write_all(&block).unwrap();
        }
    });
    let mut watch = Watch::new().counting();
    let id = watch.open(captured(tcp(address)));
    watch.until("all of it", |watch| watch.received(id) == BYTES);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(sender);
    let ladder = &watch.session(id).tcp_history().unwrap().ladder;
    assert!(ladder.len() <= MOST_RUNGS);
    let again = |captured: &CapturedSegment| captured.notes.iter().any(|note| note.is_retransmission());
    let seen: u64 = rungs(&watch, id)
        .filter(|rung| rung.direction == Some(Direction::Received) && !rung.lone)
        .map(|rung| match &rung.label {
            RungLabel::Segment(captured) if !again(captured) => captured.segment.len.into(),
            RungLabel::Segments { bytes, .. } => *bytes,
            _ => 0,
        })
        .sum();
    assert!(
        seen >= BYTES || ladder.missed_packets() > 0,
        "{seen} of {BYTES} bytes seen, and nothing said to be missed"
    );
    assert!(seen > 0);
}

/// tcpdump on loopback, for one port.
struct Dump {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Dump {
    fn of(port: u16) -> Option<Dump> {
        let mut command = Command::new("tcpdump");
        command.args(["-i", "lo", "-nn", "-S", "-l", "--immediate-mode", &format!("tcp port {port}")]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        if !errors.any(|line| line.is_ok_and(|line| line.contains("listening on"))) {
            child.kill().ok();
            child.wait().ok();
            return None;
        }
        let (tell, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| tell.send(line).is_ok()));
        Some(Dump { child, lines })
    }

    /// The next segments, as [`told_by_us`] writes them.
    fn take(&mut self, count: usize, local: SocketAddr) -> Vec<String> {
        let mut told = Vec::new();
        while told.len() < count {
            let line = self.lines.recv_timeout(DEADLINE).expect("tcpdump saw fewer segments");
            told.push(told_by_tcpdump(&line, local));
        }
        told
    }
}

impl Drop for Dump {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// `12:00:00.1 IP 127.0.0.1.5 > 127.0.0.1.6: Flags [P.], seq 1:13, ack 1, win 512, options […], length 12`
fn told_by_tcpdump(line: &str, local: SocketAddr) -> String {
    let sent = line.contains(&format!("IP {}.{} >", local.ip(), local.port()));
    let part = |name: &str| {
        let rest = line.split(&format!("{name} ")).nth(1)?;
        Some(rest.split([',', ' ']).next().unwrap_or_default().to_owned())
    };
    let flags = line.split(['[', ']']).nth(1).unwrap_or_default();
    let seq = part("seq").map(|seq| seq.split(':').next().unwrap_or_default().to_owned());
    let (ack, length) = (part("ack"), part("length").unwrap_or_default());
    format!("{sent} {flags} {seq:?} {ack:?} {length}")
}

fn told_by_us(captured: &CapturedSegment) -> String {
    let flags = captured.segment.flags;
    let letters =
        [(TcpFlags::FIN, 'F'), (TcpFlags::SYN, 'S'), (TcpFlags::RST, 'R'), (TcpFlags::PSH, 'P'), (TcpFlags::ACK, '.')];
    let letters: String = letters.iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, letter)| letter).collect();
    let bare = captured.segment.span() == 0 && !flags.contains(TcpFlags::RST);
    let seq = (!bare).then(|| captured.segment.seq.to_string());
    let ack = flags.contains(TcpFlags::ACK).then(|| captured.segment.ack.to_string());
    format!("{} {letters} {seq:?} {ack:?} {}", captured.direction == Direction::Sent, captured.segment.len)
}

#[test]
fn tcpdump_saw_the_same_segments_with_the_same_numbers() {
    may_or_skip!();
    for ends_with_reset in [false, true] {
        let (address, echo) = peer(move |mut stream| {
            let mut all = [0; 12];
            stream.read_exact(&mut all).unwrap();
            stream.write_all(&all).unwrap();
            if ends_with_reset {
                stream.read_exact(&mut [0; 3]).unwrap();
                reset(stream);
            } else {
                stream.read_to_end(&mut Vec::new()).unwrap();
            }
        });
        let Some(mut dump) = Dump::of(address.port()) else {
            skipped("tcpdump is not installed, or may not capture");
            return;
        };
        let mut watch = Watch::new();
        let id = watch.open(captured(tcp(address)));
        watch.until_open(id);
        watch.send(id, &b"hello world\n"[..]);
        watch.until("the echo", |watch| watch.received(id) == 12);
        if ends_with_reset {
            watch.send(id, &b"rst"[..]);
        } else {
            watch.order(id, Verb::Stream(StreamVerb::FinishSending));
        }
        watch.until_closed(id);
        outcome(echo);
        let ours: Vec<String> = segments(&watch, id).map(told_by_us).collect();
        let local = watch.news_of(id).find_map(|news| match news {
            News::Dial(DialNews::Connected { local, .. }) => Some(*local),
            _ => None,
        });
        let theirs = dump.take(ours.len(), local.unwrap());
        assert_eq!(ours, theirs);
        let more = dump.lines.try_recv().ok();
        assert_eq!(more, None, "tcpdump saw one more");
    }
}
