//! The composer: its text becomes bytes, and is sent.

use bytes::Bytes;

use super::notices::{notify, warn};
use super::session;
use crate::model::action::{ComposeAction, SessionAction};
use crate::model::compose_mode::ComposeMode;
use crate::model::editor::keys::EditAction;
use crate::model::history::ComposedText;
use crate::model::kinds;
use crate::model::msg::Effect;
use crate::model::panel::Composer;
use crate::model::state::{Focus, Model};
use crate::sessions::order::{DatagramVerb, SocketVerb};
use crate::sessions::{Order, RefusedOrder, SessionId, Verb};
use crate::text::escapes;
use crate::text::secret::has_secret;

/// Runs an action of the composer that is not refused.
pub(super) fn run(model: &mut Model, action: ComposeAction, effects: &mut Vec<Effect>) {
    match action {
        ComposeAction::Enter => model.focus = Focus::Composer,
        ComposeAction::Send => send(model, effects),
        ComposeAction::EditOutside => edit_outside(model, effects),
        ComposeAction::DeleteOrFinish => delete_or_finish(model, effects),
        ComposeAction::Newline => edit(model, |composer| {
            composer.editor.insert("\n");
        }),
        ComposeAction::NextMode => next_mode(model),
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

/// Takes the next mode, and converts what stands there if that mode can write it.
fn next_mode(model: &mut Model) {
    let mut problem = None;
    edit(model, |composer| {
        let next = composer.mode.next();
        if !convert(composer, next) {
            problem = Some(format!("{} now; what stands there cannot be written so, and is as it was", next.name()));
        }
        composer.mode = next;
    });
    if let Some(problem) = problem {
        notify(model, problem);
    }
}

/// Rewrites what stands there for another mode, with the same bytes. Returns whether that was possible.
fn convert(composer: &mut Composer, mode: ComposeMode) -> bool {
    let text = composer.editor.text();
    if text.is_empty() || mode == composer.mode {
        return true;
    }
    let bytes = composer.mode.bytes(text, composer.line_ending).ok();
    let converted = bytes.and_then(|bytes| mode.text_of(&bytes, composer.line_ending));
    let Some(converted) = converted.filter(|text| text.len() <= composer.editor.limit_bytes()) else { return false };
    if converted != composer.editor.text() {
        composer.editor.set(&converted);
    }
    true
}

/// The bytes of a composer's text, with the line ending unless the text ends in a line break already.
///
/// # Errors
/// Fails with what is wrong with the text, and what is accepted.
pub(super) fn bytes_of(composer: &Composer) -> Result<Vec<u8>, String> {
    let mut bytes = composer.mode.bytes(composer.editor.text(), composer.line_ending)?;
    if composer.mode != ComposeMode::Hex && bytes.last() != Some(&b'\n') {
        bytes.extend_from_slice(composer.line_ending.bytes());
    }
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
                let entry = ComposedText { text, mode: composer.mode };
                model.history.push(&entry);
                // A file is no place for a secret; this run remembers the text.
                if !has_secret(&entry.text) {
                    effects.push(Effect::Remember(entry));
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
        if model.session().is_some_and(|session| kinds::has_ending(session, SessionAction::FinishSending)) {
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

/// Opens the composer's text in the user's own editor: as it will be sent, without escapes, if it can be written so.
fn edit_outside(model: &mut Model, effects: &mut Vec<Effect>) {
    edit(model, |composer| {
        if convert(composer, ComposeMode::Literal) {
            composer.mode = ComposeMode::Literal;
        }
    });
    let (Some(id), Some(panel)) = (model.selected, model.selected_panel()) else { return };
    effects.push(Effect::EditOutside { id, text: panel.composer.editor.text().to_owned() });
}

/// Puts the edited text back into the composer, without sending it.
pub(super) fn on_edited_outside(model: &mut Model, id: SessionId, text: &str) {
    let Some(panel) = model.panels.get_mut(&id) else { return };
    panel.composer.problem = None;
    panel.composer.editor.set(text);
    let mode = panel.composer.mode.name();
    if model.selected == Some(id) && model.can_send() {
        model.focus = Focus::Composer;
    }
    notify(model, format!("edited, not sent: Enter sends it ({mode})"));
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
    let bytes = if composer.mode == ComposeMode::Hex {
        bytes
    } else {
        bytes.strip_suffix(composer.line_ending.bytes()).unwrap_or(bytes)
    };
    match composer.mode.text_of(bytes, composer.line_ending) {
        Some(text) => composer.editor.set(&text),
        None => {
            composer.mode = ComposeMode::Text;
            composer.editor.set(&escapes::escape_for_edit(bytes))
        }
    };
}

fn browse_history(model: &mut Model, back: bool) {
    let Some(id) = model.selected else { return };
    let Some(panel) = model.panels.get_mut(&id) else { return };
    let composer = &mut panel.composer;
    let moved = composer.editor.apply(if back { EditAction::Up } else { EditAction::Down });
    if moved {
        return;
    }
    let now = ComposedText { text: composer.editor.text().to_owned(), mode: composer.mode };
    let recalled = if back { model.history.back(&now) } else { model.history.forward() };
    if let Some(ComposedText { text, mode }) = recalled {
        composer.mode = mode;
        composer.editor.set(&text);
    }
}

/// Inserts pasted text into the composer: what is sent is what was pasted, in every mode. Reports what does not fit, and
/// a mode that changed for it.
pub(super) fn paste(model: &mut Model, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut left_out = 0;
    let mut said = None;
    edit(model, |composer| {
        let ending = composer.line_ending;
        let as_pasted = || ComposeMode::Literal.bytes(&text, ending).unwrap_or_default();
        let mode = composer.mode;
        let inserted = match mode {
            ComposeMode::Literal => text.clone(),
            ComposeMode::Hex if escapes::parse_hex(&text).is_ok() => text.clone(),
            ComposeMode::Hex => {
                said = Some("pasted as hex: its bytes are the same".to_owned());
                let gap = if composer.editor.is_empty() { "" } else { " " };
                format!("{gap}{}", escapes::spaced_hex(&as_pasted()))
            }
            ComposeMode::Text if !text.contains('\\') => text.clone(),
            ComposeMode::Text if convert(composer, ComposeMode::Literal) => {
                composer.mode = ComposeMode::Literal;
                said = Some("literal now: what was pasted has backslashes, and each is itself".to_owned());
                text.clone()
            }
            ComposeMode::Text => {
                said = Some("backslashes are doubled: each pasted one is itself".to_owned());
                text.replace('\\', r"\\")
            }
        };
        left_out = composer.editor.insert(&inserted);
    });
    model.focus = Focus::Composer;
    if left_out > 0 {
        let limit = crate::text::quantity::bytes(crate::model::limits::COMPOSER as u64);
        let rest = crate::text::quantity::bytes(left_out as u64);
        warn(model, format!("the composer holds {limit}; {rest} of the paste were left out (:send-file sends a file)"));
    } else if let Some(said) = said {
        notify(model, said);
    } else if text.contains('\n') {
        notify(model, "pasted, not sent: Enter sends it");
    }
}
