//! The mouse selects, scrolls and focuses: what it means is where it is.

use super::scroll::{self, Move};
use super::{app, fields, keys, options, pane, session};
use crate::model::key::{Chord, Key};
use crate::model::msg::{Effect, Mouse, MouseWhat};
use crate::model::state::{Focus, Model, Overlay, Target};

/// How many rows one step of the wheel moves.
const WHEEL_ROWS: isize = 3;

/// Takes what the mouse did.
pub(super) fn act(model: &mut Model, mouse: Mouse, effects: &mut Vec<Effect>) {
    let hit =
        model.seen.hits.iter().rev().find(|(area, _)| area.holds(mouse.column, mouse.row)).map(|(_, target)| *target);
    match mouse.what {
        MouseWhat::Click => click(model, hit, effects),
        MouseWhat::WheelUp => wheel(model, hit, -1, effects),
        MouseWhat::WheelDown => wheel(model, hit, 1, effects),
    }
}

fn click(model: &mut Model, hit: Option<Target>, effects: &mut Vec<Effect>) {
    match (hit, &mut model.overlay) {
        (Some(Target::Line(line)), Some(Overlay::Close { .. })) => fields::end_by_line(model, line, effects),
        (Some(Target::Line(line)), Some(Overlay::Options(_))) => options::click(model, line, effects),
        (Some(Target::Line(line)), Some(Overlay::Palette { picked, .. })) => {
            *picked = line;
            keys::press(model, Chord::plain(Key::Enter), effects);
        }
        (Some(Target::Session(id)), None) => {
            app::select(model, id);
            model.focus = Focus::Sessions;
        }
        (Some(Target::Sessions), None) => model.focus = Focus::Sessions,
        (Some(Target::View), None) => model.focus = Focus::View,
        (Some(Target::Composer), None) => model.focus = Focus::Composer,
        (Some(Target::Tab(view)), None) => {
            model.focus = Focus::View;
            pane::show_view(model, view, effects);
        }
        (Some(Target::Peer(peer)), None) => pane::aim(model, peer),
        (Some(Target::Probe(number)), None) => session::run_probe(model, number, effects),
        (Some(Target::Line(_)) | None, None) | (_, Some(_)) => {}
    }
    super::settle_focus(model);
}

fn wheel(model: &mut Model, hit: Option<Target>, by: isize, effects: &mut Vec<Effect>) {
    if model.overlay.is_some() {
        let key = if by < 0 { Key::Up } else { Key::Down };
        keys::press(model, Chord::plain(key), effects);
        return;
    }
    match hit {
        Some(Target::Session(_) | Target::Sessions) => app::move_in_list(model, by),
        Some(
            Target::View | Target::Composer | Target::Tab(_) | Target::Line(_) | Target::Peer(_) | Target::Probe(_),
        ) => {
            scroll::go(model, Move::Rows(by * WHEEL_ROWS));
        }
        None => {}
    }
}
