//! Keys for hints, taken from the keymap, so that a hint never shows a wrong key.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use crate::files::theme::Role;
use crate::model::action::Action;
use crate::model::key::{Chord, Key};
use crate::model::keymap::KeyMode;
use crate::model::seen::ClickTarget;
use crate::model::state::Model;

/// One hint: a key and what it does.
#[derive(Clone, Debug)]
pub(super) struct KeyHint {
    /// The key; `None` if the user's keymap has removed it: the hint is not shown then.
    key: Option<String>,
    /// What it does.
    what: String,
}

/// A hint.
pub(super) fn hint(key: Option<String>, what: impl Into<String>) -> KeyHint {
    KeyHint { key, what: what.into() }
}

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
    for strip in hints.iter().filter_map(styled) {
        if x + strip.columns() > area.width {
            return;
        }
        x += canvas.draw_styled_text(area, x, y, &strip) + 3;
    }
}

/// Draws the hints of a row of keys, each a target of clicks: first those of `hints` that fit, then `last`, of which
/// the one at the end is the last to go when there is too little room, then the one before it, and so on.
pub(super) fn draw_footer(canvas: &mut Canvas<'_>, area: Rect, hints: &[KeyHint], last: &[KeyHint]) {
    let area = part(area, 1, 0, area.width.saturating_sub(1), 1);
    let width = |hint: &KeyHint| styled(hint).map_or(0, |strip| strip.columns() + GAP);
    // One gap too many: the last hint has none behind it.
    let room = area.width + GAP;
    let mut used = 0;
    let mut kept: Vec<&KeyHint> = Vec::new();
    for hint in last.iter().rev().filter(|hint| hint.key.is_some()) {
        if used + width(hint) > room {
            break;
        }
        used += width(hint);
        kept.insert(0, hint);
    }
    let mut first = Vec::new();
    for hint in hints.iter().filter(|hint| hint.key.is_some()) {
        if used + width(hint) <= room {
            used += width(hint);
            first.push(hint);
        }
    }
    let mut x = 0;
    for hint in first.into_iter().chain(kept) {
        let Some(strip) = styled(hint) else { continue };
        let columns = canvas.draw_styled_text(area, x, 0, &strip);
        if let Some(chord) = hint.key.as_deref().and_then(chord_of) {
            canvas.hit(part(area, x, 0, columns, 1), ClickTarget::Key(chord));
        }
        x += columns + GAP;
    }
}

/// The cells between two hints of a row of keys.
const GAP: u16 = 3;

fn styled(hint: &KeyHint) -> Option<StyledText> {
    let strip = StyledText::single(hint.key.as_deref()?, Role::Key);
    Some(if hint.what.is_empty() { strip } else { strip.with(format!(" {}", hint.what), Role::Dim) })
}

/// The key that a hint names; `None` if it names more than one.
fn chord_of(text: &str) -> Option<Chord> {
    if text == "⏎" { Some(Chord::unmodified(Key::Enter)) } else { Chord::parse(text).ok() }
}
