//! A model at work without a terminal, a socket or a clock: keys and news go in, effects and the screen come out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::files::{explain, keymap};
use sockeye::model::history::InputHistory;
use sockeye::model::key::Chord;
use sockeye::model::msg::{Effect, Msg};
use sockeye::model::seen::{CellArea, ScreenSize};
use sockeye::model::settings::{LineEnding, Settings};
use sockeye::model::state::Model;
use sockeye::model::update::update;
use sockeye::model::words;
use sockeye::sessions::news::DialNews;
use sockeye::sessions::reading::EscapeCounts;
use sockeye::sessions::spec::{HostPort, TcpSpec};
use sockeye::sessions::{Block, News, Reading, Record, Retention, SessionId, Spec, SpecKind, search};
use sockeye::text::secret::SecretDisplay;
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::{Both, Direction, Totals};

/// A model, and what its net would know: times are microseconds since its start.
pub(crate) struct Bench {
    pub(crate) model: Model,
    start: Instant,
    totals: BTreeMap<SessionId, Both<Totals>>,
    /// What the kernel said last, which it goes on saying.
    dropped: BTreeMap<SessionId, u64>,
    next: u32,
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().expect("the tests' own address")
}

pub(crate) fn tcp_to(text: &str) -> SpecKind {
    let (host, port) = text.rsplit_once(':').expect("the tests' own address");
    SpecKind::Tcp(TcpSpec::new(HostPort { host: host.into(), port: port.parse().expect("a port") }))
}

impl Bench {
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
            secrets: SecretDisplay::Masked,
        };
        let mut model =
            Model::new(keymap::presets(), settings, InputHistory::default(), ScreenSize { columns, rows }, start);
        model.seen.view = CellArea { column: 0, row: 0, columns: 38, rows: 15 };
        model.book = explain::explanation_book();
        model.wall_start = (1_795_262_096.0, 3600);
        Bench { model, start, totals: Default::default(), dropped: Default::default(), next: 1 }
    }

    pub(crate) fn at(&self, micros: u64) -> Instant {
        self.start + Duration::from_micros(micros)
    }

    /// The one door in; what comes out is what the model wants done.
    pub(crate) fn update(&mut self, micros: u64, msg: Msg) -> Vec<Effect> {
        let now = self.at(micros);
        update(&mut self.model, msg, now)
    }

    pub(crate) fn next_id(&mut self) -> SessionId {
        let id = SessionId(self.next);
        self.next += 1;
        id
    }

    pub(crate) fn open(&mut self, micros: u64, what: SpecKind) -> SessionId {
        let id = self.next_id();
        self.update(micros, Msg::Opened { id, spec: Box::new(Spec::new(what)) });
        id
    }

    pub(crate) fn reading(&mut self, id: SessionId, micros: u64, records: Vec<Record>) {
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
        let mut found = sockeye::text::sanitize::SanitizeCounts::default();
        received.for_each(|bytes| found += sockeye::text::sanitize::count_hostile(bytes));
        let escapes = EscapeCounts { found, unsearched: 0 };
        let dropped_datagrams = self.dropped.get(&id).copied();
        let mut reading = Reading { totals: *totals, records, dropped_datagrams, escapes, ..Reading::empty(id) };
        change(&mut reading);
        self.dropped.extend(reading.dropped_datagrams.map(|count| (id, count)));
        self.update(micros, Msg::Readings(vec![reading]));
    }

    pub(crate) fn news(&mut self, id: SessionId, micros: u64, news: News) {
        let at = self.at(micros);
        self.reading(id, micros, vec![Record::News { at, news }]);
    }

    pub(crate) fn data(&mut self, id: SessionId, micros: u64, direction: Direction, bytes: &[u8]) {
        let block = Block::single_piece(direction, self.at(micros), Bytes::copy_from_slice(bytes));
        self.reading(id, micros, vec![Record::Block(block)]);
    }

    pub(crate) fn datagram(
        &mut self,
        id: SessionId,
        micros: u64,
        direction: Direction,
        bytes: &[u8],
        peer: &str,
        full: usize,
    ) {
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
        self.update(micros, Msg::Wake);
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
                let hits = search::find_all(&transcript, &needle, words::text_of, 10_000);
                let now = self.model.now;
                update(&mut self.model, Msg::Found { id, generation, hits, done: true }, now);
            }
        }
    }

    pub(crate) fn connected(&mut self, micros: u64, peer: &str) -> SessionId {
        let id = self.open(micros, tcp_to(peer));
        let peer = address(peer);
        self.news(id, micros, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
        let took = Duration::from_micros(92);
        self.news(
            id,
            micros + 92,
            News::Dial(DialNews::Connected { local: address("127.0.0.1:53122"), peer, took, attempt: 1 }),
        );
        self.kernel(id, micros + 100, TcpState::Established);
        id
    }
}
