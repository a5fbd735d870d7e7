//! Passes on a key: a focused text field takes every printable key; all others are looked up in the keymap of the mode.

use super::actions::run;
use super::overlay;
use crate::model::editor::keys::{EditInput, edit_of};
use crate::model::key::Chord;
use crate::model::keymap::KeyMode;
use crate::model::msg::Effect;
use crate::model::state::{Focus, Model};

/// Handles a key.
pub(super) fn on_key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    model.notices.on_key(model.now);
    if model.overlay.is_some() {
        overlay::on_key(model, chord, effects);
        return;
    }
    if model.focus == Focus::Composer {
        match model.keymap.lookup(KeyMode::Composer, chord) {
            Some(action) => run(model, action, effects),
            None => type_into_composer(model, chord),
        }
        return;
    }
    if let Some(action) = model.keymap.lookup(KeyMode::Normal, chord) {
        run(model, action, effects);
    }
}

fn type_into_composer(model: &mut Model, chord: Chord) {
    let Some(input) = edit_of(chord) else { return };
    let Some(panel) = model.panel_mut() else { return };
    panel.composer.problem = None;
    match input {
        EditInput::Insert(character) => {
            let left_out = panel.composer.editor.insert(character.encode_utf8(&mut [0; 4]));
            if left_out > 0 {
                super::notices::warn(model, "the composer is full: :send-file sends a file");
            }
        }
        EditInput::Edit(edit) => {
            panel.composer.editor.apply(edit);
        }
    }
}
