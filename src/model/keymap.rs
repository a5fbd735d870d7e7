//! Which key triggers which action, in which mode. A table of data; the help is generated from it.

use std::fmt;

use super::action::Action;
use super::key::{Chord, Key};
use crate::text::sanitize::quoted;

/// The context of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyMode {
    /// A pane has the focus: the session list, a transcript, a view.
    Normal,
    /// The composer has the focus: a text field of many lines.
    Composer,
    /// A field of one line has the focus: a dialog, a search, the `:` line, the palette.
    Prompt,
    /// A menu or a question is open; it handles its own letters itself.
    Menu,
}

impl KeyMode {
    /// Every mode, in the order of the help.
    pub const ALL: [KeyMode; 4] = [KeyMode::Normal, KeyMode::Composer, KeyMode::Prompt, KeyMode::Menu];

    /// The mode with this name in the keymap file.
    pub fn from_name(name: &str) -> Option<KeyMode> {
        KeyMode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Its name in the keymap file.
    pub fn name(self) -> &'static str {
        match self {
            KeyMode::Normal => "panes",
            KeyMode::Composer => "composer",
            KeyMode::Prompt => "prompt",
            KeyMode::Menu => "menu",
        }
    }

    /// Whether a text field has the focus, which then takes every printable key.
    pub fn is_text_field(self) -> bool {
        match self {
            KeyMode::Composer | KeyMode::Prompt => true,
            KeyMode::Normal | KeyMode::Menu => false,
        }
    }
}

impl fmt::Display for KeyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One key's meaning in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBinding {
    /// The mode.
    pub mode: KeyMode,
    /// The key.
    pub chord: Chord,
    /// The action; `None` removes the binding of an earlier layer.
    pub action: Option<Action>,
    /// Its description in the help; `None`: the general description of the action.
    pub describe: Option<String>,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// A mistake in a keymap file; the file is used without the faulty line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeymapProblem {
    /// The line of the file, from 1.
    pub line: usize,
    /// What was found, and what is accepted.
    pub what: String,
}

/// All bindings. A key has at most one per mode, and a printable key has none in a text field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<KeyBinding>,
    /// Whether hints name Enter in letters, for a screen in ASCII.
    pub plain_hints: bool,
}

impl Keymap {
    /// A keymap without bindings.
    pub fn new() -> Self {
        Keymap::default()
    }

    /// Adds the bindings of one file; they replace earlier ones.
    ///
    /// Returns what was left out: a key that the same file binds twice in a mode (the first binding stays), and a
    /// printable key in a text field.
    pub fn add_layer(&mut self, layer: Vec<KeyBinding>) -> Vec<KeymapProblem> {
        let mut problems = Vec::new();
        let mut taken: Vec<KeyBinding> = Vec::new();
        for binding in layer {
            let KeyBinding { mode, chord, line, .. } = binding;
            let shown = quoted(&chord.to_string());
            if mode.is_text_field() && chord.printable().is_some() {
                let what = format!(
                    "{shown} in mode \"{mode}\": a text field owns every printable key; accepted are keys with \
                     ctrl or alt, and keys that write nothing (f1, up, enter, …)"
                );
                problems.push(KeymapProblem { line, what });
            } else if let Some(first) = taken.iter().find(|other| other.mode == mode && other.chord == chord) {
                let name =
                    |binding: &KeyBinding| binding.action.map_or("nothing".to_owned(), |action| action.to_string());
                let what = format!(
                    "{shown} in mode \"{mode}\" runs \"{}\" here, and \"{}\" on line {}; a key can mean one \
                     thing in a mode, and the first one is used",
                    name(&binding),
                    name(first),
                    first.line
                );
                problems.push(KeymapProblem { line, what });
            } else {
                taken.push(binding);
            }
        }
        for binding in taken {
            self.bindings.retain(|other| (other.mode, other.chord) != (binding.mode, binding.chord));
            if binding.action.is_some() {
                self.bindings.push(binding);
            }
        }
        problems
    }

    /// The action of a key in a mode.
    ///
    /// A key with Shift but without a binding is looked up without Shift: many terminals report a Shift that the user
    /// does not intend, as in Shift-Enter.
    pub fn lookup(&self, mode: KeyMode, chord: Chord) -> Option<Action> {
        let chord = Chord::new(chord.key, chord.ctrl, chord.alt, chord.shift);
        let find = |chord| self.bindings.iter().find(|b| b.mode == mode && b.chord == chord)?.action;
        find(chord).or_else(|| if chord.shift { find(Chord { shift: false, ..chord }) } else { None })
    }

    /// The keys of an action in a mode, in the order of the files; the first one is shown.
    pub fn chords_for(&self, mode: KeyMode, action: Action) -> Vec<Chord> {
        self.bindings.iter().filter(|b| b.mode == mode && b.action == Some(action)).map(|b| b.chord).collect()
    }

    /// The key to show for an action in a mode, as the footer writes it: `Enter` is `⏎`, unless hints are plain. `None`
    /// if it has no key.
    pub fn hint(&self, mode: KeyMode, action: Action) -> Option<String> {
        let chord = *self.chords_for(mode, action).first()?;
        let picture = chord == Chord::unmodified(Key::Enter) && !self.plain_hints;
        Some(if picture { "⏎".to_owned() } else { chord.to_string() })
    }

    /// Every binding, in the order of the files; each has an action.
    pub fn bindings(&self) -> &[KeyBinding] {
        &self.bindings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::{AppAction, PaneAction};

    const QUIT: Action = Action::App(AppAction::Quit);
    const DOWN: Action = Action::Pane(PaneAction::Down);

    fn binding(mode: KeyMode, key: &str, action: impl Into<Option<Action>>, line: usize) -> KeyBinding {
        let chord = Chord::parse(key).expect(key);
        KeyBinding { mode, chord, action: action.into(), describe: None, line }
    }

    #[test]
    fn a_later_layer_wins_and_can_take_a_key_away() {
        let mut keymap = Keymap::new();
        assert_eq!(
            keymap.add_layer(vec![
                binding(KeyMode::Normal, "q", QUIT, 1),
                binding(KeyMode::Normal, "x", QUIT, 2),
                binding(KeyMode::Normal, "j", DOWN, 3),
            ]),
            []
        );
        assert_eq!(
            keymap.add_layer(vec![binding(KeyMode::Normal, "q", DOWN, 1), binding(KeyMode::Normal, "x", None, 2)]),
            []
        );
        let key = |text| Chord::parse(text).expect(text);
        assert_eq!(keymap.lookup(KeyMode::Normal, key("q")), Some(DOWN));
        assert_eq!(keymap.lookup(KeyMode::Normal, key("x")), None);
        assert_eq!(keymap.lookup(KeyMode::Composer, key("q")), None);
        assert_eq!(keymap.chords_for(KeyMode::Normal, DOWN), [key("j"), key("q")]);
    }

    #[test]
    fn a_key_that_is_bound_twice_in_a_file_names_both_lines() {
        let mut keymap = Keymap::new();
        let problems =
            keymap.add_layer(vec![binding(KeyMode::Normal, "q", QUIT, 3), binding(KeyMode::Normal, "q", DOWN, 8)]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].line, 8);
        assert!(problems[0].what.contains("\"quit\" on line 3"), "{}", problems[0].what);
        assert_eq!(keymap.lookup(KeyMode::Normal, Chord::unmodified(Key::Char('q'))), Some(QUIT));
    }

    #[test]
    fn a_text_field_owns_every_printable_key() {
        let mut keymap = Keymap::new();
        for mode in [KeyMode::Composer, KeyMode::Prompt] {
            let problems = keymap.add_layer(vec![binding(mode, "q", QUIT, 1), binding(mode, "ctrl-q", QUIT, 2)]);
            assert_eq!(problems.len(), 1);
            assert!(problems[0].what.contains("a text field owns every printable key"));
            assert_eq!(keymap.lookup(mode, Chord::unmodified(Key::Char('q'))), None);
            assert_eq!(keymap.lookup(mode, Chord::ctrl(Key::Char('q'))), Some(QUIT));
        }
        assert_eq!(keymap.add_layer(vec![binding(KeyMode::Menu, "q", QUIT, 1)]), []);
    }

    #[test]
    fn a_shift_that_means_nothing_is_not_asked_for() {
        let mut keymap = Keymap::new();
        keymap.add_layer(vec![binding(KeyMode::Normal, "down", DOWN, 1), binding(KeyMode::Normal, "ctrl-d", DOWN, 2)]);
        for key in ["shift-down", "ctrl-shift-d", "ctrl-D"] {
            assert_eq!(keymap.lookup(KeyMode::Normal, Chord::parse(key).expect(key)), Some(DOWN), "{key}");
        }
    }
}
