//! The explanation of a captured segment.

use super::explanation::RungExplanation;
use super::rung::Rung;
use crate::text::quantity;
use crate::wire::Direction;
use crate::wire::segment::{CapturedSegment, SegmentNote, TcpFlags};

/// Explains a captured segment: its kind, and its numbers.
pub(super) fn explain_segment(rung: &Rung, captured: &CapturedSegment) -> RungExplanation {
    let segment = &captured.segment;
    let mut title = captured.notes.iter().map(|note| note.text()).collect::<Vec<_>>().join(", ");
    if title.is_empty() {
        title = segment.flags.to_string();
    }
    let way = if captured.direction == Direction::Sent { "sent" } else { "received" };
    if segment.len > 0 {
        title.push_str(&format!(" · {} bytes", quantity::grouped(segment.len.into())));
    }
    title.push_str(&format!(" {way}"));
    let (what, cite) = match captured.notes.first() {
        Some(note) => (note.meaning(), note.cite()),
        None => plain_meaning(captured),
    };
    let mut means = what.to_owned();
    for note in &captured.notes {
        if let SegmentNote::Gap { bytes } = note {
            means.push_str(&format!(" {} bytes are missing.", quantity::grouped(*bytes)));
        }
    }
    if let Some(segments) = captured.offload {
        means.push_str(&format!(
            " Captured as one, {segments} segments on the wire: the network device cuts or joins them (offload)."
        ));
    }
    if let Some(after) = rung.stamp {
        means.push_str(&format!(" The kernel's stamp: {} after the write.", quantity::duration(after)));
    }
    means.push_str(&format!(" {}", numbers(captured)));
    RungExplanation { title, known: "Captured: the segment itself passed here.", means, cite }
}

/// The numbers, relative and as in the header.
fn numbers(captured: &CapturedSegment) -> String {
    let segment = &captured.segment;
    let mut text = format!("seq {} ({}), next {}", captured.relative_seq, segment.seq, captured.next);
    if let Some(ack) = captured.relative_ack {
        text.push_str(&format!(", ack {ack} ({})", segment.ack));
    }
    match captured.window {
        Some(window) if window != u64::from(segment.window) => {
            text.push_str(&format!(", window {} (field {})", quantity::grouped(window), segment.window));
        }
        Some(window) => text.push_str(&format!(", window {}", quantity::grouped(window))),
        None => text.push_str(&format!(", window field {}, scale unknown", segment.window)),
    }
    text.push_str(&format!(", TTL {}.", segment.ttl));
    text
}

fn plain_meaning(captured: &CapturedSegment) -> (&'static str, &'static str) {
    let flags = captured.segment.flags;
    let sent = captured.direction == Direction::Sent;
    if flags.contains(TcpFlags::RST) {
        let text = if sent { "We throw the connection away." } else { "The peer throws the connection away." };
        return (text, "RFC 9293 §3.5.2");
    }
    if flags.contains(TcpFlags::SYN) {
        let text = match (flags.contains(TcpFlags::ACK), sent) {
            (false, true) => "We ask for a connection, and give our first number.",
            (false, false) => "The peer asks for a connection, and gives its first number.",
            (true, true) => "The kernel agrees for us, before accept() was called at all.",
            (true, false) => "The peer agrees, and gives its first number.",
        };
        return (text, "RFC 9293 §3.5");
    }
    if flags.contains(TcpFlags::FIN) {
        let text = match (captured.acks_fin, sent) {
            (true, _) => "No more to send, and it acknowledges the other end's FIN.",
            (false, true) => "We have no more to send. Receiving goes on.",
            (false, false) => "The peer has no more to send. We may still send.",
        };
        return (text, "RFC 9293 §3.6");
    }
    if captured.completes_handshake {
        return ("The third segment of the handshake: now both know that the other is there.", "RFC 9293 §3.5");
    }
    if captured.acks_fin {
        return ("The FIN counts as one byte, and this acknowledges it.", "RFC 9293 §3.6");
    }
    if captured.segment.len > 0 {
        let text = if flags.contains(TcpFlags::PSH) {
            "Data; PSH: the sender had no more to add just then."
        } else {
            "Data; more follows at once."
        };
        return (text, "RFC 9293 §3.8");
    }
    ("It acknowledges all bytes below its number.", "RFC 9293 §3.4")
}
