//! Rules for a run of many connections, datagrams or requests.

use super::questions::{KindRules, NO_MTU_PROBE, WhyNotSent};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::{Session, SessionPhase};
use crate::wire::Failure;

/// A repeated run.
pub(super) struct RepeatRules<'a> {
    pub(super) session: &'a Session,
}

impl KindRules for RepeatRules<'_> {
    fn views(&self) -> &'static [View] {
        &[View::Latency, View::Text]
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![SessionEnding::close("no more are started; those in progress are cut off")]
    }

    fn takes_bytes(&self) -> bool {
        false
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        let toggle = &said.toggle;
        match &self.session.phase {
            SessionPhase::Ended { .. } => format!("the run is over{}", said.opens_again),
            SessionPhase::Open(open) if open.paused => format!("paused: {toggle} goes on"),
            SessionPhase::Open(_)
            | SessionPhase::Starting
            | SessionPhase::Resolving
            | SessionPhase::Connecting { .. }
            | SessionPhase::Waiting { .. }
            | SessionPhase::Listening => format!("running: {toggle} pauses it"),
        }
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
