//! The questions that each kind of session answers, and the phrases for the answers.

use std::net::SocketAddr;

use crate::model::action::{Action, PaneAction, SessionAction};
use crate::model::endings::SessionEnding;
use crate::model::keymap::{KeyMode, Keymap};
use crate::model::view::View;
use crate::sessions::explain::ExplanationBook;
use crate::sessions::{CloseReason, Session, SessionPhase};
use crate::text::sanitize;
use crate::wire::Failure;

/// What the model asks of a kind of session. No answer has a default: a new kind gives all of them, in its own file.
pub(super) trait KindRules {
    /// The views, in the order of the key that goes through them.
    fn views(&self) -> &'static [View];

    /// The ways to end a session that is not over, in the order of the close menu.
    fn endings(&self) -> Vec<SessionEnding>;

    /// Whether such a session can be sent to at all.
    fn takes_bytes(&self) -> bool;

    /// Why nothing can be sent now, and what to do.
    fn why_not_sent(&self, said: &WhyNotSent) -> String;

    /// An address that tells whether the socket is one of IPv6, once it is known.
    fn local_address(&self) -> Option<SocketAddr>;

    /// How many lines the list of peers has; a listener's connections are sessions, and are not counted here.
    fn listed_peers(&self) -> usize;

    /// Whether its connect() sends a SYN; for UDP it sends nothing.
    fn connects_by_syn(&self) -> bool;

    /// The failure that the last ICMP message stands for while the session goes on.
    fn icmp_failure(&self) -> Option<Failure>;

    /// Whether the path MTU can be probed now.
    ///
    /// # Errors
    /// Why not.
    fn mtu_probe(&self) -> Result<(), &'static str>;
}

/// The phrases that a reason for not sending is made of; they name the keys that the keymap has.
pub(crate) struct WhyNotSent {
    /// The key that opens it again.
    pub(super) retry: Option<String>,
    /// The key that pauses a run, and lets it go on.
    pub(super) toggle: String,
    /// What follows a session that is over: `: r opens it again`. Empty where the peer opened it, and without a key.
    pub(super) opens_again: String,
    /// What follows a failure: `: e says why,`. Empty where nothing failed, and without a key.
    pub(super) says_why: String,
    /// The explanation of the failure in a few words.
    pub(super) headline: Option<String>,
}

impl WhyNotSent {
    /// The phrases for a session; `brief` where there is little room.
    pub(crate) fn new(keymap: &Keymap, book: &ExplanationBook, session: &Session, brief: bool) -> Self {
        let of = |action| keymap.hint(KeyMode::Normal, action);
        let retry = of(Action::Session(SessionAction::Retry));
        let again = if brief { "again" } else { "opens it again" };
        let opens_again = retry.as_ref().filter(|_| session.parent().is_none());
        let why = session.failure().and_then(|_| of(Action::Pane(PaneAction::Show(View::Explain))));
        let says = if brief { "why" } else { "says why" };
        let icmp = session.attempts.icmp.as_ref();
        WhyNotSent {
            opens_again: opens_again.map_or(String::new(), |key| format!(": {key} {again}")),
            retry,
            toggle: of(Action::Session(SessionAction::ToggleReading)).unwrap_or_default(),
            says_why: why.map_or(String::new(), |key| format!(": {key} {says},")),
            headline: session.failure().map(|failure| book.failure(failure, icmp).headline),
        }
    }
}

/// Why nothing can be sent over a socket, and what to do.
pub(super) fn of_socket(session: &Session, said: &WhyNotSent) -> String {
    let WhyNotSent { opens_again, says_why, headline, .. } = said;
    match &session.phase {
        SessionPhase::Ended { failure: Some(failure), .. } => {
            // The message may be long, and stands above; its explanation has it in a few words.
            let headline = headline.as_deref().unwrap_or(&failure.message);
            let again = opens_again.trim_start_matches(':');
            format!("{}{says_why}{again}", sanitize::line(headline))
        }
        SessionPhase::Ended { how: CloseReason::Rst, .. } => format!("we reset the connection{opens_again}"),
        SessionPhase::Ended { .. } => format!("closed{opens_again}"),
        SessionPhase::Open(_) => "we finished sending (FIN); the peer may go on".to_owned(),
        SessionPhase::Starting
        | SessionPhase::Resolving
        | SessionPhase::Connecting { .. }
        | SessionPhase::Waiting { .. }
        | SessionPhase::Listening => "not open yet".to_owned(),
    }
}

/// Why a session without UDP cannot probe the path MTU.
pub(super) const NO_MTU_PROBE: &str = "only a UDP session can probe the path MTU: TCP finds it by itself";
