//! When to draw: at once after idle, at most 60 times a second, never without a change.

use std::time::{Duration, Instant};

/// The least time between two frames.
pub const FRAME: Duration = Duration::from_millis(16);

/// Decides when the next frame is due. Knows no clock: `now` is told.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    last: Option<Instant>,
    wanted: bool,
    later: Option<Instant>,
}

impl Pacer {
    /// Something changed: a frame is wanted as soon as may be.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// Something will change by the mere passing of time (a countdown, a rate that decays, a notice that goes).
    pub fn want_at(&mut self, at: Option<Instant>) {
        self.later = at;
    }

    /// When the next frame is due; `None`: never, unless something changes.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let soonest = self.last.map_or(now, |last| (last + FRAME).max(now));
        if self.wanted { Some(soonest) } else { self.later.map(|later| later.max(soonest)) }
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.last = Some(now);
        self.wanted = false;
        self.later = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_changed_is_never_drawn_and_a_change_after_idle_is_drawn_at_once() {
        let start = Instant::now();
        let mut pacer = Pacer::default();
        assert_eq!(pacer.due(start), None);
        pacer.want();
        assert_eq!(pacer.due(start), Some(start));
        pacer.drawn(start);
        assert_eq!(pacer.due(start + Duration::from_secs(9)), None);
    }

    #[test]
    fn changes_under_load_collapse_into_one_frame_every_sixteen_milliseconds() {
        let start = Instant::now();
        let mut pacer = Pacer::default();
        pacer.drawn(start);
        pacer.want();
        pacer.want();
        assert_eq!(pacer.due(start + Duration::from_millis(3)), Some(start + FRAME));
    }

    #[test]
    fn a_countdown_is_drawn_when_it_is_due_and_not_before() {
        let start = Instant::now();
        let mut pacer = Pacer::default();
        pacer.drawn(start);
        pacer.want_at(Some(start + Duration::from_secs(1)));
        assert_eq!(pacer.due(start), Some(start + Duration::from_secs(1)));
    }
}
