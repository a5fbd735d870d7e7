//! A model at a desk: no terminal, no socket, and a clock that only moves when the test moves it.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::model::key::Chord;
use sockeye::model::msg::{Effect, Msg};
use sockeye::model::seen::CellArea;
use sockeye::model::state::Focus;
use sockeye::model::words;
use sockeye::sessions::news::{DialNews, HttpNews, ListenerNews};
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::spec::{HostPort, IpFamily, ListenSpec, TcpSpec};
use sockeye::sessions::{Block, News, Order, Record, RefusedOrder, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::Direction;
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::kernel::view::KernelView;

use crate::bench::Bench;

pub(crate) struct Desk {
    bench: Bench,
    micros: u64,
}

impl Deref for Desk {
    type Target = Bench;

    fn deref(&self) -> &Bench {
        &self.bench
    }
}

impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Bench {
        &mut self.bench
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// The bytes of the one order to send.
pub(crate) fn sent(effects: &[Effect]) -> Vec<u8> {
    let mut all = effects.iter().filter_map(|effect| match effect {
        Effect::Net(Order { verb: Verb::Send(bytes), .. }) => Some(bytes.to_vec()),
        _ => None,
    });
    let bytes = all.next().expect("nothing was sent");
    assert!(all.next().is_none(), "sent more than once");
    bytes
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let mut bench = Bench::new(120, 36);
        bench.model.seen.view = CellArea { column: 30, row: 2, columns: 70, rows: 20 };
        Desk { bench, micros: 0 }
    }

    /// A desk with one open TCP session, in its view.
    pub(crate) fn connected() -> Desk {
        let mut desk = Desk::new();
        let target = HostPort { host: "127.0.0.1".into(), port: 7001 };
        desk.opens(1, SpecKind::Tcp(TcpSpec::new(target)));
        desk.tells(News::Dial(DialNews::Connecting { peer: address(7001), attempt: 1, begun: true }));
        let took = Duration::from_micros(92);
        desk.tells(News::Dial(DialNews::Connected { local: address(53122), peer: address(7001), took, attempt: 1 }));
        desk.model.focus = Focus::View;
        desk
    }

    /// A desk with one UDP conversation, in its view.
    pub(crate) fn talking() -> Desk {
        let mut desk = Desk::new();
        let target = HostPort { host: "127.0.0.1".into(), port: 7001 };
        desk.opens(1, SpecKind::Udp(sockeye::sessions::spec::UdpSpec::new(target)));
        desk.tells(News::Dial(DialNews::Connecting { peer: address(7001), attempt: 1, begun: true }));
        desk.tells(News::Dial(DialNews::Connected {
            local: address(53122),
            peer: address(7001),
            took: Duration::ZERO,
            attempt: 1,
        }));
        desk.model.focus = Focus::View;
        desk
    }

    /// A desk with an HTTP exchange whose response has begun, in its view.
    pub(crate) fn fetching() -> Desk {
        Desk::fetching_with(vec![("server".to_owned(), b"a needle in a head".to_vec())])
    }

    /// A desk with an HTTP exchange whose response, of this media type, has begun, in its view.
    pub(crate) fn fetching_as(kind: &str) -> Desk {
        Desk::fetching_with(vec![("Content-Type".to_owned(), kind.as_bytes().to_vec())])
    }

    fn fetching_with(fields: Vec<(String, Vec<u8>)>) -> Desk {
        let mut desk = Desk::new();
        desk.opens(1, SpecKind::Http(HttpSpec::get("http://127.0.0.1:7001/")));
        let headers = vec![("host".to_owned(), b"127.0.0.1:7001".to_vec())];
        let url = "http://127.0.0.1:7001/".to_owned();
        desk.tells(News::Http(HttpNews::Request(RequestHead { method: "GET".into(), url, headers, body_bytes: None })));
        desk.tells(News::Http(HttpNews::Response(ResponseHead {
            version: "HTTP/1.1".into(),
            status: 200,
            reason: "OK".into(),
            headers: fields,
            after: Duration::from_millis(1),
            peer: None,
        })));
        desk.model.focus = Focus::View;
        desk
    }

    /// Time passes and the screen wakes, if it asked to.
    pub(crate) fn waits(&mut self, time: Duration) {
        self.micros += u64::try_from(time.as_micros()).unwrap();
        if self.model.wakes_at(self.now()).is_some() {
            self.update(Msg::Wake);
        }
    }

    /// The lines of the response's body on the screen.
    pub(crate) fn body_lines(&self) -> usize {
        self.model
            .selected_panel()
            .and_then(|panel| panel.body.document.as_ref())
            .map_or(0, |document| document.lines.len())
    }

    pub(crate) fn listens(&mut self, id: u32) {
        self.opens(id, SpecKind::Listen(ListenSpec::at(address(9000))));
        self.tells(News::Listener(ListenerNews::Listening { local: address(9000), family: IpFamily::V4 }));
    }

    pub(crate) fn accepts(&mut self, listener: u32, child: u32) {
        let news = News::Listener(ListenerNews::Accepted {
            listener: SessionId(listener),
            local: address(9000),
            peer: address(40000 + u16::try_from(child).unwrap()),
        });
        self.reads(child, |at| Record::News { at, news });
    }

    pub(crate) fn opens(&mut self, id: u32, what: SpecKind) {
        self.update(Msg::Opened { id: SessionId(id), spec: Box::new(Spec::new(what)) });
    }

    pub(crate) fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.micros += 1_000;
        self.bench.update(self.micros, msg)
    }

    pub(crate) fn now(&self) -> Instant {
        self.bench.at(self.micros)
    }

    fn reads(&mut self, id: u32, record: impl FnOnce(Instant) -> Record) {
        let record = record(self.now());
        self.micros += 1_000;
        self.bench.reading(SessionId(id), self.micros, vec![record]);
    }

    /// Session 1 tells a fact.
    pub(crate) fn tells(&mut self, news: News) {
        self.tells_of(1, news);
    }

    /// A session tells a fact.
    pub(crate) fn tells_of(&mut self, id: u32, news: News) {
        self.reads(id, |at| Record::News { at, news });
    }

    /// The kernel is asked about session 1.
    pub(crate) fn measures(&mut self, view: KernelView) {
        self.micros += 1_000;
        self.bench.reading_with(SessionId(1), self.micros, Vec::new(), |reading| reading.kernel = Some(Arc::new(view)));
    }

    /// Session 1 receives bytes.
    pub(crate) fn receives(&mut self, bytes: &'static [u8]) {
        self.reads(1, |at| Record::Block(Block::single_piece(Direction::Received, at, Bytes::from_static(bytes))));
    }

    /// A session sends bytes.
    pub(crate) fn sends_of(&mut self, id: u32, bytes: &'static [u8]) {
        self.reads(id, |at| Record::Block(Block::single_piece(Direction::Sent, at, Bytes::from_static(bytes))));
    }

    /// Presses one key, as the keymap names it.
    #[track_caller]
    pub(crate) fn press(&mut self, chord: &str) -> Vec<Effect> {
        let chord = Chord::parse(chord).unwrap_or_else(|error| panic!("{chord}: {error}"));
        self.update(Msg::Key(chord))
    }

    /// Presses the keys of these characters.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Desk {
        for character in keys.chars() {
            self.press(&character.to_string());
        }
        self
    }

    /// Types text.
    pub(crate) fn types(&mut self, text: &str) -> &mut Desk {
        for character in text.chars() {
            let chord = if character == ' ' { "space".to_string() } else { character.to_string() };
            self.press(&chord);
        }
        self
    }

    pub(crate) fn pastes(&mut self, text: &str) -> Vec<Effect> {
        self.update(Msg::Paste(text.to_string()))
    }

    /// The person's editor gives a text back.
    pub(crate) fn edited(&mut self, id: SessionId, text: &str) -> Vec<Effect> {
        self.update(Msg::Edited { id, text: text.into() })
    }

    /// The net takes none of these orders.
    pub(crate) fn refuse(&mut self, effects: &[Effect], why: &str) {
        for effect in effects {
            if let Effect::Net(order) = effect {
                self.update(Msg::Refused(RefusedOrder { order: order.clone(), why: why.into() }));
            }
        }
    }

    /// The search beside the loop answers.
    pub(crate) fn answers(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Search { id, generation, needle, transcript, .. } = effect {
                let hits = sockeye::sessions::search::find_all(transcript, needle, words::text_of, 1000);
                self.update(Msg::Found { id: *id, generation: *generation, hits, done: true });
            }
        }
    }

    pub(crate) fn composed(&self) -> String {
        self.model.selected_panel().unwrap().composer.editor.text().to_string()
    }

    pub(crate) fn notice(&self) -> String {
        self.model.notices.current(self.now()).map(|notice| notice.text.clone()).unwrap_or_default()
    }
}
