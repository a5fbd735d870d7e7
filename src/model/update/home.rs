//! The home screen: its cursor, and what Enter or a click does.

use super::notices::warn;
use super::{app, effects};
use crate::model::home::{HomeEntry, entries};
use crate::model::msg::Effect;
use crate::model::state::Model;
use crate::model::targets::RecentTarget;

/// Moves the cursor.
pub(super) fn step(model: &mut Model, by: isize) {
    let last = entries(model).len().saturating_sub(1);
    model.home_picked = model.home_picked.saturating_add_signed(by).min(last);
}

/// Does what a line says.
pub(super) fn take(model: &mut Model, line: usize, effects: &mut Vec<Effect>) {
    model.home_picked = line;
    match entries(model).into_iter().nth(line) {
        Some(HomeEntry::Run(action, _)) => app::run(model, action, effects),
        Some(HomeEntry::Recent(RecentTarget { target, .. })) => match effects::open_pasted(model, &target, effects) {
            Ok(()) => effects::remember_target(model, &target, effects),
            Err(why) => warn(model, why),
        },
        None => {}
    }
}
