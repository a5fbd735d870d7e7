//! The explanation of a rung, for a person who learns.

use super::explanation::RungExplanation;
use super::rung::{Rung, RungLabel, SystemCall};
use super::segment;
use crate::text::quantity;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Direction, Evidence, tcp};

/// Explains a rung.
pub fn explain_rung(rung: &Rung) -> RungExplanation {
    if let RungLabel::Segment(captured) = &rung.label {
        return segment::explain_segment(rung, captured);
    }
    let (mut means, cite) = meaning_and_citation(rung);
    let ends = matches!(rung.label, RungLabel::AckOfFin | RungLabel::FinAck);
    if let Some(state) = rung.state.filter(|_| ends) {
        means = format!("{means} {}: {}", state.name(), tcp::explain_state(state));
    }
    RungExplanation { title: title(rung), known: evidence_text(rung), means, cite }
}

fn title(rung: &Rung) -> String {
    match (&rung.label, rung.direction) {
        (RungLabel::Data { bytes, .. }, Some(Direction::Sent)) => format!("{} bytes sent", quantity::grouped(*bytes)),
        (RungLabel::Data { bytes, .. }, _) => format!("{} bytes received", quantity::grouped(*bytes)),
        (RungLabel::Run { ops, bytes, lasted }, direction) => {
            let calls = if direction == Some(Direction::Sent) { "writes" } else { "reads" };
            let (ops, bytes) = (quantity::grouped(*ops), quantity::bytes(*bytes));
            format!("{ops} {calls} · {bytes} in {}", quantity::duration(*lasted))
        }
        (RungLabel::Segments { .. }, Some(Direction::Sent)) => format!("{} sent", rung.label.text()),
        (RungLabel::Segments { .. }, _) => format!("{} received", rung.label.text()),
        (label, _) if rung.lone => match (&rung.call, rung.state, rung.stamp) {
            (Some(call), ..) => call.text(),
            (None, Some(state), _) => state.name().to_owned(),
            (None, None, Some(after)) => format!("acknowledged after {}", quantity::duration(after)),
            (None, None, None) => label.text(),
        },
        (RungLabel::State, _) => rung.state.map_or("state", TcpState::name).to_owned(),
        (label, _) => label.text(),
    }
}

fn evidence_text(rung: &Rung) -> &'static str {
    match (&rung.label, rung.evidence) {
        (RungLabel::Silence(_), _) => "No call returned, and the kernel reported nothing.",
        (RungLabel::Segments { .. }, _) => "Captured: the segments themselves passed here.",
        (RungLabel::NotCaptured { .. }, _) => "The kernel counted what did not fit into its queue, or we into ours.",
        (_, Evidence::Seen) if rung.lone => {
            "A call of ours returned it; its segment has its own rung, or was not captured."
        }
        (RungLabel::Data { .. } | RungLabel::Run { .. }, Evidence::Seen) => {
            "The call returned it; how the kernel cut it into segments is not seen."
        }
        (RungLabel::Rst, Evidence::Seen) => "The call's error says it: only a RST makes the kernel return that one.",
        (_, Evidence::Seen) => "A call of ours returned it.",
        (RungLabel::Ack { .. } | RungLabel::LateAck { .. }, Evidence::Kernel) => {
            "The socket's time stamps told when the ACK came."
        }
        (RungLabel::Held { .. }, Evidence::Kernel) => "The socket's time stamps told when it was sent.",
        (RungLabel::SentAgain { .. }, Evidence::Kernel) => "The socket's time stamps told when it was sent again.",
        (
            RungLabel::Again { .. } | RungLabel::WindowProbe { .. } | RungLabel::KeepaliveProbe { .. },
            Evidence::Kernel,
        ) => "The kernel counted it (TCP_INFO); when is known from its timer, else not more exactly than it was asked.",
        (RungLabel::Unreachable(_), Evidence::Kernel) => "The socket's error queue has the ICMP message.",
        (RungLabel::Syn(_), Evidence::Kernel) => "The kernel kept the peer's SYN for us (TCP_SAVED_SYN).",
        (_, Evidence::Kernel) => "The kernel reported it (TCP_INFO).",
        (_, Evidence::Inferred) => "RFC 9293 says that it must have gone: no process sees it without capture.",
    }
}

fn meaning_and_citation(rung: &Rung) -> (String, &'static str) {
    let sent = rung.direction == Some(Direction::Sent);
    let (means, cite) = match &rung.label {
        RungLabel::Syn(_) if sent => (
            "connect() makes the kernel send a SYN: it asks for a connection and gives our first number.",
            "RFC 9293 §3.5",
        ),
        RungLabel::Syn(_) => ("The peer asks for a connection; the numbers of its stream begin here.", "RFC 9293 §3.5"),
        RungLabel::SynAck if sent => ("The kernel agreed for us, before accept() was called at all.", "RFC 9293 §3.5"),
        RungLabel::SynAck => {
            ("The peer agrees: it acknowledges our SYN and gives its own first number.", "RFC 9293 §3.5")
        }
        RungLabel::HandshakeAck => {
            ("The third segment of the handshake: now both know that the other is there.", "RFC 9293 §3.5")
        }
        RungLabel::Ack { byte } => {
            let text = format!("The peer's kernel has all {byte} bytes; its program may not have read them.");
            return (text, "RFC 9293 §3.4");
        }
        RungLabel::LateAck { after, .. } => {
            let text = format!(
                "A delayed ACK: the peer's kernel waited {} for an answer to ride on. QUICKACK at its end stops that.",
                quantity::duration(*after)
            );
            return (text, "RFC 9293 §3.8.6.3");
        }
        RungLabel::Held { after, .. } => {
            let text = format!(
                "The write waited {} in our kernel. Nagle's algorithm keeps a small segment back until all before it is \
                 acknowledged: NODELAY sends at once. A full window or TCP_CORK keep it back too.",
                quantity::duration(*after)
            );
            return (text, "RFC 9293 §3.7.4");
        }
        RungLabel::Data { .. } if sent => (
            "The kernel took the bytes; it sends them as the windows allow, and keeps them until the ACK.",
            "RFC 9293 §3.9.1",
        ),
        RungLabel::Data { .. } => {
            ("One read; its size says nothing of the peer's writes: a stream has no messages.", "RFC 9293 §3.9.1")
        }
        RungLabel::Run { .. } => ("Combined, because there are many; each is in the transcript.", "RFC 9293 §3.9.1"),
        RungLabel::Fin if sent => ("We said that we have no more to send. Receiving goes on.", "RFC 9293 §3.6"),
        RungLabel::Fin => ("The peer has no more to send; read() returns 0. We may still send.", "RFC 9293 §3.6"),
        RungLabel::AckOfFin if sent => (
            "Our kernel acknowledges the peer's FIN at once. If this ACK is lost, the peer sends its FIN again, and \
             TIME-WAIT answers it.",
            "RFC 9293 §3.6",
        ),
        RungLabel::AckOfFin => ("The FIN counts as one byte, and it is acknowledged.", "RFC 9293 §3.6"),
        RungLabel::FinAck => ("The peer has our FIN, and is done too.", "RFC 9293 §3.6"),
        RungLabel::Rst if sent => ("We threw the connection away: what was under way is lost.", "RFC 9293 §3.10.5"),
        RungLabel::Rst if rung.call == Some(SystemCall::Failed(Class::Refused)) => {
            ("The host is there, but nothing listens on this port: its RST answers our SYN.", "RFC 9293 §3.10.7.1")
        }
        RungLabel::Rst => ("The peer threw the connection away: what was under way is lost.", "RFC 9293 §3.5.3"),
        RungLabel::Again { times: None, .. } => (
            "No SYN-ACK came, so the kernel sent the SYN again, with growing waits; how often is not known.",
            "RFC 9293 §3.8.1",
        ),
        RungLabel::Again { .. } | RungLabel::SentAgain { .. } => {
            ("No ACK came in time, or the peer said that one was missing.", "RFC 9293 §3.8.1")
        }
        RungLabel::WindowProbe { .. } => {
            ("The peer has no room. We ask again and again whether it has, with growing waits.", "RFC 9293 §3.8.6.1")
        }
        RungLabel::KeepaliveProbe { .. } => {
            ("It was quiet for long: the kernel asks whether the peer is still there.", "RFC 9293 §3.8.4")
        }
        RungLabel::WindowClosed if sent => {
            ("We do not read: our queue is full, and we tell the peer to wait.", "RFC 9293 §3.8.6")
        }
        RungLabel::WindowClosed => ("The peer does not read: its queue is full, and we must wait.", "RFC 9293 §3.8.6"),
        RungLabel::WindowOpened { .. } if sent => ("We read again: the peer may send.", "RFC 9293 §3.8.6"),
        RungLabel::WindowOpened { .. } => ("The peer read: we may send again.", "RFC 9293 §3.8.6"),
        RungLabel::Silence(_) => {
            ("Nothing was sent or received. TCP itself is silent then: no keepalive by default.", "RFC 9293 §3.8.4")
        }
        RungLabel::NoAnswer => {
            ("No SYN-ACK and no RST: a firewall drops, the host is down, or the path is broken.", "RFC 9293 §3.8.3")
        }
        RungLabel::Unreachable(_) => {
            ("ICMP: a router or the host itself reports that our segment was not delivered.", "RFC 9293 §3.9.2.2")
        }
        RungLabel::NoWay(_) => (
            "The kernel gave up: nothing answered what it sent, not even the next hop (ARP, NDP).",
            "RFC 9293 §3.9.2.2",
        ),
        RungLabel::NothingSent(_) => {
            ("No SYN was sent: connect() failed in this machine, or the next hop never answered.", "RFC 9293 §3.10.1")
        }
        RungLabel::NotKept { .. } => {
            ("Exactly counted, but beyond what the session keeps to look at.", "RFC 9293 §3.9.1")
        }
        RungLabel::Set(_) => ("We set an option of the socket; it works from here on.", "RFC 9293 §3.9.1"),
        RungLabel::Segments { .. } => ("Combined, because there are many.", "RFC 9293 §3.8"),
        RungLabel::Segment(_) => ("A captured segment.", "RFC 9293 §3.1"),
        RungLabel::Capture(true) => {
            ("From here on the segments themselves are seen; before, they were inferred.", "RFC 9293 §3.1")
        }
        RungLabel::Capture(false) => ("From here on what goes over the wire is inferred again.", "RFC 9293 §3.1"),
        RungLabel::NotCaptured { .. } => (
            "They passed faster than they could be looked at. Numbers and notes around here may be wrong.",
            "RFC 9293 §3.4",
        ),
        RungLabel::State => match rung.state {
            Some(state) => (tcp::explain_state(state), "RFC 9293 §3.3.2"),
            None => ("The state changed.", "RFC 9293 §3.3.2"),
        },
    };
    (means.to_owned(), cite)
}
