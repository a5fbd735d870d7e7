//! Rules for a range of ports.

use super::questions::{KindRules, NO_MTU_PROBE, WhyNotSent, of_socket};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::Session;
use crate::wire::Failure;

/// A range of ports.
pub(super) struct PortRules<'a> {
    pub(super) session: &'a Session,
    /// How many ports are known.
    pub(super) known: usize,
}

impl KindRules for PortRules<'_> {
    fn views(&self) -> &'static [View] {
        &[View::Ports, View::Text, View::Explain]
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![SessionEnding::close("no more ports are tried; what is known stays")]
    }

    fn takes_bytes(&self) -> bool {
        false
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        if self.session.is_over() {
            of_socket(self.session, said)
        } else {
            "a range of ports is only connected to: Enter on an open port opens a session".to_owned()
        }
    }

    fn listed_peers(&self) -> usize {
        self.known
    }

    fn connects_by_syn(&self) -> bool {
        true
    }

    fn icmp_failure(&self) -> Option<Failure> {
        None
    }

    fn pausing(&self) -> Result<(), &'static str> {
        Err("a range of ports cannot be paused: c ends it")
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        Err(NO_MTU_PROBE)
    }
}
