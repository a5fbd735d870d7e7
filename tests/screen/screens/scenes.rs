//! The models that the screens are drawn from, built as the program builds them: by messages.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::files::keymap;
use sockeye::model::history::History;
use sockeye::model::key::Chord;
use sockeye::model::msg::{Effect, Msg};
use sockeye::model::state::{Area, LineEnding, Model, Settings, Size};
use sockeye::model::update::update;
use sockeye::wire::http::{HttpGauge, HttpSpec, RequestHead, ResponseHead};
use sockeye::wire::reading::{Escapes, KernelView, TcpState};
use sockeye::wire::search;
use sockeye::wire::spec::{AcceptedSpec, Group, HostPort, ListenSpec, TcpSpec, UdpBoundSpec, UdpSpec};
use sockeye::wire::{
    Block, Both, Class, Direction, Failure, How, News, Reading, Record, Retention, SessionId, Spec, Totals, What,
};

/// A model and the time in it.
pub(crate) struct Story {
    pub(crate) model: Model,
    start: Instant,
    totals: std::collections::BTreeMap<SessionId, Both<Totals>>,
    /// What the kernel said last, which it goes on saying.
    dropped: std::collections::BTreeMap<SessionId, u64>,
    next: u32,
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().expect("the tests' own address")
}

pub(crate) fn tcp_to(text: &str) -> What {
    let (host, port) = text.rsplit_once(':').expect("the tests' own address");
    What::Tcp(TcpSpec::to(HostPort { host: host.into(), port: port.parse().expect("a port") }))
}

impl Story {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        let start = Instant::now();
        let settings = Settings {
            theme: "dark".into(),
            themes: ["dark", "light", "mono"].map(String::from).to_vec(),
            mouse: true,
            wall_clock: false,
            retain: Retention::DEFAULT,
            connect_timeout: Duration::from_secs(10),
            line_ending: LineEnding::Lf,
        };
        let mut model = Model::new(keymap::presets(), settings, History::default(), Size { columns, rows }, start);
        model.seen.view = Area { column: 0, row: 0, columns: 38, rows: 15 };
        model.book = sockeye::files::explain::book();
        model.wall_start = (1_795_262_096.0, 3600);
        Story { model, start, totals: Default::default(), dropped: Default::default(), next: 1 }
    }

    pub(crate) fn at(&self, micros: u64) -> Instant {
        self.start + Duration::from_micros(micros)
    }

    pub(crate) fn open(&mut self, micros: u64, what: What) -> SessionId {
        let id = SessionId(self.next);
        self.next += 1;
        let now = self.at(micros);
        update(&mut self.model, Msg::Opened { id, spec: Box::new(Spec::new(what)) }, now);
        id
    }

    fn reading(&mut self, id: SessionId, micros: u64, records: Vec<Record>) {
        self.reading_with(id, micros, records, |_| {});
    }

    pub(crate) fn reading_with(
        &mut self,
        id: SessionId,
        micros: u64,
        records: Vec<Record>,
        change: impl FnOnce(&mut Reading),
    ) {
        let totals = self.totals.entry(id).or_default();
        for record in &records {
            match record {
                Record::Block(block) => totals.of_mut(block.direction).merge(block.totals()),
                Record::NotKept { direction, totals: lost } => totals.of_mut(*direction).merge(*lost),
                Record::News { .. } => {}
            }
        }
        let received = records.iter().filter_map(|record| match record {
            Record::Block(block) if block.direction == Direction::Received => Some(&block.bytes),
            Record::Block(_) | Record::News { .. } | Record::NotKept { .. } => None,
        });
        let found = received.map(|bytes| sockeye::wire::neutral::count_escapes(bytes)).sum();
        let (kernel, http, dropped_datagrams) = (None, None, self.dropped.get(&id).copied());
        let mut reading = Reading {
            id,
            totals: *totals,
            records,
            kernel,
            http,
            repeat: None,
            capture: None,
            dropped_datagrams,
            escapes: Escapes { found, unsearched: 0 },
        };
        change(&mut reading);
        self.dropped.extend(reading.dropped_datagrams.map(|count| (id, count)));
        let now = self.at(micros);
        update(&mut self.model, Msg::Readings(vec![reading]), now);
    }

    pub(crate) fn news(&mut self, id: SessionId, micros: u64, news: News) {
        let at = self.at(micros);
        self.reading(id, micros, vec![Record::News { at, news }]);
    }

    pub(crate) fn data(&mut self, id: SessionId, micros: u64, direction: Direction, bytes: &[u8]) {
        let block = Block::single(direction, self.at(micros), Bytes::copy_from_slice(bytes));
        self.reading(id, micros, vec![Record::Block(block)]);
    }

    fn datagram(&mut self, id: SessionId, micros: u64, direction: Direction, bytes: &[u8], peer: &str, full: usize) {
        let bytes = Bytes::copy_from_slice(bytes);
        let block = Block::datagram(direction, self.at(micros), bytes, address(peer), full);
        self.reading_with(id, micros, vec![Record::Block(block)], |reading| reading.dropped_datagrams = Some(0));
    }

    pub(crate) fn kernel(&mut self, id: SessionId, micros: u64, state: TcpState) {
        let view = KernelView {
            state: Some(state),
            rtt: Some(Duration::from_micros(41)),
            send_queue_bytes: Some(0),
            ..KernelView::default()
        };
        self.reading_with(id, micros, Vec::new(), |reading| reading.kernel = Some(view.into()));
    }

    pub(crate) fn wake(&mut self, micros: u64) {
        let now = self.at(micros);
        update(&mut self.model, Msg::Wake, now);
    }

    /// Keys, with a blank between them; what the model wants done is done as far as it needs no socket.
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let chord = Chord::parse(key).expect("the tests' own key");
            let now = self.model.now;
            let effects = update(&mut self.model, Msg::Key(chord), now);
            self.perform(effects);
        }
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.keys(&if letter == ' ' { "space".to_owned() } else { letter.to_string() });
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Search { id, generation, needle, transcript, .. } = effect {
                let hits = search::find_all(&transcript, &needle, sockeye::model::words::text_of, 10_000);
                let now = self.model.now;
                update(&mut self.model, Msg::Found { id, generation, hits, done: true }, now);
            }
        }
    }

    pub(crate) fn connected(&mut self, micros: u64, peer: &str) -> SessionId {
        let id = self.open(micros, tcp_to(peer));
        let peer = address(peer);
        self.news(id, micros, News::Connecting { peer, attempt: 1 });
        let took = Duration::from_micros(92);
        self.news(id, micros + 92, News::Connected { local: address("127.0.0.1:53122"), peer, took, attempt: 1 });
        self.kernel(id, micros + 100, TcpState::Established);
        id
    }
}

pub(crate) fn home(columns: u16, rows: u16) -> Story {
    Story::new(columns, rows)
}

/// One of each kind in the list, a conversation with a hostile peer in front.
pub(crate) fn chat(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let tcp = story.connected(0, "127.0.0.1:7001");
    others(&mut story);
    let [sent, received] = [Direction::Sent, Direction::Received];
    story.data(tcp, 4_120_000, sent, b"hello world\n");
    story.data(tcp, 4_121_000, received, b"hello world\n");
    story.data(tcp, 9_732_000, sent, b"GET /status HTTP/1.1\r\nHost: lab\r\n\r\n");
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nstatus: \x1b[31mall good\x1b[0m\n";
    story.data(tcp, 9_733_000, received, answer);
    let lost = Totals { bytes: 268_369_920, ops: 4096 };
    story.reading(tcp, 10_000_000, vec![Record::NotKept { direction: received, totals: lost }]);
    story.data(tcp, 12_340_000, received, "gr\u{fc}\u{df}e, \u{4e16}\u{754c} \u{202e}\n".as_bytes());
    story.kernel(tcp, 12_341_000, TcpState::Established);
    story.wake(12_500_000);
    story.keys("1 i");
    story
}

/// We said all we had to say; the peer goes on.
pub(crate) fn half_closed(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc");
    let id = SessionId(1);
    story.news(id, 13_001_000, News::WeFinished);
    story.data(id, 13_340_000, Direction::Received, b"bye\n");
    story.kernel(id, 13_341_000, TcpState::FinWait2);
    story
}

pub(crate) fn others(story: &mut Story) {
    let udp = story.open(100_000, What::Udp(UdpSpec::with(HostPort { host: "127.0.0.1".into(), port: 7002 })));
    let (local, peer) = (address("127.0.0.1:40112"), address("127.0.0.1:7002"));
    story.news(udp, 100_100, News::Connected { local, peer, took: Duration::from_micros(30), attempt: 1 });
    story.data(udp, 200_000, Direction::Sent, b"ping\n");
    story.data(udp, 200_300, Direction::Received, b"ping\n");
    fetch(story, 300_000);
    let failed = story.open(500_000, tcp_to("127.0.0.1:9"));
    refuse(story, failed, 500_000);
    let listener = story.open(600_000, What::Listen(ListenSpec::at(address("0.0.0.0:9000"))));
    story.news(listener, 600_100, News::Listening { local: address("0.0.0.0:9000") });
}

pub(crate) fn refuse(story: &mut Story, id: SessionId, micros: u64) {
    let peer = address("127.0.0.1:9");
    story.news(id, micros, News::Connecting { peer, attempt: 1 });
    let mut failure = Failure::new(Class::Refused, "connect", "127.0.0.1:9", "connection refused");
    failure.os_code = Some(111);
    let took = Duration::from_micros(61);
    story.news(id, micros + 61, News::AttemptFailed { failure: failure.clone(), took });
    story.news(id, micros + 62, News::Failed(failure));
    story.news(id, micros + 63, News::Closed { totals: Both::default(), how: How::Error });
}

pub(crate) fn failed(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.open(0, tcp_to("127.0.0.1:9"));
    refuse(&mut story, id, 0);
    story.keys("l");
    story.keys("tab");
    story.wake(1_000_000);
    story
}

/// The same, explained.
pub(crate) fn explained(columns: u16, rows: u16) -> Story {
    let mut story = failed(columns, rows);
    story.keys("w");
    story
}

/// Silence, twice, and a third attempt under way: the kernel counted its SYNs in the first two.
pub(crate) fn silence(columns: u16, rows: u16) -> Story {
    use sockeye::wire::kernel::TcpInfo;
    let mut story = Story::new(columns, rows);
    story.model.timers.syn_retries = Some(6);
    story.model.timers.syn_linear = Some(4);
    let peer = address("10.0.0.9:443");
    let What::Tcp(mut spec) = tcp_to("10.0.0.9:443") else { unreachable!("it is TCP") };
    spec.connect_timeout = Duration::from_secs(3);
    spec.retry.times = 2;
    let id = story.open(0, What::Tcp(spec));
    let mut at = 0;
    for (attempt, after) in [(1, 400_u64), (2, 900)] {
        story.news(id, at, News::Connecting { peer, attempt });
        for (again, micros) in [(1_u8, 1_026_000), (2, 2_050_000)] {
            let state = Some(TcpState::SynSent);
            let tcp = Some(TcpInfo { state, retransmits: Some(again), ..TcpInfo::default() });
            let view = KernelView { state, tcp, ..KernelView::default() };
            story.reading_with(id, at + micros, Vec::new(), |reading| reading.kernel = Some(view.into()));
        }
        at += 3_000_000;
        let failure = Failure::new(Class::ConnectTimeout, "connect", "10.0.0.9:443", "nobody answered within 3s");
        let took = Duration::from_secs(3);
        story.news(id, at, News::AttemptFailed { failure: failure.clone(), took });
        let wait = Duration::from_millis(after);
        story.news(id, at, News::Retrying { attempt: attempt + 1, of: 3, after: wait, because: failure });
        at += after * 1000;
    }
    story.news(id, at, News::Connecting { peer, attempt: 3 });
    story.wake(at + 1_200_000);
    story.keys("w");
    story
}

/// A router that says no, and an error of this machine's.
pub(crate) fn filtered(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.open(0, tcp_to("10.98.0.9:22"));
    let peer = address("10.98.0.9:22");
    story.news(id, 0, News::Connecting { peer, attempt: 1 });
    let icmp = sockeye::wire::news::Icmp {
        kind: 3,
        code: 13,
        v6: false,
        offender: Some([10, 99, 0, 1].into()),
        destination: Some(peer),
        os_code: 113,
        ..sockeye::wire::news::Icmp::default()
    };
    let failure = icmp.failure("connect", peer.to_string());
    story.news(id, 4_000, News::Icmp(icmp));
    story.news(id, 4_010, News::AttemptFailed { failure: failure.clone(), took: Duration::from_millis(4) });
    story.news(id, 4_020, News::Failed(failure));
    story.news(id, 4_030, News::Closed { totals: Both::default(), how: How::Error });
    story.keys("w");
    story
}

/// How an open connection and a UDP conversation stand.
pub(crate) fn standing(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc w");
    story
}

/// A retry that waits, and a connection that the peer reset.
pub(crate) fn waiting(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let reset = story.connected(0, "127.0.0.1:7001");
    story.data(reset, 1_000, Direction::Sent, b"hello\n");
    let failure = Failure::new(Class::Reset, "read", "127.0.0.1:7001", "connection reset by peer");
    story.news(reset, 2_000, News::Failed(failure));
    let totals = Both { sent: Totals { bytes: 6, ops: 1 }, received: Totals::default() };
    story.news(reset, 2_000, News::Closed { totals, how: How::Rst });
    let clean = story.connected(3_000, "127.0.0.1:7003");
    story.news(clean, 4_000, News::PeerFinished { received_bytes: 0 });
    story.news(clean, 5_000, News::WeFinished);
    story.news(clean, 6_000, News::Closed { totals: Both::default(), how: How::Fin });
    let paused = story.connected(7_000, "127.0.0.1:7004");
    story.news(paused, 8_000, News::ReadingPaused);
    let half = story.connected(7_000, "127.0.0.1:7005");
    story.news(half, 8_000, News::PeerFinished { received_bytes: 0 });
    let id = story.open(10_000, tcp_to("127.0.0.1:9"));
    story.news(id, 10_000, News::Connecting { peer: address("127.0.0.1:9"), attempt: 1 });
    let because = Failure::new(Class::Refused, "connect", "127.0.0.1:9", "connection refused");
    let after = Duration::from_millis(1_400);
    story.news(id, 11_000, News::Retrying { attempt: 2, of: 4, after, because });
    story.wake(211_000);
    story
}

fn head(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.into(), value.as_bytes().to_vec())
}

fn fetch(story: &mut Story, micros: u64) -> SessionId {
    let mut spec = HttpSpec::get("https://lab.test/big.json");
    spec.insecure = true;
    let id = story.open(micros, What::Http(spec));
    let peer = address("127.0.0.1:8443");
    story.news(id, micros + 1_000, News::Connecting { peer, attempt: 1 });
    let request = RequestHead {
        method: "GET".into(),
        url: "https://lab.test/big.json".into(),
        headers: vec![head("host", "lab.test"), head("accept", "*/*"), head("accept-encoding", "gzip, br, zstd")],
        body_bytes: None,
    };
    story.news(id, micros + 20_000, News::Request(request));
    let response = ResponseHead {
        version: "HTTP/1.1".into(),
        status: 200,
        reason: "OK".into(),
        headers: vec![head("content-type", "application/json"), head("content-encoding", "gzip")],
        after: Duration::from_millis(92),
        peer: Some(peer),
    };
    story.news(id, micros + 112_000, News::Response(response));
    let body = br#"{"name":"sockeye","kinds":["tcp","udp","http"],"count":3,"good":true,"of":{"nothing":null,"text":"a \u001b[31m line"}}"#;
    story.data(id, micros + 150_000, Direction::Received, body);
    let gauge = HttpGauge {
        wire_body_bytes: 318_204,
        body_bytes: 1_204_311,
        expected_bytes: Some(318_204),
        connection_received: Some(322_410),
        connection_sent: Some(611),
    };
    story.reading_with(id, micros + 180_000, Vec::new(), |reading| reading.http = Some(gauge));
    let totals = Both { sent: Totals::default(), received: Totals { bytes: 1_204_311, ops: 1 } };
    story.news(id, micros + 184_000, News::Closed { totals, how: How::Fin });
    id
}

pub(crate) fn response(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    fetch(&mut story, 0);
    story.wake(1_000_000);
    story.keys("P");
    story
}

pub(crate) fn listener(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let local = address("127.0.0.1:9000");
    let id = story.open(0, What::Listen(ListenSpec { limit: Some(3), ..ListenSpec::at(local) }));
    story.news(id, 100, News::Listening { local });
    for (number, port) in [(1_u64, 40_001), (2, 40_002), (3, 40_003)] {
        let child = SessionId(story.next);
        story.next += 1;
        let peer = SocketAddr::from(([127, 0, 0, 1], port));
        let known = AcceptedSpec { listener: id, local, peer };
        let news = News::Accepted { listener: known.listener, local, peer };
        story.news(child, number * 1_000_000, news);
        story.data(child, number * 1_000_000 + 400, Direction::Received, format!("I am {port}\n").as_bytes());
        if number == 1 {
            story.news(child, 1_500_000, News::PeerFinished { received_bytes: 11 });
        }
    }
    let peer = address("127.0.0.1:40004");
    story.news(id, 4_000_000, News::TurnedAway { peer, why: "the limit of 3 connections is reached".into() });
    story.wake(5_000_000);
    story.keys("1");
    story
}

pub(crate) fn bound(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let local = address("0.0.0.0:5000");
    let groups = vec![Group { address: [239, 1, 2, 3].into(), interface: None }];
    let what = What::UdpBound(UdpBoundSpec {
        local,
        groups,
        broadcast: false,
        idle_timeout: None,
        receive: Default::default(),
        options: Vec::new(),
    });
    let id = story.open(0, what);
    story.news(id, 100, News::Listening { local });
    story.news(id, 200, News::Joined { group: [239, 1, 2, 3].into() });
    let [sent, received] = [Direction::Sent, Direction::Received];
    story.datagram(id, 1_000_000, received, b"who is there?", "127.0.0.1:53122", 13);
    story.datagram(id, 1_000_500, sent, b"me", "127.0.0.1:53122", 2);
    story.datagram(id, 2_000_000, received, &[7; 24], "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535", 9000);
    let icmp = sockeye::wire::news::Icmp {
        kind: 3,
        code: 3,
        v6: false,
        offender: Some([127, 0, 0, 1].into()),
        destination: Some(address("127.0.0.1:53122")),
        os_code: 111,
        ..sockeye::wire::news::Icmp::default()
    };
    story.news(id, 2_100_000, News::Icmp(icmp));
    story.wake(3_000_000);
    story.keys("1 tab");
    story
}

pub(crate) fn peers(columns: u16, rows: u16) -> Story {
    let mut story = bound(columns, rows);
    story.keys("v v");
    story
}

pub(crate) fn help(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc ?");
    story
}

pub(crate) fn new_dialog(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    story.keys("n");
    story.type_text("127.0.0.1:80");
    story
}

pub(crate) fn close_menu(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    story.connected(0, "127.0.0.1:7001");
    story.keys("c");
    story
}

pub(crate) fn search(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc /");
    story.type_text("hello");
    story.keys("enter");
    story
}

pub(crate) fn search_prompt(columns: u16, rows: u16) -> Story {
    let mut story = search(columns, rows);
    story.keys("/");
    story
}

pub(crate) fn command(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc :");
    story.type_text("se");
    story.keys("tab");
    story
}

pub(crate) fn palette(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc ctrl-p");
    story.type_text("view");
    story
}

pub(crate) fn hex(columns: u16, rows: u16) -> Story {
    let mut story = chat(columns, rows);
    story.keys("esc v /");
    story.type_text("hello");
    story.keys("enter");
    story
}

/// Bytes at speed: rates, sparklines, a long transcript scrolled up.
pub(crate) fn busy(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.connected(0, "127.0.0.1:7001");
    for step in 1..=60_u64 {
        let line =
            format!("{step:>4} {}\n", "the quick brown fox jumps over the lazy dog ".repeat(1 + (step % 3) as usize));
        story.data(id, step * 100_000, Direction::Received, line.repeat(1 + (step % 7) as usize * 40).as_bytes());
        if step % 8 == 0 {
            story.data(id, step * 100_000 + 10, Direction::Sent, b"more please\n");
        }
    }
    story.keys("i");
    story.type_text("more");
    story.keys("esc");
    story
}

/// The same, scrolled away from the tail, with the wall clock.
pub(crate) fn scrolled(columns: u16, rows: u16) -> Story {
    let mut story = busy(columns, rows);
    story.keys("g t");
    story
}

/// Everything that a peer or a person can name, hostile.
pub(crate) fn hostile(columns: u16, rows: u16) -> Story {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m\r\n\u{200b}\u{fe0f}";
    let mut story = Story::new(columns, rows);
    let id = story.open(0, What::Tcp(TcpSpec::to(HostPort { host: evil.into(), port: 1 })));
    story.news(id, 1, News::Resolving { host: evil.into() });
    let every: Vec<u8> = (0..=255).chain(0..=255).collect();
    story.data(id, 2, Direction::Received, &every);
    story.data(id, 3, Direction::Sent, evil.as_bytes());
    let http = story.open(10, What::Http(HttpSpec::get(format!("http://{evil}/{evil}"))));
    let request = RequestHead {
        method: evil.into(),
        url: format!("http://{evil}"),
        headers: vec![(evil.into(), every.clone())],
        body_bytes: None,
    };
    story.news(http, 11, News::Request(request));
    let response = ResponseHead {
        version: evil.into(),
        status: 599,
        reason: evil.into(),
        headers: vec![(evil.into(), every.clone()), ("content-encoding".into(), evil.as_bytes().to_vec())],
        after: Duration::ZERO,
        peer: None,
    };
    story.news(http, 12, News::Response(response));
    story.data(http, 13, Direction::Received, &every);
    story.news(http, 14, News::Warned(Failure::new(Class::Local, "send", evil, evil)));
    story.news(http, 15, News::Failed(Failure::new(Class::Protocol, "request", evil, evil)));
    story
}
