//! A session's status as a mark and words, with helpers for the session kinds.

use super::canvas::StyledText;
use crate::files::theme::Role;
use crate::sessions::phase::OpenState;
use crate::sessions::{CloseReason, Session};
use crate::text::quantity;
use crate::wire::Totals;

/// A mark of one column, a colour, and the status in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StatusLabel {
    /// One column; has the same meaning as the words.
    pub(super) mark: &'static str,
    /// The colour of both.
    pub(super) role: Role,
    /// The status, short enough for a title.
    pub(super) words: String,
}

/// A label.
pub(super) fn status_label(mark: &'static str, role: Role, words: impl Into<String>) -> StatusLabel {
    StatusLabel { mark, role, words: words.into() }
}

/// The status of an open connection or socket.
pub(super) fn socket_open(open: OpenState) -> StatusLabel {
    let (mark, role) = match (open.paused, open.we_finished, open.peer_finished) {
        (true, _, _) => ("‖", Role::Warn),
        (false, false, false) => ("●", Role::Good),
        (false, true, _) => ("◐", Role::Cause),
        (false, false, true) => ("◑", Role::Cause),
    };
    let mut words = beside_open(open);
    if !open.we_finished && !open.peer_finished {
        words.insert(0, "open");
    }
    status_label(mark, role, words.join(" · "))
}

/// What is to be said of an open connection or socket besides that it is open.
pub(super) fn beside_open(open: OpenState) -> Vec<&'static str> {
    let mut words = match (open.we_finished, open.peer_finished) {
        (false, false) => Vec::new(),
        (true, false) => vec!["we finished", "peer may still send"],
        (false, true) => vec!["peer finished", "you may still send"],
        (true, true) => vec!["both finished", "closing"],
    };
    if open.paused {
        words.push("not reading");
    }
    words
}

/// The status of a session that ended, in words for any kind.
pub(super) fn closed(how: CloseReason) -> StatusLabel {
    match how {
        CloseReason::Fin | CloseReason::Finished => status_label("✓", Role::Dim, "closed"),
        CloseReason::Local => status_label("✓", Role::Dim, "closed by us"),
        CloseReason::Rst => status_label("✗", Role::Cause, "reset by us"),
        CloseReason::Error => status_label("✗", Role::Bad, "failed"),
    }
}

/// The status of a listener, in words for any kind.
pub(super) fn listening() -> StatusLabel {
    status_label("◎", Role::Cause, "listening")
}

/// The status of a listener that accepts, or leaves connections in the kernel's queue.
pub(super) fn accepting(accepts: bool) -> StatusLabel {
    if accepts { listening() } else { status_label("‖", Role::Warn, "listening · not accepting") }
}

/// The colour of a status code.
pub(super) fn status_role(status: u16) -> Role {
    match status {
        400.. => Role::Bad,
        300..400 => Role::Cause,
        _ => Role::Good,
    }
}

/// Both totals, padded so that they are aligned in the list.
pub(super) fn totals(session: &Session) -> StyledText {
    let (sent, received) = (session.totals.sent.bytes, session.totals.received.bytes);
    StyledText::single("▲", Role::Sent)
        .with(format!(" {:<7}", quantity::bytes(sent)), Role::Dim)
        .with(" ▼", Role::Received)
        .with(format!(" {}", quantity::bytes(received)), Role::Dim)
}

/// In how many datagrams the bytes went.
pub(super) fn in_datagrams(totals: Totals) -> String {
    let noun = if totals.ops == 1 { "datagram" } else { "datagrams" };
    format!("in {} {noun}", quantity::grouped(totals.ops))
}
