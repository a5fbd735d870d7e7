//! The ways in which the user can end a session.

use super::action::SessionAction;

/// One entry of the close menu: a way to end a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnding {
    /// The letter that selects it.
    pub letter: char,
    /// Its name.
    pub name: &'static str,
    /// What it does, for a user who does not know it yet.
    pub explain: &'static str,
    /// The action.
    pub action: SessionAction,
}

impl SessionEnding {
    /// Finishes sending.
    pub(super) const FINISH_SENDING: SessionEnding = SessionEnding {
        letter: 'f',
        name: "finish sending",
        explain: "FIN: the peer sees our end; receiving goes on",
        action: SessionAction::FinishSending,
    };

    /// Finishes sending where there is no FIN.
    pub(super) const SHUT_DOWN: SessionEnding = SessionEnding {
        letter: 'f',
        name: "finish sending",
        explain: "shutdown(SHUT_WR): the peer reads our end; receiving goes on",
        action: SessionAction::FinishSending,
    };

    /// Resets a connection at once.
    pub(super) const RESET: SessionEnding = SessionEnding {
        letter: 'r',
        name: "reset",
        explain: "RST: at once, whatever is still queued is lost",
        action: SessionAction::Reset,
    };

    /// Closes a connection that still has unread bytes.
    pub(super) const CLOSE_UNREAD: SessionEnding = SessionEnding {
        letter: 'u',
        name: "close unread",
        explain: "stop reading, and close over what comes then: RST",
        action: SessionAction::CloseUnread,
    };

    /// Closes a session; `explain` describes the effect.
    pub(super) const fn close(explain: &'static str) -> Self {
        SessionEnding { letter: 'c', name: "close", explain, action: SessionAction::Close }
    }
}
