//! The composer: its text becomes bytes, and is sent.

use bytes::Bytes;

use super::notices::{notify, warn};
use super::session;
use crate::model::action::{Action, ComposeAction, SessionAction};
use crate::model::editor::keys::EditAction;
use crate::model::msg::Effect;
use crate::model::panel::Composer;
use crate::model::refusal::refusal;
use crate::model::settings::LineEnding;
use crate::model::state::{Focus, Model};
use crate::sessions::order::{DatagramVerb, SocketVerb};
use crate::sessions::{Order, RefusedOrder, SessionId, Verb};
use crate::text::escapes;
use crate::text::secret::has_secret;

/// Runs an action of the composer.
pub(super) fn run(model: &mut Model, action: ComposeAction, effects: &mut Vec<Effect>) {
    if let Some(why) = refusal(model, Action::Compose(action)) {
        warn(model, why);
        return;
    }
    match action {
        ComposeAction::Enter => model.focus = Focus::Composer,
        ComposeAction::Send => send(model, effects),
        ComposeAction::EditOutside => edit_outside(model, effects),
        ComposeAction::DeleteOrFinish => delete_or_finish(model, effects),
        ComposeAction::Newline => edit(model, |composer| {
            composer.editor.insert("\n");
        }),
        ComposeAction::ToggleHex => toggle_hex(model),
        ComposeAction::NextLineEnding => edit(model, |composer| composer.line_ending = composer.line_ending.next()),
        ComposeAction::HistoryBack => browse_history(model, true),
        ComposeAction::HistoryForward => browse_history(model, false),
    }
}

fn edit(model: &mut Model, change: impl FnOnce(&mut Composer)) {
    if let Some(panel) = model.panel_mut() {
        panel.composer.problem = None;
        change(&mut panel.composer);
    }
}

/// Switches between text and hex, and converts the text if it can be read in the other form.
fn toggle_hex(model: &mut Model) {
    edit(model, |composer| {
        let text = composer.editor.text().to_string();
        let converted = if composer.hex {
            escapes::parse_hex(&text).map(|bytes| escapes::escape_for_edit(&bytes)).ok()
        } else {
            escapes::parse_text(&text).map(|bytes| escapes::spaced_hex(&bytes)).ok()
        };
        if let Some(converted) = converted {
            composer.editor.set(&converted);
        }
        composer.hex = !composer.hex;
    });
}

/// The bytes of a composer's text.
///
/// # Errors
/// Fails with what is wrong with the text, and what is accepted.
pub(super) fn bytes_of(composer: &Composer) -> Result<Vec<u8>, String> {
    let text = composer.editor.text();
    if composer.hex {
        return escapes::parse_hex(text).map_err(|error| error.to_string());
    }
    // A line break within the text is sent as the session's line ending, as if each line had been sent by itself.
    let text = if composer.line_ending == LineEnding::CrLf { text.replace('\n', "\r\n") } else { text.to_string() };
    let mut bytes = escapes::parse_text(&text).map_err(|error| error.to_string())?;
    bytes.extend_from_slice(composer.line_ending.bytes());
    Ok(bytes)
}

fn send(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(id) = model.selected else { return };
    let hears_all = model.session().is_some_and(|session| session.kind.peer_list().is_some());
    let to = model.selected_panel().filter(|_| hears_all).and_then(|panel| panel.composer.to);
    let Some(panel) = model.panels.get_mut(&id) else { return };
    let composer = &mut panel.composer;
    match bytes_of(composer) {
        Err(problem) => composer.problem = Some(problem),
        Ok(bytes) => {
            // Notices about the text before it was sent are out of date.
            model.notices.dismiss_done();
            composer.problem = None;
            let text = composer.editor.take_text();
            let bytes = Bytes::from(bytes);
            let verb = match to {
                Some(peer) => Verb::Datagram(DatagramVerb::SendTo(peer, bytes)),
                None => Verb::Send(bytes),
            };
            effects.push(Effect::Net(Order { id, verb }));
            if !text.is_empty() {
                model.history.push(&text);
                // A file is no place for a secret; this run remembers the text.
                if !has_secret(&text) {
                    effects.push(Effect::Remember(text));
                }
            }
            if let Some(panel) = model.panel_mut() {
                panel.scroll = crate::model::panel::ScrollPosition::Tail;
                panel.cursor = None;
            }
        }
    }
}

/// Deletes the character at the cursor; in an empty composer, finishes sending, as the end of a terminal's input does.
fn delete_or_finish(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.selected_panel().is_some_and(|panel| panel.composer.editor.is_empty()) {
        if model.endings().iter().any(|ending| ending.action == SessionAction::FinishSending) {
            session::run(model, SessionAction::FinishSending, effects);
        } else {
            warn(model, "this session has no end of sending (FIN): only an open TCP connection has one");
        }
        return;
    }
    edit(model, |composer| {
        composer.editor.apply(EditAction::Delete);
    });
}

/// Opens the composer's text in the user's own editor.
fn edit_outside(model: &mut Model, effects: &mut Vec<Effect>) {
    let (Some(id), Some(panel)) = (model.selected, model.selected_panel()) else { return };
    effects.push(Effect::EditOutside { id, text: panel.composer.editor.text().to_owned() });
}

/// Puts the edited text back into the composer, without sending it.
pub(super) fn on_edited_outside(model: &mut Model, id: SessionId, text: &str) {
    let Some(panel) = model.panels.get_mut(&id) else { return };
    panel.composer.problem = None;
    panel.composer.editor.set(text);
    if model.selected == Some(id) && model.can_send() {
        model.focus = Focus::Composer;
    }
    notify(model, "edited, not sent: Enter sends it");
}

/// An order was refused: its text goes back to the field in which it was typed.
pub(super) fn give_back(model: &mut Model, refused: RefusedOrder) {
    let RefusedOrder { order: Order { id, verb }, why } = refused;
    if matches!(verb, Verb::Socket(SocketVerb::SampleEvery(_) | SocketVerb::ReadOptions)) {
        // Not typed by the user, so there is nothing to give back; sampling is ordered again if it is still needed.
        return;
    }
    if let Verb::Send(bytes) | Verb::Datagram(DatagramVerb::SendTo(_, bytes)) = verb {
        restore(model, id, &bytes);
    }
    warn(model, why);
}

fn restore(model: &mut Model, id: SessionId, bytes: &[u8]) {
    let Some(panel) = model.panels.get_mut(&id) else { return };
    let composer = &mut panel.composer;
    if !composer.editor.is_empty() {
        return;
    }
    if composer.hex {
        composer.editor.set(&escapes::spaced_hex(bytes));
    } else {
        let text = bytes.strip_suffix(composer.line_ending.bytes()).unwrap_or(bytes);
        composer.editor.set(&escapes::escape_for_edit(text));
    }
}

fn browse_history(model: &mut Model, back: bool) {
    let Some(id) = model.selected else { return };
    let Some(panel) = model.panels.get_mut(&id) else { return };
    let editor = &mut panel.composer.editor;
    let moved = editor.apply(if back { EditAction::Up } else { EditAction::Down });
    if moved {
        return;
    }
    let recalled = if back { model.history.back(editor.text()) } else { model.history.forward() };
    if let Some(text) = recalled {
        editor.set(&text);
    }
}

/// Inserts pasted text into the composer; reports what does not fit.
pub(super) fn paste(model: &mut Model, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut left_out = 0;
    edit(model, |composer| left_out = composer.editor.insert(&text));
    model.focus = Focus::Composer;
    if left_out > 0 {
        let limit = crate::text::quantity::bytes(crate::model::limits::COMPOSER as u64);
        let rest = crate::text::quantity::bytes(left_out as u64);
        warn(model, format!("the composer holds {limit}; {rest} of the paste were left out (:send-file sends a file)"));
    } else if text.contains('\n') {
        notify(model, "pasted, not sent: Enter sends it");
    }
}
