//! Keys as the keymap has them, for hints: never a key that does something else.

use ratatui::layout::Rect;

use super::paper::{Paper, Strip};
use crate::files::theme::Role;
use crate::model::action::Action;
use crate::model::keymap::Mode;
use crate::model::state::Model;

/// One hint: a key and what it does; nothing where the user's keymap has taken the key away.
pub(super) type Hint = (Option<String>, &'static str);

/// The key that does something.
pub(super) fn key(model: &Model, mode: Mode, action: Action) -> Option<String> {
    model.keymap.hint(mode, action)
}

/// The first of these actions that has a key.
pub(super) fn first(model: &Model, mode: Mode, actions: &[Action]) -> Option<String> {
    actions.iter().find_map(|action| key(model, mode, *action))
}

/// Draws hints with three cells between them; what does not fit whole is left out, from the right.
pub(super) fn draw(paper: &mut Paper<'_>, area: Rect, x: u16, y: u16, hints: &[Hint]) {
    let mut x = x;
    for (key, what) in hints {
        let Some(key) = key else { continue };
        let strip = Strip::of(key.as_str(), Role::Key).and(format!(" {what}"), Role::Dim);
        if x + strip.columns() > area.width {
            return;
        }
        x += paper.strip(area, x, y, &strip) + 3;
    }
}
