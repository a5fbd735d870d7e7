//! When the screen will change by the mere passing of time.

use std::time::{Duration, Instant};

use super::panel::View;
use super::state::Model;
use crate::wire::Phase;

/// How often a countdown or a decaying rate is drawn.
const TICK: Duration = Duration::from_millis(250);

impl Model {
    /// When to look again although nothing happened; `None`: the screen stays as it is.
    pub fn wakes_at(&self, now: Instant) -> Option<Instant> {
        let notice = self.notices.goes(now);
        let ticking = self.sessions.values().any(|session| {
            let counting = matches!(session.phase, Phase::Waiting { .. });
            counting || session.rates.sent.decays(now) || session.rates.received.decays(now)
        });
        // The lanes of the explain view count down.
        let lanes = self.session().filter(|_| self.panel().is_some_and(|panel| panel.view == View::Explain));
        let lanes = lanes.is_some_and(|session| match &session.phase {
            Phase::Connecting { .. } => true,
            Phase::Open(_) => session.course.clocks.running.is_some() || session.idle_timeout().is_some(),
            Phase::Starting | Phase::Resolving | Phase::Waiting { .. } | Phase::Listening | Phase::Ended { .. } => {
                false
            }
        });
        let ticking = ticking || lanes;
        let body = self.panel().filter(|panel| panel.view == View::Response).and_then(|panel| panel.body.due());
        let tick = ticking.then(|| now + TICK);
        [notice, tick, body].into_iter().flatten().min()
    }
}
