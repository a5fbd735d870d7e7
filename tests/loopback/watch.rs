//! Sessions that are watched until something is true of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use sockeye::net::OverflowPolicy;
use sockeye::sessions::reading::EscapeCounts;
use sockeye::sessions::spec::{AcceptedSpec, UnixAcceptedSpec};
use sockeye::sessions::{
    CloseReason, News, Order, Record, Retention, Session, SessionId, SessionPhase, Spec, SpecKind, Verb,
};
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::{Both, Direction};

use crate::live_net::{DEADLINE, LiveNet};
use sockeye::sessions::news::{ListenerNews, UnixNews};

/// A net, and all that is known of its sessions.
pub(crate) struct Watch {
    pub(crate) net: LiveNet,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    pub(crate) news: Vec<(SessionId, News)>,
    pub(crate) data: BTreeMap<SessionId, Both<Vec<u8>>>,
    pub(crate) escapes: BTreeMap<SessionId, EscapeCounts>,
    retain: Retention,
    keep_data: bool,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Watch::with(OverflowPolicy::DropOldest)
    }

    pub(crate) fn with(overflow: OverflowPolicy) -> Self {
        Watch {
            net: LiveNet::new(overflow),
            sessions: BTreeMap::new(),
            news: Vec::new(),
            data: BTreeMap::new(),
            escapes: BTreeMap::new(),
            retain: Retention::DEFAULT,
            keep_data: true,
        }
    }

    /// A watch that does not copy the bytes beside the transcript.
    pub(crate) fn counting(mut self) -> Self {
        self.keep_data = false;
        self
    }

    pub(crate) fn open(&mut self, spec: Spec) -> SessionId {
        self.retain = spec.retain;
        let id = self.net.open(spec.clone());
        self.sessions.insert(id, Session::new(id, spec, Instant::now()));
        id
    }

    pub(crate) fn order(&self, id: SessionId, verb: Verb) {
        self.net.send_order(Order { id, verb }).unwrap();
    }

    pub(crate) fn send(&self, id: SessionId, bytes: impl Into<Bytes>) {
        self.order(id, Verb::Send(bytes.into()));
    }

    pub(crate) fn look(&mut self) {
        for reading in self.net.sample() {
            let id = reading.id;
            for record in &reading.records {
                match record {
                    Record::News { news, .. } => self.hear(id, news.clone()),
                    Record::Block(block) if self.keep_data => {
                        self.data.entry(id).or_default().of_mut(block.direction).extend_from_slice(&block.bytes);
                    }
                    Record::Block(_) | Record::NotKept { .. } => {}
                }
            }
            *self.escapes.entry(id).or_default() += reading.escapes;
            self.sessions.get_mut(&id).unwrap().apply_reading(reading, Instant::now());
        }
    }

    fn hear(&mut self, id: SessionId, news: News) {
        if let News::Listener(ListenerNews::Accepted { listener, local, peer }) = news {
            let mut spec = Spec::new(SpecKind::Accepted(AcceptedSpec { listener, local, peer }));
            spec.retain = self.retain;
            assert!(self.sessions.insert(id, Session::new(id, spec, Instant::now())).is_none());
            self.sessions.get_mut(&listener).unwrap().accepted_one();
        }
        if let News::Unix(UnixNews::Accepted { listener, local, peer, credentials }) = &news {
            let (local, peer, credentials) = (local.clone(), peer.clone(), *credentials);
            let accepted = UnixAcceptedSpec { listener: *listener, local, peer, credentials };
            let spec = Spec { retain: self.retain, ..Spec::new(SpecKind::UnixAccepted(accepted)) };
            assert!(self.sessions.insert(id, Session::new(id, spec, Instant::now())).is_none());
            self.sessions.get_mut(listener).unwrap().accepted_one();
        }
        self.news.push((id, news));
    }

    /// Looks until `true_of` is true; `what` stands in the message where it never is.
    pub(crate) fn until(&mut self, what: &str, true_of: impl Fn(&Watch) -> bool) {
        let end = Instant::now() + DEADLINE;
        loop {
            self.look();
            if true_of(self) {
                return;
            }
            if !self.net.changes_before(end) {
                let phases: Vec<_> = self.sessions.values().map(|s| (s.id, &s.phase, s.totals, &s.kernel)).collect();
                panic!("never: {what}\nnews: {:#?}\nsessions: {phases:#?}", self.news);
            }
        }
    }

    pub(crate) fn until_news(&mut self, id: SessionId, what: &str, is_it: impl Fn(&News) -> bool) {
        self.until(what, |watch| watch.news_of(id).any(&is_it));
    }

    pub(crate) fn until_open(&mut self, id: SessionId) {
        self.until("open", |watch| matches!(watch.session(id).phase, SessionPhase::Open(_)));
    }

    /// Opens a listener, and waits until it has its address.
    pub(crate) fn listening(&mut self, spec: Spec) -> (SessionId, SocketAddr) {
        let id = self.open(spec);
        self.until("listening", |watch| watch.session(id).bound().is_some());
        (id, self.session(id).bound().unwrap())
    }

    /// Waits until this is true of what the kernel says of the session's socket.
    pub(crate) fn until_kernel(&mut self, id: SessionId, what: &str, is_it: impl Fn(&KernelView) -> bool) {
        self.until(what, |watch| watch.session(id).kernel.as_ref().is_some_and(|view| is_it(view)));
    }

    /// Waits until the kernel has a send queue, as the peer does not read.
    pub(crate) fn until_blocked(&mut self, id: SessionId) {
        self.until_kernel(id, "blocked", |view| view.send_queue_bytes > Some(0));
    }

    /// Waits for the last news; gives how it ended.
    pub(crate) fn until_closed(&mut self, id: SessionId) -> CloseReason {
        self.until_news(id, "closed", |news| matches!(news, News::Closed { .. }));
        let last = self.news_of(id).last().cloned();
        let Some(News::Closed { totals, how }) = last else { panic!("closed is not the last news: {last:?}") };
        assert_eq!(totals, self.session(id).totals);
        how
    }

    pub(crate) fn session(&self, id: SessionId) -> &Session {
        &self.sessions[&id]
    }

    pub(crate) fn news_of(&self, id: SessionId) -> impl Iterator<Item = &News> {
        self.news.iter().filter(move |(whose, _)| *whose == id).map(|(_, news)| news)
    }

    pub(crate) fn sent(&self, id: SessionId) -> u64 {
        self.session(id).totals.sent.bytes
    }

    pub(crate) fn received(&self, id: SessionId) -> u64 {
        self.session(id).totals.received.bytes
    }

    pub(crate) fn bytes(&self, id: SessionId, direction: Direction) -> &[u8] {
        self.data.get(&id).map_or(&[], |both| both.of(direction))
    }

    /// The children of a listener that were accepted so far.
    pub(crate) fn children(&self) -> Vec<SessionId> {
        self.sessions.values().filter(|session| session.parent().is_some()).map(|session| session.id).collect()
    }
}
