//! The palette: every action, command and session, found by a few letters; what makes sense here first.

use super::action::{ACTIONS, Action, AppAction, ComposeAction, PaneAction, SessionAction};
use super::command::COMMANDS;
use super::kinds;
use super::palette_entry::{PaletteEntry, PaletteMatch};
use super::refusal::refusal;
use super::state::Model;
use super::synonyms::SYNONYMS;
use super::view::View;
use crate::sessions::Session;

/// How many characters of a query are used: more than any name and description has.
const MOST_QUERY: usize = 100;

/// The most sessions that are listed.
const MOST_SESSIONS: usize = 100;

/// How well an entry fits: first what makes sense here, then the better match, then what is useful without a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PaletteRank {
    senseless: bool,
    match_rank: u8,
    use_rank: u8,
}

/// The entries that fit every word of `query`, best first; for an empty query all of them.
///
/// A word fits if it is a part of the name, the description or a synonym, or if its letters begin the words of the name
/// in order (`vhex`: `view-hex`). An action that another one includes is left out, and so is a command with the name of
/// an action. The sessions are listed by their names; at most 100, the one on the screen is left out.
pub fn matches(model: &Model, query: &str) -> Vec<PaletteMatch> {
    let query: String = query.chars().take(MOST_QUERY).flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = query.split_whitespace().collect();
    let actions = ACTIONS.iter().filter(|entry| !is_included(entry.action)).map(PaletteEntry::Action);
    let commands = COMMANDS.iter().filter(|command| Action::from_name(command.name).is_none());
    let others = model.sessions_in_order().iter().filter(|id| Some(**id) != model.selected);
    let sessions = others.filter_map(|id| model.sessions.get(id)).take(MOST_SESSIONS);
    let sessions = sessions.map(|session| PaletteEntry::Session { id: session.id, title: session.title() });
    let mut found: Vec<(PaletteRank, PaletteEntry)> = actions
        .chain(sessions)
        .chain(commands.map(PaletteEntry::Command))
        .filter_map(|entry| {
            let match_rank = fit(&entry, &words)?;
            let (senseless, use_rank) = match &entry {
                PaletteEntry::Action(entry) => (!makes_sense(model, entry.action), use_rank(model, entry.action)),
                PaletteEntry::Session { .. } => (false, 3),
                PaletteEntry::Command(_) => (false, 6),
            };
            Some((PaletteRank { senseless, match_rank, use_rank }, entry))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(rank, entry)| PaletteMatch { entry, makes_sense: !rank.senseless }).collect()
}

/// Whether another entry does the same.
fn is_included(action: Action) -> bool {
    matches!(action, Action::App(AppAction::NewOrNextHit | AppAction::SelectSession(_) | AppAction::Palette))
}

/// How well the word that fits an entry worst fits it, from 0: the whole name; `None`: one does not fit at all. The words
/// are in lower case.
fn fit(entry: &PaletteEntry, words: &[&str]) -> Option<u8> {
    if words.is_empty() {
        return Some(0);
    }
    let (name, describe) = (entry.name().to_lowercase(), entry.describe().to_lowercase());
    let synonyms = SYNONYMS.iter().find(|(of, _)| *of == name).map_or("", |(_, words)| *words);
    let parts: Vec<&str> = name.split('-').collect();
    let fit_of = |word: &str| {
        let begins = |text: &str| text.split([' ', '-', '_', ':', ',', ';', '(']).any(|part| part.starts_with(word));
        let ranks = [
            name == word,
            name.starts_with(word),
            begins(&name),
            begins(synonyms),
            abbreviates(word, &parts),
            begins(&describe),
            word.len() > 2 && name.contains(word),
            word.len() > 2 && describe.contains(word),
        ];
        (0..).zip(ranks).find(|(_, fits)| *fits).map(|(rank, _)| rank)
    };
    words.iter().try_fold(0, |worst, word| Some(fit_of(word)?.max(worst)))
}

/// Whether the letters are beginnings of these words, in order; words may be passed over.
fn abbreviates(letters: &str, words: &[&str]) -> bool {
    let Some((word, rest)) = words.split_first() else { return letters.is_empty() };
    let common = letters.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
    let mut taken = 0;
    let ends: Vec<usize> = common
        .map(|len| {
            taken += len;
            taken
        })
        .collect();
    letters.is_empty()
        || ends.iter().rev().any(|end| letters.get(*end..).is_some_and(|left| abbreviates(left, rest)))
        || abbreviates(letters, rest)
}

/// Whether an action can do something now: it is not refused, and has something to act on.
fn makes_sense(model: &Model, action: Action) -> bool {
    let is_of_use = match action {
        Action::App(AppAction::Escape) => false,
        Action::App(
            AppAction::NextSession | AppAction::PreviousSession | AppAction::NextPane | AppAction::PreviousPane,
        ) => !model.sessions.is_empty(),
        // The session itself refuses an end that it does not have.
        Action::Session(end @ (SessionAction::FinishSending | SessionAction::Reset | SessionAction::Close)) => {
            model.session().is_some_and(|session| kinds::has_ending(session, end))
        }
        Action::App(_) | Action::Pane(_) | Action::Session(_) => true,
        Action::Compose(_) => model.can_send(),
    };
    is_of_use && refusal(model, action).is_none()
}

/// The order of an empty query: 0 is what the present state asks for, then the session, its views, the rest.
fn use_rank(model: &Model, action: Action) -> u8 {
    let session = model.session();
    let failed = session.is_some_and(|session| session.failure().is_some());
    let paused = session.is_some_and(Session::is_reading_paused);
    let frozen = model.selected_panel().is_some_and(|panel| panel.frozen.is_some());
    match action {
        Action::Pane(PaneAction::Show(View::Explain)) if failed => 0,
        Action::Session(SessionAction::ToggleReading) if paused => 0,
        Action::Pane(PaneAction::Freeze) if frozen => 0,
        Action::App(AppAction::New) if session.is_none() => 0,
        Action::Compose(ComposeAction::Enter) => 1,
        // It opens a session once more: of use where the first one is over.
        Action::Session(SessionAction::Retry) => {
            if session.is_some_and(Session::is_over) {
                1
            } else {
                5
            }
        }
        Action::Session(_) | Action::Pane(PaneAction::Show(_)) => 2,
        Action::App(AppAction::New | AppAction::Lab | AppAction::Help | AppAction::CommandLine) => 4,
        Action::Pane(action) if action.moves() => 7,
        Action::Compose(_)
        | Action::App(AppAction::NextPane | AppAction::PreviousPane | AppAction::QuitNow | AppAction::Back) => 7,
        Action::Pane(_) => 5,
        Action::App(_) => 6,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::model::history::InputHistory;
    use crate::model::keymap::Keymap;
    use crate::model::seen::ScreenSize;
    use crate::model::settings::{LineEnding, Settings};
    use crate::sessions::Retention;
    use crate::text::secret::SecretDisplay;
    use proptest::prelude::*;

    /// A model without sessions.
    fn model() -> Model {
        let settings = Settings {
            theme: "dark".into(),
            themes: Vec::new(),
            mouse: true,
            wall_clock: false,
            retain: Retention::DEFAULT,
            connect_timeout: std::time::Duration::from_secs(1),
            line_ending: LineEnding::Lf,
            secrets: SecretDisplay::Masked,
        };
        let size = ScreenSize { columns: 80, rows: 24 };
        Model::new(Keymap::new(), settings, InputHistory::default(), size, Instant::now())
    }

    fn names(query: &str) -> Vec<String> {
        matches(&model(), query).iter().map(|found| found.entry.name().into_owned()).collect()
    }

    fn first(query: &str) -> Option<String> {
        names(query).into_iter().next()
    }

    #[test]
    fn a_few_letters_find_an_action_by_its_name_or_by_what_it_does() {
        assert_eq!(first("vhex").as_deref(), Some("view-hex"));
        assert_eq!(first("quit").as_deref(), Some("quit"));
        assert_eq!(first("QUIT").as_deref(), Some("quit"));
        assert_eq!(first("wall clock").as_deref(), Some("toggle-clock"));
        assert_eq!(first("udp").as_deref(), Some("udp"));
        assert_eq!(first("colour").as_deref(), Some("next-theme"));
        assert_eq!(first("zzzz"), None);
        assert_eq!(first("!quit"), None);
    }

    #[test]
    fn synonyms_find_what_other_tools_call_otherwise_and_scattered_letters_find_nothing() {
        for (query, name) in [
            ("half", "finish-sending"),
            ("shutdown", "finish-sending"),
            ("rst", "reset"),
            ("wireshark", "view-ladder"),
            ("why", "view-explain"),
            ("crlf", "next-line-ending"),
            ("peers", "lab"),
        ] {
            assert!(names(query).contains(&name.to_owned()), "{query}: {:?}", names(query));
        }
        assert!(!names("tls").contains(&"toggle-mouse".to_owned()));
        assert!(!names("gm").contains(&"toggle-mouse".to_owned()));
        assert!(names("tm").contains(&"toggle-mouse".to_owned()));
    }

    #[test]
    fn without_letters_everything_is_there_once_and_the_first_is_of_use() {
        let mut all = names("");
        assert_eq!(all[0], "new");
        let back = all.iter().position(|name| name == "back").unwrap();
        assert!(back > 10, "{back}");
        assert!(all.contains(&"send-to".to_owned()) && !all.contains(&"session-1".to_owned()));
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn every_synonym_is_of_something_that_there_is() {
        for (name, _) in SYNONYMS {
            let known = Action::from_name(name).is_some() || COMMANDS.iter().any(|command| command.name == *name);
            assert!(known, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(query in "\\PC{0,200}") {
            prop_assert!(matches(&model(), &query).len() < ACTIONS.len() + COMMANDS.len());
        }
    }
}
