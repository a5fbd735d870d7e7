//! What is known of all sessions together, so that no frame has to visit each of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::state::Model;
use crate::sessions::SessionId;
use crate::wire::Both;

/// Up to so many sessions are visited with every frame, more of them once in a [`SWEEP`].
const FEW: usize = 100;

/// How often many sessions are visited.
const SWEEP: Duration = Duration::from_millis(250);

impl Model {
    /// The sessions in the order of the list: each listener is followed by what it accepted.
    pub fn sessions_in_order(&self) -> &[SessionId] {
        &self.census.listed
    }

    /// Bytes a second of all sessions together.
    pub fn rates(&self) -> Both<f64> {
        self.census.rates
    }

    /// How many sessions are not over, and how many failed.
    pub fn open_and_failed(&self) -> (usize, usize) {
        (self.census.open, self.census.failed)
    }

    /// Lets the time pass for all sessions, and sums up their rates. Those that have something new, and the one that is
    /// looked at, are never behind; the others may be, by [`SWEEP`].
    pub(super) fn refresh_summary(&mut self) {
        let now = self.now;
        if self.sessions.len() > FEW && self.census.swept.is_some_and(|at| now < at + SWEEP) {
            if let Some(session) = self.selected.and_then(|id| self.sessions.get_mut(&id)) {
                session.advance(now);
            }
            return;
        }
        let mut all = Both::default();
        for session in self.sessions.values_mut() {
            session.advance(now);
            all.sent += session.rates.sent.per_second(now);
            all.received += session.rates.received.per_second(now);
        }
        self.census.rates = all;
        self.census.swept = Some(now);
    }

    /// Lists and counts the sessions again, where that has changed.
    pub(super) fn count(&mut self) {
        let of = (self.sessions.len(), self.sessions.keys().next_back().copied());
        if of != self.census.of {
            self.census.listed = self.list();
            self.census.of = of;
            self.census.stale = true;
        }
        if std::mem::take(&mut self.census.stale) {
            self.census.open = self.sessions.values().filter(|session| !session.is_over()).count();
            self.census.failed = self.sessions.values().filter(|session| session.failure().is_some()).count();
        }
    }

    fn list(&self) -> Vec<SessionId> {
        let mut children: BTreeMap<SessionId, Vec<SessionId>> = BTreeMap::new();
        let mut listed = Vec::with_capacity(self.sessions.len());
        for session in self.sessions.values() {
            if let Some(parent) = session.parent().filter(|parent| self.sessions.contains_key(parent)) {
                children.entry(parent).or_default().push(session.id);
            }
        }
        for session in self.sessions.values() {
            if session.parent().is_none_or(|parent| !self.sessions.contains_key(&parent)) {
                listed.push(session.id);
                listed.extend(children.remove(&session.id).into_iter().flatten());
            }
        }
        listed
    }
}
