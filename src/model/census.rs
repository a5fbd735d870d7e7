//! Totals of all sessions, kept so that a frame need not visit every session.

use std::collections::BTreeMap;
use std::time::Duration;

use super::state::Model;
use crate::sessions::SessionId;
use crate::wire::Both;

/// Up to this many sessions are visited in every frame; a larger number only once per [`SWEEP`].
const FEW: usize = 100;

/// How often a large number of sessions is visited.
const SWEEP: Duration = Duration::from_millis(250);

impl Model {
    /// The sessions in the order of the list: each listener is followed by the connections that it accepted.
    pub fn sessions_in_order(&self) -> &[SessionId] {
        &self.census.listed
    }

    /// Bytes per second of all sessions together.
    pub fn rates(&self) -> Both<f64> {
        self.census.rates
    }

    /// How many sessions are open, and how many failed.
    pub fn open_and_failed(&self) -> (usize, usize) {
        (self.census.open, self.census.failed)
    }

    /// Advances the clock of all sessions, and sums up their rates. The selected session, and those with a new reading,
    /// are always up to date; the others may lag by up to [`SWEEP`].
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

    /// Lists and counts the sessions again, if their number or their state has changed.
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
