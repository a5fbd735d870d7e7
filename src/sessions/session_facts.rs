//! A session of which only facts and counts are kept: for a run in which nobody looks back at what was said.

use std::net::SocketAddr;
use std::time::Instant;

use super::id::SessionId;
use super::kinds::SessionKind;
use super::kinds::kind_state::RecordContext;
use super::kinds::udp_socket::UdpSocketView;
use super::phase::{OpenState, SessionPhase};
use super::record::Record;
use super::session::Session;
use super::spec::Spec;

impl Session {
    /// A session that was just asked for, which takes in what happens by [`Session::apply_measurements`] and
    /// [`Session::take_facts`]: without a transcript, a ladder and rates, whatever its retention.
    pub fn of_facts(id: SessionId, spec: Spec, opened: Instant) -> Self {
        let mut session = Session::new(id, spec, opened);
        if let SessionKind::Stream(tcp) = &mut session.kind {
            tcp.history = None;
        }
        session
    }

    /// Takes in a fact, or how many bytes there were. Between two records the totals are those of what came before, not
    /// those of the reading. Cost: for bytes, an addition.
    pub fn take_facts(&mut self, record: &Record) {
        match record {
            Record::Block(block) => self.totals.of_mut(block.direction).merge(block.totals()),
            Record::NotKept { direction, totals } => self.totals.of_mut(*direction).merge(*totals),
            Record::News { at, news } => {
                // Its task may run before whoever asked for it has looked at the clock.
                self.opened = self.opened.min(*at);
                self.on_news(news, *at);
                let context = RecordContext { entry: None, opened: self.opened, now: self.opened };
                if let Some(open) = self.kind.state_mut().on_record(record, &context) {
                    self.phase = SessionPhase::Open(open);
                }
            }
        }
    }

    /// Takes in what became of a socket's datagrams, where it is a socket for datagrams. Cost: where the peer may be an
    /// echo, a hash of every datagram.
    pub fn take_datagrams(&mut self, record: &Record) {
        // Facts reached it by `take_facts`.
        if let (Some(socket), Record::Block(_) | Record::NotKept { .. }) = (self.kind.state_mut().udp_mut(), record) {
            socket.ledger.record(record);
        }
    }

    /// The one peer that it is connected with, once it is.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.kind.state().peer()
    }

    /// Whether it is open and we have finished sending.
    pub fn finished_sending(&self) -> bool {
        matches!(self.phase, SessionPhase::Open(OpenState { we_finished: true, .. }))
    }

    /// Whether what it sends and receives are datagrams.
    pub fn has_datagrams(&self) -> bool {
        self.udp().is_some()
    }

    /// What is known of its UDP socket; `None` for other kinds.
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
