//! What the program says to the person, for a while.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many notices are remembered.
const MOST: usize = 100;

/// How long a notice stays on the screen.
const STAYS: Duration = Duration::from_secs(6);

/// How weighty a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something was done.
    Done,
    /// Something was not done, and why.
    Problem,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How weighty.
    pub weight: Weight,
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
    pub fn say(&mut self, weight: Weight, text: impl Into<String>, now: Instant) {
        self.all.push_back(Notice { weight, text: text.into(), at: now });
        if self.all.len() > MOST {
            self.all.pop_front();
        }
    }

    /// What is on the screen at `now`.
    pub fn shown(&self, now: Instant) -> Option<&Notice> {
        self.all.back().filter(|notice| now.duration_since(notice.at) < STAYS)
    }

    /// When the notice that is on the screen goes.
    pub fn goes(&self, now: Instant) -> Option<Instant> {
        self.shown(now).map(|notice| notice.at + STAYS)
    }

    /// Takes the notice off the screen.
    pub fn dismiss(&mut self) {
        self.all.clear();
    }
}
