//! The only place where the model changes: a message and the time go in, wishes come out.

mod app;
mod commands;
mod compose;
mod fields;
mod find;
mod keys;
mod ladder;
mod mouse;
mod options;
mod pane;
mod readings;
mod sampling;
mod scroll;
mod session;

use std::time::Instant;

use super::msg::{Effect, Msg};
use super::notice::NoticeWeight;
use super::panel::Panel;
use super::state::{Focus, Model, Overlay};
use crate::sessions::Session;

pub use session::{SessionEnding, endings};

/// Takes in what happened, and returns what is to be done about it.
pub fn update(model: &mut Model, msg: Msg, now: Instant) -> Vec<Effect> {
    model.now = now;
    let mut effects = Vec::new();
    match msg {
        Msg::Key(chord) => keys::press(model, chord, &mut effects),
        Msg::Paste(text) => fields::paste(model, &text),
        Msg::Mouse(mouse) => mouse::act(model, mouse, &mut effects),
        Msg::Resized(size) => model.size = size,
        Msg::Opened { id, spec } => {
            let session = Session::new(id, *spec, now);
            model.panels.insert(id, Panel::new(&session, model.settings.line_ending));
            model.sessions.insert(id, Box::new(session));
            app::select(model, id);
        }
        Msg::Readings(all) => readings::absorb(model, all),
        Msg::Refused(refused) => compose::give_back(model, refused),
        Msg::Found { id, generation, hits, done } => find::found(model, id, generation, hits, done),
        Msg::Edited { id, text } => compose::edited(model, id, &text),
        Msg::Said { weight, text } => model.notices.say(weight, text, now),
        Msg::Wake => {
            model.sweep();
            readings::refresh_panel(model);
        }
    }
    model.count();
    sampling::settle(model, &mut effects);
    effects
}

/// Says something that is no problem.
fn say(model: &mut Model, text: impl Into<String>) {
    model.notices.say(NoticeWeight::Done, text, model.now);
}

/// Says why something was not done.
fn object(model: &mut Model, text: impl Into<String>) {
    model.notices.say(NoticeWeight::Problem, text, model.now);
}

/// Opens something above the panes.
fn open(model: &mut Model, overlay: Overlay) {
    model.overlay = Some(overlay);
}

/// Puts the keys where they can do something: the composer is left when it is not there.
fn settle_focus(model: &mut Model) {
    if model.focus == Focus::Composer && !model.can_send() {
        model.focus = Focus::View;
    }
    if model.selected.is_none() {
        model.focus = Focus::Sessions;
    }
}
