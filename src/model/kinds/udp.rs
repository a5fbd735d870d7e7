//! Rules for UDP: a session with one peer, and a bound socket.

use super::questions::{KindRules, WhyNotSent, of_socket};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::Session;
use crate::sessions::kinds::udp::PeerList;
use crate::wire::FailedOperation;
use crate::wire::Failure;

/// A UDP conversation.
pub(super) struct ConversationRules<'a> {
    pub(super) session: &'a Session,
    /// Its peers, if it hears every address.
    pub(super) heard: Option<&'a PeerList>,
}

/// A bound UDP socket.
pub(super) struct BoundRules<'a> {
    pub(super) session: &'a Session,
    /// How many peers are listed.
    pub(super) peers: usize,
    /// Whether a datagram has been received.
    pub(super) anybody_heard: bool,
}

/// The only way to end a UDP socket.
const CLOSE: SessionEnding = SessionEnding::close("the socket is closed; UDP tells the peer nothing");

/// Whether DNS messages are among the datagrams: then they can be read field by field.
fn has_dns(session: &Session) -> bool {
    session.udp().is_some_and(|socket| socket.dns.is_seen())
}

/// The failure that the last ICMP message stands for.
fn icmp_failure(session: &Session) -> Option<Failure> {
    let icmp = session.attempts.icmp.as_ref()?;
    let peer = icmp.destination.map_or_else(|| session.title(), |to| to.to_string());
    Some(icmp.failure(FailedOperation::Send, peer))
}

impl KindRules for ConversationRules<'_> {
    fn views(&self) -> &'static [View] {
        match (has_dns(self.session), self.heard) {
            (false, None) => &[View::Text, View::Hex, View::State, View::Kernel, View::Way, View::Explain],
            (true, None) => &[View::Text, View::Hex, View::Fields, View::State, View::Kernel, View::Way, View::Explain],
            (false, Some(_)) => {
                &[View::Text, View::Hex, View::Peers, View::State, View::Kernel, View::Way, View::Explain]
            }
            (true, Some(_)) => {
                &[View::Text, View::Hex, View::Fields, View::Peers, View::State, View::Kernel, View::Way, View::Explain]
            }
        }
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![CLOSE]
    }

    fn takes_bytes(&self) -> bool {
        true
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        of_socket(self.session, said)
    }

    fn listed_peers(&self) -> usize {
        self.heard.map_or(0, |heard| heard.peers.len())
    }

    fn connects_by_syn(&self) -> bool {
        false
    }

    fn icmp_failure(&self) -> Option<Failure> {
        icmp_failure(self.session)
    }

    fn pausing(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        match self.heard {
            None => Ok(()),
            Some(_) => Err("this conversation hears every address, and a path has one end: open it without --any-peer"),
        }
    }
}

impl KindRules for BoundRules<'_> {
    fn views(&self) -> &'static [View] {
        if has_dns(self.session) {
            return &[View::Text, View::Hex, View::Fields, View::Peers, View::State, View::Kernel, View::Explain];
        }
        &[View::Text, View::Hex, View::Peers, View::State, View::Kernel, View::Explain]
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![CLOSE]
    }

    fn takes_bytes(&self) -> bool {
        true
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        of_socket(self.session, said)
    }

    fn listed_peers(&self) -> usize {
        self.peers
    }

    fn connects_by_syn(&self) -> bool {
        false
    }

    fn icmp_failure(&self) -> Option<Failure> {
        icmp_failure(self.session)
    }

    fn pausing(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        if self.anybody_heard { Ok(()) } else { Err("no datagram was received yet, so there is no path to probe") }
    }
}
