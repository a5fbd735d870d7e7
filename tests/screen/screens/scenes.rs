//! The models that the screens are drawn from, built as the program builds them: by messages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sockeye::model::history::ComposedText;
use sockeye::sessions::kinds::http::HttpGauge;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::spec::{
    AcceptedSpec, HostPort, IpFamily, ListenSpec, MulticastGroup, TcpSpec, UdpBoundSpec, UdpSpec,
};
use sockeye::sessions::{CloseReason, News, Record, SessionId, SpecKind};
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::tls::certificate::{CertificateView, PublicKeyView};
use sockeye::wire::tls::names::{TlsCipherSuite, TlsGroup, TlsHandshakeType, TlsRecordType, TlsVersion};
use sockeye::wire::tls::record::{TlsMessage, TlsMessageKind};
use sockeye::wire::{Both, Class, Direction, FailedOperation, Failure, FailureReason, Totals};

use crate::bench::{Bench, address, tcp_to};
use sockeye::sessions::news::tls::{ChainCertificate, ChainTrust, TlsHandshake};
use sockeye::sessions::news::{DialNews, HttpNews, ListenerNews, TcpNews, TlsNews, UdpNews};

pub(crate) fn home(columns: u16, rows: u16) -> Bench {
    Bench::new(columns, rows)
}

/// The home screen with targets of earlier runs, and sessions behind it.
pub(crate) fn home_again(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    let lines = ["127.0.0.1:80", "curl -u a:b http://127.0.0.1/x", "dns example.org MX"].map(ComposedText::from);
    let lines = lines.into_iter().collect();
    bench.model.targets = sockeye::model::targets::TargetHistory::new(lines, &bench.model.names);
    bench.keys("esc q q j");
    bench
}

/// The menu of built-in peers.
pub(crate) fn lab(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    bench.model.lab.peers = sockeye::lab::names();
    bench.keys("l j");
    bench
}

/// One of each kind in the list, a conversation with a hostile peer in front.
pub(crate) fn chat(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let tcp = bench.connected(0, "127.0.0.1:7001");
    others(&mut bench);
    let [sent, received] = [Direction::Sent, Direction::Received];
    bench.data(tcp, 4_120_000, sent, b"hello world\n");
    bench.data(tcp, 4_121_000, received, b"hello world\n");
    bench.data(tcp, 9_732_000, sent, b"GET /status HTTP/1.1\r\nHost: lab\r\n\r\n");
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nstatus: \x1b[31mall good\x1b[0m\n";
    bench.data(tcp, 9_733_000, received, answer);
    let lost = Totals { bytes: 268_369_920, ops: 4096 };
    bench.reading(tcp, 10_000_000, vec![Record::NotKept { direction: received, totals: lost }]);
    bench.data(tcp, 12_340_000, received, "gr\u{fc}\u{df}e, \u{4e16}\u{754c} \u{202e}\n".as_bytes());
    bench.kernel(tcp, 12_341_000, TcpState::Established);
    bench.wake(12_500_000);
    bench.keys("1 i");
    bench
}

/// We said all we had to say; the peer goes on.
pub(crate) fn half_closed(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc");
    let id = SessionId(1);
    bench.news(id, 13_001_000, News::Tcp(TcpNews::WeFinished));
    bench.data(id, 13_340_000, Direction::Received, b"bye\n");
    bench.kernel(id, 13_341_000, TcpState::FinWait2);
    bench
}

pub(crate) fn others(bench: &mut Bench) {
    let udp = bench.open(100_000, SpecKind::Udp(UdpSpec::new(HostPort { host: "127.0.0.1".into(), port: 7002 })));
    let (local, peer) = (address("127.0.0.1:40112"), address("127.0.0.1:7002"));
    bench.news(
        udp,
        100_100,
        News::Dial(DialNews::Connected { local, peer, took: Duration::from_micros(30), attempt: 1 }),
    );
    bench.data(udp, 200_000, Direction::Sent, b"ping\n");
    bench.data(udp, 200_300, Direction::Received, b"ping\n");
    fetch(bench, 300_000);
    let failed = bench.open(500_000, tcp_to("127.0.0.1:9"));
    refuse(bench, failed, 500_000);
    let listener = bench.open(600_000, SpecKind::Listen(ListenSpec::at(address("0.0.0.0:9000"))));
    bench.news(
        listener,
        600_100,
        News::Listener(ListenerNews::Listening { local: address("0.0.0.0:9000"), family: IpFamily::V4 }),
    );
}

pub(crate) fn refuse(bench: &mut Bench, id: SessionId, micros: u64) {
    let peer = address("127.0.0.1:9");
    bench.news(id, micros, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    let mut failure = Failure::new(Class::Refused, FailedOperation::Connect, "127.0.0.1:9", "connection refused");
    failure.os_code = Some(111);
    let took = Duration::from_micros(61);
    bench.news(id, micros + 61, News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took }));
    bench.news(id, micros + 62, News::Failed(failure));
    bench.news(id, micros + 63, News::Closed { totals: Both::default(), how: CloseReason::Error });
}

pub(crate) fn failed(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("127.0.0.1:9"));
    refuse(&mut bench, id, 0);
    bench.keys("tab");
    bench.wake(1_000_000);
    bench
}

/// The same, explained.
pub(crate) fn explained(columns: u16, rows: u16) -> Bench {
    let mut bench = failed(columns, rows);
    bench.keys("w");
    bench
}

/// Silence, twice, and a third attempt under way: the kernel counted its SYNs in the first two.
pub(crate) fn silence(columns: u16, rows: u16) -> Bench {
    use sockeye::wire::kernel::tcp_info::TcpInfo;
    let mut bench = Bench::new(columns, rows);
    bench.model.timers.syn_retries = Some(6);
    bench.model.timers.syn_linear = Some(4);
    let peer = address("10.0.0.9:443");
    let SpecKind::Tcp(mut spec) = tcp_to("10.0.0.9:443") else { unreachable!("it is TCP") };
    spec.socket.connect_timeout = Duration::from_secs(3);
    spec.socket.retry.times = 2;
    let id = bench.open(0, SpecKind::Tcp(spec));
    let mut at = 0;
    for (attempt, after) in [(1, 400_u64), (2, 900)] {
        bench.news(id, at, News::Dial(DialNews::Connecting { peer, attempt, begun: true }));
        for (again, micros) in [(1_u8, 1_026_000), (2, 2_050_000)] {
            let state = Some(TcpState::SynSent);
            let tcp = Some(TcpInfo { state, retransmits: Some(again), ..TcpInfo::default() });
            let view = KernelView { state, tcp, ..KernelView::default() };
            bench.reading_with(id, at + micros, Vec::new(), |reading| reading.kernel = Some(view.into()));
        }
        at += 3_000_000;
        let failure =
            Failure::new(Class::ConnectTimeout, FailedOperation::Connect, "10.0.0.9:443", "nobody answered within 3s");
        let took = Duration::from_secs(3);
        bench.news(id, at, News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took }));
        let wait = Duration::from_millis(after);
        bench.news(
            id,
            at,
            News::Dial(DialNews::Retrying { attempt: attempt + 1, of: 3, after: wait, because: failure }),
        );
        at += after * 1000;
    }
    bench.news(id, at, News::Dial(DialNews::Connecting { peer, attempt: 3, begun: true }));
    bench.wake(at + 1_200_000);
    bench.keys("w");
    bench
}

/// A router that says no, and an error of this machine's.
pub(crate) fn filtered(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("10.98.0.9:22"));
    let peer = address("10.98.0.9:22");
    bench.news(id, 0, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    let icmp = sockeye::wire::icmp::IcmpMessage {
        kind: 3,
        code: 13,
        v6: false,
        offender: Some([10, 99, 0, 1].into()),
        destination: Some(peer),
        os_code: 113,
        ..sockeye::wire::icmp::IcmpMessage::default()
    };
    let failure = icmp.failure(FailedOperation::Connect, peer.to_string());
    bench.news(id, 4_000, News::Udp(UdpNews::Icmp(icmp)));
    bench.news(
        id,
        4_010,
        News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took: Duration::from_millis(4) }),
    );
    bench.news(id, 4_020, News::Failed(failure));
    bench.news(id, 4_030, News::Closed { totals: Both::default(), how: CloseReason::Error });
    bench.keys("w");
    bench
}

/// How an open connection and a UDP conversation stand.
pub(crate) fn standing(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc w");
    bench
}

/// A retry that waits, and a connection that the peer reset.
pub(crate) fn waiting(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let reset = bench.connected(0, "127.0.0.1:7001");
    bench.data(reset, 1_000, Direction::Sent, b"hello\n");
    let failure = Failure::new(Class::Reset, FailedOperation::Read, "127.0.0.1:7001", "connection reset by peer");
    bench.news(reset, 2_000, News::Failed(failure));
    let totals = Both { sent: Totals { bytes: 6, ops: 1 }, received: Totals::default() };
    bench.news(reset, 2_000, News::Closed { totals, how: CloseReason::Rst });
    let clean = bench.connected(3_000, "127.0.0.1:7003");
    bench.news(clean, 4_000, News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }));
    bench.news(clean, 5_000, News::Tcp(TcpNews::WeFinished));
    bench.news(clean, 6_000, News::Closed { totals: Both::default(), how: CloseReason::Fin });
    let paused = bench.connected(7_000, "127.0.0.1:7004");
    bench.news(paused, 8_000, News::ReadingPaused);
    let half = bench.connected(7_000, "127.0.0.1:7005");
    bench.news(half, 8_000, News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }));
    let id = bench.open(10_000, tcp_to("127.0.0.1:9"));
    bench.news(id, 10_000, News::Dial(DialNews::Connecting { peer: address("127.0.0.1:9"), attempt: 1, begun: true }));
    let because = Failure::new(Class::Refused, FailedOperation::Connect, "127.0.0.1:9", "connection refused");
    let after = Duration::from_millis(1_400);
    bench.news(id, 11_000, News::Dial(DialNews::Retrying { attempt: 2, of: 4, after, because }));
    bench.wake(211_000);
    bench
}

fn head(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.into(), value.as_bytes().to_vec())
}

fn fetch(bench: &mut Bench, micros: u64) -> SessionId {
    let mut spec = HttpSpec::get("https://lab.test/big.json");
    spec.insecure = true;
    let id = bench.open(micros, SpecKind::Http(spec));
    let peer = address("127.0.0.1:8443");
    bench.news(id, micros + 1_000, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    let request = RequestHead {
        method: "GET".into(),
        url: "https://lab.test/big.json".into(),
        headers: vec![head("host", "lab.test"), head("accept", "*/*"), head("accept-encoding", "gzip, br, zstd")],
        body_bytes: None,
    };
    bench.news(id, micros + 20_000, News::Http(HttpNews::Request(request)));
    let response = ResponseHead {
        version: "HTTP/1.1".into(),
        status: 200,
        reason: "OK".into(),
        headers: vec![head("content-type", "application/json"), head("content-encoding", "gzip")],
        after: Duration::from_millis(92),
        peer: Some(peer),
    };
    bench.news(id, micros + 112_000, News::Http(HttpNews::Response(response)));
    let body = br#"{"name":"sockeye","kinds":["tcp","udp","http"],"count":3,"good":true,"of":{"nothing":null,"text":"a \u001b[31m line"}}"#;
    bench.data(id, micros + 150_000, Direction::Received, body);
    let gauge = HttpGauge {
        wire_body_bytes: 318_204,
        body_bytes: 1_204_311,
        expected_bytes: Some(318_204),
        connection_received: Some(322_410),
        connection_sent: Some(611),
    };
    bench.reading_with(id, micros + 180_000, Vec::new(), |reading| reading.http = Some(gauge));
    let totals = Both { sent: Totals::default(), received: Totals { bytes: 1_204_311, ops: 1 } };
    bench.news(id, micros + 184_000, News::Closed { totals, how: CloseReason::Fin });
    id
}

pub(crate) fn response(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    fetch(&mut bench, 0);
    bench.wake(1_000_000);
    bench.keys("f4");
    bench
}

/// An exchange whose certificate is refused.
pub(crate) fn refused_tls(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, SpecKind::Http(HttpSpec::get("https://lab.test/")));
    let peer = address("127.0.0.1:8443");
    bench.news(id, 1_000, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    bench.news(id, 20_000, News::Tls(TlsNews::Handshake(Arc::new(handshake()))));
    let message = "the certificate has expired: it held until 2026-01-31 12:00 UTC, and now it is 2026-11-30 12:00 UTC";
    let failure = Failure::new(Class::Tls, FailedOperation::Connect, "https://lab.test/", message);
    bench.news(id, 21_000, News::Failed(failure.with_reason(Some(FailureReason::CertificateExpired))));
    let totals = Both::default();
    bench.news(id, 21_500, News::Closed { totals, how: CloseReason::Error });
    bench.wake(1_000_000);
    bench.keys("E");
    bench
}

fn handshake() -> TlsHandshake {
    let time = |text: &str| Some(text.parse().unwrap());
    let leaf = CertificateView {
        version: 3,
        serial: "04:d2".into(),
        subject: "CN=lab.test".into(),
        issuer: "O=Example, CN=Lab \u{1b}[31mIssuer".into(),
        is_self_issued: false,
        names: vec!["lab.test".into(), "*.lab.test".into(), "127.0.0.1".into()],
        names_left_out: 0,
        not_before: time("2025-01-31T12:00:00Z"),
        not_after: time("2026-01-31T12:00:00Z"),
        key: PublicKeyView { algorithm: "EC P-256".into(), bits: Some(256) },
        signature_algorithm: "sha256WithRSAEncryption".into(),
        is_ca: false,
        path_length: None,
        key_usage: vec!["digitalSignature"],
        purposes: vec!["serverAuth".into()],
        embedded_scts: Some(2),
        faults: Vec::new(),
    };
    let issuer = CertificateView {
        subject: leaf.issuer.clone(),
        issuer: "O=Example, CN=Root".into(),
        names: Vec::new(),
        not_after: time("2031-01-31T12:00:00Z"),
        key: PublicKeyView { algorithm: "RSA".into(), bits: Some(2048) },
        is_ca: true,
        path_length: Some(0),
        key_usage: vec!["keyCertSign", "cRLSign"],
        embedded_scts: None,
        serial: "07".into(),
        ..leaf.clone()
    };
    let kept = |view, byte| ChainCertificate { der: Default::default(), bytes: 900, sha256: [byte; 32], view };
    let message =
        |direction, millis, what, bytes| TlsMessage { direction, at: Duration::from_millis(millis), what, bytes };
    let messages = vec![
        message(Direction::Sent, 0, TlsMessageKind::Handshake(TlsHandshakeType(1)), 1_447),
        message(Direction::Received, 11, TlsMessageKind::Handshake(TlsHandshakeType(2)), 1_210),
        message(Direction::Received, 11, TlsMessageKind::ChangeCipherSpec, 6),
        message(Direction::Received, 12, TlsMessageKind::Encrypted(TlsRecordType::APPLICATION_DATA), 2_231),
        message(Direction::Sent, 13, TlsMessageKind::ChangeCipherSpec, 6),
        message(Direction::Sent, 13, TlsMessageKind::Encrypted(TlsRecordType::APPLICATION_DATA), 24),
    ];
    let message = "the certificate has expired: it held until 2026-01-31 12:00 UTC, and now it is 2026-11-30 12:00 UTC";
    TlsHandshake {
        sni: Some("lab.test".into()),
        version: Some(TlsVersion::TLS13),
        cipher: Some(TlsCipherSuite(0x1302)),
        group: Some(TlsGroup(4588)),
        signature: None,
        offered_alpn: vec!["h2".into(), "http/1.1".into()],
        alpn: None,
        kind: None,
        chain: vec![kept(Ok(leaf), 0xab), kept(Ok(issuer), 0xcd)],
        chain_left_out: 0,
        trust: Some(ChainTrust::Failed {
            reason: FailureReason::CertificateExpired,
            message: message.into(),
            goes_on: false,
        }),
        ocsp_bytes: Some(0),
        checked_at: "2026-11-30T12:00:00Z".parse().unwrap(),
        took: Duration::from_millis(13),
        wire_bytes: Both { sent: 1_482, received: 3_452 },
        records: Both { sent: 3, received: 3 },
        messages,
        messages_left_out: 0,
        error: Some(message.into()),
    }
}

pub(crate) fn listener(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let local = address("127.0.0.1:9000");
    let id = bench.open(0, SpecKind::Listen(ListenSpec { limit: Some(3), ..ListenSpec::at(local) }));
    bench.news(id, 100, News::Listener(ListenerNews::Listening { local, family: IpFamily::V4 }));
    for (number, port) in [(1_u64, 40_001), (2, 40_002), (3, 40_003)] {
        let child = bench.next_id();
        let peer = SocketAddr::from(([127, 0, 0, 1], port));
        let known = AcceptedSpec { listener: id, local, peer };
        let news = News::Listener(ListenerNews::Accepted { listener: known.listener, local, peer });
        bench.news(child, number * 1_000_000, news);
        bench.data(child, number * 1_000_000 + 400, Direction::Received, format!("I am {port}\n").as_bytes());
        if number == 1 {
            bench.news(child, 1_500_000, News::Tcp(TcpNews::PeerFinished { received_bytes: 11 }));
        }
    }
    let peer = address("127.0.0.1:40004");
    bench.news(
        id,
        4_000_000,
        News::Listener(ListenerNews::TurnedAway { peer, why: "the limit of 3 connections is reached".into() }),
    );
    bench.wake(5_000_000);
    bench.keys("1");
    bench
}

pub(crate) fn bound(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let local = address("0.0.0.0:5000");
    let groups = vec![MulticastGroup { address: [239, 1, 2, 3].into(), interface: None }];
    let what = SpecKind::UdpBound(UdpBoundSpec { groups, ..UdpBoundSpec::at(local) });
    let id = bench.open(0, what);
    bench.news(id, 100, News::Listener(ListenerNews::Listening { local, family: IpFamily::V4 }));
    bench.news(id, 200, News::Udp(UdpNews::Joined { group: [239, 1, 2, 3].into() }));
    let [sent, received] = [Direction::Sent, Direction::Received];
    bench.datagram(id, 1_000_000, received, b"who is there?", "127.0.0.1:53122", 13);
    bench.datagram(id, 1_000_500, sent, b"me", "127.0.0.1:53122", 2);
    bench.datagram(id, 2_000_000, received, &[7; 24], "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535", 9000);
    let icmp = sockeye::wire::icmp::IcmpMessage {
        kind: 3,
        code: 3,
        v6: false,
        offender: Some([127, 0, 0, 1].into()),
        destination: Some(address("127.0.0.1:53122")),
        os_code: 111,
        ..sockeye::wire::icmp::IcmpMessage::default()
    };
    bench.news(id, 2_100_000, News::Udp(UdpNews::Icmp(icmp)));
    bench.wake(3_000_000);
    bench.keys("1 tab");
    bench
}

pub(crate) fn peers(columns: u16, rows: u16) -> Bench {
    let mut bench = bound(columns, rows);
    bench.keys("v v");
    bench
}

pub(crate) fn help(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc ?");
    bench
}

pub(crate) fn new_dialog(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    bench.keys("n");
    bench.type_text("127.0.0.1:80");
    bench
}

pub(crate) fn close_menu(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    bench.connected(0, "127.0.0.1:7001");
    bench.keys("c");
    bench
}

pub(crate) fn search(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc /");
    bench.type_text("hello");
    bench.keys("enter");
    bench
}

pub(crate) fn search_prompt(columns: u16, rows: u16) -> Bench {
    let mut bench = search(columns, rows);
    bench.keys("/");
    bench
}

pub(crate) fn command(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc :");
    bench.type_text("se");
    bench.keys("tab");
    bench
}

/// The question before the program ends, with a session open.
pub(crate) fn quitting(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("ctrl-c");
    bench
}

pub(crate) fn palette(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc ctrl-p");
    bench.type_text("view");
    bench
}

pub(crate) fn hex(columns: u16, rows: u16) -> Bench {
    let mut bench = chat(columns, rows);
    bench.keys("esc v /");
    bench.type_text("hello");
    bench.keys("enter");
    bench
}

/// Bytes at speed: rates, sparklines, a long transcript scrolled up.
pub(crate) fn busy(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    for step in 1..=60_u64 {
        let line =
            format!("{step:>4} {}\n", "the quick brown fox jumps over the lazy dog ".repeat(1 + (step % 3) as usize));
        bench.data(id, step * 100_000, Direction::Received, line.repeat(1 + (step % 7) as usize * 40).as_bytes());
        if step % 8 == 0 {
            bench.data(id, step * 100_000 + 10, Direction::Sent, b"more please\n");
        }
    }
    bench.keys("i");
    bench.type_text("more");
    bench.keys("esc");
    bench
}

/// The same, scrolled away from the tail, with the wall clock.
pub(crate) fn scrolled(columns: u16, rows: u16) -> Bench {
    let mut bench = busy(columns, rows);
    bench.keys("g t");
    bench
}

/// Everything that a peer or a person can name, hostile.
pub(crate) fn hostile(columns: u16, rows: u16) -> Bench {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m\r\n\u{200b}\u{fe0f}";
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, SpecKind::Tcp(TcpSpec::new(HostPort { host: evil.into(), port: 1 })));
    bench.news(id, 1, News::Dial(DialNews::Resolving { host: evil.into() }));
    let every: Vec<u8> = (0..=255).chain(0..=255).collect();
    bench.data(id, 2, Direction::Received, &every);
    bench.data(id, 3, Direction::Sent, evil.as_bytes());
    let http = bench.open(10, SpecKind::Http(HttpSpec::get(format!("http://{evil}/{evil}"))));
    let request = RequestHead {
        method: evil.into(),
        url: format!("http://{evil}"),
        headers: vec![(evil.into(), every.clone())],
        body_bytes: None,
    };
    bench.news(http, 11, News::Http(HttpNews::Request(request)));
    let response = ResponseHead {
        version: evil.into(),
        status: 599,
        reason: evil.into(),
        headers: vec![(evil.into(), every.clone()), ("content-encoding".into(), evil.as_bytes().to_vec())],
        after: Duration::ZERO,
        peer: None,
    };
    bench.news(http, 12, News::Http(HttpNews::Response(response)));
    bench.data(http, 13, Direction::Received, &every);
    bench.news(http, 14, News::Warned(Failure::new(Class::Local, FailedOperation::Send, evil, evil)));
    bench.news(http, 15, News::Failed(Failure::new(Class::Protocol, FailedOperation::Request, evil, evil)));
    bench
}
