//! Datagrams at full speed against iperf3, both in this run:
//! `cargo test --release --test loopback udp_speed -- --ignored --nocapture`.

use std::io::{BufRead, BufReader, IoSlice};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};
use sockeye::net::{Net, OverflowPolicy};
use sockeye::sessions::spec::{DatagramBurst, HostPort, Script, ScriptStep, UdpBoundSpec, UdpReceive, UdpSpec};
use sockeye::sessions::{News, Order, Record, Retention, SessionId, Spec, SpecKind, Transcript, Verb};
use sockeye::wire::{Both, Totals};

use crate::skipped::skipped;
use sockeye::sessions::news::{DialNews, ListenerNews};

const LENGTH: Duration = Duration::from_secs(3);
const FRAME: Duration = Duration::from_millis(16);

/// A session that is looked at as a screen does: 60 times a second, with 64 MiB kept.
struct Seen {
    net: Net,
    id: SessionId,
    transcript: Transcript,
    totals: Both<Totals>,
    dropped: Option<u64>,
    local: Option<SocketAddr>,
    over: bool,
}

impl Seen {
    fn open(runtime: &tokio::runtime::Runtime, spec: Spec) -> Seen {
        let net = Net::new(runtime.handle().clone(), OverflowPolicy::DropOldest);
        let id = net.open(spec);
        let transcript = Transcript::with_retention(Retention::DEFAULT);
        Seen { net, id, transcript, totals: Both::default(), dropped: None, local: None, over: false }
    }

    fn look(&mut self) {
        std::thread::sleep(FRAME); // between two looks
        for reading in self.net.sample() {
            self.totals = reading.totals;
            self.dropped = reading.dropped_datagrams;
            for record in reading.records {
                match &record {
                    Record::News {
                        news:
                            News::Listener(ListenerNews::Listening { local, .. })
                            | News::Dial(DialNews::Connected { local, .. }),
                        ..
                    } => {
                        self.local = Some(*local);
                    }
                    Record::News { news: News::Closed { .. }, .. } => self.over = true,
                    Record::News { .. } | Record::Block(_) | Record::NotKept { .. } => {}
                }
                self.transcript.push(record);
            }
        }
    }

    fn until(&mut self, what: &str, done: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !done(self) {
            assert!(Instant::now() < deadline, "no {what}: {:?}, dropped {:?}", self.totals, self.dropped);
            self.look();
        }
    }

    fn close(mut self) -> Both<Totals> {
        self.net.send_order(Order { id: self.id, verb: Verb::Close }).unwrap();
        self.until("end", |seen| seen.over);
        self.totals
    }
}

/// As many datagrams as the kernel takes for so long, in trains.
fn blast(to: SocketAddr, size: u16) -> u64 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(to).unwrap();
    let count = (65_000 / u64::from(size)).min(64);
    let payload = vec![b'x'; usize::from(size) * count as usize];
    let begun = Instant::now();
    let mut sent = 0;
    while begun.elapsed() < LENGTH {
        let cut = [ControlMessage::UdpGsoSegments(&size)];
        let slices = [IoSlice::new(&payload)];
        if sendmsg::<SockaddrStorage>(socket.as_raw_fd(), &slices, &cut, MsgFlags::empty(), None).is_ok() {
            sent += count;
        }
    }
    sent
}

/// Datagrams a second: sent by iperf3's client, received by its server. `None`: iperf3 is not there.
fn iperf(size: u16) -> Option<(f64, f64)> {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let words = ["-s", "-1", "-B", "127.0.0.1", "-p", &port, "--forceflush"];
    let mut server = Command::new("iperf3").args(words).stdout(Stdio::piped()).spawn().ok()?;
    let mut said = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "iperf3 does not listen");
    }
    let (size, seconds) = (size.to_string(), LENGTH.as_secs().to_string());
    let words = ["-c", "127.0.0.1", "-p", &port, "-u", "-b", "0", "-l", &size, "-t", &seconds, "-J"];
    let output = Command::new("iperf3").args(words).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "iperf3: {told}");
    server.kill().ok();
    server.wait().unwrap();
    let figure = |name: &str| told.pointer("/end/sum").and_then(|sum| sum.get(name)?.as_f64()).unwrap();
    let (packets, seconds) = (figure("packets"), figure("seconds"));
    Some((packets / seconds, (packets - figure("lost_packets")) / seconds))
}

/// Received a second, and sent a second by the peer.
fn receive(runtime: &tokio::runtime::Runtime, size: u16, merged: bool) -> (f64, f64, Option<u64>) {
    let receive = UdpReceive { merged, ..UdpReceive::default() };
    let local = "127.0.0.1:0".parse().unwrap();
    let spec = UdpBoundSpec { receive, ..UdpBoundSpec::at(local) };
    let mut seen = Seen::open(runtime, Spec::new(SpecKind::UdpBound(spec)));
    seen.until("address", |seen| seen.local.is_some());
    let to = seen.local.unwrap();
    let begun = Instant::now();
    let peer = std::thread::spawn(move || blast(to, size));
    while !peer.is_finished() {
        seen.look();
    }
    let sent = peer.join().unwrap();
    let mut before = u64::MAX;
    while before != seen.totals.received.ops {
        before = seen.totals.received.ops;
        seen.look();
    }
    let took = begun.elapsed().as_secs_f64();
    let dropped = seen.dropped;
    let received = seen.close().received;
    assert_eq!(received.bytes, received.ops * u64::from(size));
    if let Some(dropped) = dropped {
        assert_eq!(received.ops + dropped, sent, "each is received or dropped");
    }
    (received.ops as f64 / took, sent as f64 / took, dropped)
}

/// Sent a second to a socket that nobody reads.
fn send(runtime: &tokio::runtime::Runtime, size: u16) -> f64 {
    let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = sink.local_addr().unwrap();
    let burst = DatagramBurst { bytes: vec![b'x'; size.into()].into(), count: u64::MAX, pace: None };
    let target = HostPort { host: to.ip().to_string(), port: to.port() };
    let script = Script { steps: vec![ScriptStep::Burst(burst)] };
    let mut seen = Seen::open(runtime, Spec { script, ..Spec::new(SpecKind::Udp(UdpSpec::new(target))) });
    seen.until("first", |seen| seen.totals.sent.ops > 0);
    let (begun, before) = (Instant::now(), seen.totals.sent.ops);
    while begun.elapsed() < LENGTH {
        seen.look();
    }
    let speed = (seen.totals.sent.ops - before) as f64 / begun.elapsed().as_secs_f64();
    let sent = seen.close().sent;
    assert_eq!(sent.bytes, sent.ops * u64::from(size));
    speed
}

#[test]
#[ignore = "measures for half a minute, in a release build only"]
fn datagrams_pass_faster_than_through_iperf3() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for size in [64, 1_400] {
        let theirs = iperf(size);
        let (received, blasted, dropped) = receive(&runtime, size, false);
        let sent = send(&runtime, size);
        let (merged, ..) = receive(&runtime, size, true);
        println!(
            "{size} B: received {received:.0}/s of {blasted:.0}/s (dropped {dropped:?}), merged {merged:.0}/s; sent {sent:.0}/s"
        );
        let Some((their_sent, their_received)) = theirs else {
            skipped("iperf3 is not there");
            continue;
        };
        let (r, m, s) = (received / their_received, merged / their_received, sent / their_sent);
        println!(
            "    iperf3 received {their_received:.0}/s, sent {their_sent:.0}/s: ×{r:.1} received, ×{m:.1} merged, ×{s:.1} sent"
        );
    }
}
