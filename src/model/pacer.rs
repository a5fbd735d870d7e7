//! When to draw: at once after idle and for a key, at most 60 times a second, less often under load, never without a
//! change.

use std::time::{Duration, Instant};

/// What a frame may take of a second.
pub const FRAME: Duration = Duration::from_micros(16_667);

/// How many frames may follow each other at once; so many take as many times [`FRAME`] at the least. A person's keys
/// are not evenly spread, and none should wait for the beat of a clock.
const AT_ONCE: usize = 16;

/// How many frames may have followed each other at once where news want one more: the others are for keys.
const NEWS_AT_ONCE: usize = 8;

/// The least time between two frames while news never stop: what a person does then finds the loop free, and does not
/// wait for the frame of a flood.
pub const BUSY: Duration = Duration::from_millis(33);

/// The same while so much comes that it has to be taken in between two frames.
pub const FLOOD: Duration = Duration::from_millis(50);

/// Decides when the next frame is due. Knows no clock: `now` is told.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    /// When the last frames were drawn; the newest is first.
    drawn: [Option<Instant>; AT_ONCE],
    /// When the last frame was drawn that answered the person.
    answered: Option<Instant>,
    /// When the last frame was drawn that showed news.
    told: Option<Instant>,
    wanted: Option<FrameReason>,
    /// There is news that no frame has shown.
    news: bool,
    /// It followed the news of the last frame as fast as news may.
    busy: bool,
    flood: bool,
    later: Option<Instant>,
}

/// For whom a frame is wanted; the greater one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FrameReason {
    News,
    Answer,
}

impl Pacer {
    /// There is news of the network: a frame is wanted as soon as may be.
    pub fn want_frame(&mut self, now: Instant) {
        if !self.news {
            self.busy = self.told.is_some_and(|told| now < told + FRAME);
            self.news = true;
        }
        self.wanted = self.wanted.max(Some(FrameReason::News));
    }

    /// There is so much news that it was taken in without a frame.
    pub fn want_of_flood(&mut self, now: Instant) {
        self.want_frame(now);
        self.flood = true;
    }

    /// The person did something: a frame is wanted now.
    pub fn want_answer(&mut self) {
        self.wanted = Some(FrameReason::Answer);
    }

    /// Something will change by the mere passing of time (a countdown, a rate that decays, a notice that goes).
    pub fn want_at(&mut self, at: Option<Instant>) {
        self.later = at;
    }

    /// When the next frame is due; `None`: never, unless something changes.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let after = |frame: Option<Instant>, pause: Duration| frame.map_or(now, |at: Instant| (at + pause).max(now));
        let room = |frames: usize| after(self.drawn[frames - 1], FRAME * frames as u32);
        let soonest = room(AT_ONCE);
        let spaced = |pause| after(self.drawn[0], pause).max(room(NEWS_AT_ONCE)).max(soonest);
        match self.wanted {
            Some(FrameReason::Answer) => Some(soonest),
            // Whoever presses keys sees the news with each of them.
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
