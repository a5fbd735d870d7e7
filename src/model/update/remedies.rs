//! The cursor of the explain view: chooses one of the remedies, and runs it.

use super::moving::{ScrollMove, moved_index};
use super::notices::open_overlay;
use crate::model::explain;
use crate::model::msg::Effect;
use crate::model::overlay::{ConfirmQuestion, Overlay};
use crate::model::seen::ClickTarget;
use crate::model::state::Model;
use crate::sessions::explain::suggestions::Suggestion;

/// Moves the cursor to the next or the previous remedy if that one is on the screen, else scrolls the text.
pub(super) fn scroll(model: &mut Model, step: ScrollMove) {
    let picked = model.selected_panel().map_or(0, |panel| panel.remedy);
    let target = match step {
        ScrollMove::Step(1) => picked.checked_add(1),
        ScrollMove::Step(-1) => picked.checked_sub(1),
        ScrollMove::Step(_) | ScrollMove::Rows(_) | ScrollMove::Top | ScrollMove::Bottom => None,
    };
    let moved = target.filter(|target| is_shown(model, picked) && is_shown(model, *target));
    let rows = usize::from(model.seen.view.rows.max(1));
    let last = model.seen.document_rows.saturating_sub(rows);
    let shown = shown(model).min();
    let Some(panel) = model.panel_mut() else { return };
    match (moved, shown) {
        (Some(target), _) => panel.remedy = target,
        // Nothing is left to scroll: the cursor comes to a remedy that is on the screen.
        (None, Some(shown)) if panel.document_scroll >= last && step == ScrollMove::Step(1) && shown > picked => {
            panel.remedy = shown;
        }
        (None, _) => panel.document_scroll = moved_index(panel.document_scroll, step, last),
    }
}

/// The numbers of the remedies on the screen, from 0; one may come several times.
fn shown(model: &Model) -> impl Iterator<Item = usize> {
    let hits = model.seen.hits.iter();
    hits.filter_map(|(_, target)| if let ClickTarget::Probe(number) = target { Some(*number) } else { None })
}

fn is_shown(model: &Model, number: usize) -> bool {
    shown(model).any(|shown| shown == number)
}

/// Runs the remedy at the cursor; if it is not on the screen, scrolls to it first. Returns whether there is one.
pub(super) fn activate(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let Some(session) = model.session() else { return false };
    let mut remedies = explain::remedies(model, session);
    let Some(last) = remedies.len().checked_sub(1) else { return false };
    let picked = model.selected_panel().map_or(0, |panel| panel.remedy).min(last);
    match model.seen.remedy_row.filter(|_| !is_shown(model, picked)) {
        Some(row) => {
            let rows = usize::from(model.seen.view.rows.max(1));
            let last = model.seen.document_rows.saturating_sub(rows);
            if let Some(panel) = model.panel_mut() {
                panel.document_scroll = row.saturating_sub(rows / 3).min(last);
            }
        }
        None => try_remedy(model, picked, remedies.swap_remove(picked), effects),
    }
    true
}

/// Runs a remedy, counted from 0.
pub(super) fn run(model: &mut Model, number: usize, effects: &mut Vec<Effect>) {
    let chosen = model.session().and_then(|session| explain::remedies(model, session).into_iter().nth(number));
    if let Some(chosen) = chosen {
        try_remedy(model, number, chosen, effects);
    }
}

/// Opens what a remedy opens; if it sends something by itself, asks first.
fn try_remedy(model: &mut Model, number: usize, chosen: Suggestion, effects: &mut Vec<Effect>) {
    let Some(spec) = chosen.opens else { return };
    if let Some(panel) = model.panel_mut() {
        panel.remedy = number;
    }
    match chosen.sends {
        Some(sends) => {
            let question = ConfirmQuestion::Remedy { label: chosen.label, sends, opens: Box::new(spec) };
            open_overlay(model, Overlay::Confirm(question));
        }
        None => effects.push(Effect::Open(Box::new(spec))),
    }
}
