//! The keys that edit a text field: those of readline, and those of desktop text fields.

use crate::model::key::{Chord, Key};

/// One change of the text or of the cursor's position, independent of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditAction {
    /// The cursor one grapheme to the left.
    Left,
    /// The cursor one grapheme to the right.
    Right,
    /// The cursor to the start of the word it is in, or of the one before.
    WordLeft,
    /// The cursor to the end of the word it is in, or of the one after.
    WordRight,
    /// The cursor one line up.
    Up,
    /// The cursor one line down.
    Down,
    /// The cursor to the start of its line.
    Home,
    /// The cursor to the end of its line.
    End,
    /// The cursor to the start of the text.
    TextStart,
    /// The cursor to the end of the text.
    TextEnd,
    /// Delete the grapheme before the cursor.
    Backspace,
    /// Delete the grapheme after the cursor.
    Delete,
    /// Delete back to the blank before the cursor's word, as a shell's Ctrl-W does.
    DeleteWordBack,
    /// Delete to the end of the word.
    DeleteWordForward,
    /// Delete to the start of the line; at its start, delete the line break before it.
    DeleteToStart,
    /// Delete to the end of the line; at its end, delete the line break after it.
    DeleteToEnd,
    /// Undo the last change.
    Undo,
}

/// What a key does in a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditInput {
    /// It writes this character.
    Insert(char),
    /// It edits.
    Edit(EditAction),
}

/// The keys of one edit, and its description in the help.
#[derive(Clone, Copy, Debug)]
pub struct EditKeys {
    /// The edit.
    pub edit: EditAction,
    /// Every key for it, the most usual first.
    pub chords: &'static [Chord],
    /// What it does, as the help shows it.
    pub describe: &'static str,
}

const fn ctrl(char: char) -> Chord {
    Chord::ctrl(Key::Char(char))
}

const fn alt(char: char) -> Chord {
    Chord::alt(Key::Char(char))
}

const fn keys(edit: EditAction, chords: &'static [Chord], describe: &'static str) -> EditKeys {
    EditKeys { edit, chords, describe }
}

/// The keys of a text field. The keymap takes precedence: a key that it binds in a mode does not come here.
///
/// A terminal sends the same byte for Ctrl-_ and Ctrl-/; some libraries report it as Ctrl-7.
pub const EDIT_KEYS: &[EditKeys] = &[
    keys(EditAction::Left, &[Chord::unmodified(Key::Left), ctrl('b')], "left"),
    keys(EditAction::Right, &[Chord::unmodified(Key::Right), ctrl('f')], "right"),
    keys(EditAction::WordLeft, &[Chord::ctrl(Key::Left), alt('b'), Chord::alt(Key::Left)], "word left"),
    keys(EditAction::WordRight, &[Chord::ctrl(Key::Right), alt('f'), Chord::alt(Key::Right)], "word right"),
    keys(EditAction::Up, &[Chord::unmodified(Key::Up)], "line up"),
    keys(EditAction::Down, &[Chord::unmodified(Key::Down)], "line down"),
    keys(EditAction::Home, &[Chord::unmodified(Key::Home), ctrl('a')], "start of the line"),
    keys(EditAction::End, &[Chord::unmodified(Key::End), ctrl('e')], "end of the line"),
    keys(EditAction::TextStart, &[Chord::ctrl(Key::Home), alt('<')], "start of the text"),
    keys(EditAction::TextEnd, &[Chord::ctrl(Key::End), alt('>')], "end of the text"),
    keys(EditAction::Backspace, &[Chord::unmodified(Key::Backspace), ctrl('h')], "delete back"),
    keys(EditAction::Delete, &[Chord::unmodified(Key::Delete), ctrl('d')], "delete"),
    keys(
        EditAction::DeleteWordBack,
        &[ctrl('w'), Chord::alt(Key::Backspace), Chord::ctrl(Key::Backspace)],
        "delete the word before",
    ),
    keys(EditAction::DeleteWordForward, &[alt('d'), Chord::ctrl(Key::Delete)], "delete the word after"),
    keys(EditAction::DeleteToStart, &[ctrl('u')], "delete to the start of the line"),
    keys(EditAction::DeleteToEnd, &[ctrl('k')], "delete to the end of the line"),
    keys(EditAction::Undo, &[ctrl('_'), ctrl('7'), ctrl('/')], "undo"),
];

/// What this key does in a text field; `None` if nothing.
pub fn edit_of(chord: Chord) -> Option<EditInput> {
    if let Some(char) = chord.printable() {
        return Some(EditInput::Insert(char));
    }
    // Shift is ignored: there is no selection, and a person who holds it by habit still wants to move.
    let chord = Chord { shift: false, ..Chord::new(chord.key, chord.ctrl, chord.alt, false) };
    let found = EDIT_KEYS.iter().find(|keys| keys.chords.contains(&chord))?;
    Some(EditInput::Edit(found.edit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, does: Option<EditInput>) {
        assert_eq!(edit_of(Chord::parse(key).expect(key)), does, "{key}");
    }

    #[test]
    fn every_printable_key_writes_itself_and_readline_keys_edit() {
        check("a", Some(EditInput::Insert('a')));
        check("G", Some(EditInput::Insert('G')));
        check("space", Some(EditInput::Insert(' ')));
        check("é", Some(EditInput::Insert('é')));
        check("ctrl-w", Some(EditInput::Edit(EditAction::DeleteWordBack)));
        check("ctrl-left", Some(EditInput::Edit(EditAction::WordLeft)));
        check("shift-left", Some(EditInput::Edit(EditAction::Left)));
        check("alt-b", Some(EditInput::Edit(EditAction::WordLeft)));
        check("ctrl-q", None);
        check("enter", None);
        check("f1", None);
    }

    #[test]
    fn every_edit_key_is_canonical_and_there_once() {
        let all: Vec<Chord> = EDIT_KEYS.iter().flat_map(|keys| keys.chords).copied().collect();
        for (at, chord) in all.iter().enumerate() {
            assert_eq!(Chord::new(chord.key, chord.ctrl, chord.alt, chord.shift), *chord);
            assert!(!all[..at].contains(chord), "{chord} is there twice");
        }
    }
}
