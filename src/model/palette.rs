//! The palette: every action and command, found by a few of its letters.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{ACTIONS, Action, ActionEntry, AppAction};
use super::command::{COMMANDS, CommandEntry};

/// How many characters of a query are used: more than any name and description has.
const MOST_QUERY: usize = 100;

/// An entry of the palette: done at once, or after its argument is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaletteEntry {
    /// An action.
    Action(&'static ActionEntry),
    /// A command of the `:` line, which needs an argument.
    Command(&'static CommandEntry),
}

impl PaletteEntry {
    /// The name, as in the `:` line.
    pub fn name(self) -> &'static str {
        match self {
            PaletteEntry::Action(entry) => entry.name,
            PaletteEntry::Command(entry) => entry.name,
        }
    }

    /// What it does.
    pub fn describe(self) -> &'static str {
        match self {
            PaletteEntry::Action(entry) => entry.describe,
            PaletteEntry::Command(entry) => entry.describe,
        }
    }

    /// The action, if it is one.
    pub fn action(self) -> Option<Action> {
        match self {
            PaletteEntry::Action(entry) => Some(entry.action),
            PaletteEntry::Command(_) => None,
        }
    }
}

/// The entries that have the letters of `query` in their name or description, best first; for an empty query all of
/// them: the actions in the order of the help, then the commands.
///
/// An action that another one includes is left out, and so is a command with the name of an action.
pub fn matches(query: &str) -> Vec<PaletteEntry> {
    let actions = ACTIONS.iter().filter(|entry| entry.action != Action::App(AppAction::NewOrNextHit));
    let commands = COMMANDS.iter().filter(|command| Action::from_name(command.name).is_none());
    let query: String = query.chars().take(MOST_QUERY).collect();
    let pattern = Pattern::new(&query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut letters), &mut matcher);
    let mut found: Vec<(u32, PaletteEntry)> = actions
        .map(PaletteEntry::Action)
        .chain(commands.map(PaletteEntry::Command))
        .filter_map(|entry| {
            let (name, describe) = (entry.name(), entry.describe());
            // A match in the name counts more than one in the description.
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
        matches(query).first().map(|entry| entry.name())
    }

    #[test]
    fn a_few_letters_find_an_action_by_its_name_or_by_what_it_does() {
        assert!(matches("hex").iter().take(2).any(|entry| entry.name() == "view-hex"));
        assert_eq!(first("vhex"), Some("view-hex"));
        assert_eq!(first("quit"), Some("quit"));
        assert_eq!(first("QUIT"), Some("quit"));
        assert_eq!(first("wall clock"), Some("toggle-clock"));
        assert_eq!(first("RST"), Some("reset"));
        assert_eq!(first("zzzz"), None);
        assert_eq!(first("!quit"), None);
        assert_eq!(matches("multicast").iter().take(2).filter(|entry| entry.action().is_none()).count(), 2);
        assert_eq!(first("udp"), Some("udp"));
    }

    #[test]
    fn without_letters_it_lists_everything_once_in_the_order_of_the_help() {
        let names: Vec<&str> = matches("").iter().map(|entry| entry.name()).collect();
        let actions = ACTIONS.iter().map(|entry| entry.name).filter(|name| *name != "new-or-next-hit");
        let commands = COMMANDS.iter().map(|entry| entry.name).filter(|name| Action::from_name(name).is_none());
        assert_eq!(names, actions.chain(commands).collect::<Vec<_>>());
        assert!(names.contains(&"send-to") && names.iter().filter(|name| **name == "send-file").count() == 1);
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(query in "\\PC{0,200}") {
            prop_assert!(matches(&query).len() < ACTIONS.len() + COMMANDS.len());
        }
    }
}
