//! Filter of transcript entries, and the index that makes scrolling through them cheap.

use std::collections::VecDeque;

use super::needle::Needle;
use crate::sessions::transcript::{EntryKind, NoteText, Transcript, TranscriptEntry};
use crate::wire::Direction;

/// The filter's syntax, for people.
pub const ACCEPTED: &str = "sent, received, data, events, words, \"two words\", -without";

/// How many matching entries are indexed; beyond that the oldest are dropped.
pub const MOST_MATCHES: usize = 1_000_000;

/// The most words that one filter may have.
const MOST_WORDS: usize = 16;

/// A filter: shows entries of the named kinds (all, if none is named) that contain all words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptFilter {
    typed: String,
    kinds: FilterKinds,
    with: Vec<Needle>,
    without: Vec<Needle>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct FilterKinds {
    sent: bool,
    received: bool,
    events: bool,
}

impl FilterKinds {
    /// Adds the kind with this name; false if there is none.
    fn name(&mut self, name: &str) -> bool {
        let (sent, received, events) = match name.to_ascii_lowercase().as_str() {
            "sent" => (true, false, false),
            "received" => (false, true, false),
            "events" => (false, false, true),
            "data" => (true, true, false),
            _ => return false,
        };
        *self =
            FilterKinds { sent: self.sent || sent, received: self.received || received, events: self.events || events };
        true
    }
}

impl TranscriptFilter {
    /// Parses a filter: `sent`, `received`, `data`, `events`, words to find, `-word` for a word that must not occur. A
    /// quoted word is always text. Words have smart case and escapes, as in [`Needle::parse`].
    ///
    /// # Errors
    /// Fails if the syntax is wrong; the message says what is wrong and what is accepted.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let mut filter = TranscriptFilter {
            typed: typed.trim().to_owned(),
            kinds: FilterKinds::default(),
            with: Vec::new(),
            without: Vec::new(),
        };
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let (word, after) = FilterWord::split_first(rest)?;
            filter.add(&word)?;
            rest = after.trim_start();
        }
        if filter.typed.is_empty() {
            return Err(format!("there is nothing to filter by; accepted: {ACCEPTED}"));
        }
        if filter.kinds == FilterKinds::default() {
            filter.kinds = FilterKinds { sent: true, received: true, events: true };
        }
        Ok(filter)
    }

    fn add(&mut self, word: &FilterWord<'_>) -> Result<(), String> {
        if !word.quoted && !word.negated && self.kinds.name(word.text) {
            return Ok(());
        }
        if self.with.len() + self.without.len() >= MOST_WORDS {
            return Err(format!("more than {MOST_WORDS} words are too many for a filter"));
        }
        let needle = Needle::parse(word.text)?;
        let list = if word.negated { &mut self.without } else { &mut self.with };
        list.push(needle);
        Ok(())
    }

    /// What was typed.
    pub fn source_text(&self) -> &str {
        &self.typed
    }

    /// Whether an entry passes. `note_text` is the text of a note; it is ignored for other entries.
    ///
    /// A gap passes wherever bytes may: its content is unknown.
    pub fn matches(&self, entry: &TranscriptEntry<'_>, note_text: &str) -> bool {
        let bytes = match entry.kind {
            EntryKind::Gap(_) => return self.kinds.sent || self.kinds.received,
            EntryKind::Data(data) => {
                let wanted = match data.direction {
                    Direction::Sent => self.kinds.sent,
                    Direction::Received => self.kinds.received,
                };
                if !wanted {
                    return false;
                }
                data.bytes
            }
            EntryKind::Note(_) if !self.kinds.events => return false,
            EntryKind::Note(_) => note_text.as_bytes(),
        };
        self.with.iter().all(|needle| needle.is_in(bytes)) && !self.without.iter().any(|needle| needle.is_in(bytes))
    }

    fn passes(&self, entry: &TranscriptEntry<'_>, note_text: NoteText) -> bool {
        match entry.kind {
            EntryKind::Note(news) if self.kinds.events => self.matches(entry, &note_text(news)),
            EntryKind::Note(_) => false,
            EntryKind::Data(_) | EntryKind::Gap(_) => self.matches(entry, ""),
        }
    }
}

struct FilterWord<'a> {
    text: &'a str,
    quoted: bool,
    negated: bool,
}

impl<'a> FilterWord<'a> {
    /// Splits off the first word of a text that begins with one; returns the word and the rest.
    fn split_first(text: &'a str) -> Result<(FilterWord<'a>, &'a str), String> {
        let (negated, text) = match text.strip_prefix('-') {
            Some(rest) if !rest.is_empty() && !rest.starts_with(char::is_whitespace) => (true, rest),
            _ => (false, text),
        };
        if let Some(rest) = text.strip_prefix('"') {
            let (text, after) = rest.split_once('"').ok_or("the second \" is missing")?;
            return Ok((FilterWord { text, quoted: true, negated }, after));
        }
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        Ok((FilterWord { text: &text[..end], quoted: false, negated }, &text[end..]))
    }
}

/// The numbers of the entries that pass a filter; an update costs only the new entries.
#[derive(Clone, Debug, Default)]
pub struct FilterIndex {
    /// Notes that are kept longer than the bytes around them, and the gap for all dropped entries.
    old: VecDeque<u64>,
    /// Entries from the first kept one on, in order.
    kept: VecDeque<u64>,
    /// The first number that was not checked yet.
    seen: u64,
    /// The transcript's first kept entry at the last update.
    kept_from: u64,
}

impl FilterIndex {
    /// Adds the transcript's new entries, and removes those that were dropped.
    ///
    /// Call it with the same transcript and filter each time; start a new index when one changes. Cost: the new
    /// entries' bytes.
    pub fn update(&mut self, transcript: &Transcript, filter: &TranscriptFilter, note_text: NoteText) {
        let from = transcript.kept_from();
        if from != self.kept_from {
            self.drop_before(transcript, from, filter);
        }
        for entry in transcript.entries_from(self.seen) {
            let number = entry.number;
            if transcript.gap_at() == Some(number) || !filter.passes(&entry, note_text) {
                continue;
            }
            if number < from {
                let place = self.old.partition_point(|other| *other < number);
                self.old.insert(place, number);
            } else {
                self.kept.push_back(number);
            }
        }
        self.seen = transcript.end_number();
        let excess = self.len().saturating_sub(MOST_MATCHES);
        let from_old = excess.min(self.old.len());
        self.old.drain(..from_old);
        self.kept.drain(..(excess - from_old).min(self.kept.len()));
    }

    fn drop_before(&mut self, transcript: &Transcript, from: u64, filter: &TranscriptFilter) {
        self.kept_from = from;
        let is_note =
            |number: &u64| transcript.entry(*number).is_some_and(|entry| matches!(entry.kind, EntryKind::Note(_)));
        let dropped = self.kept.partition_point(|number| *number < from);
        self.old.extend(self.kept.drain(..dropped));
        self.old.retain(is_note);
        if let Some(gap) = transcript.gap_at().and_then(|number| transcript.entry(number))
            && filter.matches(&gap, "")
        {
            let place = self.old.partition_point(|number| *number < gap.number);
            self.old.insert(place, gap.number);
        }
    }

    /// How many entries pass.
    pub fn len(&self) -> usize {
        self.old.len() + self.kept.len()
    }

    /// Whether none passes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers at or after `number`, in order.
    pub fn numbers_from(&self, number: u64) -> impl Iterator<Item = u64> + '_ {
        let old = self.old.partition_point(|n| *n < number);
        let kept = self.kept.partition_point(|n| *n < number);
        self.old.range(old..).copied().chain(self.kept.range(kept..).copied())
    }

    /// The numbers before `number`, newest first.
    pub fn numbers_before(&self, number: u64) -> impl Iterator<Item = u64> + '_ {
        let old = self.old.partition_point(|n| *n < number);
        let kept = self.kept.partition_point(|n| *n < number);
        self.kept.range(..kept).rev().copied().chain(self.old.range(..old).rev().copied())
    }

    /// The first entry that passes.
    pub fn first(&self) -> Option<u64> {
        self.numbers_from(0).next()
    }

    /// The last entry that passes.
    pub fn last(&self) -> Option<u64> {
        self.numbers_before(u64::MAX).next()
    }

    /// The first entry that passes after `number`.
    pub fn next(&self, number: u64) -> Option<u64> {
        self.numbers_from(number.saturating_add(1)).next()
    }

    /// The last entry that passes before `number`.
    pub fn previous(&self, number: u64) -> Option<u64> {
        self.numbers_before(number).next()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;
    use crate::sessions::news::DialNews;
    use crate::sessions::news::News;
    use crate::sessions::record::{Block, Record};
    use crate::wire::Totals;

    fn note_text(news: &News) -> String {
        format!("{news:?}")
    }

    fn said(direction: Direction, text: &str) -> Record {
        Record::Block(Block::single_piece(direction, Instant::now(), text.to_owned().into()))
    }

    fn noted(host: &str) -> Record {
        Record::News { at: Instant::now(), news: News::Dial(DialNews::Resolving { host: host.into() }) }
    }

    fn passing(typed: &str) -> Vec<u64> {
        let mut transcript = Transcript::new(1000);
        transcript.push(noted("some error"));
        transcript.push(said(Direction::Sent, "an Error, two words"));
        transcript.push(said(Direction::Received, "error\r\n"));
        transcript.push(Record::NotKept { direction: Direction::Received, totals: Totals { bytes: 1, ops: 1 } });
        let mut index = FilterIndex::default();
        index.update(&transcript, &TranscriptFilter::parse(typed).unwrap(), note_text);
        index.numbers_from(0).collect()
    }

    #[test]
    fn kinds_and_words_choose_what_is_shown() {
        assert_eq!(passing("sent"), [2, 4]);
        assert_eq!(passing("received"), [3, 4]);
        assert_eq!(passing("events"), [1]);
        assert_eq!(passing("data"), [2, 3, 4]);
        assert_eq!(passing("events sent"), [1, 2, 4]);
        assert_eq!(passing("error"), [1, 2, 3, 4]);
        assert_eq!(passing("Error"), [2, 4]);
        assert_eq!(passing("sent error"), [2, 4]);
        assert_eq!(passing("\"two words\""), [2, 4]);
        assert_eq!(passing("data -two"), [3, 4]);
        assert_eq!(passing("\"sent\""), [4]);
        assert_eq!(passing("\\r\\n"), [3, 4]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_sentence() {
        assert_eq!(
            TranscriptFilter::parse(" ").unwrap_err(),
            format!("there is nothing to filter by; accepted: {ACCEPTED}")
        );
        assert_eq!(TranscriptFilter::parse("\"open").unwrap_err(), "the second \" is missing");
        assert!(TranscriptFilter::parse(&"word ".repeat(17)).is_err());
        assert!(TranscriptFilter::parse("\"\"").is_err());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Said(Direction, String),
        Noted(String),
        Lost,
        Look,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let direction = prop_oneof![Just(Direction::Sent), Just(Direction::Received)];
        let step = prop_oneof![
            4 => (direction, "[xy]{1,6}").prop_map(|(direction, text)| Step::Said(direction, text)),
            2 => "[xy]{0,3}".prop_map(Step::Noted),
            1 => Just(Step::Lost),
            2 => Just(Step::Look),
        ];
        proptest::collection::vec(step, 0..60)
    }

    proptest! {
        #[test]
        fn an_index_kept_up_to_date_is_the_one_made_anew(steps in steps(), budget in 200..2000_usize, typed in "(sent|received|events|data|x|-y)( x| sent)?") {
            let filter = TranscriptFilter::parse(&typed).unwrap();
            let mut transcript = Transcript::new(budget);
            let mut kept = FilterIndex::default();
            for step in steps {
                match step {
                    Step::Said(direction, text) => transcript.push(said(direction, &text)),
                    Step::Noted(host) => transcript.push(noted(&host)),
                    Step::Lost => transcript.push(Record::NotKept { direction: Direction::Sent, totals: Totals { bytes: 1, ops: 1 } }),
                    Step::Look => kept.update(&transcript, &filter, note_text),
                }
            }
            kept.update(&transcript, &filter, note_text);
            let passing: Vec<u64> =
                transcript.entries().filter(|entry| filter.passes(entry, note_text)).map(|entry| entry.number).collect();
            prop_assert_eq!(kept.numbers_from(0).collect::<Vec<_>>(), passing.clone());
            prop_assert_eq!(kept.len(), passing.len());
            let mut backwards: Vec<u64> = kept.numbers_before(u64::MAX).collect();
            backwards.reverse();
            prop_assert_eq!(backwards, passing.clone());
            for number in 0..transcript.end_number() + 1 {
                prop_assert_eq!(kept.next(number), passing.iter().copied().find(|n| *n > number));
                prop_assert_eq!(kept.previous(number), passing.iter().rev().copied().find(|n| *n < number));
            }
        }
    }
}
