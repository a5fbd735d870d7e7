//! News of a listener, in words.

use super::sentence::{NewsSentence, failure_text, foreign_text, good_sentence, quiet_sentence, warning_sentence};
use crate::sessions::news::ListenerNews;

/// News of a listener, in words.
pub(super) fn listener_sentence(news: &ListenerNews) -> NewsSentence {
    match news {
        ListenerNews::Listening { local, family } => {
            good_sentence('◆', format!("bound to {local}{}, waiting for peers", family.both_text()))
        }
        ListenerNews::Accepted { listener, local, peer } => {
            good_sentence('◆', format!("accepted from {peer} on {local} by listener {listener}"))
        }
        ListenerNews::TurnedAway { peer, why } => {
            warning_sentence('✗', format!("turned {peer} away: {}", foreign_text(why)))
        }
        ListenerNews::ChildEnded { child } => quiet_sentence('◇', format!("session {child} ended")),
        ListenerNews::Accepting(true) => good_sentence('◆', "accepting again; what waits in the queue first".into()),
        ListenerNews::Accepting(false) => warning_sentence(
            '◇',
            "not accepting: connections wait in the kernel's queue, up to the backlog and one more".into(),
        ),
        ListenerNews::Kernel(view) => {
            let queue = view.accept_queue.map_or_else(|| "–".to_owned(), |queue| queue.to_string());
            quiet_sentence('·', format!("the kernel's queue: {queue}"))
        }
        ListenerNews::AcceptFailed(failure) => warning_sentence(
            '!',
            format!("a connection could not be accepted, listening goes on: {}", failure_text(failure)),
        ),
    }
}
