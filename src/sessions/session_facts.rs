//! A session of which only facts and counts are kept: for a run in which nobody looks back at what was said.

use std::net::SocketAddr;
use std::time::Instant;

use super::id::SessionId;
use super::kinds::SessionKind;
use super::reading::Reading;
use super::record::Record;
use super::session::{OpenState, Session, SessionPhase};
use super::spec::Spec;

impl Session {
    /// A session that was just asked for, to be told what happens by [`Session::take_gauges`] and
    /// [`Session::take_facts`]: without a transcript, a ladder and rates, whatever its retention.
    pub fn of_facts(id: SessionId, spec: Spec, opened: Instant) -> Self {
        Session { story: None, ..Session::new(id, spec, opened) }
    }

    /// Takes in what a reading measured beside its records. The totals are not among it:
    /// [`Session::take_facts`] counts them.
    pub fn take_gauges(&mut self, reading: &Reading) {
        self.measure(reading);
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
                self.learn(news, *at);
            }
        }
    }

    /// Takes in what became of a socket's datagrams, where it is a socket for datagrams. Cost: where the peer may be an
    /// echo, a hash of every datagram.
    pub fn take_datagrams(&mut self, record: &Record) {
        if let SessionKind::Conversation { socket, .. } | SessionKind::Bound { socket, .. } = &mut self.kind {
            socket.ledger.record(record);
        }
    }

    /// The one peer that it is connected with, once it is.
    pub fn peer(&self) -> Option<SocketAddr> {
        match &self.kind {
            SessionKind::Stream(ends) | SessionKind::Conversation { ends, .. } => ends.peer,
            SessionKind::Bound { .. }
            | SessionKind::Listener { .. }
            | SessionKind::Http(_)
            | SessionKind::Repeat(_)
            | SessionKind::Dns(_) => None,
        }
    }

    /// Whether it is open and we have finished sending.
    pub fn finished_sending(&self) -> bool {
        matches!(self.phase, SessionPhase::Open(OpenState { we_finished: true, .. }))
    }

    /// Whether what it sends and receives are datagrams.
    pub fn has_datagrams(&self) -> bool {
        matches!(self.kind, SessionKind::Conversation { .. } | SessionKind::Bound { .. })
    }
}
