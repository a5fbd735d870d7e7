//! What the program says to the person, for a while.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many notices are remembered.
const MOST: usize = 100;

/// How long a notice stays on the screen.
const STAYS: Duration = Duration::from_secs(6);

/// How weighty a notice is.
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
    /// How weighty.
    pub weight: NoticeWeight,
    /// One line; harmless to show.
    pub text: String,
    /// When it was said.
    pub at: Instant,
}

/// The latest notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    all: VecDeque<Notice>,
}

impl Notices {
    /// Says something.
    pub fn notify(&mut self, weight: NoticeWeight, text: impl Into<String>, now: Instant) {
        self.all.push_back(Notice { weight, text: text.into(), at: now });
        if self.all.len() > MOST {
            self.all.pop_front();
        }
    }

    /// What is on the screen at `now`: the newest; of several that were said at once, each in turn.
    pub fn current(&self, now: Instant) -> Option<&Notice> {
        let (place, burst) = self.current_turn(now)?;
        self.all.get(self.all.len() - burst + place)
    }

    /// Which of how many that were said at once is on the screen, from 1; `None`: it was the only one.
    pub fn position(&self, now: Instant) -> Option<(usize, usize)> {
        self.current_turn(now).filter(|(_, burst)| *burst > 1).map(|(place, burst)| (place + 1, burst))
    }

    /// When another notice comes or this one goes.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let (place, _) = self.current_turn(now)?;
        let turns = u32::try_from(place + 1).unwrap_or(u32::MAX);
        self.all.back().map(|last| last.at + STAYS * turns)
    }

    /// Takes the notice off the screen, and all that were said with it.
    pub fn dismiss(&mut self) {
        self.all.clear();
    }

    /// Takes what is no problem off the screen.
    pub fn dismiss_done(&mut self) {
        self.all.retain(|notice| notice.weight == NoticeWeight::Problem);
    }

    /// Which of the last ones that were said at the same time has its turn, from 0, and how many these are.
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
}
