//! The ladder that is drawn without capture, against a capture of the same run, rung by rung.
//!
//! The runs need packets to be lost, so they happen in a network namespace: the first test starts this binary there
//! again, for the second.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::socket::{LinkAddr, recvfrom};
use sockeye::sessions::news::TcpNews;
use sockeye::sessions::order::StreamVerb;
use sockeye::sessions::spec::RetryPolicy;
use sockeye::sessions::tcp::ladder::{Rung, RungLabel, SystemCall};
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::Direction;
use sockeye::wire::option::{OptionValue, SocketOption};
use sockeye::wire::segment::{CapturedSegment, FlowHint, Segment, SegmentFlow, SegmentNote, TcpFlags};
use sockeye::wire::tcp::state::TcpState;

use crate::live_net::DEADLINE;
use crate::peers::{closed_port, count_to_end, outcome, peer, peer_on_cue, reset, stopped_peer};
use crate::skipped::skipped;
use crate::specs::{any_port, tcp, tcp_to};
use crate::watch::Watch;

/// Set in the namespace.
const INSIDE: &str = "SOCKEYE_INSIDE_NAMESPACE";

/// What a capture shows and the ladder without it does not draw, and why.
const NOT_DRAWN: [(&str, &str); 5] = [
    ("→ ACK of data", "our kernel acknowledges by itself: no call, counter or timestamp tells when"),
    ("→ ACK of FIN", "in ESTABLISHED the kernel waits up to 40 ms for a segment of ours that carries it"),
    ("← ACK of data", "the kernel's timestamps are of each write's last byte: ACKs before it are not told"),
    ("← ACK of SYN", "told by accept(), which returns later"),
    ("← RST", "it answers what we sent to a socket of ours that is gone"),
];

/// What passed on loopback.
enum Passed {
    Tcp(Instant, Segment),
    Icmp(Instant),
    Marker(u16),
}

/// A capture of all that passes on loopback, each packet once.
struct Tap(mpsc::Receiver<Passed>);

impl Tap {
    fn start() -> Tap {
        let all = socket2::Protocol::from(i32::from(0x0003_u16.to_be()));
        let socket = socket2::Socket::new(socket2::Domain::PACKET, socket2::Type::DGRAM, Some(all)).unwrap();
        socket.set_recv_buffer_size(64 << 20).unwrap();
        let (tell, passed) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 17];
            loop {
                let (len, from) = recvfrom::<LinkAddr>(socket.as_raw_fd(), &mut buffer).unwrap();
                let outgoing = from.is_some_and(|from| i32::from(from.pkttype()) == i32::from(libc::PACKET_OUTGOING));
                let packet = &buffer[..len];
                let one = match (packet[0] >> 4, packet[9]) {
                    _ if !outgoing => continue,
                    (4, 17) => Some(Passed::Marker(u16::from_be_bytes([packet[22], packet[23]]))),
                    (4, 1) => Some(Passed::Icmp(Instant::now())),
                    _ => Segment::parse(packet).map(|segment| Passed::Tcp(Instant::now(), segment)),
                };
                if one.is_some_and(|one| tell.send(one).is_err()) {
                    return;
                }
            }
        });
        Tap(passed)
    }

    /// What passed so far: a datagram to nobody marks the end. It is sent until it is seen, as the capture of a flood
    /// may be full.
    fn take(&self) -> Vec<Passed> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mark = socket.local_addr().unwrap().port();
        let start = Instant::now();
        let mut all = Vec::new();
        while start.elapsed() < DEADLINE {
            socket.send_to(b"end", (Ipv4Addr::LOCALHOST, mark)).unwrap();
            loop {
                match self.0.recv_timeout(Duration::from_millis(100)) {
                    Ok(Passed::Marker(port)) if port == mark => return all,
                    Ok(Passed::Marker(_)) => {}
                    Ok(one) => all.push(one),
                    Err(_) => break,
                }
            }
        }
        panic!("the marker passes");
    }
}

/// One segment, or one part of it, as both tell it: `→ data 0+5`, `← ACK of FIN`.
#[derive(Clone, Debug)]
struct Told {
    at: Instant,
    text: String,
}

fn arrow(direction: Direction) -> &'static str {
    if direction == Direction::Sent { "→" } else { "←" }
}

/// What a captured segment is.
fn of_segment(it: &CapturedSegment) -> Vec<String> {
    let flags = it.segment.flags;
    let again = if it.notes.iter().any(|note| note.is_retransmission()) { " again" } else { "" };
    let has = |note: SegmentNote| it.notes.contains(&note);
    let way = arrow(it.direction);
    let mut told = Vec::new();
    if flags.contains(TcpFlags::RST) {
        told.push(format!("{way} RST"));
    } else if flags.contains(TcpFlags::SYN) {
        let ack = if flags.contains(TcpFlags::ACK) { "-ACK" } else { "" };
        told.push(format!("{way} SYN{ack}{again}"));
    } else if has(SegmentNote::KeepAlive) {
        told.push(format!("{way} keepalive probe"));
    } else if has(SegmentNote::ZeroWindowProbe) {
        told.push(format!("{way} window probe"));
    } else if it.segment.len > 0 {
        let place = it.byte.map_or("?".to_owned(), |byte| byte.to_string());
        let data = if again.is_empty() {
            format!("{way} data {place}+{}", it.segment.len)
        } else {
            format!("{way} data again")
        };
        told.push(data);
    }
    if flags.contains(TcpFlags::FIN) && !flags.contains(TcpFlags::RST) {
        told.push(format!("{way} FIN{again}"));
    }
    if it.acks_fin {
        told.push(format!("{way} ACK of FIN"));
    } else if it.completes_handshake {
        told.push(format!("{way} ACK of SYN"));
    } else if told.is_empty() {
        told.push(format!("{way} ACK {}", it.relative_ack.unwrap_or(0) - 1));
    }
    told
}

/// What a rung is; a rung that is no segment is nothing here.
fn of_rung(rung: &Rung) -> Vec<String> {
    let Some(direction) = rung.direction else { return Vec::new() };
    let way = arrow(direction);
    let many = |what: &str, times: u64| (0..times).map(|_| format!("{way} {what}")).collect();
    let one = |what: &str| vec![format!("{way} {what}")];
    match &rung.label {
        RungLabel::Syn(_) => one("SYN"),
        RungLabel::SynAck => one("SYN-ACK"),
        RungLabel::HandshakeAck => one("ACK of SYN"),
        RungLabel::Ack { byte } | RungLabel::LateAck { byte, .. } => one(&format!("ACK {byte}")),
        RungLabel::Data { bytes, byte } => one(&format!("data {byte}+{bytes}")),
        RungLabel::Fin => one("FIN"),
        RungLabel::FinAck => vec![format!("{way} FIN"), format!("{way} ACK of FIN")],
        RungLabel::AckOfFin => one("ACK of FIN"),
        RungLabel::Rst => one("RST"),
        RungLabel::Again { what, times } => many(&format!("{what} again"), times.unwrap_or(1)),
        RungLabel::SentAgain { .. } => one("data again"),
        RungLabel::WindowProbe { times } => many("window probe", *times),
        RungLabel::KeepaliveProbe { times } => many("keepalive probe", *times),
        RungLabel::Unreachable(_) => one("ICMP"),
        RungLabel::Held { .. } | RungLabel::WindowClosed | RungLabel::WindowOpened { .. } => Vec::new(),
        other => panic!("not in these runs: {other:?}"),
    }
}

/// What passed one way, with a FIN and an ACK of ours that follow each other, in one order: without capture it is not known whether the peer sent
/// both in one segment or the ACK first, if both came between two looks at the kernel.
fn one_order<'a>(told: &'a [Told], way: &str) -> Vec<&'a Told> {
    let mut told: Vec<&Told> = told.iter().filter(|told| told.text.starts_with(way)).collect();
    for at in 1..told.len() {
        let is = |told: &Told, what: &str| told.text.ends_with(what);
        if is(told[at - 1], " ACK of FIN") && is(told[at], " FIN") {
            told.swap(at - 1, at);
        }
    }
    told
}

/// One run: what was captured and what was drawn.
struct Comparison {
    name: &'static str,
    captured: Vec<Told>,
    drawn: Vec<Told>,
}

impl Comparison {
    fn new(name: &'static str, passed: &[Passed], watch: &Watch, id: SessionId, server: SocketAddr) -> Comparison {
        let we_listen = watch.session(id).parent().is_some();
        let mut flows: BTreeMap<u16, SegmentFlow> = BTreeMap::new();
        let mut captured = Vec::new();
        for one in passed {
            match one {
                Passed::Marker(_) => {}
                Passed::Icmp(at) => captured.push(Told { at: *at, text: "← ICMP".to_owned() }),
                Passed::Tcp(_, other)
                    if other.destination.port() != server.port() && other.source.port() != server.port() => {}
                Passed::Tcp(at, segment) => {
                    let to_server = segment.destination.port() == server.port();
                    let client = if to_server { segment.source.port() } else { segment.destination.port() };
                    let flow = flows.entry(client).or_insert_with(|| SegmentFlow::new(FlowHint::default()));
                    let direction = if to_server != we_listen { Direction::Sent } else { Direction::Received };
                    let it = flow.on_segment(*at, direction, *segment);
                    captured.extend(of_segment(&it).into_iter().map(|text| Told { at: *at, text }));
                }
            }
        }
        let history = watch.session(id).tcp_history().unwrap();
        let told = |rung: &Rung| of_rung(rung).into_iter().map(|text| Told { at: rung.at, text }).collect::<Vec<_>>();
        let drawn = history.ladder.rungs().flat_map(told).collect();
        Comparison { name, captured, drawn }
    }

    /// Both sides in two columns.
    fn table(&self) -> String {
        let start = self.captured.iter().chain(&self.drawn).map(|told| told.at).min();
        let mut rows: Vec<(Instant, String)> = Vec::new();
        let ms = |at: Instant| start.map_or(0.0, |start| at.duration_since(start).as_secs_f64() * 1_000.0);
        rows.extend(self.captured.iter().map(|told| (told.at, format!("{:9.2} {}", ms(told.at), told.text))));
        rows.extend(self.drawn.iter().map(|told| (told.at, format!("{:9.2} {:30}{}", ms(told.at), "", told.text))));
        rows.sort_by_key(|row| row.0);
        let rows: Vec<String> = rows.into_iter().map(|row| row.1).collect();
        format!("{}: captured, and drawn without\n{}", self.name, rows.join("\n"))
    }

    /// Asserts that what is drawn was captured, in the same order each way, and that what was captured and is not drawn
    /// is one of these kinds of [`NOT_DRAWN`]. Which of them are there depends on how fast the peer is.
    #[track_caller]
    fn differs_by(&self, kinds: &[&str]) {
        tell(&self.table());
        let mut missing = Vec::new();
        for way in ["→", "←"] {
            let mut drawn = one_order(&self.drawn, way).into_iter().peekable();
            for told in one_order(&self.captured, way) {
                if drawn.next_if(|next| next.text == told.text).is_none() {
                    missing.push(told.text.clone());
                }
            }
            let extra = drawn.next();
            assert!(extra.is_none(), "{:?} was drawn, and was not captured there\n{}", extra, self.table());
        }
        let mut found: Vec<&str> = missing.iter().map(|text| kind_of(text)).collect();
        found.sort_unstable();
        found.dedup();
        assert!(found.iter().all(|kind| kinds.contains(kind)), "{missing:?}\n{}", self.table());
        for kind in found {
            let why = NOT_DRAWN.iter().find(|(name, _)| *name == kind);
            let (_, why) = why.unwrap_or_else(|| panic!("no reason why {kind} is not drawn\n{}", self.table()));
            tell(&format!("{}: {kind} is not drawn: {why}", self.name));
        }
    }

    /// The same without order and number: for runs with too many segments.
    #[track_caller]
    fn both_have(&self, texts: &[&str]) {
        tell(&self.table());
        for text in texts {
            let has = |all: &[Told]| all.iter().any(|told| told.text == *text);
            assert_eq!((has(&self.captured), has(&self.drawn)), (true, true), "{text}\n{}", self.table());
        }
    }
}

/// For whoever runs it with `--nocapture`, and beside a failure: the tables, and what is not drawn.
#[expect(clippy::print_stdout, reason = "a test's own output")]
fn tell(text: &str) {
    println!("{text}");
}

/// `→ ACK 5` is an ACK of data, whatever its number.
fn kind_of(text: &str) -> &str {
    let numbered = |prefix: &str| text.strip_prefix(prefix).is_some_and(|rest| rest.parse::<i64>().is_ok());
    match text {
        _ if numbered("→ ACK ") => "→ ACK of data",
        _ if numbered("← ACK ") => "← ACK of data",
        other => other,
    }
}

/// Replaces the rules for packets that arrive on loopback.
fn rule(rule: &str) {
    let table = format!(
        "add table ip t; add chain ip t c {{ type filter hook input priority 0; }}; flush chain ip t c; {rule}"
    );
    assert!(Command::new("nft").arg(&table).status().unwrap().success(), "{table}");
}

fn drop_to(port: u16, which: &str) {
    rule(&format!("add rule ip t c tcp dport {port} {which} drop"));
}

fn with(address: SocketAddr, options: Vec<(SocketOption, OptionValue)>) -> Spec {
    let mut spec = tcp_to(address);
    spec.socket.options = options;
    Spec::new(SpecKind::Tcp(spec))
}

fn finish(watch: &Watch, id: SessionId) {
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
}

fn until_peer_finished(watch: &mut Watch, id: SessionId) {
    watch.until_news(id, "the peer's FIN", |news| matches!(news, News::Tcp(TcpNews::PeerFinished { .. })));
}

/// Waits for the timestamp of the ACK of all these bytes.
fn until_acknowledged(watch: &mut Watch, id: SessionId, bytes: u64) {
    watch.until_news(id, "acknowledged", |news| match news {
        News::Tcp(TcpNews::Stamps { byte, acked, .. }) => acked.is_some() && byte + 1 == bytes,
        _ => false,
    });
}

fn states(watch: &Watch, id: SessionId) -> Vec<TcpState> {
    watch.session(id).tcp_history().unwrap().track.steps().iter().map(|step| step.to).collect()
}

fn calls(watch: &Watch, id: SessionId) -> Vec<SystemCall> {
    watch.session(id).tcp_history().unwrap().ladder.rungs().filter_map(|rung| rung.call.clone()).collect()
}

#[test]
#[ignore = "it runs in a namespace that the test below makes"]
fn inside_the_namespace() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let tap = Tap::start();
    conversations(&tap);
    losses(&tap);
    ends(&tap);
    attempts(&tap);
    timers(&tap);
}

/// Handshake, data, and the four segments of a close, from either side.
fn conversations(tap: &Tap) {
    let (address, echo) = peer(|mut stream| {
        let mut all = [0; 5];
        stream.read_exact(&mut all).unwrap();
        stream.write_all(&all).unwrap();
        count_to_end(&stream)
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, &b"hello"[..]);
    watch.until("the echo", |watch| watch.received(id) == 5);
    finish(&watch, id);
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(echo);
    let told = Comparison::new("we close first", &tap.take(), &watch, id, address);
    told.differs_by(&["→ ACK of data"]);
    assert_eq!(told.drawn.last().unwrap().text, "→ ACK of FIN", "the fourth segment of the close");
    assert_eq!(states(&watch, id).last(), Some(&TcpState::TimeWait));

    let (address, echo) = peer(|mut stream| stream.write_all(b"abc").unwrap());
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    until_peer_finished(&mut watch, id);
    outcome(echo);
    watch.order(id, Verb::Close);
    watch.until_closed(id);
    let told = Comparison::new("the peer closes first", &tap.take(), &watch, id, address);
    told.differs_by(&["→ ACK of data", "→ ACK of FIN"]);
    assert_eq!(told.drawn.last().unwrap().text, "← ACK of FIN");

    let (go, address, echo) = peer_on_cue(|mut stream, cue| {
        let read = count_to_end(&stream);
        cue.recv().unwrap();
        stream.write_all(b"more").unwrap();
        read
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, &b"hello"[..]);
    until_acknowledged(&mut watch, id, 5);
    finish(&watch, id);
    watch.until_kernel(id, "the FIN is acknowledged", |view| view.state == Some(TcpState::FinWait2));
    go.send(()).unwrap();
    watch.until_closed(id);
    outcome(echo);
    Comparison::new("half-close", &tap.take(), &watch, id, address).differs_by(&["→ ACK of data"]);

    let mut watch = Watch::new();
    let (_, local) = watch.listening(Spec::new(SpecKind::Listen(any_port())));
    let client = std::thread::spawn(move || {
        let mut client = TcpStream::connect(local).unwrap();
        client.write_all(b"hey").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        client.read_to_end(&mut Vec::new()).unwrap();
    });
    watch.until("a child", |watch| watch.children().iter().any(|id| watch.received(*id) == 3));
    let id = watch.children()[0];
    until_peer_finished(&mut watch, id);
    watch.send(id, &b"answer"[..]);
    until_acknowledged(&mut watch, id, 6);
    finish(&watch, id);
    watch.until_closed(id);
    client.join().unwrap();
    Comparison::new("accepted", &tap.take(), &watch, id, local).differs_by(&["→ ACK of data", "→ ACK of FIN"]);
}

/// Segments that the network loses, and a window that closes.
fn losses(tap: &Tap) {
    let (address, listener) = peer(|stream| count_to_end(&stream));
    drop_to(address.port(), "meta length > 60 numgen inc mod 1000 < 3");
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, vec![7; 41]);
    until_acknowledged(&mut watch, id, 41);
    watch.send(id, vec![7; 48]);
    until_acknowledged(&mut watch, id, 41 + 48);
    finish(&watch, id);
    watch.until_closed(id);
    outcome(listener);
    Comparison::new("a write is lost three times", &tap.take(), &watch, id, address).differs_by(&[]);
    let stamps = watch.news_of(id).find_map(|news| match news {
        News::Tcp(TcpNews::Stamps { byte: 40, sent, again, acked, .. }) => Some((*sent, again.clone(), *acked)),
        _ => None,
    });
    let (sent, again, acked) = stamps.expect("the first write is stamped");
    assert_eq!(again.len(), 3, "{again:?}");
    assert!(sent < again.first().copied() && again.last().copied() < acked, "{sent:?} {again:?} {acked:?}");
    let held = watch
        .session(id)
        .tcp_history()
        .unwrap()
        .ladder
        .rungs()
        .any(|rung| matches!(rung.label, RungLabel::Held { .. }));
    assert!(!held, "it was sent at once");

    let (address, listener) = peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    drop_to(address.port(), "tcp flags & fin == fin numgen inc mod 1000 < 2");
    finish(&watch, id);
    watch.until_closed(id);
    outcome(listener);
    rule("");
    Comparison::new("a FIN is lost twice", &tap.take(), &watch, id, address).differs_by(&[]);

    let (go, address, slow) = stopped_peer(|stream| count_to_end(&stream));
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, vec![7; 64 << 20]);
    let probed = |watch: &Watch| {
        let ladder = &watch.session(id).tcp_history().unwrap().ladder;
        ladder.rungs().any(|rung| matches!(rung.label, RungLabel::WindowProbe { .. }))
    };
    watch.until("the window is probed", probed);
    let probes: Vec<Passed> = tap.take();
    let mut told = Comparison::new("a window that is closed", &probes, &watch, id, address);
    told.captured.retain(|told| !told.text.contains("data") && kind_of(&told.text) != "← ACK of data");
    told.both_have(&["→ window probe"]);
    go.send(()).unwrap();
    finish(&watch, id);
    watch.until_closed(id);
    outcome(slow);
    let ladder = &watch.session(id).tcp_history().unwrap().ladder;
    let opened = ladder.rungs().any(|rung| matches!(rung.label, RungLabel::WindowOpened { .. }));
    assert!(opened, "the window opened again");
    drop(tap.take());
}

/// Ends by RST, from either side.
fn ends(tap: &Tap) {
    let (go, address, rude) = peer_on_cue(|mut stream, cue| {
        stream.write_all(b"first").unwrap();
        cue.recv().unwrap();
        stream.write_all(b"unread").unwrap();
        stream.read_to_end(&mut Vec::new()).is_err()
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until("the first bytes", |watch| watch.received(id) == 5);
    watch.order(id, Verb::Stream(StreamVerb::CloseUnread));
    watch.until_news(id, "paused", |news| matches!(news, News::ReadingPaused));
    go.send(()).unwrap();
    watch.until_closed(id);
    assert!(outcome(rude));
    let mut told = Comparison::new("close with unread bytes", &tap.take(), &watch, id, address);
    told.captured.retain(|told| told.text != "← data 5+6"); // what nobody read has no rung
    told.differs_by(&["→ ACK of data"]);
    assert_eq!(calls(&watch, id).last(), Some(&SystemCall::Close), "nobody set linger");

    let linger = vec![(SocketOption::Linger, OptionValue::Linger(Some(Duration::ZERO)))];
    for (name, spec_options, verb) in
        [("linger 0 by option, then close", linger, Verb::Close), ("reset by us", Vec::new(), Verb::Reset)]
    {
        let (address, rude) = peer(|mut stream| stream.read_to_end(&mut Vec::new()).is_err());
        let mut watch = Watch::new();
        let id = watch.open(with(address, spec_options));
        watch.until_open(id);
        watch.send(id, &b"hello"[..]);
        until_acknowledged(&mut watch, id, 5);
        watch.order(id, verb);
        assert_eq!(watch.until_closed(id), CloseReason::Rst, "{name}");
        assert!(outcome(rude), "{name}: the peer was reset");
        Comparison::new(name, &tap.take(), &watch, id, address).differs_by(&[]);
        assert_eq!(calls(&watch, id).last(), Some(&SystemCall::Abort));
        assert_eq!(states(&watch, id), [TcpState::SynSent, TcpState::Established, TcpState::Closed], "{name}");
    }

    let (address, rude) = peer(|mut stream| {
        stream.read_exact(&mut [0; 5]).unwrap();
        reset(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.send(id, &b"hello"[..]);
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    outcome(rude);
    Comparison::new("reset by the peer", &tap.take(), &watch, id, address).differs_by(&[]);

    let (address, gone) = peer(drop);
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    until_peer_finished(&mut watch, id);
    outcome(gone);
    watch.send(id, &b"hello"[..]);
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    Comparison::new("a write after the peer's close", &tap.take(), &watch, id, address).differs_by(&["→ ACK of FIN"]);
}

/// Attempts that do not connect.
fn attempts(tap: &Tap) {
    let (_held, address) = closed_port();
    drop_to(address.port(), "");
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.connect_timeout = Duration::from_millis(1_500);
    spec.socket.retry = RetryPolicy { times: 2, ..RetryPolicy::default() };
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    watch.until_closed(id);
    let told = Comparison::new("SYNs of three attempts", &tap.take(), &watch, id, address);
    told.differs_by(&[]);
    let explained: Vec<usize> = watch.session(id).attempts.tried.iter().map(|one| one.syns_again.len()).collect();
    assert_eq!(explained, [1, 1, 1], "each SYN belongs to its attempt");
    assert_eq!(told.captured.iter().filter(|told| told.text == "→ SYN again").count(), 3);

    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.connect_timeout = Duration::from_millis(3_500);
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    watch.until_closed(id);
    Comparison::new("SYNs of one attempt", &tap.take(), &watch, id, address).differs_by(&[]);

    rule("");
    for (name, with) in [
        ("refused", ""),
        ("ICMP host unreachable", "reject with icmp host-unreachable"),
        ("ICMP port unreachable", "reject with icmp port-unreachable"),
        ("ICMP prohibited", "reject with icmp admin-prohibited"),
    ] {
        let rejects = if with.is_empty() {
            String::new()
        } else {
            format!("add rule ip t c tcp dport {} {with}", address.port())
        };
        rule(&rejects);
        let mut watch = Watch::new();
        let id = watch.open(tcp(address));
        watch.until_closed(id);
        Comparison::new(name, &tap.take(), &watch, id, address).differs_by(&[]);
        assert_eq!(states(&watch, id), [TcpState::SynSent, TcpState::Closed], "{name}");
    }
    rule("");

    for kind in ["prohibit", "unreachable", "blackhole", "throw"] {
        let route = ["route", "replace", kind, "10.9.0.0/16"];
        assert!(Command::new("ip").args(route).status().unwrap().success());
        let address: SocketAddr = ([10, 9, 0, 1], 80).into();
        let mut watch = Watch::new();
        let id = watch.open(tcp(address));
        watch.until_closed(id);
        let told = Comparison::new("a connect() that never left", &tap.take(), &watch, id, address);
        told.differs_by(&[]);
        assert!(told.captured.is_empty() && told.drawn.is_empty(), "{kind}: {}", told.table());
        let ladder = &watch.session(id).tcp_history().unwrap().ladder;
        let nothing = ladder.rungs().filter(|rung| matches!(rung.label, RungLabel::NothingSent(_))).count();
        assert_eq!((nothing, states(&watch, id)), (1, Vec::new()), "{kind}");
        assert!(Command::new("ip").args(["route", "del", kind, "10.9.0.0/16"]).status().unwrap().success());
    }
}

/// Ends by the kernel's timers.
fn timers(tap: &Tap) {
    let second = || OptionValue::Time(Duration::from_secs(1));
    let keepalive = vec![
        (SocketOption::KeepAlive, OptionValue::Switch(true)),
        (SocketOption::KeepIdle, second()),
        (SocketOption::KeepInterval, second()),
        (SocketOption::KeepCount, OptionValue::Count(2)),
    ];
    let (go, address, silent) = peer_on_cue(|stream, cue| {
        cue.recv().unwrap();
        drop(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(with(address, keepalive));
    watch.until_open(id);
    drop_to(address.port(), "");
    watch.until_closed(id);
    let told = Comparison::new("keepalive probes without an answer", &tap.take(), &watch, id, address);
    told.differs_by(&[]);
    assert_eq!(told.drawn.last().unwrap().text, "→ RST", "the kernel's own, as it gives up");
    go.send(()).unwrap();
    outcome(silent);
    rule("");
    drop(tap.take());

    let (go, address, silent) = peer_on_cue(|stream, cue| {
        cue.recv().unwrap();
        drop(stream);
    });
    let mut watch = Watch::new();
    let id = watch.open(with(address, vec![(SocketOption::UserTimeout, second())]));
    watch.until_open(id);
    drop_to(address.port(), "");
    watch.send(id, &b"hello"[..]);
    watch.until_closed(id);
    let told = Comparison::new("TCP_USER_TIMEOUT", &tap.take(), &watch, id, address);
    told.differs_by(&[]);
    go.send(()).unwrap();
    outcome(silent);
    rule("");
}

#[test]
fn without_capture_the_ladder_draws_what_a_capture_of_the_same_run_shows() {
    let can = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
    };
    if !can(Command::new("unshare").args(["-Urn", "ip", "link", "set", "lo", "up"])) {
        return skipped("an ordinary user may make no network namespaces here, or ip is not installed");
    }
    if !can(Command::new("unshare").args(["-Urn", "nft", "add table ip t"])) {
        return skipped("nft is not installed, or does not work in a namespace");
    }
    let mut command = Command::new("unshare");
    command.args(["-Urn", "--kill-child", "--fork", "sh", "-c"]);
    command.arg(
        "ip link set lo up && exec \"$0\" --exact ladder_against_capture::inside_the_namespace --ignored --nocapture",
    );
    command.arg(std::env::current_exe().unwrap()).env(INSIDE, "1");
    let output = command.output().unwrap();
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}\n{errors}");
    tell(&told);
}
