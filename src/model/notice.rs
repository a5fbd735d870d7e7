//! Notices: short messages to the user that disappear after a while.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::text::secret::mask_text;

/// How many notices are remembered.
const MOST: usize = 100;

/// How long a notice stays on the screen.
const STAYS: Duration = Duration::from_secs(6);

/// The weight of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeWeight {
    /// Something was done.
    Done,
    /// Something was not done, and why.
    Problem,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its weight.
    pub weight: NoticeWeight,
    /// One line; already neutralised.
    pub text: String,
    /// When it was added.
    pub at: Instant,
}

/// The latest notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    all: VecDeque<Notice>,
}

impl Notices {
    /// Adds a notice; secrets in it are masked.
    pub fn notify(&mut self, weight: NoticeWeight, text: impl Into<String>, now: Instant) {
        let text = mask_text(&text.into()).into_owned();
        self.all.push_back(Notice { weight, text, at: now });
        if self.all.len() > MOST {
            self.all.pop_front();
        }
    }

    /// The notice on the screen at `now`: the newest; notices that were added at the same time are shown one after
    /// another.
    pub fn current(&self, now: Instant) -> Option<&Notice> {
        let (place, burst) = self.current_turn(now)?;
        self.all.get(self.all.len() - burst + place)
    }

    /// The place of the current notice among those added at the same time, from 1, and their number; `None` if it was
    /// the only one.
    pub fn position(&self, now: Instant) -> Option<(usize, usize)> {
        self.current_turn(now).filter(|(_, burst)| *burst > 1).map(|(place, burst)| (place + 1, burst))
    }

    /// When the next notice appears, or this one disappears.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let (place, _) = self.current_turn(now)?;
        let turns = u32::try_from(place + 1).unwrap_or(u32::MAX);
        self.all.back().map(|last| last.at + STAYS * turns)
    }

    /// A key was pressed: the notice on the screen has been seen. Of several that were added at the same time, the next
    /// one is shown.
    pub fn on_key(&mut self, now: Instant) {
        let Some((place, burst)) = self.current_turn(now) else { return };
        let rest = burst - place - 1;
        self.all.drain(..self.all.len() - rest);
        for notice in &mut self.all {
            notice.at = now;
        }
    }

    /// Removes all notices that are not problems.
    pub fn dismiss_done(&mut self) {
        self.all.retain(|notice| notice.weight == NoticeWeight::Problem);
    }

    /// Which notice of the last group with the same time is shown now, from 0, and the size of the group.
    fn current_turn(&self, now: Instant) -> Option<(usize, usize)> {
        let last = self.all.back()?;
        let burst = self.all.iter().rev().take_while(|notice| notice.at == last.at).count();
        let place = now.saturating_duration_since(last.at).as_nanos() / STAYS.as_nanos();
        usize::try_from(place).ok().filter(|place| *place < burst).map(|place| (place, burst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_at_once_is_shown_in_turn_and_what_is_said_later_at_once() {
        let start = Instant::now();
        let mut notices = Notices::default();
        for text in ["one", "two", "three"] {
            notices.notify(NoticeWeight::Problem, text, start);
        }
        let seen = |notices: &Notices, at| {
            let text = notices.current(at).map(|notice| notice.text.clone());
            (text, notices.position(at), notices.next_change(at))
        };
        for (place, text) in (0_u32..).zip(["one", "two", "three"]) {
            let place_now = usize::try_from(place).unwrap() + 1;
            let goes = start + STAYS * (place + 1);
            assert_eq!(
                seen(&notices, start + STAYS * place),
                (Some(text.to_owned()), Some((place_now, 3)), Some(goes))
            );
        }
        assert_eq!(seen(&notices, start + STAYS * 3), (None, None, None));
        let later = start + Duration::from_secs(1);
        notices.notify(NoticeWeight::Done, "later", later);
        assert_eq!(seen(&notices, later), (Some("later".to_owned()), None, Some(later + STAYS)));
    }

    #[test]
    fn a_key_ends_the_one_on_the_screen_and_shows_the_next_of_those_that_came_with_it() {
        let start = Instant::now();
        let mut notices = Notices::default();
        for text in ["one", "two", "three"] {
            notices.notify(NoticeWeight::Problem, text, start);
        }
        let shown = |notices: &Notices, at| notices.current(at).map(|notice| notice.text.clone());
        let key = start + STAYS + Duration::from_millis(1);
        notices.on_key(key);
        assert_eq!(shown(&notices, key).as_deref(), Some("three"), "the first had passed, the second was seen");
        notices.on_key(key);
        assert_eq!(shown(&notices, key), None);
        notices.on_key(key);
    }
}
