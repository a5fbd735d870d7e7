//! The ways in which a session can be ended by the user.

use super::action::SessionAction;
use super::state::Model;
use crate::sessions::kinds::SessionKind;
use crate::sessions::{Session, SessionPhase};

/// One way to end a session, as the close menu offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnding {
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
pub fn endings(model: &Model) -> Vec<SessionEnding> {
    model.session().map_or_else(Vec::new, endings_of)
}

fn endings_of(session: &Session) -> Vec<SessionEnding> {
    if session.ended() {
        return Vec::new();
    }
    let finish = SessionEnding {
        letter: 'f',
        name: "finish sending",
        explain: "FIN: the peer sees our end; receiving goes on",
        action: SessionAction::FinishSending,
    };
    let reset = SessionEnding {
        letter: 'r',
        name: "reset",
        explain: "RST: at once, whatever is still queued is lost",
        action: SessionAction::Reset,
    };
    let close = |explain| SessionEnding { letter: 'c', name: "close", explain, action: SessionAction::Close };
    match &session.kind {
        SessionKind::Stream(_) => {
            let finished = matches!(&session.phase, SessionPhase::Open(open) if open.we_finished);
            let mut all = vec![reset, close("what is queued is sent, then FIN; unread bytes make it RST")];
            if matches!(&session.phase, SessionPhase::Open(open) if !open.peer_finished) {
                all.push(SessionEnding {
                    letter: 'u',
                    name: "close unread",
                    explain: "stop reading, and close over what comes then: RST",
                    action: SessionAction::CloseUnread,
                });
            }
            if !finished && matches!(session.phase, SessionPhase::Open(_)) {
                all.insert(0, finish);
            }
            all
        }
        SessionKind::Conversation { .. } | SessionKind::Bound { .. } => {
            vec![close("the socket is closed; UDP tells the peer nothing")]
        }
        SessionKind::Listener { .. } => vec![close("no more peers are accepted; those that are here stay")],
        SessionKind::Http(_) => vec![close("the request is cancelled")],
        SessionKind::Repeat(_) => vec![close("no more are started, and what is under way is cut off")],
        SessionKind::Dns(_) => vec![close("answers are waited for no longer")],
    }
}
