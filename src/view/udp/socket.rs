//! The kernel's values of a UDP socket: how full its queues are, what it sends with, and the steps of a probe.

use ratatui::layout::Rect;

use super::ledger::path;
use super::suffix::in_words;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::sessions::Session;
use crate::text::quantity;
use crate::view::canvas::Canvas;
use crate::view::label_sheet::{LabelSheet, inner_area};
use crate::view::marks::ShownRange;
use crate::wire::kernel::udp_info::UdpInfo;
use crate::wire::udp::mtu::{MtuOutcome, MtuStep};
use crate::wire::udp::packet::PacketInfo;

/// Draws the view.
pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, area: Rect, session: &Session, panel: &Panel) -> ShownRange {
    let place = inner_area(area);
    let mut sheet = LabelSheet::new(place.width);
    let known = session.kernel.as_ref().and_then(|view| view.udp).unwrap_or_default();
    queues(&mut sheet, &known);
    if let Some(socket) = session.udp() {
        let remark = "since it was opened; a datagram that meets a full buffer";
        sheet.count("dropped", socket.dropped, Role::Bad, remark);
    }
    sending(&mut sheet, &known);
    if let Some(socket) = session.udp() {
        path(&mut sheet, session, socket);
        push_mtu_steps(&mut sheet, socket.ledger.steps.iter());
    }
    sheet.draw(canvas, place, panel)
}

fn queues(sheet: &mut LabelSheet, known: &UdpInfo) {
    sheet.push_section("queues");
    sheet.push_buffer_bar("receive buffer", known.receive_memory_bytes, known.receive_buffer_bytes, Role::Received);
    let size = |bytes: u64| quantity::bytes(bytes);
    sheet.push_known("next datagram", known.next_bytes.map(size), "what a read would get (SIOCINQ)");
    sheet.push_buffer_bar("send buffer", known.send_queue_bytes, known.send_buffer_bytes, Role::Sent);
}

fn sending(sheet: &mut LabelSheet, known: &UdpInfo) {
    sheet.push_section("what we send with");
    sheet.push_known("ttl", known.ttl.map(|ttl| ttl.to_string()), "routers it may pass (IP_TTL, IPV6_UNICAST_HOPS)");
    let marks = PacketInfo { tos: known.tos, ..PacketInfo::default() };
    let tos = known.tos.map(|tos| format!("{tos:#04x}: {}", in_words(&marks)));
    sheet.push_known("tos", tos, "");
}

fn push_mtu_steps<'a>(sheet: &mut LabelSheet, steps: impl Iterator<Item = &'a MtuStep>) {
    for (number, step) in steps.enumerate() {
        if number == 0 {
            sheet.push_section("the probe, step by step");
        }
        let took = quantity::duration(step.took);
        let (text, role) = match step.outcome {
            MtuOutcome::Answered => (format!("answered after {took}"), Role::Good),
            MtuOutcome::Quiet => (format!("nothing was heard for {took}"), Role::Dim),
            MtuOutcome::TooBig(by) => (format!("too big for {by}"), Role::Warn),
        };
        sheet.row(&format!("{:>8}", quantity::grouped(step.bytes.into())), text, role, "");
    }
}
