//! Why an action can do nothing now: for its own notice, and for the palette, which lists such actions last.

use std::borrow::Cow;

use super::action::{Action, ComposeAction, PaneAction, SessionAction};
use super::kinds;
use super::state::Model;
use super::view::{View, ViewContent};
use crate::sessions::Session;
use crate::sessions::kinds::SessionKind;

/// What is said if there is no session to act on.
pub(super) const NO_SESSION: &str = "there is no session yet: n opens one";

/// What is said if bytes cannot be sent.
const CANNOT_SEND: &str = "this session cannot be sent to";

/// What is said if a session has no options.
const NO_SOCKET: &str = "this session has no one socket whose options could be set";

/// What is said if a session's options have no further use.
const PEER_OPENS: &str = "this session is over, and only the peer can open it again";

/// Why an action does nothing now, with what helps; `None`: it does something, or is silent at the end of what it moves
/// in.
pub(super) fn refusal(model: &Model, action: Action) -> Option<Cow<'static, str>> {
    match (action, model.session()) {
        (Action::Pane(action), Some(session)) => of_pane(model, session, action),
        // On the home screen, the keys that move choose a line.
        (Action::Pane(action), None) => (!action.moves()).then_some(NO_SESSION.into()),
        (Action::Session(action), Some(session)) => of_session(session, action),
        (Action::Session(_), None) => Some(NO_SESSION.into()),
        (Action::Compose(ComposeAction::Enter | ComposeAction::EditOutside), _) if !model.can_send() => {
            Some(CANNOT_SEND.into())
        }
        (Action::App(_) | Action::Compose(_), _) => None,
    }
}

fn of_pane(model: &Model, session: &Session, action: PaneAction) -> Option<Cow<'static, str>> {
    let panel = model.selected_panel()?;
    let shows = panel.view.entry().shows;
    let (is_refused, why) = match action {
        PaneAction::Show(view) => return of_view(session, view),
        PaneAction::NextHit | PaneAction::PreviousHit => (panel.search.is_none(), "nothing is searched yet: / begins"),
        PaneAction::Boundaries => (
            !session.has_bare_stream(),
            "only a connection of TCP or of a Unix socket has reads and writes that are not messages",
        ),
        PaneAction::Pretty => {
            (!matches!(session.kind, SessionKind::Http(_)), "only an HTTP response can be laid out as JSON")
        }
        PaneAction::Numbers => (panel.view != View::Ladder, "the ladder of captured segments has such numbers"),
        PaneAction::Mark => (
            !panel.view.is_transcript(),
            "rows are marked in text and hex; elsewhere y copies what is under the cursor",
        ),
        PaneAction::Follow => {
            let has_end = match shows {
                ViewContent::Transcript | ViewContent::Document(_) | ViewContent::Rungs => true,
                ViewContent::Peers => session.is_listener(),
                ViewContent::Page | ViewContent::Remedies | ViewContent::Gauges => false,
            };
            (!has_end, "this view always shows the present: there is no end to follow")
        }
        PaneAction::Copy
        | PaneAction::Search
        | PaneAction::Filter
        | PaneAction::NextView
        | PaneAction::PreviousView
        | PaneAction::Zoom
        | PaneAction::Freeze
        | PaneAction::Down
        | PaneAction::Up
        | PaneAction::HalfPageDown
        | PaneAction::HalfPageUp
        | PaneAction::PageDown
        | PaneAction::PageUp
        | PaneAction::Top
        | PaneAction::Bottom
        | PaneAction::Activate => (false, ""),
    };
    is_refused.then_some(why.into())
}

/// Why a session does not have a view.
fn of_view(session: &Session, view: View) -> Option<Cow<'static, str>> {
    let views = View::of_session(session);
    if views.contains(&view) {
        return None;
    }
    let names: Vec<&str> = views.iter().map(|view| view.name()).collect();
    let mut text = format!("this session has no {} view; it has {}", view.name(), names.join(", "));
    if matches!(session.kind, SessionKind::Unix(_) | SessionKind::UnixListener(_)) {
        let why = match view {
            View::Ladder | View::State | View::Flow => ": a Unix socket has no segments, states and windows",
            View::Way => ": a Unix socket has no name to look up and no route",
            _ => "",
        };
        text.push_str(why);
    }
    Some(text.into())
}

fn of_session(session: &Session, action: SessionAction) -> Option<Cow<'static, str>> {
    let (is_refused, why): (bool, Cow<'static, str>) = match action {
        SessionAction::FinishSending
        | SessionAction::Reset
        | SessionAction::Close
        | SessionAction::CloseUnread
        | SessionAction::ToggleReading
        | SessionAction::ProbeMtu
            if session.is_over() =>
        {
            (true, format!("session {} is over: r opens it again", session.id).into())
        }
        SessionAction::FinishSending | SessionAction::Reset | SessionAction::Close | SessionAction::Save => {
            return None;
        }
        SessionAction::CloseUnread => (
            !kinds::has_ending(session, action),
            "this session cannot be closed over unread bytes: only an open TCP connection can".into(),
        ),
        SessionAction::CloseMenu => (
            kinds::endings(session).is_empty(),
            "this session is over: r opens it again, x takes it off the list".into(),
        ),
        SessionAction::Options if session.spec.what.socket_kind().is_none() => (true, NO_SOCKET.into()),
        SessionAction::Options => (session.is_over() && session.parent().is_some(), PEER_OPENS.into()),
        SessionAction::ToggleReading => return kinds::pausing(session).err().map(Cow::Borrowed),
        SessionAction::ToggleCapture => (
            !matches!(session.kind, SessionKind::Listener(_)) && session.tcp_history().is_none(),
            "only the packets of TCP connections and listeners can be captured".into(),
        ),
        SessionAction::Retry => {
            (session.parent().is_some(), "the peer opened this session; only the peer can open it again".into())
        }
        SessionAction::Remove => (!session.is_over(), "this session is still open: c closes it first".into()),
        SessionAction::SendFile => (!kinds::can_send(session), CANNOT_SEND.into()),
        SessionAction::ProbeMtu => return kinds::mtu_probe(session).err().map(Cow::Borrowed),
    };
    is_refused.then_some(why)
}
