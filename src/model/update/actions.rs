//! Runs any action.

use super::notices::warn;
use super::{app, compose, pane, session};
use crate::model::action::Action;
use crate::model::msg::Effect;
use crate::model::refusal::refusal;
use crate::model::state::Model;

/// Runs an action: of a key, a click, the `:` line or the palette. One that is refused now only says why.
pub(super) fn run(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    if is_refused(model, action) {
        return;
    }
    match action {
        Action::App(action) => app::run(model, action, effects),
        Action::Pane(action) => pane::run(model, action, effects),
        Action::Session(action) => session::run(model, action, effects),
        Action::Compose(action) => compose::run(model, action, effects),
    }
}

/// Whether an action can do nothing now, and says why.
pub(super) fn is_refused(model: &mut Model, action: Action) -> bool {
    let Some(why) = refusal(model, action) else { return false };
    warn(model, why);
    true
}
