//! The palette: anything that can be done, found by a few of its letters.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{ACTIONS, Action, AppAction, Entry};
use super::command::{COMMANDS, CommandEntry};

/// How much of a query is looked at, in characters: more than any name and description has.
const MOST_QUERY: usize = 100;

/// The actions that have the letters of `query` in their name or description, the best first; all of
/// them, in the order of the help, when it is empty.
///
/// An action that another one stands for is left out.
pub fn matches(query: &str) -> Vec<&'static Entry> {
    let shown = ACTIONS.iter().filter(|entry| entry.action != Action::App(AppAction::NewOrNextHit));
    ranked(query, shown, |entry| (entry.name, entry.describe))
}

/// The commands of the `:` line that have the letters of `query`, as [`matches`] finds actions.
pub fn commands(query: &str) -> Vec<&'static CommandEntry> {
    ranked(query, COMMANDS.iter(), |entry| (entry.name, entry.describe))
}

fn ranked<T>(
    query: &str,
    entries: impl Iterator<Item = &'static T>,
    words: impl Fn(&T) -> (&'static str, &'static str),
) -> Vec<&'static T> {
    let query: String = query.chars().take(MOST_QUERY).collect();
    let pattern = Pattern::new(&query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut letters), &mut matcher);
    let mut found: Vec<(u32, &T)> = entries
        .filter_map(|entry| {
            let (name, describe) = words(entry);
            // A name counts for more than what is said of it.
            let by_name = score(name).map(|points| points.saturating_mul(2));
            by_name.max(score(&format!("{name} {describe}"))).map(|points| (points, entry))
        })
        .collect();
    found.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    found.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn first(query: &str) -> Option<&'static str> {
        matches(query).first().map(|entry| entry.name)
    }

    #[test]
    fn a_few_letters_find_an_action_by_its_name_or_by_what_it_does() {
        assert!(matches("hex").iter().take(2).any(|entry| entry.name == "view-hex"));
        assert_eq!(first("vhex"), Some("view-hex"));
        assert_eq!(first("quit"), Some("quit"));
        assert_eq!(first("QUIT"), Some("quit"));
        assert_eq!(first("wall clock"), Some("toggle-clock"));
        assert_eq!(first("RST"), Some("reset"));
        assert_eq!(first("zzzz"), None);
        assert_eq!(first("!quit"), None);
        assert_eq!(commands("multicast").len(), 2);
    }

    #[test]
    fn without_letters_it_lists_everything_once_in_the_order_of_the_help() {
        let names: Vec<&str> = matches("").iter().map(|entry| entry.name).collect();
        let all: Vec<&str> = ACTIONS.iter().map(|entry| entry.name).filter(|name| *name != "new-or-next-hit").collect();
        assert_eq!(names, all);
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(query in "\\PC{0,200}") {
            prop_assert!(matches(&query).len() < ACTIONS.len());
        }
    }
}
