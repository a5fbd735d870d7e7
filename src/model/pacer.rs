//! When to draw: at once after idle or for a key, at most 60 times a second, less often under load, and never if
//! nothing changed.

use std::time::{Duration, Instant};

/// The least mean time between frames: 60 per second.
pub const FRAME: Duration = Duration::from_micros(16_667);

/// How many frames may follow each other without a pause; this many frames take at least as many times [`FRAME`]. A
/// person's keypresses are not evenly spaced, and none should wait for a fixed frame clock.
const AT_ONCE: usize = 16;

/// How many of these frames news may use; the others are reserved for keys.
const NEWS_AT_ONCE: usize = 8;

/// The least time between two frames while news arrive continuously, so that a keypress finds the loop idle and does
/// not wait for a frame.
pub const BUSY: Duration = Duration::from_millis(33);

/// The same while so much arrives that one frame interval must apply several readings.
pub const FLOOD: Duration = Duration::from_millis(50);

/// Decides when the next frame is due. Reads no clock: `now` is an argument.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    /// When the last frames were drawn, newest first.
    drawn: [Option<Instant>; AT_ONCE],
    /// When the last frame was drawn for an action of the user.
    answered: Option<Instant>,
    /// When the last frame was drawn that showed news.
    told: Option<Instant>,
    wanted: Option<FrameReason>,
    /// There is news that has not been drawn.
    news: bool,
    /// That news came within one [`FRAME`] of the last frame with news.
    busy: bool,
    flood: bool,
    later: Option<Instant>,
}

/// The reason for a frame; the greater one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FrameReason {
    News,
    Answer,
}

impl Pacer {
    /// News of the network: draw a frame as soon as allowed.
    pub fn want_frame(&mut self, now: Instant) {
        if !self.news {
            self.busy = self.told.is_some_and(|told| now < told + FRAME);
            self.news = true;
        }
        self.wanted = self.wanted.max(Some(FrameReason::News));
    }

    /// So much news that it was applied without a frame.
    pub fn want_of_flood(&mut self, now: Instant) {
        self.want_frame(now);
        self.flood = true;
    }

    /// An action of the user: draw a frame now.
    pub fn want_answer(&mut self) {
        self.wanted = Some(FrameReason::Answer);
    }

    /// At `at` the screen changes because time passes (a countdown, a decaying rate, a notice that disappears).
    pub fn want_at(&mut self, at: Option<Instant>) {
        self.later = at;
    }

    /// When the next frame is due; `None`: not until something changes.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let after = |frame: Option<Instant>, pause: Duration| frame.map_or(now, |at: Instant| (at + pause).max(now));
        let room = |frames: usize| after(self.drawn[frames - 1], FRAME * frames as u32);
        let soonest = room(AT_ONCE);
        let spaced = |pause| after(self.drawn[0], pause).max(room(NEWS_AT_ONCE)).max(soonest);
        match self.wanted {
            Some(FrameReason::Answer) => Some(soonest),
            // While the user presses keys, the frame for each key shows the news too.
            Some(FrameReason::News) if self.busy || self.flood => {
                Some(spaced(if self.flood { FLOOD } else { BUSY }).max(after(self.answered, 2 * BUSY)))
            }
            Some(FrameReason::News) => Some(spaced(FRAME)),
            None => self.later.map(|later| later.max(spaced(FRAME))),
        }
    }

    /// A frame was drawn.
    pub fn on_drawn(&mut self, now: Instant) {
        if self.wanted.take() == Some(FrameReason::Answer) {
            self.answered = Some(now);
        }
        if std::mem::take(&mut self.news) {
            self.told = Some(now);
        }
        self.drawn.rotate_right(1);
        self.drawn[0] = Some(now);
        self.flood = false;
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
        pacer.want_frame(start);
        assert_eq!(pacer.due(start), Some(start));
        pacer.on_drawn(start);
        assert_eq!(pacer.due(start + Duration::from_secs(9)), None);
    }

    #[test]
    fn the_first_news_after_a_frame_wait_for_a_sixtieth_of_a_second() {
        let start = Instant::now();
        let mut pacer = Pacer::default();
        pacer.on_drawn(start);
        pacer.want_frame(start);
        pacer.want_frame(start);
        assert_eq!(pacer.due(start + Duration::from_millis(3)), Some(start + FRAME));
    }

    #[test]
    fn under_load_news_are_drawn_less_often_and_a_key_is_answered_at_once() {
        let at = |millis| start_of_tests() + Duration::from_millis(millis);
        let mut pacer = Pacer::default();
        pacer.want_frame(at(0));
        pacer.on_drawn(at(0));
        pacer.want_frame(at(1));
        assert_eq!(pacer.due(at(1)), Some(at(0) + BUSY));
        pacer.want_of_flood(at(2));
        assert_eq!(pacer.due(at(17)), Some(at(0) + FLOOD));
        pacer.want_answer();
        pacer.want_frame(at(17));
        assert_eq!(pacer.due(at(17)), Some(at(17)));
        pacer.on_drawn(at(17));
        pacer.want_frame(at(18));
        assert_eq!(pacer.due(at(18)), Some(at(17) + 2 * BUSY), "the key's frame showed the news");
        pacer.want_answer();
        assert_eq!(pacer.due(at(18)), Some(at(18)));
    }

    #[test]
    fn what_comes_back_for_keys_that_are_typed_is_no_load() {
        let at = |millis| start_of_tests() + Duration::from_millis(millis);
        let mut pacer = Pacer::default();
        for key in 0..20 {
            pacer.want_answer();
            assert_eq!(pacer.due(at(70 * key)), Some(at(70 * key)));
            pacer.on_drawn(at(70 * key));
            pacer.want_frame(at(70 * key + 1));
            assert_eq!(pacer.due(at(70 * key + 1)), Some(at(70 * key) + FRAME));
            pacer.on_drawn(at(70 * key + 17));
        }
    }

    #[test]
    fn keys_that_follow_each_other_are_answered_at_once_until_they_are_too_many() {
        let at = |millis| start_of_tests() + Duration::from_millis(millis);
        let mut pacer = Pacer::default();
        for key in 0..AT_ONCE as u64 {
            if key == NEWS_AT_ONCE as u64 {
                let mut news = pacer.clone();
                news.want_frame(at(100));
                assert_eq!(news.due(at(100)), Some(at(0) + FRAME * NEWS_AT_ONCE as u32), "what is left is for keys");
            }
            pacer.want_answer();
            assert_eq!(pacer.due(at(3 * key)), Some(at(3 * key)));
            pacer.on_drawn(at(3 * key));
        }
        pacer.want_answer();
        assert_eq!(pacer.due(at(50)), Some(at(0) + FRAME * AT_ONCE as u32));
    }

    #[test]
    fn whatever_is_wanted_there_are_sixty_frames_a_second_at_the_most() {
        let start = start_of_tests();
        for key_every in 1..40_u64 {
            let mut pacer = Pacer::default();
            let mut frames = 0;
            for millis in 0..10_000 {
                let now = start + Duration::from_millis(millis);
                pacer.want_frame(now);
                if millis.is_multiple_of(key_every) {
                    pacer.want_answer();
                }
                if pacer.due(now).is_some_and(|due| due <= now) {
                    pacer.on_drawn(now);
                    frames += 1;
                }
            }
            assert!(frames <= 600 + AT_ONCE as u64, "{frames} frames in ten seconds, with a key every {key_every} ms");
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
        pacer.on_drawn(start);
        pacer.want_at(Some(start + Duration::from_secs(1)));
        assert_eq!(pacer.due(start), Some(start + Duration::from_secs(1)));
    }
}
