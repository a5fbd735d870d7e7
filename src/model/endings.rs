//! The ways in which a session can be ended by the user.

use super::action::SessionAction;

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

impl SessionEnding {
    /// Ends our sending.
    pub(super) const FINISH_SENDING: SessionEnding = SessionEnding {
        letter: 'f',
        name: "finish sending",
        explain: "FIN: the peer sees our end; receiving goes on",
        action: SessionAction::FinishSending,
    };

    /// Ends a connection at once.
    pub(super) const RESET: SessionEnding = SessionEnding {
        letter: 'r',
        name: "reset",
        explain: "RST: at once, whatever is still queued is lost",
        action: SessionAction::Reset,
    };

    /// Ends a connection over bytes that are not read.
    pub(super) const CLOSE_UNREAD: SessionEnding = SessionEnding {
        letter: 'u',
        name: "close unread",
        explain: "stop reading, and close over what comes then: RST",
        action: SessionAction::CloseUnread,
    };

    /// Closes a session; `explain` says what that does to it.
    pub(super) const fn close(explain: &'static str) -> Self {
        SessionEnding { letter: 'c', name: "close", explain, action: SessionAction::Close }
    }
}
