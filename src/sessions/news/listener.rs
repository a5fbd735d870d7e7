//! Events of a listener.

use std::net::SocketAddr;

use super::place::NewsPlace;
use crate::sessions::id::SessionId;
use crate::sessions::spec::IpFamily;
use crate::wire::Failure;
use crate::wire::kernel::view::KernelView;

/// Events of a listener. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum ListenerNews {
    /// A listener or an unconnected UDP socket is bound.
    Listening {
        /// The local address, with the port that the kernel chose for port 0.
        local: SocketAddr,
        /// The families of the peers that it takes, as the socket says: `[::]` may be both.
        family: IpFamily,
    },
    /// A listener accepted this session: the first news of an accepted session.
    Accepted {
        /// The listener's session.
        listener: SessionId,
        /// Our address.
        local: SocketAddr,
        /// The peer's.
        peer: SocketAddr,
    },
    /// A listener closed a new connection: its limit is reached, or it refuses everybody.
    TurnedAway {
        /// The peer's address.
        peer: SocketAddr,
        /// The reason, in words.
        why: String,
    },
    /// An accepted session of this listener ended.
    ChildEnded {
        /// The accepted session.
        child: SessionId,
    },
    /// The listener accepts again (true), or leaves connections in the kernel's queue (false), as the user ordered.
    Accepting(bool),
    /// The kernel's queue of connections at the beginning and at the end; in between it is sampled, not reported as
    /// news.
    Kernel(Box<KernelView>),
    /// `accept()` failed, but the listener goes on (no descriptors left, say).
    AcceptFailed(Failure),
}

impl ListenerNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            // A listener's own rows show these two.
            ListenerNews::Accepted { .. } | ListenerNews::ChildEnded { .. } => NewsPlace::Transcript,
            ListenerNews::Kernel(_) => NewsPlace::Elsewhere,
            ListenerNews::Listening { .. }
            | ListenerNews::TurnedAway { .. }
            | ListenerNews::Accepting(_)
            | ListenerNews::AcceptFailed(_) => NewsPlace::Everywhere,
        }
    }
}
