//! Actions on the selected session.

use super::effects::order;
use super::notices::{notify, open_overlay};
use super::{app, options};
use crate::model::action::SessionAction;
use crate::model::msg::Effect;
use crate::model::overlay::{Overlay, PromptPurpose};
use crate::model::panel::EndRequest;
use crate::model::state::Model;
use crate::sessions::order::{DatagramVerb, StreamVerb};
use crate::sessions::{Order, Session, SessionId, Spec, Verb};

/// Runs an action on a session that is not refused.
pub(super) fn run(model: &mut Model, action: SessionAction, effects: &mut Vec<Effect>) {
    let Some(id) = model.selected else { return };
    match action {
        SessionAction::CloseMenu => open_overlay(model, Overlay::Close { picked: 0 }),
        SessionAction::FinishSending => {
            end_session(model, id, action, Verb::Stream(StreamVerb::FinishSending), effects);
        }
        SessionAction::Reset => end_session(model, id, action, Verb::Reset, effects),
        SessionAction::Close => end_session(model, id, action, Verb::Close, effects),
        SessionAction::CloseUnread => close_unread(model, id, action, effects),
        SessionAction::Options => options::open_for_session(model, effects),
        SessionAction::ToggleReading => {
            let paused = model.session().is_some_and(Session::is_reading_paused);
            order(model, id, if paused { Verb::ContinueReading } else { Verb::PauseReading }, effects);
        }
        SessionAction::ToggleCapture => {
            let on = model.session().is_some_and(|session| match session.tcp_history() {
                Some(story) => story.ladder.is_captured(),
                None => session.spec.capture,
            });
            capture(model, !on, effects);
        }
        SessionAction::Retry => retry(model, effects),
        SessionAction::Remove => remove(model, id),
        SessionAction::SendFile => app::open_prompt(model, PromptPurpose::SendFile, ""),
        SessionAction::Save => app::open_prompt(model, PromptPurpose::Save { make_folder: false }, ""),
        SessionAction::ProbeMtu => probe_mtu(model, id, effects),
    }
}

/// Gives an order that ends something, and records that the user asked for it.
fn end_session(model: &mut Model, id: SessionId, action: SessionAction, verb: Verb, effects: &mut Vec<Effect>) {
    let at = model.now;
    if let Some(panel) = model.panels.get_mut(&id) {
        panel.asked = Some(EndRequest { at, action, letter: None });
    }
    order(model, id, verb, effects);
}

/// Closes a connection with unread bytes; if there are none yet, it closes when some arrive.
fn close_unread(model: &mut Model, id: SessionId, action: SessionAction, effects: &mut Vec<Effect>) {
    let lie_there = model.session().and_then(|session| session.kernel.as_ref()?.recv_queue_bytes).unwrap_or(0) > 0;
    end_session(model, id, action, Verb::Stream(StreamVerb::CloseUnread), effects);
    if !lie_there {
        notify(
            model,
            "not reading any more: it closes as soon as bytes lie unread; S reads again, c ends it otherwise",
        );
    }
}

/// Starts or stops capturing the selected session's packets; a new attempt uses the same setting from its start.
pub(super) fn capture(model: &mut Model, on: bool, effects: &mut Vec<Effect>) {
    let Some(session) = model.session() else { return };
    let (id, over, listens) = (session.id, session.is_over(), session.is_listener());
    if let Some(session) = model.sessions.get_mut(&id) {
        session.spec.capture = on;
    }
    match (over, on) {
        (true, true) => notify(model, "it is over: opened again, it is captured from its first packet on"),
        (true, false) => notify(model, "opened again, it is not captured"),
        (false, _) => {
            effects.push(Effect::Net(Order { id, verb: Verb::Stream(StreamVerb::Capture(on)) }));
            match (listens, on) {
                (true, true) => notify(model, "connections that come from now on are captured"),
                (true, false) => notify(model, "connections that come from now on are not captured"),
                (false, true | false) => {}
            }
        }
    }
}

fn retry(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(session) = model.session() else { return };
    let (id, open) = (session.id, !session.is_over());
    let spec: Spec = session.spec.clone();
    effects.push(Effect::Open(Box::new(spec)));
    if open {
        notify(model, format!("opened once more: session {id} stays open, too"));
    }
}

/// Probes the path MTU of a UDP session.
fn probe_mtu(model: &mut Model, id: SessionId, effects: &mut Vec<Effect>) {
    order(model, id, Verb::Datagram(DatagramVerb::ProbeMtu), effects);
    notify(model, "probing the path MTU: each step stands in the text, the result in the state view");
}

fn remove(model: &mut Model, id: SessionId) {
    let listed = model.sessions_in_order();
    let at = listed.iter().position(|other| *other == id).unwrap_or(0);
    let next = listed.get(at + 1).or_else(|| at.checked_sub(1).and_then(|at| listed.get(at))).copied();
    model.sessions.remove(&id);
    model.panels.remove(&id);
    model.selected = None;
    match next {
        Some(next) => app::select(model, next),
        None => super::notices::settle_focus(model),
    }
    notify(model, format!("session {id} is off the list"));
}
