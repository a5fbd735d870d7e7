//! What only one kind of session has.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::wire::direction::{Both, Totals};
use crate::wire::dns::Lookup;
use crate::wire::http::{Hop, HttpGauge, ResponseHead};
use crate::wire::news::Icmp;
use crate::wire::repeat::RepeatView;
use crate::wire::udp::UdpLedger;

/// What only one kind of session has.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A TCP connection, ours or an accepted one.
    Stream(Ends),
    /// A UDP conversation.
    Conversation {
        /// Both addresses, once known.
        ends: Ends,
        /// What is known of its socket.
        socket: UdpSocketView,
    },
    /// A bound UDP socket.
    Bound {
        /// Where it is bound, once it is.
        local: Option<SocketAddr>,
        /// Whom it talked with.
        peers: BTreeMap<SocketAddr, PeerCount>,
        /// How many peers there were beyond those listed.
        unlisted: u64,
        /// The peer heard last: where a plain send goes.
        last: Option<SocketAddr>,
        /// What is known of its socket.
        socket: UdpSocketView,
    },
    /// A TCP listener.
    Listener {
        /// Where it listens, once it does.
        local: Option<SocketAddr>,
        /// How many connections it accepted.
        accepted: u64,
        /// How many of them are open.
        open: u64,
        /// How many it turned away.
        turned_away: u64,
    },
    /// An HTTP exchange.
    Http(Exchange),
    /// A run of many connections, datagrams or requests.
    Repeat(RepeatView),
    /// A question for a name server.
    Dns(Lookup),
}

/// Both addresses of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Ours.
    pub local: Option<SocketAddr>,
    /// The peer's.
    pub peer: Option<SocketAddr>,
}

/// What is known of a UDP socket beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct UdpSocketView {
    /// The groups it joined.
    pub groups: Vec<IpAddr>,
    /// The last ICMP error it was told of.
    pub icmp: Option<Icmp>,
    /// Datagrams that the kernel dropped before we could read them; `None`: cannot be known.
    pub dropped: Option<u64>,
    /// What became of its datagrams.
    pub ledger: UdpLedger,
}

/// What one peer of a bound socket sent and was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerCount {
    /// Datagrams and octets, both ways.
    pub totals: Both<Totals>,
}

/// An HTTP exchange as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// Requests and responses, redirects first.
    pub hops: Vec<Hop>,
    /// What is measured of the body.
    pub gauge: HttpGauge,
    /// From the opening to the end, once it ended.
    pub took: Option<Duration>,
}

impl Exchange {
    /// The last response's head, once there is one.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.hops.iter().rev().find_map(|hop| hop.response.as_ref())
    }
}
