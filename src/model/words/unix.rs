//! News of a socket of the Unix domain, in words.

use super::sentence::{
    NewsSentence, attempt_number, cause, exact_bytes, foreign_text, good_sentence, quiet_sentence, warning_sentence,
};
use crate::sessions::news::UnixNews;
use crate::text::quantity;
use crate::wire::unix::{PeerCredentials, UnixAddress};

/// News of a socket of the Unix domain, in words.
pub(super) fn unix_sentence(news: &UnixNews) -> NewsSentence {
    match news {
        UnixNews::Connecting { peer, attempt } => {
            quiet_sentence('◇', format!("connecting to {peer}{}", attempt_number(*attempt, " (attempt ", ")")))
        }
        UnixNews::QueueFull { peer } => {
            warning_sentence('↻', format!("the queue of {peer} is full (EAGAIN); trying until it takes us"))
        }
        UnixNews::Connected { peer, credentials, took, attempt, .. } => {
            let again = attempt_number(*attempt, ", at attempt ", "");
            let who = credentials.map_or(String::new(), |who| format!(": {who}"));
            good_sentence('◆', format!("connected to {peer} in {}{again}{who}", quantity::duration(*took)))
        }
        UnixNews::Listening { local, replaced } => {
            let first = if *replaced { "; a socket file that nobody listened on was removed first" } else { "" };
            good_sentence('◆', format!("bound to {local}, waiting for peers{first}"))
        }
        UnixNews::Accepted { listener, local, peer, credentials } => good_sentence(
            '◆',
            format!("accepted on {local} by listener {listener}, from {}", peer_text(peer, *credentials)),
        ),
        UnixNews::TurnedAway { credentials, why } => {
            let who = credentials.map_or_else(|| "a peer".to_owned(), |who| who.to_string());
            warning_sentence('✗', format!("turned {who} away: {}", foreign_text(why)))
        }
        UnixNews::Sender { peer: UnixAddress::Unnamed } => quiet_sentence(
            '◇',
            "the datagrams that follow are of a socket without a name: it cannot be answered".into(),
        ),
        UnixNews::Sender { peer } => quiet_sentence('◇', format!("the datagrams that follow are of {peer}")),
        UnixNews::WeFinished => cause('◆', "we finished sending; what the peer sends is still received".into()),
        UnixNews::PeerFinished { received_bytes } => {
            let bytes = exact_bytes(*received_bytes);
            cause('◆', format!("peer finished sending, or closed, after {bytes}; a write shows which"))
        }
        UnixNews::FileRemoved { path } => quiet_sentence('◇', format!("our socket file {path} is removed")),
        UnixNews::FileLeft { path } => {
            warning_sentence('!', format!("the file {path} is not our socket any more, and stays"))
        }
        UnixNews::Kernel(view) => {
            let size = |bytes: Option<u64>| bytes.map_or_else(|| "–".to_owned(), exact_bytes);
            let theirs = size(view.unix.and_then(|unix| unix.peer_unread_bytes));
            quiet_sentence(
                '·',
                format!("the kernel: {} unread by us, {theirs} unread by the peer", size(view.recv_queue_bytes)),
            )
        }
    }
}

fn peer_text(peer: &UnixAddress, credentials: Option<PeerCredentials>) -> String {
    match (peer, credentials) {
        (UnixAddress::Unnamed, Some(who)) => who.to_string(),
        (peer, Some(who)) => format!("{peer}: {who}"),
        (peer, None) => peer.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_kernels_word_on_who_the_peer_is_stands_in_the_sentence() {
        let peer = UnixAddress::path("/run/a").expect("it fits");
        let who = PeerCredentials { pid: Some(7), uid: 1000, gid: 100 };
        let took = Duration::from_micros(9);
        let told = |credentials| {
            let (local, peer) = (UnixAddress::Unnamed, peer.clone());
            unix_sentence(&UnixNews::Connected { local, peer, credentials, took, attempt: 1 }).text
        };
        assert_eq!(told(Some(who)), "connected to unix:/run/a in 9 µs: process 7, user 1000, group 100");
        assert_eq!(told(None), "connected to unix:/run/a in 9 µs");
    }
}
