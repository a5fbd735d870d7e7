//! Actions on the selected session.

use super::{app, object, open, readings, say};
use crate::model::action::SessionAction;
use crate::model::explain;
use crate::model::msg::Effect;
use crate::model::state::{Model, Overlay, Purpose};
use crate::wire::session::Kind;
use crate::wire::{Order, Phase, Session, SessionId, Spec, Verb, What};

/// One way to end a session, as the close menu offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The letter that takes it.
    pub letter: char,
    /// What it is called.
    pub name: &'static str,
    /// What it does, for a person who learns.
    pub explain: &'static str,
    /// The action.
    pub action: SessionAction,
}

/// The ways to end the selected session that make sense for it now.
pub fn endings(model: &Model) -> Vec<Ending> {
    model.session().map_or_else(Vec::new, endings_of)
}

fn endings_of(session: &Session) -> Vec<Ending> {
    if session.ended() {
        return Vec::new();
    }
    let finish = Ending {
        letter: 'f',
        name: "finish sending",
        explain: "FIN: the peer sees our end; receiving goes on",
        action: SessionAction::FinishSending,
    };
    let reset = Ending {
        letter: 'r',
        name: "reset",
        explain: "RST: at once, whatever is still queued is lost",
        action: SessionAction::Reset,
    };
    let close = |explain| Ending { letter: 'c', name: "close", explain, action: SessionAction::Close };
    match &session.kind {
        Kind::Stream(_) => {
            let finished = matches!(&session.phase, Phase::Open(open) if open.we_finished);
            let mut all = vec![reset, close("what is queued is sent, then FIN; unread bytes make it RST")];
            if !finished && matches!(session.phase, Phase::Open(_)) {
                all.insert(0, finish);
            }
            all
        }
        Kind::Conversation { .. } | Kind::Bound { .. } => {
            vec![close("the socket is closed; UDP tells the peer nothing")]
        }
        Kind::Listener { .. } => vec![close("no more peers are accepted; those that are here stay")],
        Kind::Http(_) => vec![close("the request is cancelled")],
        Kind::Repeat(_) => vec![close("no more are started, and what is under way is cut off")],
        Kind::Dns(_) => vec![close("answers are waited for no longer")],
    }
}

/// Carries out an action.
pub(super) fn act(model: &mut Model, action: SessionAction, effects: &mut Vec<Effect>) {
    let Some(id) = model.selected else {
        object(model, "there is no session yet: n opens one");
        return;
    };
    match action {
        SessionAction::CloseMenu => {
            if endings(model).is_empty() {
                object(model, "this session is over: r opens it again, x takes it off the list");
            } else {
                open(model, Overlay::Close { picked: 0 });
            }
        }
        SessionAction::FinishSending => order(model, id, Verb::FinishSending, effects),
        SessionAction::Reset => order(model, id, Verb::Reset, effects),
        SessionAction::Close => order(model, id, Verb::Close, effects),
        SessionAction::ToggleReading => {
            let paused =
                model.session().is_some_and(|session| matches!(&session.phase, Phase::Open(open) if open.paused));
            order(model, id, if paused { Verb::ContinueReading } else { Verb::PauseReading }, effects);
        }
        SessionAction::Retry => retry(model, effects),
        SessionAction::Remove => remove(model, id),
        SessionAction::SendFile => {
            if model.can_send() {
                app::prompt(model, Purpose::SendFile, "");
            } else {
                object(model, "this session cannot be sent to");
            }
        }
        SessionAction::Save => app::prompt(model, Purpose::Save, ""),
        SessionAction::RunProbe(number) => run_probe(model, number, effects),
    }
}

/// Gives an order to a session, unless it is over.
pub(super) fn order(model: &mut Model, id: SessionId, verb: Verb, effects: &mut Vec<Effect>) {
    if readings::is_open(model, id) {
        effects.push(Effect::Net(Order { id, verb }));
    } else {
        object(model, format!("session {id} is over: r opens it again"));
    }
}

fn retry(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(session) = model.session() else { return };
    if matches!(session.spec.what, What::Accepted(_)) {
        object(model, "the peer opened this session; only the peer can open it again");
        return;
    }
    let spec: Spec = session.spec.clone();
    effects.push(Effect::Open(Box::new(spec)));
}

/// Opens what the explain view offers under a number.
pub(super) fn run_probe(model: &mut Model, number: u8, effects: &mut Vec<Effect>) {
    match explain::probe(model, usize::from(number)) {
        Some(spec) => effects.push(Effect::Open(Box::new(spec))),
        None => object(model, format!("there is nothing to try under {number} here")),
    }
}

fn remove(model: &mut Model, id: SessionId) {
    if readings::is_open(model, id) {
        object(model, "this session is still open: c closes it first");
        return;
    }
    let listed = model.listed();
    let at = listed.iter().position(|other| *other == id).unwrap_or(0);
    let next = listed.get(at + 1).or_else(|| at.checked_sub(1).and_then(|at| listed.get(at))).copied();
    model.sessions.remove(&id);
    model.panels.remove(&id);
    model.selected = None;
    match next {
        Some(next) => app::select(model, next),
        None => super::settle_focus(model),
    }
    say(model, format!("session {id} is off the list"));
}
