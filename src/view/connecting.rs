//! What is waited for, an address, a connection or a response: for how long, and what was sent meanwhile.

use std::time::Duration;

use super::canvas::StyledText;
use super::key_hints::key;
use crate::files::theme::Role;
use crate::model::action::{Action, PaneAction};
use crate::model::keymap::KeyMode;
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::{Session, SessionPhase};

/// From this wait on, the line is shown: most connections are made before.
const SHOWN_AFTER: Duration = Duration::from_millis(500);

/// The parts of the status line: the wait, the SYNs that the kernel sent again, and the key of the explanation.
///
/// Nothing in the explain view, which says all of it.
pub(super) fn parts(model: &Model, session: &Session, view: View) -> Vec<StyledText> {
    let Some((waited, what)) = wait(model, session).filter(|(waited, _)| *waited >= SHOWN_AFTER) else {
        return Vec::new();
    };
    if view == View::Explain {
        return Vec::new();
    }
    let mut parts = vec![StyledText::single(format!("{what} for {}", tenths(waited)), Role::Warn)];
    let syns = session.attempts.race().filter(|attempt| attempt.end.is_none()).map(|attempt| attempt.syns_again.len());
    match syns.max().unwrap_or(0) {
        0 => {}
        1 => parts.push(StyledText::single("SYN sent again (kernel)", Role::Dim)),
        again => parts.push(StyledText::single(format!("SYN sent again {again} times (kernel)"), Role::Dim)),
    }
    let why = key(model, KeyMode::Normal, Action::Pane(PaneAction::Show(View::Explain)));
    parts.extend(why.map(|key| StyledText::single(key, Role::Key).with(" explains", Role::Dim)));
    parts
}

/// The same in a few words, for the list of sessions.
pub(super) fn brief(model: &Model, session: &Session) -> Option<StyledText> {
    let (waited, what) = wait(model, session).filter(|(waited, _)| *waited >= SHOWN_AFTER)?;
    let attempt = match session.phase {
        SessionPhase::Connecting { attempt } if attempt > 1 => format!(", attempt {attempt}"),
        _ => String::new(),
    };
    Some(StyledText::single(format!("{what} {}{attempt}", tenths(waited)), Role::Dim))
}

/// How long it has waited, and for what.
fn wait(model: &Model, session: &Session) -> Option<(Duration, &'static str)> {
    let (began, what) = match &session.phase {
        SessionPhase::Resolving => (session.path.lookup.as_ref()?.began, "looking up the name"),
        SessionPhase::Connecting { .. } => {
            let open = session.attempts.race().find(|attempt| attempt.end.is_none())?;
            (open.began, "no answer")
        }
        SessionPhase::Open(_) => (session.awaits_response_since()?, "no response"),
        SessionPhase::Starting
        | SessionPhase::Waiting { .. }
        | SessionPhase::Listening
        | SessionPhase::Ended { .. } => return None,
    };
    Some((model.now.saturating_duration_since(began), what))
}

fn tenths(waited: Duration) -> String {
    format!("{:.1} s", waited.as_secs_f64())
}
