//! Menus and questions: the ways to end a session, the built-in peers, yes or no.

use super::session;
use crate::model::action::{Action, ComposeAction, PaneAction};
use crate::model::key::{Chord, Key};
use crate::model::msg::Effect;
use crate::model::overlay::{ConfirmQuestion, Overlay};
use crate::model::state::Model;

/// Handles a key while a menu or a question is open.
pub(super) fn on_key(model: &mut Model, chord: Chord, action: Option<Action>, effects: &mut Vec<Effect>) {
    if let Some(Overlay::Confirm(_)) = &model.overlay {
        answer(model, chord, effects);
        return;
    }
    match action {
        Some(Action::Pane(PaneAction::Down)) => step(model, 1),
        Some(Action::Pane(PaneAction::Up)) => step(model, -1),
        Some(Action::Pane(PaneAction::Top | PaneAction::PageUp)) => step(model, isize::MIN),
        Some(Action::Pane(PaneAction::Bottom | PaneAction::PageDown)) => step(model, isize::MAX),
        Some(Action::Pane(PaneAction::Activate) | Action::Compose(ComposeAction::Send)) => match model.overlay {
            Some(Overlay::Close { picked }) => end_by_line(model, picked, effects),
            Some(Overlay::Lab { picked }) => start_by_line(model, picked, effects),
            _ => {}
        },
        _ => {
            let Key::Char(letter) = chord.key else { return };
            let line = model.endings().iter().position(|ending| ending.letter == letter);
            if let (Some(line), Some(Overlay::Close { .. })) = (line, &model.overlay) {
                end_by_line(model, line, effects);
            }
        }
    }
}

/// Moves the cursor of the open menu.
fn step(model: &mut Model, by: isize) {
    let (endings, peers) = (model.endings().len(), model.lab.peers.len());
    let (picked, last) = match &mut model.overlay {
        Some(Overlay::Close { picked }) => (picked, endings.saturating_sub(1)),
        Some(Overlay::Lab { picked }) => (picked, peers),
        _ => return,
    };
    *picked = picked.saturating_add_signed(by).min(last);
}

/// Answers the open question; other keys do nothing.
fn answer(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let yes = match chord.key {
        Key::Char('y') | Key::Enter => true,
        Key::Char('n') => false,
        _ => return,
    };
    let Some(Overlay::Confirm(question)) = model.overlay.take() else { return };
    model.overlay = model.overlay_behind.take();
    match question {
        ConfirmQuestion::Quit { .. } if yes => model.quitting = true,
        ConfirmQuestion::Remedy { opens, .. } if yes => effects.push(Effect::Open(opens)),
        ConfirmQuestion::Quit { .. } | ConfirmQuestion::Remedy { .. } => {}
    }
}

/// Ends the selected session in the way of this line of the close menu.
pub(super) fn end_by_line(model: &mut Model, line: usize, effects: &mut Vec<Effect>) {
    let ending = model.endings().get(line).copied();
    model.overlay = None;
    if let Some(ending) = ending {
        session::run(model, ending.action, effects);
        if let Some(asked) = model.panel_mut().and_then(|panel| panel.asked.as_mut()) {
            asked.letter = Some(ending.letter);
        }
    }
}

/// Starts the built-in peer of this line of the menu; the first line is all of them.
pub(super) fn start_by_line(model: &mut Model, line: usize, effects: &mut Vec<Effect>) {
    let peers = match line.checked_sub(1) {
        None => Vec::new(),
        Some(place) => model.lab.peers.get(place).map(|(name, _)| (*name).to_owned()).into_iter().collect(),
    };
    model.overlay = None;
    effects.push(Effect::StartLab(peers));
}

/// Starts built-in peers by their names; none: all of them.
///
/// # Errors
/// Fails if there is no such peer, or if one of its parameters is wrong.
pub(super) fn start_lab(model: &Model, peers: &[String], effects: &mut Vec<Effect>) -> Result<(), String> {
    peers.iter().try_for_each(|peer| (model.lab.check)(peer))?;
    effects.push(Effect::StartLab(peers.to_vec()));
    Ok(())
}
