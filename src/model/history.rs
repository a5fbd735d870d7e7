//! The history of sent or opened text, reached with the arrow keys, as in a shell.

use std::collections::VecDeque;

use super::compose_mode::ComposeMode;

/// The most entries that are kept; beyond that, the oldest is dropped.
const MOST_ENTRIES: usize = 1000;

/// The most bytes of all entries together; beyond that, the oldest are dropped.
const MOST_BYTES: usize = 4 << 20;

/// A text, and the mode in which it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposedText {
    /// The text as it stood in the composer.
    pub text: String,
    /// How it is read.
    pub mode: ComposeMode,
}

impl From<&str> for ComposedText {
    /// A text with escapes.
    fn from(text: &str) -> Self {
        ComposedText { text: text.to_owned(), mode: ComposeMode::Text }
    }
}

/// The entries, oldest first, and the one that is shown now.
#[derive(Clone, Debug, Default)]
pub struct InputHistory {
    entries: VecDeque<ComposedText>,
    held_bytes: usize,
    at: Option<HistoryPlace>,
}

/// The entry that is shown, and the text of the field before the first step back.
#[derive(Clone, Debug)]
struct HistoryPlace {
    index: usize,
    draft: ComposedText,
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
    pub fn push(&mut self, entry: &ComposedText) {
        self.at = None;
        let ComposedText { text, .. } = entry;
        if text.is_empty() || text.len() > MOST_BYTES || self.entries.back().is_some_and(|newest| newest == entry) {
            return;
        }
        self.entries.push_back(entry.clone());
        self.held_bytes += text.len();
        while self.entries.len() > MOST_ENTRIES || self.held_bytes > MOST_BYTES {
            let oldest = self.entries.pop_front().map_or(0, |entry| entry.text.len());
            self.held_bytes -= oldest;
        }
    }

    /// Stops browsing: the next step back shows the newest entry.
    pub fn stop_browsing(&mut self) {
        self.at = None;
    }

    /// The entry before the one that is shown; `None` at the oldest.
    ///
    /// `now` is what stands in the composer: the first step back keeps it as the draft.
    pub fn back(&mut self, now: &ComposedText) -> Option<ComposedText> {
        let index = match &mut self.at {
            None => {
                let index = self.entries.len().checked_sub(1)?;
                self.at = Some(HistoryPlace { index, draft: now.clone() });
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
    pub fn forward(&mut self) -> Option<ComposedText> {
        let place = self.at.as_mut()?;
        place.index += 1;
        match self.entries.get(place.index) {
            Some(entry) => Some(entry.clone()),
            None => self.at.take().map(|place| place.draft),
        }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &ComposedText> {
        self.entries.iter()
    }
}

/// Builds a history of these entries, oldest first.
impl FromIterator<ComposedText> for InputHistory {
    fn from_iter<I: IntoIterator<Item = ComposedText>>(entries: I) -> Self {
        let mut history = InputHistory::new();
        for entry in entries {
            history.push(&entry);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn history(entries: &[&str]) -> InputHistory {
        entries.iter().map(|text| ComposedText::from(*text)).collect()
    }

    fn back(history: &mut InputHistory, now: &str) -> Option<String> {
        history.back(&now.into()).map(|entry| entry.text)
    }

    #[test]
    fn going_back_and_forward_gives_the_draft_again() {
        let mut history = history(&["one", "two"]);
        assert_eq!(history.forward(), None);
        assert_eq!(back(&mut history, "dra").as_deref(), Some("two"));
        assert_eq!(back(&mut history, "two, edited").as_deref(), Some("one"));
        assert_eq!(back(&mut history, "one"), None);
        assert_eq!(history.forward(), Some("two".into()));
        assert_eq!(history.forward(), Some("dra".into()));
        assert_eq!(history.forward(), None);
    }

    #[test]
    fn what_is_empty_or_said_twice_in_a_row_is_kept_once() {
        let mut history = history(&["a", "", "a", "b", "a"]);
        let texts: Vec<&str> = history.entries().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["a", "b", "a"]);
        let hex = ComposedText { text: "a".to_owned(), mode: ComposeMode::Hex };
        history.push(&hex);
        assert_eq!(history.back(&"draft".into()), Some(hex), "the same text in another mode is another entry");
    }

    #[test]
    fn the_oldest_go_when_it_is_full_of_bytes() {
        let mut history = InputHistory::new();
        for round in 0..10 {
            history.push(&round.to_string().repeat(1 << 20).as_str().into());
        }
        assert_eq!(history.entries().count(), 4);
        assert!(history.entries().next().is_some_and(|oldest| oldest.text.starts_with('6')));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_bounds(pushes in 0_usize..3000, back in 0_usize..3000) {
            let mut history = InputHistory::new();
            for number in 0..pushes {
                history.push(&number.to_string().as_str().into());
            }
            prop_assert_eq!(history.entries().count(), pushes.min(MOST_ENTRIES));
            for _ in 0..back {
                if history.back(&"draft".into()).is_none() {
                    break;
                }
            }
            let mut last = None;
            while let Some(entry) = history.forward() {
                last = Some(entry);
            }
            prop_assert!(last.is_none() || last == Some("draft".into()));
        }
    }
}
