//! The history of sent or opened text, reached with the arrow keys, as in a shell.

use std::collections::VecDeque;

/// The most entries that are kept; beyond that, the oldest is dropped.
const MOST_ENTRIES: usize = 1000;

/// The most bytes of all entries together; beyond that, the oldest are dropped.
const MOST_BYTES: usize = 4 << 20;

/// The entries, oldest first, and the one that is shown now.
#[derive(Clone, Debug, Default)]
pub struct InputHistory {
    entries: VecDeque<String>,
    held_bytes: usize,
    at: Option<HistoryPlace>,
}

/// The entry that is shown, and the text of the field before the first step back.
#[derive(Clone, Debug)]
struct HistoryPlace {
    index: usize,
    draft: String,
}

impl InputHistory {
    /// An empty history.
    pub fn new() -> Self {
        InputHistory::default()
    }

    /// Adds an entry as the newest, and stops browsing.
    ///
    /// Not added: an empty text, one equal to the newest, and one that alone is longer than the bound (4 MiB). Above
    /// 1,000 entries, or 4 MiB in total, the oldest are dropped.
    pub fn push(&mut self, text: &str) {
        self.at = None;
        if text.is_empty() || text.len() > MOST_BYTES || self.entries.back().is_some_and(|newest| newest == text) {
            return;
        }
        self.entries.push_back(text.to_owned());
        self.held_bytes += text.len();
        while self.entries.len() > MOST_ENTRIES || self.held_bytes > MOST_BYTES {
            let oldest = self.entries.pop_front().map_or(0, |entry| entry.len());
            self.held_bytes -= oldest;
        }
    }

    /// Stops browsing: the next step back shows the newest entry.
    pub fn stop_browsing(&mut self) {
        self.at = None;
    }

    /// The entry before the one that is shown; `None` at the oldest.
    ///
    /// `now` is the text in the field: the first step back keeps it as the draft.
    pub fn back(&mut self, now: &str) -> Option<String> {
        let index = match &mut self.at {
            None => {
                let index = self.entries.len().checked_sub(1)?;
                self.at = Some(HistoryPlace { index, draft: now.to_owned() });
                index
            }
            Some(place) => {
                place.index = place.index.checked_sub(1)?;
                place.index
            }
        };
        self.entries.get(index).cloned()
    }

    /// The entry after the one that is shown; after the newest one, the draft; `None` if no entry is shown.
    pub fn forward(&mut self) -> Option<String> {
        let place = self.at.as_mut()?;
        place.index += 1;
        match self.entries.get(place.index) {
            Some(entry) => Some(entry.clone()),
            None => self.at.take().map(|place| place.draft),
        }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.entries.iter().map(String::as_str)
    }
}

/// Builds a history of these entries, oldest first.
impl<'a> FromIterator<&'a str> for InputHistory {
    fn from_iter<I: IntoIterator<Item = &'a str>>(entries: I) -> Self {
        let mut history = InputHistory::new();
        for entry in entries {
            history.push(entry);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn going_back_and_forward_gives_the_draft_again() {
        let mut history: InputHistory = ["one", "two"].into_iter().collect();
        assert_eq!(history.forward(), None);
        assert_eq!(history.back("dra").as_deref(), Some("two"));
        assert_eq!(history.back("two, edited").as_deref(), Some("one"));
        assert_eq!(history.back("one"), None);
        assert_eq!(history.forward(), Some("two".to_owned()));
        assert_eq!(history.forward(), Some("dra".to_owned()));
        assert_eq!(history.forward(), None);
    }

    #[test]
    fn what_is_empty_or_said_twice_in_a_row_is_kept_once() {
        let history: InputHistory = ["a", "", "a", "b", "a"].into_iter().collect();
        assert_eq!(history.entries().collect::<Vec<_>>(), ["a", "b", "a"]);
    }

    #[test]
    fn the_oldest_go_when_it_is_full_of_bytes() {
        let mut history = InputHistory::new();
        for round in 0..10 {
            history.push(&round.to_string().repeat(1 << 20));
        }
        assert_eq!(history.entries().count(), 4);
        assert!(history.entries().next().is_some_and(|oldest| oldest.starts_with('6')));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_bounds(pushes in 0_usize..3000, back in 0_usize..3000) {
            let mut history = InputHistory::new();
            for number in 0..pushes {
                history.push(&number.to_string());
            }
            prop_assert_eq!(history.entries().count(), pushes.min(MOST_ENTRIES));
            for _ in 0..back {
                if history.back("draft").is_none() {
                    break;
                }
            }
            let mut last = None;
            while let Some(entry) = history.forward() {
                last = Some(entry);
            }
            prop_assert!(last.is_none() || last.as_deref() == Some("draft"));
        }
    }
}
