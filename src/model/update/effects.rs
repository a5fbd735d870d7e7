//! The effects that updates return.

use super::notices::{notify, warn};
use super::readings;
use crate::formats::PastedSession;
use crate::model::msg::{Effect, LineKind};
use crate::model::own_command;
use crate::model::refusal::NO_SESSION;
use crate::model::state::Model;
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::spec::{self, TcpSpec};
use crate::sessions::{Order, SessionId, Spec, SpecKind, Verb};

/// Gives the selected session an order.
pub(super) fn send_verb(model: &mut Model, verb: Verb, effects: &mut Vec<Effect>) {
    match model.selected {
        Some(id) => order(model, id, verb, effects),
        None => warn(model, NO_SESSION),
    }
}

/// Opens what the user typed or pasted, with the settings in force.
///
/// # Errors
/// Fails with what was found, and what is accepted.
pub(super) fn open_pasted(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    open_with(model, text, |_| Ok(()), effects)
}

/// The same, but `change` is applied to the spec first.
pub(super) fn open_with(
    model: &mut Model,
    text: &str,
    change: impl FnOnce(&mut Spec) -> Result<(), String>,
    effects: &mut Vec<Effect>,
) -> Result<(), String> {
    let PastedSession { spec: mut wanted, notes } = own_command::read(text, &model.names, model.own_command)?;
    change(&mut wanted)?;
    // What has no effect is said, once: the form showed it, a `:` line did not.
    if let Some(note) = notes.first() {
        let more = if notes.len() > 1 { format!(" (and {} more)", notes.len() - 1) } else { String::new() };
        notify(model, format!("{note}{more}"));
    }
    wanted.retain = model.settings.retain;
    if let SpecKind::Tcp(TcpSpec { socket, .. }) | SpecKind::Http(HttpSpec { socket, .. }) = &mut wanted.what
        && socket.connect_timeout == spec::DEFAULT_CONNECT_TIMEOUT
    {
        socket.connect_timeout = model.settings.connect_timeout;
    }
    effects.push(Effect::Open(Box::new(wanted)));
    Ok(())
}

/// Remembers a target that was opened; for the next run without its secrets.
pub(super) fn remember_target(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let kept = model.targets.push(text.trim(), &model.names);
    effects.extend(kept.map(|kept| Effect::RememberLine(LineKind::Target, kept)));
}

/// Asks whether a file can be sent.
///
/// # Errors
/// Fails if there is no name, or no session.
pub(super) fn find_file(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("type the name of the file to send".into());
    }
    let id = model.selected.ok_or(NO_SESSION)?;
    effects.push(Effect::FindFile { request: model.next_request(), id, path: text.trim().into() });
    Ok(())
}

/// Gives an order to a session, unless it is over.
pub(super) fn order(model: &mut Model, id: SessionId, verb: Verb, effects: &mut Vec<Effect>) {
    if readings::is_open(model, id) {
        effects.push(Effect::Net(Order { id, verb }));
    } else {
        warn(model, format!("session {id} is over: r opens it again"));
    }
}
