//! The keymap: the built-in `keymap.toml`, with the user's file on top.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};
use toml::Spanned;

use super::read::read_settings;
use crate::model::action::{ACTIONS, Action};
use crate::model::command::nearest_name;
use crate::model::key::Chord;
use crate::model::keymap::{KeyBinding, KeyMode, Keymap, KeymapProblem};
use crate::text::sanitize::{self, quoted};

/// The text of the built-in keymap, which a user can copy as a start.
pub const PRESETS: &str = include_str!("../../assets/keymap.toml");

/// The value of `run` that removes a key's binding.
const NOTHING: &str = "nothing";

/// The built-in keymap alone.
pub fn presets() -> Keymap {
    let mut keymap = Keymap::new();
    // A test proves that the built-in file has no problems.
    let (bindings, _) = parse(PRESETS);
    keymap.add_layer(bindings);
    keymap
}

/// The built-in keymap with the user's file on top, and the problems of that file.
///
/// A missing file is not a problem. Each problem is one line: file, line, what was found, what is accepted. A faulty
/// binding is left out; all others are used.
pub fn load(path: &Path) -> (Keymap, Vec<String>) {
    let text = match read_settings(path) {
        Ok(Some(text)) => text,
        Ok(None) => return (presets(), Vec::new()),
        Err(problem) => return (presets(), vec![format!("{problem}; the built-in keys are used")]),
    };
    with_user(&path.display().to_string(), &text)
}

/// The built-in keymap with `text` on top, which is the user's file `name`.
pub fn with_user(name: &str, text: &str) -> (Keymap, Vec<String>) {
    let mut keymap = presets();
    let (bindings, mut problems) = parse(text);
    problems.extend(keymap.add_layer(bindings));
    problems.sort_by_key(|problem| problem.line);
    (
        keymap,
        problems
            .into_iter()
            .map(|KeymapProblem { line, what }| sanitize::line(&format!("{name}:{line}: {what}")))
            .collect(),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeymapFile {
    #[serde(default)]
    bind: Vec<KeymapEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeymapEntry {
    mode: Spanned<WordList>,
    on: Spanned<WordList>,
    run: Spanned<String>,
    desc: Option<String>,
}

/// One string, or a list of them.
struct WordList(Vec<String>);

impl<'de> Deserialize<'de> for WordList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = WordList;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string, or a list of strings")
            }

            fn visit_str<E>(self, word: &str) -> Result<WordList, E> {
                Ok(WordList(vec![word.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> Result<WordList, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(words)).map(WordList)
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

/// The valid bindings of a file, in its order, and the problems of the others.
fn parse(text: &str) -> (Vec<KeyBinding>, Vec<KeymapProblem>) {
    let line_of = |span: Range<usize>| text.as_bytes()[..span.start.min(text.len())].split(|b| *b == b'\n').count();
    let document: KeymapFile = match toml::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let what = format!(
                "{}; accepted are [[bind]] entries with mode, on, run and desc. None of this file's keys are used",
                error.message().replace('\n', ", ")
            );
            return (Vec::new(), vec![KeymapProblem { line: error.span().map_or(1, line_of), what }]);
        }
    };
    let (mut bindings, mut problems) = (Vec::new(), Vec::new());
    for KeymapEntry { mode, on, run, desc } in document.bind {
        let lines = [line_of(mode.span()), line_of(on.span()), line_of(run.span())];
        let modes = modes(mode.get_ref());
        let chords: Result<Vec<Chord>, String> = on.get_ref().0.iter().map(|key| Chord::parse(key)).collect();
        let action = action(run.get_ref());
        match (modes, chords, action) {
            (Ok(modes), Ok(chords), Ok(action)) => {
                for mode in modes {
                    bindings.extend(chords.iter().map(|chord| KeyBinding {
                        mode,
                        chord: *chord,
                        action,
                        describe: desc.clone(),
                        line: lines[1],
                    }));
                }
            }
            (modes, chords, action) => {
                let wrong = [modes.err(), chords.err(), action.err()];
                let wrong =
                    wrong.into_iter().zip(lines).filter_map(|(what, line)| Some(KeymapProblem { line, what: what? }));
                problems.extend(wrong);
            }
        }
    }
    (bindings, problems)
}

/// The modes with these names; `all` means every mode.
fn modes(names: &WordList) -> Result<Vec<KeyMode>, String> {
    if names.0 == ["all"] {
        return Ok(KeyMode::ALL.to_vec());
    }
    let known = |name: &String| {
        let wrong =
            || format!("{} is no mode; accepted are panes, composer, prompt, menu, or all for each", quoted(name));
        KeyMode::from_name(name).ok_or_else(wrong)
    };
    names.0.iter().map(known).collect()
}

/// The action of this name; `None` for [`NOTHING`], which removes a binding.
fn action(name: &str) -> Result<Option<Action>, String> {
    if name == NOTHING {
        return Ok(None);
    }
    Action::from_name(name).map(Some).ok_or_else(|| {
        let near = nearest_name(name, ACTIONS.iter().map(|entry| entry.name));
        let near = near.map_or(String::new(), |near| format!(", did you mean \"{near}\"?"));
        format!("{} is no action{near}; accepted are the names that the palette lists, and \"{NOTHING}\"", quoted(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::{AppAction, ComposeAction, PaneAction};
    use crate::model::keymap::KeyMode;

    use std::fs::File;
    use std::io::Write;

    fn check(text: &str, problems: &[&str]) -> Keymap {
        let (keymap, found) = with_user("keymap.toml", text);
        assert_eq!(found.len(), problems.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(problems) {
            assert!(found.starts_with(expected), "{found}\n{expected}");
        }
        keymap
    }

    fn key(text: &str) -> Chord {
        Chord::parse(text).expect(text)
    }

    #[test]
    fn the_presets_have_no_problem_and_a_key_for_what_the_contract_names() {
        let (bindings, problems) = parse(PRESETS);
        assert_eq!(problems, []);
        assert_eq!(Keymap::new().add_layer(bindings), []);
        let keymap = presets();
        for (mode, on, run) in [
            (KeyMode::Normal, "q", "back"),
            (KeyMode::Normal, "ctrl-c", "quit"),
            (KeyMode::Composer, "ctrl-c", "quit"),
            (KeyMode::Prompt, "ctrl-c", "quit"),
            (KeyMode::Menu, "ctrl-c", "quit"),
            (KeyMode::Composer, "esc", "escape"),
            (KeyMode::Normal, "shift-tab", "previous-pane"),
            (KeyMode::Normal, "7", "session-7"),
            (KeyMode::Normal, "n", "new-or-next-hit"),
            (KeyMode::Normal, "N", "previous-hit"),
            (KeyMode::Normal, "ctrl-d", "half-page-down"),
            (KeyMode::Normal, ":", "command-line"),
            (KeyMode::Normal, "c", "close-menu"),
            (KeyMode::Normal, "?", "help"),
            (KeyMode::Normal, "ctrl-z", "suspend"),
            (KeyMode::Composer, "ctrl-j", "newline"),
            (KeyMode::Composer, "enter", "send"),
            (KeyMode::Prompt, "enter", "send"),
            (KeyMode::Menu, "j", "down"),
        ] {
            assert_eq!(keymap.lookup(mode, key(on)), Action::from_name(run), "{mode} {on}");
        }
    }

    #[test]
    fn every_action_has_a_key_unless_another_one_stands_for_it() {
        let keymap = presets();
        let without: Vec<&str> = ACTIONS
            .iter()
            .filter(|entry| KeyMode::ALL.iter().all(|mode| keymap.chords_for(*mode, entry.action).is_empty()))
            .map(|entry| entry.name)
            .collect();
        // `:q!` is quit-now; the close menu offers the next four; `n` is bound to new-or-next-hit.
        assert_eq!(without, ["quit-now", "finish-sending", "reset", "close", "close-unread", "new", "next-hit"]);
    }

    #[test]
    fn the_users_file_wins_over_the_presets() {
        let keymap = check(
            "[[bind]]\nmode = [\"panes\", \"composer\"]\non = [\"ctrl-q\", \"f10\"]\nrun = \"quit\"\n\
             [[bind]]\nmode = \"panes\"\non = \"q\"\nrun = \"nothing\"\n",
            &[],
        );
        let quit = Some(Action::App(AppAction::Quit));
        assert_eq!(keymap.lookup(KeyMode::Composer, key("f10")), quit);
        assert_eq!(keymap.lookup(KeyMode::Normal, key("ctrl-q")), quit);
        assert_eq!(keymap.lookup(KeyMode::Normal, key("q")), None);
        assert_eq!(keymap.lookup(KeyMode::Normal, key("j")), Some(Action::Pane(PaneAction::Down)));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line_and_the_rest_is_used() {
        let keymap = check(
            "[[bind]]\nmode = \"panels\"\non = \"hyper-x\"\nrun = \"qiut\"\n\n\
             [[bind]]\nmode = \"composer\"\non = \"q\"\nrun = \"quit\"\n\n\
             [[bind]]\nmode = \"panes\"\non = \"f9\"\nrun = \"quit\"\n\
             [[bind]]\nmode = \"panes\"\non = \"f9\"\nrun = \"help\"\n",
            &[
                "keymap.toml:2: \"panels\" is no mode; accepted are panes",
                "keymap.toml:3: \"hyper-x\" is no key; accepted are",
                "keymap.toml:4: \"qiut\" is no action, did you mean \"quit\"?",
                "keymap.toml:8: \"q\" in mode \"composer\": a text field owns every printable key",
                "keymap.toml:17: \"F9\" in mode \"panes\" runs \"help\" here, and \"quit\" on line 13",
            ],
        );
        assert_eq!(keymap.lookup(KeyMode::Normal, key("f9")), Some(Action::App(AppAction::Quit)));
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_the_presets() {
        for (text, problem) in [
            ("[[bind]\n", "keymap.toml:1: "),
            ("[[bind]]\nmode = \"panes\"\non = 7\nrun = \"quit\"\n", "keymap.toml:3: invalid type: integer `7`"),
            ("\n[[bind]]\nmode = \"panes\"\nkey = \"q\"\n", "keymap.toml:4: unknown field `key`"),
            ("[[bind]]\nmode = \"panes\"\n", "keymap.toml:1: missing field `on`"),
        ] {
            assert_eq!(check(text, &[problem]), presets());
        }
    }

    #[test]
    fn a_file_is_loaded_from_its_path_and_may_be_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keymap.toml");
        assert_eq!(load(&path), (presets(), Vec::new()));
        let mut file = File::create(&path).expect("a file");
        file.write_all(b"[[bind]]\nmode = \"composer\"\non = \"f5\"\nrun = \"send\"\n").expect("to write");
        let (keymap, problems) = load(&path);
        assert!(problems.is_empty());
        assert_eq!(keymap.lookup(KeyMode::Composer, key("f5")), Some(Action::Compose(ComposeAction::Send)));
        file.write_all(&[0xff]).expect("to write");
        let (keymap, problems) = load(&path);
        assert_eq!((keymap, problems.len()), (presets(), 1));
        assert!(load(folder.path()).1[0].contains("the built-in keys are used"));
    }
}
