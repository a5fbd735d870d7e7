//! Rules for a DNS session.

use super::questions::{KindRules, NO_MTU_PROBE, WhyNotSent};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::Session;
use crate::wire::Failure;

/// A DNS session.
pub(super) struct DnsRules<'a> {
    pub(super) session: &'a Session,
}

impl KindRules for DnsRules<'_> {
    fn views(&self) -> &'static [View] {
        &[View::Answer, View::Fields, View::Text, View::Hex, View::Explain]
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![SessionEnding::close("answers are waited for no longer")]
    }

    fn takes_bytes(&self) -> bool {
        false
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        match &said.retry {
            Some(key) if self.session.failure().is_some() => {
                format!("there is no answer{} {key} asks again", said.says_why)
            }
            Some(key) if self.session.is_over() => format!("the question is answered: {key} asks again"),
            _ => "the query is in progress".to_owned(),
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
        Err("a query of name servers cannot be paused: c ends it")
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        Err(NO_MTU_PROBE)
    }
}
