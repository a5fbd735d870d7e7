//! The state of all sessions of a run, shared by policy and format.
//!
//! Only news and counts: bytes pass through, and no transcript is kept. A session is listed from its opening (or from
//! its accept) until its last news is applied.

use std::collections::HashMap;
use std::time::Instant;

use crate::sessions::spec::Spec;
use crate::sessions::{Reading, Record, Session, SessionId};

/// The sessions that are still open.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// Boxed: when the table grows, it moves pointers only.
    sessions: HashMap<SessionId, Box<Session>>,
    /// True: each datagram is followed in the ledger, which costs one hash per datagram.
    ledgers: bool,
}

impl Watched {
    /// An empty table; `ledgers`: whether datagrams are followed in the ledger.
    pub(crate) fn new(ledgers: bool) -> Self {
        Watched { sessions: HashMap::new(), ledgers }
    }

    /// Adds a session that is opened now.
    pub(crate) fn opened(&mut self, id: SessionId, spec: Spec) -> &Session {
        let session = Session::of_facts(id, spec, Instant::now());
        self.sessions.entry(id).insert_entry(Box::new(session)).into_mut()
    }

    /// Adds the session of a reading, if the reading reports that a listener has just accepted it.
    pub(crate) fn add_accepted(&mut self, reading: &Reading) {
        if self.sessions.contains_key(&reading.id) {
            return;
        }
        let Some((at, known)) = reading.accepted() else { return };
        if let Some(listener) = known.facets().parent().and_then(|parent| self.sessions.get_mut(&parent)) {
            listener.accepted_one();
        }
        let spec = Spec::new(known);
        self.sessions.insert(reading.id, Box::new(Session::of_facts(reading.id, spec, at)));
    }

    /// Applies the measurements of a reading to its session.
    pub(crate) fn apply_measurements(&mut self, reading: &Reading) {
        if let Some(session) = self.sessions.get_mut(&reading.id) {
            session.apply_measurements(reading, Instant::now());
        }
    }

    /// Applies a record to its session.
    pub(crate) fn on_record(&mut self, id: SessionId, record: &Record) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.take_facts(record);
        if self.ledgers {
            session.take_datagrams(record);
        }
    }

    /// Removes a session after its last news.
    pub(crate) fn remove(&mut self, id: SessionId) {
        self.sessions.remove(&id);
    }

    /// A session, if it is still open.
    pub(crate) fn get(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id).map(Box::as_ref)
    }

    /// Whether a session that is still open has failed.
    pub(crate) fn has_failed(&self, id: SessionId) -> bool {
        self.get(id).is_some_and(|session| session.failure().is_some())
    }

    /// All open sessions, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values().map(Box::as_ref)
    }

    /// Whether no session is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}
