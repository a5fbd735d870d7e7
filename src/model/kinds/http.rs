//! Rules for an HTTP exchange.

use super::questions::{KindRules, NO_MTU_PROBE, WhyNotSent};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::kinds::SessionKind;
use crate::sessions::{Session, SpecKind};
use crate::wire::Failure;

/// An HTTP exchange.
pub(super) struct HttpRules<'a> {
    pub(super) session: &'a Session,
}

/// The views of an exchange over a connection of our own, with TLS.
const VIEWS: [View; 13] = [
    View::Response,
    View::Headers,
    View::Request,
    View::Timing,
    View::Tls,
    View::Text,
    View::Hex,
    View::Ladder,
    View::State,
    View::Kernel,
    View::Flow,
    View::Way,
    View::Explain,
];

/// The same without TLS.
const CLEAR: [View; 12] = [
    View::Response,
    View::Headers,
    View::Request,
    View::Timing,
    View::Text,
    View::Hex,
    View::Ladder,
    View::State,
    View::Kernel,
    View::Flow,
    View::Way,
    View::Explain,
];

/// The views of an exchange whose connection is not our own, or not of TCP, with TLS.
const WITHOUT_CONNECTION: [View; 9] = [
    View::Response,
    View::Headers,
    View::Request,
    View::Timing,
    View::Tls,
    View::Text,
    View::Hex,
    View::Way,
    View::Explain,
];

/// The same without TLS.
const CLEAR_WITHOUT_CONNECTION: [View; 8] =
    [View::Response, View::Headers, View::Request, View::Timing, View::Text, View::Hex, View::Way, View::Explain];

impl HttpRules<'_> {
    /// Whether it has a TLS handshake to show, or will have one.
    fn has_tls(&self) -> bool {
        let done = matches!(&self.session.kind, SessionKind::Http(exchange) if exchange.handshake_count > 0);
        done || matches!(&self.session.spec.what, SpecKind::Http(spec) if spec.url.starts_with("https:"))
    }
}

impl KindRules for HttpRules<'_> {
    fn views(&self) -> &'static [View] {
        match (self.session.tcp_history().is_some(), self.has_tls()) {
            (true, true) => &VIEWS,
            (true, false) => &CLEAR,
            (false, true) => &WITHOUT_CONNECTION,
            (false, false) => &CLEAR_WITHOUT_CONNECTION,
        }
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![SessionEnding::close("the request is cancelled")]
    }

    fn takes_bytes(&self) -> bool {
        false
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        match &said.retry {
            Some(key) if self.session.failure().is_some() => {
                format!("the exchange failed{} {key} sends it again", said.says_why)
            }
            Some(key) if self.session.is_over() => format!("the exchange is over: {key} sends the request again"),
            _ => "the request is in progress".to_owned(),
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
