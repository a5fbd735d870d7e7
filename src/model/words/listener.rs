//! News of a listener, in words.

use super::sentence::{NewsSentence, failure_text, foreign_text, good_sentence, quiet_sentence, warning_sentence};
use crate::sessions::news::ListenerNews;

/// News of a listener, in words.
pub(super) fn listener_sentence(news: &ListenerNews) -> NewsSentence {
    match news {
        ListenerNews::Listening { local } => good_sentence('◆', format!("bound to {local}, waiting for peers")),
        ListenerNews::Accepted { listener, local, peer } => {
            good_sentence('◆', format!("accepted from {peer} on {local} by listener {listener}"))
        }
        ListenerNews::TurnedAway { peer, why } => {
            warning_sentence('✗', format!("turned {peer} away: {}", foreign_text(why)))
        }
        ListenerNews::ChildEnded { child } => quiet_sentence('◇', format!("session {child} ended")),
        ListenerNews::AcceptFailed(failure) => warning_sentence(
            '!',
            format!("a connection could not be accepted, listening goes on: {}", failure_text(failure)),
        ),
    }
}
