//! Events of a socket of the Unix domain.

use std::time::Duration;

use super::place::NewsPlace;
use crate::sessions::id::SessionId;
use crate::wire::kernel::view::KernelView;
use crate::wire::unix::{PeerCredentials, UnixAddress};

/// Events of a socket of the Unix domain. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum UnixNews {
    /// The socket is being connected.
    Connecting {
        /// The peer's address.
        peer: UnixAddress,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// The listener's queue is full (EAGAIN): the attempt is made again until it is accepted or the time is up.
    QueueFull {
        /// The listener's address.
        peer: UnixAddress,
    },
    /// The conversation is open.
    Connected {
        /// Our address; unnamed for a stream.
        local: UnixAddress,
        /// The peer's.
        peer: UnixAddress,
        /// Who the peer is; `None` where the system does not say, and for datagrams, which have no connection.
        credentials: Option<PeerCredentials>,
        /// How long `connect()` took, with the waits for a full queue.
        took: Duration,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// The socket is bound, and waits for peers.
    Listening {
        /// Its address.
        local: UnixAddress,
        /// A file there was removed first: a socket that nobody listened on, and the user asked for that.
        replaced: bool,
    },
    /// A listener accepted this session: the first news of an accepted session.
    Accepted {
        /// The listener's session.
        listener: SessionId,
        /// Our address.
        local: UnixAddress,
        /// The peer's; nearly always unnamed.
        peer: UnixAddress,
        /// Who the peer is.
        credentials: Option<PeerCredentials>,
    },
    /// A listener closed a new connection: its limit is reached, or it refuses everybody.
    TurnedAway {
        /// Who the peer is.
        credentials: Option<PeerCredentials>,
        /// The reason, in words.
        why: String,
    },
    /// Datagrams from here on are of this sender, until the next such event.
    Sender {
        /// Its address; an unnamed one cannot be answered.
        peer: UnixAddress,
    },
    /// We shut down our sending side: the peer reads the end.
    WeFinished,
    /// The peer shut down its sending side, or closed: which of the two, a read does not say.
    PeerFinished {
        /// Bytes received before.
        received_bytes: u64,
    },
    /// We removed the file of our own socket.
    FileRemoved {
        /// The file.
        path: UnixAddress,
    },
    /// The file at our socket's path is not ours any more, so that it stays.
    FileLeft {
        /// The file.
        path: UnixAddress,
    },
    /// The kernel's queues at the beginning and at the end; in between they are sampled, not reported as news.
    Kernel(Box<KernelView>),
}

impl UnixNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            UnixNews::Accepted { .. } => NewsPlace::Transcript,
            UnixNews::Kernel(_) => NewsPlace::Elsewhere,
            UnixNews::Connecting { .. }
            | UnixNews::QueueFull { .. }
            | UnixNews::Connected { .. }
            | UnixNews::Listening { .. }
            | UnixNews::TurnedAway { .. }
            | UnixNews::Sender { .. }
            | UnixNews::WeFinished
            | UnixNews::PeerFinished { .. }
            | UnixNews::FileRemoved { .. }
            | UnixNews::FileLeft { .. } => NewsPlace::Everywhere,
        }
    }
}
