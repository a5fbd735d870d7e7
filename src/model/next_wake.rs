//! When the screen changes only because time passes.

use std::time::{Duration, Instant};

use super::state::Model;
use super::view::View;
use crate::sessions::kinds::SessionKind;
use crate::sessions::tcp::states::StateTrack;
use crate::sessions::{Session, SessionPhase};
use crate::wire::tcp::state::TcpState;

/// How often a countdown or a decaying rate is redrawn.
const TICK: Duration = Duration::from_millis(250);

/// How often a countdown to a window probe is redrawn: the first probes are 200 ms apart.
const FINE_TICK: Duration = Duration::from_millis(100);

impl Model {
    /// When to redraw although nothing happened; `None`: the screen stays as it is.
    pub fn wakes_at(&self, now: Instant) -> Option<Instant> {
        let notice = self.notices.next_change(now);
        let story = self.session().and_then(|session| session.tcp_history());
        let track = story.map(|story| &story.track).filter(|track| track.state() == TcpState::TimeWait);
        let rest = track.and_then(StateTrack::rests_until).map(|until| until.min(now + TICK));
        let countdown = story.filter(|story| story.flow.counts_down(now)).map(|_| now + FINE_TICK);
        // The connection attempts in the explain view count down, and the timers of both ends in the flow view.
        let lanes =
            self.session().filter(|_| self.selected_panel().is_some_and(|panel| panel.view.entry().counts_down));
        let lanes = lanes.is_some_and(|session| match &session.phase {
            SessionPhase::Connecting { .. } => true,
            SessionPhase::Open(_) => {
                matches!(&session.kind, SessionKind::Http(exchange) if exchange.timing.is_growing())
                    || session.attempts.timers.running.is_some()
                    || session.idle_timeout().is_some()
                    || session.tcp_history().is_some_and(|story| story.flow.has_timer(now))
            }
            // The peer's end may still wait, as in TIME-WAIT.
            SessionPhase::Ended { .. } => session.tcp_history().is_some_and(|story| story.flow.has_timer(now)),
            SessionPhase::Starting
            | SessionPhase::Resolving
            | SessionPhase::Waiting { .. }
            | SessionPhase::Listening => false,
        });
        // All sessions are visited only if the one on the screen needs no tick anyway.
        let ticking = lanes || self.sessions.values().any(|session| is_ticking(session, now));
        let body = self
            .selected_panel()
            .filter(|panel| panel.view == View::Response)
            .and_then(|panel| panel.body.next_layout_at());
        let tick = ticking.then(|| now + TICK);
        [notice, tick, body, rest, countdown].into_iter().flatten().min()
    }
}

/// Whether a session's row in the list changes with time: it waits for an answer or for its next attempt, or a
/// rate decays.
fn is_ticking(session: &Session, now: Instant) -> bool {
    let counting = matches!(
        session.phase,
        SessionPhase::Waiting { .. } | SessionPhase::Connecting { .. } | SessionPhase::Resolving
    );
    counting
        || session.awaits_response_since().is_some()
        || session.rates.sent.will_change(now)
        || session.rates.received.will_change(now)
}
