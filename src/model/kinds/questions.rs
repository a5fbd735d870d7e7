//! The questions that each session kind answers, and the phrases of the answers.

use crate::model::action::{Action, PaneAction, SessionAction};
use crate::model::endings::SessionEnding;
use crate::model::keymap::{KeyMode, Keymap};
use crate::model::view::View;
use crate::sessions::explain::ExplanationBook;
use crate::sessions::{CloseReason, Session, SessionPhase};
use crate::text::sanitize;
use crate::wire::Failure;

/// The rules of a session kind. No method has a default, so a new kind must answer all of them, in its own file.
pub(super) trait KindRules {
    /// The views, in the order of the key that cycles through them.
    fn views(&self) -> &'static [View];

    /// The ways to end a session that is not over, in the order of the close menu.
    fn endings(&self) -> Vec<SessionEnding>;

    /// Whether this session kind can send at all.
    fn takes_bytes(&self) -> bool;

    /// Why it cannot send now, and what to do.
    fn why_not_sent(&self, said: &WhyNotSent) -> String;

    /// The number of lines in the list of peers; a listener's connections are sessions, and are not counted here.
    fn listed_peers(&self) -> usize;

    /// Whether its `connect()` sends a SYN; for UDP, it sends nothing.
    fn connects_by_syn(&self) -> bool;

    /// The failure that the last ICMP message stands for while the session goes on.
    fn icmp_failure(&self) -> Option<Failure>;

    /// Whether reading can be stopped; for a run or a listener, beginning more.
    ///
    /// # Errors
    /// Fails with the reason why not.
    fn pausing(&self) -> Result<(), &'static str>;

    /// Whether the path MTU can be probed now.
    ///
    /// # Errors
    /// Fails with the reason why not.
    fn mtu_probe(&self) -> Result<(), &'static str>;
}

/// Phrases for the reason why a session cannot send; they contain the keys of the current keymap.
pub(crate) struct WhyNotSent {
    /// The key that opens the session again.
    pub(super) retry: Option<String>,
    /// The key that pauses a run, and continues it.
    pub(super) toggle: String,
    /// Added for a session that is over: `: r opens it again`. Empty if the peer opened it, or if no key is bound.
    pub(super) opens_again: String,
    /// Added after a failure: `: e says why,`. Empty if nothing failed, or if no key is bound.
    pub(super) says_why: String,
    /// The headline of the failure's explanation.
    pub(super) headline: Option<String>,
}

impl WhyNotSent {
    /// The phrases for a session; `brief`: shorter ones, for little room.
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
            headline: session.failure().map(|failure| book.headline(failure, icmp)),
        }
    }
}

/// Why a session with one socket cannot send, and what to do.
pub(super) fn of_socket(session: &Session, said: &WhyNotSent) -> String {
    let WhyNotSent { opens_again, says_why, headline, .. } = said;
    match &session.phase {
        SessionPhase::Ended { failure: Some(failure), .. } => {
            // The message may be long, and is already on the screen; the headline is short.
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

/// Why a session that is not UDP cannot probe the path MTU.
pub(super) const NO_MTU_PROBE: &str = "only a UDP session can probe the path MTU: TCP finds it by itself";
