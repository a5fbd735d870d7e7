//! The list of session kinds: passes each question to the file of the session's kind.

use super::questions::{KindRules, WhyNotSent};
use super::{dns, http, listener, ports, repeat, tcp, udp, unix};
use crate::model::action::SessionAction;
use crate::model::endings::SessionEnding;
use crate::model::view::View;
use crate::sessions::Session;
use crate::sessions::kinds::SessionKind;
use crate::wire::Failure;
use crate::wire::option::OptionScope;

/// Passes a question to the rules of a session's kind. This is the list of kinds.
fn with_rules<T>(session: &Session, question: impl FnOnce(&dyn KindRules) -> T) -> T {
    match &session.kind {
        SessionKind::Stream(_) => question(&tcp::TcpRules { session }),
        SessionKind::Conversation(conversation) => {
            question(&udp::ConversationRules { session, heard: conversation.heard.as_ref() })
        }
        SessionKind::Bound(bound) => {
            let heard = &bound.heard;
            question(&udp::BoundRules { session, peers: heard.peers.len(), anybody_heard: heard.last.is_some() })
        }
        SessionKind::Listener(_) => question(&listener::ListenerRules { session }),
        SessionKind::Http(_) => question(&http::HttpRules { session }),
        SessionKind::Repeat(_) => question(&repeat::RepeatRules { session }),
        SessionKind::Dns(_) => question(&dns::DnsRules { session }),
        SessionKind::Ports(scan) => question(&ports::PortRules { session, known: scan.probes.len() }),
        SessionKind::Unix(state) => question(&unix::UnixRules { session, form: state.form }),
        SessionKind::UnixListener(state) => question(&unix::UnixListenerRules { session, form: state.form }),
    }
}

impl View {
    /// The views of a session, in the order of the key that cycles through them.
    pub fn of_session(session: &Session) -> &'static [View] {
        with_rules(session, |kind| kind.views())
    }
}

/// The ways to end a session that are possible now.
pub(crate) fn endings(session: &Session) -> Vec<SessionEnding> {
    if session.is_over() { Vec::new() } else { with_rules(session, |kind| kind.endings()) }
}

/// Whether a session can be ended in this way now.
pub(crate) fn has_ending(session: &Session, action: SessionAction) -> bool {
    endings(session).iter().any(|ending| ending.action == action)
}

/// Whether the session can send now.
pub(crate) fn can_send(session: &Session) -> bool {
    with_rules(session, |kind| kind.takes_bytes()) && !session.finished_sending() && !session.is_over()
}

/// Why the session cannot send, and what to do.
pub(crate) fn why_not_sent(session: &Session, said: &WhyNotSent) -> String {
    with_rules(session, |kind| kind.why_not_sent(said))
}

/// Whether the session's socket is IPv6; an HTTP exchange knows the peer of its connection only. False while unknown.
pub(crate) fn is_ipv6(session: &Session) -> bool {
    let peer = if let SessionKind::Http(exchange) = &session.kind {
        exchange.response().and_then(|response| response.peer)
    } else {
        None
    };
    session.bound().or(peer).is_some_and(|address| address.is_ipv6())
}

/// What decides which of the system's options governs the session's packets.
pub(crate) fn option_scope(session: &Session) -> OptionScope {
    let group =
        session.kind.peer_list().and_then(|heard| heard.target).is_some_and(|target| target.ip().is_multicast());
    OptionScope::new(is_ipv6(session), group)
}

/// The number of lines in the list of peers.
pub(crate) fn listed_peers(session: &Session) -> usize {
    with_rules(session, |kind| kind.listed_peers())
}

/// Whether the session's `connect()` sends a SYN.
pub(crate) fn connects_by_syn(session: &Session) -> bool {
    with_rules(session, |kind| kind.connects_by_syn())
}

/// The failure that the last ICMP message stands for, although the UDP session goes on.
pub(crate) fn icmp_failure(session: &Session) -> Option<Failure> {
    with_rules(session, |kind| kind.icmp_failure())
}

/// Whether reading can be stopped in a session; for a run or a listener, beginning more.
///
/// # Errors
/// Fails with the reason why not.
pub(crate) fn pausing(session: &Session) -> Result<(), &'static str> {
    with_rules(session, |kind| kind.pausing())
}

/// Whether the path MTU of a session can be probed now.
///
/// # Errors
/// Fails with the reason why not.
pub(crate) fn mtu_probe(session: &Session) -> Result<(), &'static str> {
    with_rules(session, |kind| kind.mtu_probe())
}
