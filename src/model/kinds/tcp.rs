//! Rules for a TCP connection.

use super::questions::{KindRules, NO_MTU_PROBE, WhyNotSent, of_socket};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::{Session, SessionPhase};
use crate::wire::Failure;

/// A TCP connection, ours or an accepted one.
pub(super) struct TcpRules<'a> {
    pub(super) session: &'a Session,
}

/// The views of a connection that we opened. An accepted one was not dialled, so it has no path to show.
const VIEWS: [View; 8] =
    [View::Text, View::Hex, View::Ladder, View::State, View::Kernel, View::Flow, View::Way, View::Explain];

/// The views of an accepted connection.
const ACCEPTED: [View; 7] = [View::Text, View::Hex, View::Ladder, View::State, View::Kernel, View::Flow, View::Explain];

impl KindRules for TcpRules<'_> {
    fn views(&self) -> &'static [View] {
        if self.session.parent().is_some() { &ACCEPTED } else { &VIEWS }
    }

    fn endings(&self) -> Vec<SessionEnding> {
        let SessionPhase::Open(open) = &self.session.phase else {
            return vec![SessionEnding::close("no connection is made")];
        };
        let mut all = vec![
            SessionEnding::RESET,
            SessionEnding::close("what is queued is sent, then FIN; unread bytes make it RST"),
        ];
        if !open.peer_finished {
            all.push(SessionEnding::CLOSE_UNREAD);
        }
        if !open.we_finished {
            all.insert(0, SessionEnding::FINISH_SENDING);
        }
        all
    }

    fn takes_bytes(&self) -> bool {
        true
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        of_socket(self.session, said)
    }

    fn listed_peers(&self) -> usize {
        0
    }

    fn connects_by_syn(&self) -> bool {
        true
    }

    fn icmp_failure(&self) -> Option<Failure> {
        None
    }

    fn pausing(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        Err(NO_MTU_PROBE)
    }
}
