//! The mouse selects, scrolls and focuses, depending on what is at its position.

use super::moving::ScrollMove;
use super::notices::notify;
use super::{actions, app, home, keys, menus, options, pane, remedies, scroll};
use crate::model::action::{Action, AppAction, PaneAction};
use crate::model::key::{Chord, Key};
use crate::model::keymap::KeyMode;
use crate::model::msg::{Effect, MouseAction, MouseInput};
use crate::model::overlay::Overlay;
use crate::model::seen::ClickTarget;
use crate::model::state::{Focus, Model};

/// How many rows one step of the wheel moves.
const WHEEL_ROWS: isize = 3;

/// Handles a mouse event.
pub(super) fn on_mouse(model: &mut Model, mouse: MouseInput, effects: &mut Vec<Effect>) {
    let hit = model
        .seen
        .hits
        .iter()
        .rev()
        .find(|(area, _)| area.contains(mouse.column, mouse.row))
        .map(|(_, target)| *target);
    match mouse.what {
        MouseAction::Click => click(model, hit, effects),
        MouseAction::Other => point_to_terminal(model),
        MouseAction::WheelUp => scroll_wheel(model, hit, -1, effects),
        MouseAction::WheelDown => scroll_wheel(model, hit, 1, effects),
    }
}

fn click(model: &mut Model, hit: Option<ClickTarget>, effects: &mut Vec<Effect>) {
    match (hit, &mut model.overlay) {
        (Some(ClickTarget::Line(line)), Some(Overlay::Close { .. })) => menus::end_by_line(model, line, effects),
        (Some(ClickTarget::Line(line)), Some(Overlay::Lab { .. })) => menus::start_by_line(model, line, effects),
        (Some(ClickTarget::Home(line)), None) => home::take(model, line, effects),
        (Some(ClickTarget::Line(line)), Some(Overlay::Options(_))) => options::click(model, line, effects),
        (Some(ClickTarget::Line(line)), Some(Overlay::Palette { picked, .. })) => {
            *picked = line;
            keys::on_key(model, Chord::unmodified(Key::Enter), effects);
        }
        (Some(ClickTarget::Session(id)), None) => {
            app::select(model, id);
            model.focus = Focus::Sessions;
        }
        (Some(ClickTarget::Sessions), None) => model.focus = Focus::Sessions,
        (Some(ClickTarget::View), None) => model.focus = Focus::View,
        (Some(ClickTarget::Composer), None) => model.focus = Focus::Composer,
        (Some(ClickTarget::Tab(view)), None) => {
            model.focus = Focus::View;
            actions::run(model, Action::Pane(PaneAction::Show(view)), effects);
        }
        (Some(ClickTarget::Peer(peer)), None) => pane::send_to_peer(model, peer),
        (Some(ClickTarget::Probe(number)), None) => remedies::run(model, number, effects),
        (Some(ClickTarget::Key(chord)), _) => keys::on_key(model, chord, effects),
        (Some(ClickTarget::Line(_)) | None, None) | (_, Some(_)) => {}
    }
    super::notices::settle_focus(model);
}

/// Scrolls the list of sessions; the selected one stays the same.
fn scroll_list(model: &mut Model, by: isize) {
    let Some(shown) = model.seen.list else { return };
    let last = model.sessions_in_order().len().saturating_sub(shown.count);
    model.list_first = Some(shown.first.saturating_add_signed(by).min(last));
}

/// The terminal's own selection and paste do not work while we have the mouse.
fn point_to_terminal(model: &mut Model) {
    let release = model.keymap.hint(KeyMode::Normal, Action::App(AppAction::ToggleMouse));
    let release = release.map_or(String::new(), |key| format!("; {key} releases the mouse to it"));
    let text = format!("to select or paste with the mouse as in your terminal, hold Shift{release}");
    if model.notices.current(model.now).is_none_or(|notice| notice.text != text) {
        notify(model, text);
    }
}

fn scroll_wheel(model: &mut Model, hit: Option<ClickTarget>, by: isize, effects: &mut Vec<Effect>) {
    if model.overlay.is_some() {
        let key = if by < 0 { Key::Up } else { Key::Down };
        keys::on_key(model, Chord::unmodified(key), effects);
        return;
    }
    match hit {
        Some(ClickTarget::Session(_) | ClickTarget::Sessions) => scroll_list(model, by),
        Some(
            ClickTarget::View
            | ClickTarget::Composer
            | ClickTarget::Tab(_)
            | ClickTarget::Line(_)
            | ClickTarget::Home(_)
            | ClickTarget::Peer(_)
            | ClickTarget::Probe(_)
            | ClickTarget::Key(_),
        ) => {
            scroll::scroll(model, ScrollMove::Rows(by * WHEEL_ROWS));
        }
        None => {}
    }
}
