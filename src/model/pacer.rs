//! When to draw: at once after idle and for a key, at most 60 times a second, half of that under load, never without a
//! change.

use std::time::{Duration, Instant};

/// The least time between two frames that answer the person, and between a frame and the first news after it.
pub const FRAME: Duration = Duration::from_millis(16);

/// The least time between two frames while news never stop: what a person does then finds the loop free, and does not
/// wait for the frame of a flood.
pub const BUSY: Duration = Duration::from_millis(33);

/// Decides when the next frame is due. Knows no clock: `now` is told.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    last: Option<Instant>,
    /// When the last frame was drawn that answered the person.
    answered: Option<Instant>,
    /// When the last frame was drawn that had nothing but news.
    told: Option<Instant>,
    wanted: Option<Wanted>,
    /// News followed news as fast as they may.
    busy: bool,
    later: Option<Instant>,
}

/// For whom a frame is wanted; the greater one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    News,
    Answer,
}

impl Pacer {
    /// There is news of the network: a frame is wanted as soon as may be.
    pub fn want(&mut self) {
        self.wanted = self.wanted.max(Some(Wanted::News));
    }

    /// The person did something: a frame is wanted now, unless they had one a moment ago.
    pub fn want_answer(&mut self) {
        self.wanted = Some(Wanted::Answer);
    }

    /// Something will change by the mere passing of time (a countdown, a rate that decays, a notice that goes).
    pub fn want_at(&mut self, at: Option<Instant>) {
        self.later = at;
    }

    /// When the next frame is due; `None`: never, unless something changes.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let after = |frame: Option<Instant>, pause| frame.map_or(now, |at: Instant| (at + pause).max(now));
        match self.wanted {
            Some(Wanted::Answer) => Some(after(self.answered, FRAME)),
            Some(Wanted::News) => Some(after(self.last, if self.busy { BUSY } else { FRAME })),
            None => self.later.map(|later| later.max(after(self.last, FRAME))),
        }
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        match self.wanted.take() {
            Some(Wanted::Answer) => self.answered = Some(now),
            Some(Wanted::News) => {
                // What comes back for a key that was typed is no flood.
                self.busy = self.told.is_some_and(|told| now < told + 2 * BUSY);
                self.told = Some(now);
            }
            None => self.busy = false,
        }
        self.last = Some(now);
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
    fn the_first_news_after_a_frame_wait_for_sixteen_milliseconds() {
        let start = Instant::now();
        let mut pacer = Pacer::default();
        pacer.drawn(start);
        pacer.want();
        pacer.want();
        assert_eq!(pacer.due(start + Duration::from_millis(3)), Some(start + FRAME));
    }

    #[test]
    fn under_load_news_are_drawn_every_thirty_three_milliseconds_and_a_key_at_once() {
        let at = |millis| start_of_tests() + Duration::from_millis(millis);
        let mut pacer = Pacer::default();
        for frame in [0, 16] {
            pacer.want();
            pacer.drawn(at(frame));
        }
        pacer.want();
        assert_eq!(pacer.due(at(17)), Some(at(16) + BUSY));
        pacer.want_answer();
        pacer.want();
        assert_eq!(pacer.due(at(17)), Some(at(17)));
        pacer.drawn(at(17));
        pacer.want_answer();
        assert_eq!(pacer.due(at(18)), Some(at(17) + FRAME));
    }

    #[test]
    fn whatever_is_wanted_there_are_sixty_frames_a_second_at_the_most() {
        let start = start_of_tests();
        for key_every in 1..40_u64 {
            let mut pacer = Pacer::default();
            let mut frames = 0;
            for millis in 0..10_000 {
                let now = start + Duration::from_millis(millis);
                pacer.want();
                if millis.is_multiple_of(key_every) {
                    pacer.want_answer();
                }
                if pacer.due(now).is_some_and(|due| due <= now) {
                    pacer.drawn(now);
                    frames += 1;
                }
            }
            assert!(frames <= 630, "{frames} frames in ten seconds, with a key every {key_every} ms");
        }
    }

    fn start_of_tests() -> Instant {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        *START
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
