//! What only one kind of session has.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::dns::DnsLookup;
use super::http::HttpExchange;
use super::repeat::RepeatView;
use super::tcp::Endpoints;
use super::udp::{PeerCount, UdpSocketView};

/// What only one kind of session has.
#[derive(Clone, Debug)]
pub enum SessionKind {
    /// A TCP connection, ours or an accepted one.
    Stream(Endpoints),
    /// A UDP conversation.
    Conversation {
        /// Both addresses, once known.
        ends: Endpoints,
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
    Http(HttpExchange),
    /// A run of many connections, datagrams or requests.
    Repeat(RepeatView),
    /// A question for a name server.
    Dns(DnsLookup),
}
