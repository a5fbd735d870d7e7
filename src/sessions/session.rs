//! A session as it is known from its readings: nothing in here has a socket.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempts::Attempts;
use super::id::SessionId;
use super::kinds::SessionKind;
use super::news::{CloseReason, DialNews, HttpNews, ListenerNews, News, OptionNews, TcpNews, UdpNews};
use super::rate::Rate;
use super::reading::Reading;
use super::record::Record;
use super::spec::{Spec, SpecKind};
use super::transcript::Transcript;
use super::way::PeerPath;
use crate::sessions::kinds::dns::DnsLookup;
use crate::sessions::kinds::http::{HttpExchange, HttpHop};
use crate::sessions::kinds::repeat::RepeatView;
use crate::sessions::kinds::tcp::Endpoints;
use crate::sessions::kinds::udp::UdpSocketView;
use crate::sessions::kinds::udp_ledger::UdpLedger;
use crate::sessions::news::dns::DnsNews;
use crate::sessions::spec::http::MOST_INTERIM;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::{Both, Direction, Failure, Totals};

/// How many peers of a bound UDP socket are listed; more are counted.
pub const MOST_PEERS: usize = 10_000;

/// One conversation, and all that is known of it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// What it was asked to be.
    pub spec: Spec,
    /// How far it has come.
    pub phase: SessionPhase,
    /// When it was opened.
    pub opened: Instant,
    /// Exact totals.
    pub totals: Both<Totals>,
    /// Rates of both directions.
    pub rates: Both<Rate>,
    /// What was said.
    pub transcript: Transcript,
    /// What only this kind of session has.
    pub kind: SessionKind,
    /// What the kernel said last.
    pub kernel: Option<Arc<KernelView>>,
    /// The last thing that did not work while the session went on.
    pub warning: Option<Failure>,
    /// The way to the peer: look-up, race, route.
    pub way: PeerPath,
    /// States, ladder and gauges of a TCP connection; `None` for other kinds.
    pub story: Option<Box<TcpHistory>>,
    /// What is known of its socket's options.
    pub options: super::options::OptionStates,
    /// Its attempts, and the facts that explain where it stands.
    pub course: Attempts,
}

/// How far a session has come; holds only what is true at that point.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionPhase {
    /// Asked for; nothing happened yet.
    Starting,
    /// Its name is being looked up.
    Resolving,
    /// Addresses are being tried.
    Connecting {
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// Waiting before the next attempt.
    Waiting {
        /// The attempt to come.
        attempt: u32,
        /// How many there will be at the most.
        of: u32,
        /// When it begins.
        until: Instant,
    },
    /// Open.
    Open(OpenState),
    /// Waiting for peers.
    Listening,
    /// Over.
    Ended {
        /// How.
        how: CloseReason,
        /// Why, where it failed.
        failure: Option<Failure>,
        /// When.
        at: Instant,
    },
}

/// An open conversation: which halves are still open, and whether we read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenState {
    /// We sent FIN.
    pub we_finished: bool,
    /// The peer sent FIN.
    pub peer_finished: bool,
    /// We stopped reading.
    pub paused: bool,
}

impl Session {
    /// A session that was just asked for.
    pub fn new(id: SessionId, spec: Spec, opened: Instant) -> Self {
        let kind = match &spec.what {
            SpecKind::Tcp(_) => SessionKind::Stream(Endpoints::default()),
            SpecKind::Accepted(known) => {
                SessionKind::Stream(Endpoints { local: Some(known.local), peer: Some(known.peer) })
            }
            SpecKind::Udp(_) => {
                SessionKind::Conversation { ends: Endpoints::default(), socket: UdpSocketView::default() }
            }
            SpecKind::UdpBound(_) => SessionKind::Bound {
                local: None,
                peers: BTreeMap::new(),
                unlisted: 0,
                last: None,
                socket: UdpSocketView { ledger: UdpLedger::of_many(), ..UdpSocketView::default() },
            },
            SpecKind::Listen(_) => SessionKind::Listener { local: None, accepted: 0, open: 0, turned_away: 0 },
            SpecKind::Http(_) => SessionKind::Http(HttpExchange::default()),
            SpecKind::Repeat(_) => SessionKind::Repeat(RepeatView::default()),
            SpecKind::Dns(_) => SessionKind::Dns(DnsLookup::default()),
        };
        let stream = matches!(kind, SessionKind::Stream(_) | SessionKind::Http(_));
        let transcript = Transcript::keeping(spec.retain);
        let transcript = if stream { transcript.of_a_stream() } else { transcript };
        let story = matches!(kind, SessionKind::Stream(_)).then(Box::default);
        Session {
            id,
            spec,
            phase: SessionPhase::Starting,
            opened,
            totals: Both::default(),
            rates: Both::default(),
            transcript,
            kind,
            kernel: None,
            warning: None,
            way: PeerPath::default(),
            story,
            options: super::options::OptionStates::default(),
            course: Attempts::default(),
        }
    }

    /// Takes in a reading: its counters, and all that happened.
    pub fn absorb(&mut self, reading: Reading, now: Instant) {
        self.totals = reading.totals;
        self.measure(&reading);
        if let (Some(story), Some(capture)) = (&mut self.story, &reading.capture) {
            story.capturing(capture, now);
        }
        for record in reading.records {
            if let SessionKind::Conversation { socket, .. } | SessionKind::Bound { socket, .. } = &mut self.kind {
                socket.ledger.record(&record);
            }
            match &record {
                Record::News { at, news } => {
                    // Its task may run before whoever asked for it has looked at the clock.
                    self.opened = self.opened.min(*at);
                    self.learn(news, *at);
                }
                Record::Block(block) => self.count_peers(block),
                Record::NotKept { .. } => {}
            }
            // A session that fails with its last attempt says so once.
            let inner = match &record {
                Record::News { news: News::Failed(failure), .. } => self.course.failed_attempt() == Some(failure),
                Record::News { news, .. } => news.is_inner(),
                Record::Block(_) | Record::NotKept { .. } => false,
            };
            if let Some(story) = &mut self.story {
                story.record((!inner).then_some(self.transcript.end()), &record, now);
            }
            if !inner {
                self.transcript.push(record);
            }
        }
        if let Some(view) = &reading.kernel {
            self.course.observe(view, now);
        }
        if let (Some(story), Some(view)) = (&mut self.story, reading.kernel.as_ref()) {
            story.kernel(view, now);
        }
        if let (Some(story), Some(capture)) = (&mut self.story, reading.capture) {
            story.captured(*capture, now);
        }
        self.observe(now);
    }

    /// Takes in what a reading measured beside its records: the kernel's view and the gauges of its kind.
    pub(super) fn measure(&mut self, reading: &Reading) {
        if reading.kernel.is_some() {
            self.kernel.clone_from(&reading.kernel);
        }
        match (&mut self.kind, reading.http) {
            (SessionKind::Http(exchange), Some(gauge)) => exchange.gauge = gauge,
            (SessionKind::Conversation { socket, .. } | SessionKind::Bound { socket, .. }, _) => {
                socket.dropped = reading.dropped_datagrams;
            }
            _ => {}
        }
        if let (SessionKind::Repeat(view), Some(repeat)) = (&mut self.kind, &reading.repeat) {
            if !matches!(self.phase, SessionPhase::Ended { .. }) {
                self.phase = SessionPhase::Open(OpenState { paused: repeat.paused, ..OpenState::default() });
            }
            view.reading = Some(Arc::clone(repeat));
        }
    }

    /// How long it may be quiet in both directions, where there is a limit.
    pub fn idle_timeout(&self) -> Option<Duration> {
        self.spec.what.facets().idle_timeout()
    }

    /// Lets time pass for the rates.
    pub fn observe(&mut self, now: Instant) {
        self.rates.sent.observe(self.totals.sent.bytes, now);
        self.rates.received.observe(self.totals.received.bytes, now);
        if let Some(story) = &mut self.story {
            story.pass(now);
        }
    }

    fn count_peers(&mut self, block: &super::record::Block) {
        let SessionKind::Bound { peers, unlisted, last, .. } = &mut self.kind else { return };
        for piece in &block.pieces {
            let Some(peer) = block.peers.get(usize::from(piece.peer)) else { continue };
            if block.direction == Direction::Received {
                *last = Some(*peer);
            }
            if peers.len() >= MOST_PEERS && !peers.contains_key(peer) {
                *unlisted += 1;
                continue;
            }
            peers.entry(*peer).or_default().totals.of_mut(block.direction).add(u64::from(piece.full_len));
        }
    }

    /// Takes in a fact.
    pub(super) fn learn(&mut self, news: &News, at: Instant) {
        self.way.learn(news, at);
        self.course.learn(news, at);
        self.options.learn(news);
        match news {
            News::Dial(DialNews::Resolving { .. }) => self.phase = SessionPhase::Resolving,
            News::Dial(DialNews::Connecting { attempt, .. }) => {
                self.phase = SessionPhase::Connecting { attempt: *attempt }
            }
            News::Dial(DialNews::Retrying { attempt, of, after, .. }) => {
                self.phase = SessionPhase::Waiting { attempt: *attempt, of: *of, until: at + *after };
            }
            News::Dial(DialNews::Connected { local, peer, .. })
            | News::Listener(ListenerNews::Accepted { local, peer, .. }) => {
                self.phase = SessionPhase::Open(OpenState::default());
                if let SessionKind::Stream(ends) | SessionKind::Conversation { ends, .. } = &mut self.kind {
                    *ends = Endpoints { local: Some(*local), peer: Some(*peer) };
                }
            }
            News::Listener(ListenerNews::Listening { local: bound }) => {
                self.phase = SessionPhase::Listening;
                if let SessionKind::Listener { local, .. } | SessionKind::Bound { local, .. } = &mut self.kind {
                    *local = Some(*bound);
                }
            }
            News::Tcp(TcpNews::WeFinished) => self.half(|open| open.we_finished = true),
            News::Tcp(TcpNews::PeerFinished { .. }) => self.half(|open| open.peer_finished = true),
            News::ReadingPaused => self.half(|open| open.paused = true),
            News::ReadingContinued => self.half(|open| open.paused = false),
            News::Closed { totals, how } => {
                self.totals = *totals;
                let failure = match &self.phase {
                    SessionPhase::Ended { failure, .. } => failure.clone(),
                    _ => None,
                };
                self.phase = SessionPhase::Ended { how: *how, failure, at };
                if let SessionKind::Http(exchange) = &mut self.kind {
                    exchange.took = Some(at.duration_since(self.opened));
                }
            }
            News::Failed(failure) => {
                let how =
                    if failure.class == crate::wire::Class::Reset { CloseReason::Rst } else { CloseReason::Error };
                self.phase = SessionPhase::Ended { how, failure: Some(failure.clone()), at };
            }
            News::Warned(failure) | News::Listener(ListenerNews::AcceptFailed(failure)) => {
                self.warning = Some(failure.clone());
            }
            News::Udp(UdpNews::Joined { .. } | UdpNews::Left { .. } | UdpNews::Icmp(_)) => {
                self.learn_udp(news);
            }
            News::Listener(ListenerNews::TurnedAway { .. } | ListenerNews::ChildEnded { .. }) => {
                self.learn_listener(news);
            }
            News::Http(
                HttpNews::Request(_)
                | HttpNews::Interim(_)
                | HttpNews::Response(_)
                | HttpNews::Trailers(_)
                | HttpNews::Redirect { .. },
            ) => {
                self.learn_http(news);
            }
            News::Dns(news) => self.learn_dns(news),
            News::Dial(DialNews::Compared(compared)) => {
                if let SessionKind::Dns(lookup) = &mut self.kind {
                    lookup.compared = Some((**compared).clone());
                }
            }
            News::Dial(DialNews::Resolved { .. } | DialNews::AttemptFailed { .. } | DialNews::Route(_))
            | News::FileSent { .. }
            | News::Tcp(
                TcpNews::State { .. }
                | TcpNews::Call { .. }
                | TcpNews::Stamps { .. }
                | TcpNews::PeerSyn(_)
                | TcpNews::Kernel(_),
            )
            | News::Option(OptionNews::Set { .. } | OptionNews::Reported(_))
            | News::Udp(UdpNews::MtuStep(_) | UdpNews::PathMtu(_) | UdpNews::BurstEnded { .. }) => {}
        }
    }

    fn half(&mut self, change: impl FnOnce(&mut OpenState)) {
        if let SessionPhase::Open(open) = &mut self.phase {
            change(open);
        }
    }

    fn learn_udp(&mut self, news: &News) {
        let (SessionKind::Conversation { socket, .. } | SessionKind::Bound { socket, .. }) = &mut self.kind else {
            return;
        };
        match news {
            News::Udp(UdpNews::Joined { group }) if !socket.groups.contains(group) => socket.groups.push(*group),
            News::Udp(UdpNews::Left { group }) => socket.groups.retain(|joined| joined != group),
            News::Udp(UdpNews::Icmp(icmp)) => socket.icmp = Some(icmp.clone()),
            _ => {}
        }
    }

    fn learn_listener(&mut self, news: &News) {
        let SessionKind::Listener { open, turned_away, .. } = &mut self.kind else { return };
        match news {
            News::Listener(ListenerNews::TurnedAway { .. }) => *turned_away += 1,
            News::Listener(ListenerNews::ChildEnded { .. }) => *open = open.saturating_sub(1),
            _ => {}
        }
    }

    /// Tells a listener that a connection of its own was accepted.
    pub fn accepted_one(&mut self) {
        if let SessionKind::Listener { accepted, open, .. } = &mut self.kind {
            *accepted += 1;
            *open += 1;
        }
    }

    fn learn_http(&mut self, news: &News) {
        let SessionKind::Http(exchange) = &mut self.kind else { return };
        match news {
            News::Http(HttpNews::Request(request)) => {
                self.phase = SessionPhase::Open(OpenState::default());
                exchange.hops.push(HttpHop::asked(request.clone()));
            }
            News::Http(HttpNews::Response(response)) => {
                if let Some(hop) = exchange.hops.last_mut() {
                    hop.response = Some(response.clone());
                }
            }
            News::Http(HttpNews::Interim(interim)) => {
                if let Some(hop) = exchange.hops.last_mut().filter(|hop| hop.interim.len() < MOST_INTERIM) {
                    hop.interim.push(interim.clone());
                }
            }
            News::Http(HttpNews::Trailers(fields)) => {
                if let Some(hop) = exchange.hops.last_mut() {
                    hop.trailers.clone_from(fields);
                }
            }
            _ => {}
        }
    }

    fn learn_dns(&mut self, news: &DnsNews) {
        if let SessionKind::Dns(lookup) = &mut self.kind {
            lookup.learn(news);
            self.phase = SessionPhase::Open(OpenState::default());
        }
    }

    /// The listener that accepted this session, if one did.
    pub fn parent(&self) -> Option<SessionId> {
        self.spec.what.facets().parent()
    }

    /// Why it failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.phase {
            SessionPhase::Ended { failure, .. } => failure.as_ref(),
            _ => None,
        }
    }

    /// Whether it is over.
    pub fn ended(&self) -> bool {
        matches!(self.phase, SessionPhase::Ended { .. })
    }

    /// Protocol and peer in a few words: `tcp 127.0.0.1:7001`, `GET http://…`, `listen tcp 0.0.0.0:9000`; behind the
    /// session's label where it has one: `echo · tcp 127.0.0.1:7001`.
    pub fn title(&self) -> String {
        let label = self.spec.label.as_ref().map_or(String::new(), |label| format!("{label} · "));
        label + &self.spec.what.facets().title(self.bound())
    }

    /// Where a listener or a bound socket is bound.
    pub fn bound(&self) -> Option<SocketAddr> {
        match &self.kind {
            SessionKind::Bound { local, .. } | SessionKind::Listener { local, .. } => *local,
            SessionKind::Stream(ends) | SessionKind::Conversation { ends, .. } => ends.local,
            SessionKind::Http(_) | SessionKind::Repeat(_) | SessionKind::Dns(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::kinds::SessionKind;
    use crate::sessions::spec::{HostPort, SpecKind, UdpSpec};

    #[test]
    fn a_count_of_drops_that_is_no_longer_known_is_not_shown() {
        let start = Instant::now();
        let what = SpecKind::Udp(UdpSpec::with(HostPort { host: "127.0.0.1".into(), port: 9 }));
        let mut session = Session::new(SessionId(1), Spec::new(what), start);
        for told in [Some(0), Some(3), None] {
            session.absorb(Reading { dropped_datagrams: told, ..Reading::empty(SessionId(1)) }, start);
            let SessionKind::Conversation { socket, .. } = &session.kind else { panic!("{:?}", session.kind) };
            assert_eq!(socket.dropped, told);
        }
    }
}
