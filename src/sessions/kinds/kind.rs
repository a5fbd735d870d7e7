//! The list of kinds: state that only one kind of session has.

use super::dns::DnsLookup;
use super::http::HttpExchange;
use super::kind_state::KindState;
use super::listener::ListenerSession;
use super::ports::PortScan;
use super::repeat::RepeatView;
use super::tcp::{Endpoints, TcpSession};
use super::udp::{PeerList, UdpBoundSession, UdpSession};
use super::unix::{UnixListenerSession, UnixSession};
use crate::sessions::spec::SpecKind;
use crate::wire::unix::UnixForm;

/// State that only one kind of session has.
#[derive(Clone, Debug)]
pub enum SessionKind {
    /// A TCP connection, ours or an accepted one.
    Stream(TcpSession),
    /// A UDP conversation.
    Conversation(UdpSession),
    /// A bound UDP socket.
    Bound(UdpBoundSession),
    /// A TCP listener.
    Listener(ListenerSession),
    /// An HTTP exchange.
    Http(HttpExchange),
    /// A repeat run: many connections, datagrams or requests.
    Repeat(RepeatView),
    /// A DNS lookup.
    Dns(DnsLookup),
    /// A range of TCP ports.
    Ports(PortScan),
    /// A conversation over a socket of the Unix domain, ours or an accepted one.
    Unix(UnixSession),
    /// A bound socket of the Unix domain.
    UnixListener(UnixListenerSession),
}

impl SessionKind {
    /// The initial state for a spec.
    pub fn of(what: &SpecKind) -> Self {
        match what {
            SpecKind::Tcp(_) => SessionKind::Stream(TcpSession::default()),
            SpecKind::Accepted(known) => {
                let ends = Endpoints { local: Some(known.local), peer: Some(known.peer) };
                SessionKind::Stream(TcpSession { ends, ..TcpSession::default() })
            }
            SpecKind::Udp(_) => SessionKind::Conversation(UdpSession::default()),
            SpecKind::UdpBound(_) => SessionKind::Bound(UdpBoundSession::new()),
            SpecKind::Listen(spec) => {
                SessionKind::Listener(ListenerSession { holds: !spec.accepting, ..ListenerSession::default() })
            }
            SpecKind::Http(spec) => SessionKind::Http(HttpExchange::new(spec)),
            SpecKind::Repeat(_) => SessionKind::Repeat(RepeatView::default()),
            SpecKind::Dns(_) => SessionKind::Dns(DnsLookup::default()),
            SpecKind::Ports(_) => SessionKind::Ports(PortScan::default()),
            SpecKind::Unix(spec) => SessionKind::Unix(UnixSession::new(spec.form)),
            SpecKind::UnixListen(spec) => SessionKind::UnixListener(UnixListenerSession {
                holds: !spec.accepting,
                ..UnixListenerSession::new(spec.form)
            }),
            SpecKind::UnixAccepted(_) => SessionKind::Unix(UnixSession::new(UnixForm::Stream)),
        }
    }

    /// The peers of a UDP socket that hears every address; `None`: another kind, or a conversation with one peer.
    pub fn peer_list(&self) -> Option<&PeerList> {
        match self {
            SessionKind::Conversation(udp) => udp.heard.as_ref(),
            SessionKind::Bound(bound) => Some(&bound.heard),
            SessionKind::Stream(_)
            | SessionKind::Listener(_)
            | SessionKind::Http(_)
            | SessionKind::Repeat(_)
            | SessionKind::Dns(_)
            | SessionKind::Ports(_)
            | SessionKind::Unix(_)
            | SessionKind::UnixListener(_) => None,
        }
    }

    /// The state as a trait object.
    pub fn state(&self) -> &dyn KindState {
        match self {
            SessionKind::Stream(state) => state,
            SessionKind::Conversation(state) => state,
            SessionKind::Bound(state) => state,
            SessionKind::Listener(state) => state,
            SessionKind::Http(state) => state,
            SessionKind::Repeat(state) => state,
            SessionKind::Dns(state) => state,
            SessionKind::Ports(state) => state,
            SessionKind::Unix(state) => state,
            SessionKind::UnixListener(state) => state,
        }
    }

    /// The same, mutable.
    pub fn state_mut(&mut self) -> &mut dyn KindState {
        match self {
            SessionKind::Stream(state) => state,
            SessionKind::Conversation(state) => state,
            SessionKind::Bound(state) => state,
            SessionKind::Listener(state) => state,
            SessionKind::Http(state) => state,
            SessionKind::Repeat(state) => state,
            SessionKind::Dns(state) => state,
            SessionKind::Ports(state) => state,
            SessionKind::Unix(state) => state,
            SessionKind::UnixListener(state) => state,
        }
    }
}
