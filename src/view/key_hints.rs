//! Keys for hints, taken from the keymap, so that a hint never shows a wrong key.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText};
use crate::files::theme::Role;
use crate::model::action::Action;
use crate::model::keymap::KeyMode;
use crate::model::state::Model;

/// One hint: a key and what it does; `None` if the user's keymap has removed the key.
pub(super) type KeyHint = (Option<String>, &'static str);

/// The key of an action.
pub(super) fn key(model: &Model, mode: KeyMode, action: Action) -> Option<String> {
    model.keymap.hint(mode, action)
}

/// The key of the first of these actions that has one.
pub(super) fn first_bound_key(model: &Model, mode: KeyMode, actions: &[Action]) -> Option<String> {
    actions.iter().find_map(|action| key(model, mode, *action))
}

/// Draws hints with three cells between them; those that do not fit are left out, from the right.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, x: u16, y: u16, hints: &[KeyHint]) {
    let mut x = x;
    for (key, what) in hints {
        let Some(key) = key else { continue };
        let strip = StyledText::single(key.as_str(), Role::Key).with(format!(" {what}"), Role::Dim);
        if x + strip.columns() > area.width {
            return;
        }
        x += canvas.draw_styled_text(area, x, y, &strip) + 3;
    }
}
