//! Events until a conversation is open: lookups, attempts, the route.

use std::net::IpAddr;
use std::net::SocketAddr;
use std::time::Duration;

use super::place::NewsPlace;
use crate::sessions::kinds::dns_compare::ResolverComparison;
use crate::wire::Failure;
use crate::wire::route::Route;

/// How many addresses of one name are kept, compared and tried; a name server may send any number.
pub const MOST_ADDRESSES: usize = 64;

/// Events until a conversation is open: lookups, attempts, the route. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum DialNews {
    /// A name is being looked up.
    Resolving {
        /// The name.
        host: String,
    },
    /// The lookup returned these addresses, in the order in which they will be tried.
    Resolved {
        /// The name.
        host: String,
        /// Its addresses, at most [`MOST_ADDRESSES`].
        addresses: Vec<IpAddr>,
        /// How long it took.
        took: Duration,
    },
    /// One address is being tried (several may be under way: RFC 8305).
    Connecting {
        /// The address.
        peer: SocketAddr,
        /// The number of the application's attempt to which it belongs, from 1.
        attempt: u32,
        /// Whether the kernel carried `connect()` out, so that a TCP socket sent its SYN; if not, its failure follows.
        begun: bool,
    },
    /// One address of an attempt failed; others may still be under way.
    AttemptFailed {
        /// The failure; its `peer` is the address.
        failure: Failure,
        /// How long it took to fail.
        took: Duration,
    },
    /// A conversation is open; for UDP, the socket has a peer.
    Connected {
        /// Our address.
        local: SocketAddr,
        /// The peer's.
        peer: SocketAddr,
        /// From the first SYN of the winning address to the end of `connect()`.
        took: Duration,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// A UDP socket is open that is not connected: it hears every address.
    Opened {
        /// Our address.
        local: SocketAddr,
        /// Where plain sends go.
        target: SocketAddr,
    },
    /// The whole attempt failed; another follows.
    Retrying {
        /// The number of the next attempt, from 2.
        attempt: u32,
        /// The greatest number of attempts, the first included.
        of: u32,
        /// How long until the next attempt, jitter included.
        after: Duration,
        /// The failure of the last attempt.
        because: Failure,
    },
    /// The system resolver's answer for a name, compared with the answers of name servers.
    Compared(Box<ResolverComparison>),
    /// The route of packets to the peer: source address, interface and gateway.
    Route(Box<Route>),
}

impl DialNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            DialNews::Route(_) => NewsPlace::Timeline,
            DialNews::Compared(compared) if !compared.differs() => NewsPlace::Timeline,
            DialNews::Resolving { .. }
            | DialNews::Resolved { .. }
            | DialNews::Connecting { .. }
            | DialNews::AttemptFailed { .. }
            | DialNews::Connected { .. }
            | DialNews::Opened { .. }
            | DialNews::Retrying { .. }
            | DialNews::Compared(_) => NewsPlace::Everywhere,
        }
    }
}
