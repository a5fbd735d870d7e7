//! Runs any action.

use super::{app, compose, pane, session};
use crate::model::action::Action;
use crate::model::msg::Effect;
use crate::model::state::Model;

/// Runs an action: of a key, a click, the `:` line or the palette.
pub(super) fn run(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::App(action) => app::run(model, action, effects),
        Action::Pane(action) => pane::run(model, action, effects),
        Action::Session(action) => session::run(model, action, effects),
        Action::Compose(action) => compose::run(model, action, effects),
    }
}
