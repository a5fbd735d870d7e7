//! Rules for a TCP listener.

use super::questions::{KindRules, NO_MTU_PROBE, WhyNotSent, of_socket};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::Session;
use crate::wire::Failure;

/// A TCP listener.
pub(super) struct ListenerRules<'a> {
    pub(super) session: &'a Session,
}

impl KindRules for ListenerRules<'_> {
    fn views(&self) -> &'static [View] {
        &[View::Text, View::Hex, View::Peers, View::Kernel, View::Explain]
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![SessionEnding::close("no more peers are accepted; those that are here stay")]
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
