//! A session that keeps only facts and counts: for runs without a transcript view.

use std::net::SocketAddr;
use std::time::Instant;

use super::id::SessionId;
use super::kinds::SessionKind;
use super::kinds::kind_state::RecordContext;
use super::kinds::tcp::Endpoints;
use super::kinds::udp_socket::UdpSocketView;
use super::phase::{OpenState, SessionPhase};
use super::record::Record;
use super::session::Session;
use super::spec::Spec;
use crate::wire::unix::{UnixAddress, UnixForm};

impl Session {
    /// A session that was just requested, to be updated with [`Session::apply_measurements`] and
    /// [`Session::take_facts`]: without a transcript, ladder and rates, whatever its retention.
    pub fn of_facts(id: SessionId, spec: Spec, opened: Instant) -> Self {
        let mut session = Session::new(id, spec, opened);
        match &mut session.kind {
            SessionKind::Stream(tcp) => tcp.history = None,
            SessionKind::Http(http) => http.history = None,
            _ => {}
        }
        session
    }

    /// Applies a fact or counts bytes. Between two records the totals include only the records before, not the whole
    /// reading. Cost: for bytes, an addition.
    pub fn take_facts(&mut self, record: &Record) {
        match record {
            Record::Block(block) => self.totals.of_mut(block.direction).merge(block.totals()),
            Record::NotKept { direction, totals } => self.totals.of_mut(*direction).merge(*totals),
            Record::News { at, news } => {
                // The session's task may run before the caller has read the clock.
                self.opened = self.opened.min(*at);
                self.on_news(news, *at);
                let context = RecordContext { entry: None, opened: self.opened, now: self.opened };
                if let Some(open) = self.kind.state_mut().on_record(record, &context) {
                    self.phase = SessionPhase::Open(open);
                }
            }
        }
    }

    /// Records the outcomes of datagrams in the ledger, if the socket is a UDP socket. Cost: a hash of every datagram,
    /// if the peer may be an echo.
    pub fn take_datagrams(&mut self, record: &Record) {
        // `take_facts` applied the news already.
        if let (Some(socket), Record::Block(_) | Record::NotKept { .. }) = (self.kind.state_mut().udp_mut(), record) {
            socket.ledger.record(record);
        }
    }

    /// The one peer that the socket is connected to, once it is.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.kind.state().peer()
    }

    /// Both addresses of its one connection, once known.
    pub fn ends(&self) -> Endpoints {
        let state = self.kind.state();
        Endpoints { local: state.local(), peer: state.peer() }
    }

    /// Whether its bytes are a stream as the socket carries it, of TCP or of the Unix domain, with nothing that gives
    /// them boundaries.
    pub fn has_bare_stream(&self) -> bool {
        match &self.kind {
            SessionKind::Stream(_) => true,
            SessionKind::Unix(unix) => unix.form == UnixForm::Stream,
            SessionKind::Conversation(_)
            | SessionKind::Bound(_)
            | SessionKind::Listener(_)
            | SessionKind::Http(_)
            | SessionKind::Repeat(_)
            | SessionKind::Dns(_)
            | SessionKind::Ports(_)
            | SessionKind::UnixListener(_) => false,
        }
    }

    /// Whether it waits for peers at an address of its own; a bound UDP socket is none.
    pub fn is_listener(&self) -> bool {
        matches!(self.kind, SessionKind::Listener(_) | SessionKind::UnixListener(_))
    }

    /// Whether it is not over and we stopped reading; for a listener, whether connections are left in the kernel's
    /// queue.
    pub fn is_reading_paused(&self) -> bool {
        match (&self.phase, &self.kind) {
            (SessionPhase::Open(open), _) => open.paused,
            (SessionPhase::Ended { .. }, _) => false,
            (_, SessionKind::Listener(listener)) => listener.holds,
            (_, SessionKind::UnixListener(listener)) => listener.holds,
            (_, _) => false,
        }
    }

    /// The peer of its datagrams: the one that the socket is connected to, or the sender of the newest one; `None`: the
    /// datagrams name their peers themselves, or the peer has no name.
    pub fn peer_name(&self) -> Option<String> {
        let unix = match &self.kind {
            SessionKind::Unix(unix) => unix.peer.as_ref(),
            SessionKind::UnixListener(unix) => unix.sender.as_ref(),
            _ => None,
        };
        let unix = unix.filter(|address| **address != UnixAddress::Unnamed).map(ToString::to_string);
        unix.or_else(|| self.peer().map(|peer| peer.to_string()))
    }

    /// Whether it is open and we have finished sending.
    pub fn finished_sending(&self) -> bool {
        matches!(self.phase, SessionPhase::Open(OpenState { we_finished: true, .. }))
    }

    /// Whether it is open and the peer has finished sending.
    pub fn peer_finished(&self) -> bool {
        matches!(self.phase, SessionPhase::Open(OpenState { peer_finished: true, .. }))
    }

    /// Whether it accepts connections, each of which is a session of its own.
    pub fn accepts_connections(&self) -> bool {
        self.is_listener() && !self.has_datagrams()
    }

    /// Whether it sends and receives datagrams.
    pub fn has_datagrams(&self) -> bool {
        self.spec.what.has_datagrams()
    }

    /// State of its UDP socket; `None` for other kinds.
    pub fn udp(&self) -> Option<&UdpSocketView> {
        self.kind.state().udp()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::sessions::news::{DialNews, News, TcpNews};
    use crate::sessions::record::Block;
    use crate::sessions::spec::{HostPort, SpecKind, TcpSpec};
    use crate::wire::{Direction, Totals};

    #[test]
    fn facts_and_counts_are_known_in_the_order_of_the_records_and_no_bytes_are_kept() {
        let now = Instant::now();
        let target = HostPort { host: "127.0.0.1".into(), port: 9 };
        let mut session = Session::of_facts(SessionId(1), Spec::new(SpecKind::Tcp(TcpSpec::new(target))), now);
        let (local, peer) = ("127.0.0.1:1".parse().unwrap(), "127.0.0.1:9".parse().unwrap());
        let took = std::time::Duration::from_millis(1);
        let fact = |news| Record::News { at: now, news };
        session.take_facts(&fact(News::Dial(DialNews::Connected { local, peer, took, attempt: 1 })));
        session.take_facts(&Record::Block(Block::single_piece(Direction::Received, now, Bytes::from_static(b"abc"))));
        assert_eq!((session.peer(), session.totals.received), (Some(peer), Totals { bytes: 3, ops: 1 }));
        let totals = Totals { bytes: 5, ops: 2 };
        session.take_facts(&Record::NotKept { direction: Direction::Received, totals });
        assert!(!session.finished_sending());
        session.take_facts(&fact(News::Tcp(TcpNews::WeFinished)));
        assert_eq!(session.totals.received, Totals { bytes: 8, ops: 3 });
        assert!(session.finished_sending() && session.transcript.is_empty() && session.tcp_history().is_none());
    }
}
