//! The mouse selects, scrolls and focuses, depending on what is at its position.

use super::moving::ScrollMove;
use super::{app, keys, options, overlay, pane, scroll, session};
use crate::model::key::{Chord, Key};
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
        MouseAction::WheelUp => scroll_wheel(model, hit, -1, effects),
        MouseAction::WheelDown => scroll_wheel(model, hit, 1, effects),
    }
}

fn click(model: &mut Model, hit: Option<ClickTarget>, effects: &mut Vec<Effect>) {
    match (hit, &mut model.overlay) {
        (Some(ClickTarget::Line(line)), Some(Overlay::Close { .. })) => overlay::end_by_line(model, line, effects),
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
            pane::show_view(model, view, effects);
        }
        (Some(ClickTarget::Peer(peer)), None) => pane::send_to_peer(model, peer),
        (Some(ClickTarget::Probe(number)), None) => session::run_probe(model, number, effects),
        (Some(ClickTarget::Key(chord)), _) => keys::on_key(model, chord, effects),
        (Some(ClickTarget::Line(_)) | None, None) | (_, Some(_)) => {}
    }
    super::notices::settle_focus(model);
}

fn scroll_wheel(model: &mut Model, hit: Option<ClickTarget>, by: isize, effects: &mut Vec<Effect>) {
    if model.overlay.is_some() {
        let key = if by < 0 { Key::Up } else { Key::Down };
        keys::on_key(model, Chord::unmodified(key), effects);
        return;
    }
    match hit {
        Some(ClickTarget::Session(_) | ClickTarget::Sessions) => app::move_in_list(model, by),
        Some(
            ClickTarget::View
            | ClickTarget::Composer
            | ClickTarget::Tab(_)
            | ClickTarget::Line(_)
            | ClickTarget::Peer(_)
            | ClickTarget::Probe(_)
            | ClickTarget::Key(_),
        ) => {
            scroll::scroll(model, ScrollMove::Rows(by * WHEEL_ROWS));
        }
        None => {}
    }
}
