//! What happens at a listener.

use std::net::SocketAddr;

use crate::sessions::id::SessionId;
use crate::wire::Failure;

/// What happens at a listener. The order is roughly that in which it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum ListenerNews {
    /// A listener or an unconnected UDP socket is bound.
    Listening {
        /// Where, with the port that the kernel chose for port 0.
        local: SocketAddr,
    },
    /// This session was accepted by a listener: the first news of an accepted session.
    Accepted {
        /// The listener's session.
        listener: SessionId,
        /// Our address.
        local: SocketAddr,
        /// The peer's.
        peer: SocketAddr,
    },
    /// A listener turned a peer away: its limit is reached, or it refuses.
    TurnedAway {
        /// Whom.
        peer: SocketAddr,
        /// Why, in words.
        why: String,
    },
    /// One accepted session of this listener ended.
    ChildEnded {
        /// Which.
        child: SessionId,
    },
    /// An accepted connection could not be taken, but the listener goes on (no descriptors left, say).
    AcceptFailed(Failure),
}
