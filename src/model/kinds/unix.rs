//! Rules for sockets of the Unix domain.

use super::questions::{KindRules, WhyNotSent, of_socket};
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::{Session, SessionPhase};
use crate::wire::Failure;
use crate::wire::unix::UnixForm;

/// Why a Unix socket has no path MTU.
const NO_PATH: &str = "a Unix socket has no path, and so no path MTU";

/// A conversation, ours or an accepted one.
pub(super) struct UnixRules<'a> {
    pub(super) session: &'a Session,
    pub(super) form: UnixForm,
}

impl KindRules for UnixRules<'_> {
    fn views(&self) -> &'static [View] {
        &[View::Text, View::Hex, View::Kernel, View::Explain]
    }

    fn endings(&self) -> Vec<SessionEnding> {
        let SessionPhase::Open(open) = &self.session.phase else {
            return vec![SessionEnding::close("no connection is made")];
        };
        let close = match self.form {
            UnixForm::Stream => {
                "what is queued stays for the peer to read; unread bytes make its next read fail (ECONNRESET)"
            }
            UnixForm::Datagram => "the peer is not told",
        };
        let mut all = vec![SessionEnding::close(close)];
        if self.form == UnixForm::Stream && !open.we_finished {
            all.insert(0, SessionEnding::SHUT_DOWN);
        }
        all
    }

    fn takes_bytes(&self) -> bool {
        true
    }

    fn why_not_sent(&self, said: &WhyNotSent) -> String {
        match &self.session.phase {
            SessionPhase::Open(_) => "we finished sending; the peer may go on".to_owned(),
            _ => of_socket(self.session, said),
        }
    }

    fn listed_peers(&self) -> usize {
        0
    }

    fn connects_by_syn(&self) -> bool {
        false
    }

    fn icmp_failure(&self) -> Option<Failure> {
        None
    }

    fn pausing(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        Err(NO_PATH)
    }
}

/// A bound socket.
pub(super) struct UnixListenerRules<'a> {
    pub(super) session: &'a Session,
    pub(super) form: UnixForm,
}

impl KindRules for UnixListenerRules<'_> {
    fn views(&self) -> &'static [View] {
        match self.form {
            UnixForm::Stream => &[View::Text, View::Hex, View::Peers, View::Kernel, View::Explain],
            UnixForm::Datagram => &[View::Text, View::Hex, View::Kernel, View::Explain],
        }
    }

    fn endings(&self) -> Vec<SessionEnding> {
        vec![SessionEnding::close(match self.form {
            UnixForm::Stream => "no more peers are accepted, and the socket file is removed; those that are here stay",
            UnixForm::Datagram => "no more datagrams are taken, and the socket file is removed",
        })]
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
        false
    }

    fn icmp_failure(&self) -> Option<Failure> {
        None
    }

    fn pausing(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn mtu_probe(&self) -> Result<(), &'static str> {
        Err(NO_PATH)
    }
}
