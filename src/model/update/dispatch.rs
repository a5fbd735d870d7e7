//! Passes each message to the part of the model that it changes.

use std::time::Instant;

use super::{app, compose, keys, mouse, overlay, prompt, readings, sampling, search};
use crate::model::msg::{Effect, Msg};
use crate::model::panel::Panel;
use crate::model::state::{Focus, Model};
use crate::sessions::Session;

/// Applies a message to the model, and returns the effects to be carried out.
pub fn update(model: &mut Model, msg: Msg, now: Instant) -> Vec<Effect> {
    model.now = now;
    let mut effects = Vec::new();
    match msg {
        Msg::Key(chord) => keys::on_key(model, chord, &mut effects),
        Msg::Paste(text) => overlay::paste(model, &text),
        Msg::Mouse(mouse) => mouse::on_mouse(model, mouse, &mut effects),
        Msg::Resized(size) => model.size = size,
        Msg::Opened { id, spec } => {
            let session = Session { secrets: model.settings.secrets, ..Session::new(id, *spec, now) };
            model.panels.insert(id, Panel::new(&session, model.settings.line_ending));
            model.sessions.insert(id, Box::new(session));
            app::select(model, id);
            model.focus = Focus::View;
        }
        Msg::Show(id) => {
            if model.sessions.contains_key(&id) {
                app::select(model, id);
                model.focus = Focus::View;
            }
        }
        Msg::Readings(all) => readings::apply_readings(model, all),
        Msg::Refused(refused) => compose::give_back(model, refused),
        Msg::Found { id, generation, hits, done } => search::on_hits(model, id, generation, hits, done),
        Msg::SearchFailed { id, generation, why } => search::on_failure(model, id, generation, &why),
        Msg::Edited { id, text } => compose::on_edited_outside(model, id, &text),
        Msg::FileReady { request, id, path } => prompt::on_file_ready(model, request, id, path, &mut effects),
        Msg::PromptDone { request, text } => prompt::on_done(model, request, text),
        Msg::PromptRefused { request, why, missing_folder } => prompt::on_refused(model, request, why, missing_folder),
        Msg::Said { weight, text } => model.notices.notify(weight, text, now),
        Msg::Wake => {
            model.refresh_summary();
            readings::refresh_panel(model);
        }
    }
    model.count();
    sampling::update_sampling(model, &mut effects);
    effects
}
