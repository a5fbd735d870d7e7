//! What happens at a listener, in words.

use super::sentence::{NewsSentence, failed, quiet, quoted, warned, well};
use crate::sessions::news::ListenerNews;

/// A fact of a listener in words.
pub(super) fn note(news: &ListenerNews) -> NewsSentence {
    match news {
        ListenerNews::Listening { local } => well('◆', format!("bound to {local}, waiting for peers")),
        ListenerNews::Accepted { listener, local, peer } => {
            well('◆', format!("accepted from {peer} on {local} by listener {listener}"))
        }
        ListenerNews::TurnedAway { peer, why } => warned('✗', format!("turned {peer} away: {}", quoted(why))),
        ListenerNews::ChildEnded { child } => quiet('◇', format!("session {child} ended")),
        ListenerNews::AcceptFailed(failure) => {
            warned('!', format!("a connection could not be accepted, listening goes on: {}", failed(failure)))
        }
    }
}
