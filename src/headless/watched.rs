//! The sessions of a run, and what is known of each: the one memory that policy and formats ask.
//!
//! Facts and counts only: the bytes go by, and a pipe keeps no transcript. A session is here from its opening, or from
//! its birth where a listener accepted it, until its last fact was taken in.

use std::collections::HashMap;
use std::time::Instant;

use crate::sessions::spec::{Spec, SpecKind};
use crate::sessions::{Reading, Record, Session, SessionId};

/// The sessions that are not over.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// Boxed: a table that grows moves and doubles addresses only.
    sessions: HashMap<SessionId, Box<Session>>,
    /// True: what became of datagrams is followed, which costs a hash of each.
    ledgers: bool,
}

impl Watched {
    /// No session yet; `ledgers`: whether what became of datagrams is followed.
    pub(crate) fn new(ledgers: bool) -> Self {
        Watched { sessions: HashMap::new(), ledgers }
    }

    /// A session was opened now.
    pub(crate) fn opened(&mut self, id: SessionId, spec: Spec) -> &Session {
        let session = Session::of_facts(id, spec, Instant::now());
        self.sessions.entry(id).insert_entry(Box::new(session)).into_mut()
    }

    /// Takes in the session that a reading tells the birth of, where a listener accepted it.
    pub(crate) fn add_accepted(&mut self, reading: &Reading) {
        if self.sessions.contains_key(&reading.id) {
            return;
        }
        let Some((at, known)) = reading.accepted() else { return };
        if let Some(listener) = self.sessions.get_mut(&known.listener) {
            listener.accepted_one();
        }
        let spec = Spec::new(SpecKind::Accepted(known));
        self.sessions.insert(reading.id, Box::new(Session::of_facts(reading.id, spec, at)));
    }

    /// Takes in what a reading measured beside its records.
    pub(crate) fn apply_measurements(&mut self, reading: &Reading) {
        if let Some(session) = self.sessions.get_mut(&reading.id) {
            session.apply_measurements(reading, Instant::now());
        }
    }

    /// Takes in what happened in a session.
    pub(crate) fn on_record(&mut self, id: SessionId, record: &Record) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.take_facts(record);
        if self.ledgers {
            session.take_datagrams(record);
        }
    }

    /// Forgets a session: its last fact was taken in.
    pub(crate) fn remove(&mut self, id: SessionId) {
        self.sessions.remove(&id);
    }

    /// A session that is not over.
    pub(crate) fn get(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id).map(Box::as_ref)
    }

    /// Whether a session that is not over has failed.
    pub(crate) fn has_failed(&self, id: SessionId) -> bool {
        self.get(id).is_some_and(|session| session.failure().is_some())
    }

    /// All sessions that are not over, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values().map(Box::as_ref)
    }

    /// Whether everything is over.
    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}
