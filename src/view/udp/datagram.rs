//! One datagram in full, and the short form after its row.

use super::suffix::in_words;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::{picked_datagram, words};
use crate::sessions::Session;
use crate::sessions::transcript::EntryData;
use crate::text::quantity;
use crate::view::gutter;
use crate::view::label_sheet::{LabelSheet, UNKNOWN};
use crate::wire::Direction;

/// The datagram at the cursor, with all its known properties.
pub(super) fn push_datagram(sheet: &mut LabelSheet, model: &Model, session: &Session, panel: &Panel) {
    let Some((entry, data)) = picked_datagram::selected(session, panel) else { return };
    let (mark, word, role) = match data.direction {
        Direction::Sent => ("▲", "sent", Role::Sent),
        Direction::Received => ("▼", "received", Role::Received),
    };
    sheet.push_section("the datagram in view");
    let number = quantity::grouped(data.op);
    sheet.row(&format!("{mark} {word}"), number, role, "its number among them");
    let time = entry.at.map(|at| gutter::time_text(model, session, at).trim().to_owned());
    sheet.push_known("at", time, "");
    let size = format!("{} bytes", quantity::grouped(data.bytes.len() as u64));
    match data.is_truncated() {
        true => {
            let all = quantity::grouped(data.full_len as u64);
            sheet.row("size", format!("{size}, cut short: it had {all}"), Role::Warn, "");
        }
        false => sheet.row("size", size, Role::Text, ""),
    }
    if let Some(peer) = data.peer {
        sheet.row("peer", peer.to_string(), Role::Text, "");
    }
    match data.direction {
        Direction::Sent => push_verdict(sheet, session, &data),
        Direction::Received => packet(sheet, &data),
    }
}

fn push_verdict(sheet: &mut LabelSheet, session: &Session, data: &EntryData<'_>) {
    match session.udp().and_then(|socket| socket.ledger.icmp_for(data.op.saturating_sub(1))) {
        Some(icmp) => {
            let from = icmp.offender.map_or(UNKNOWN.to_owned(), |offender| offender.to_string());
            sheet.row("verdict", format!("{} ({}/{})", words::icmp_meaning(icmp), icmp.kind, icmp.code), Role::Bad, "");
            sheet.row("from", from, Role::Text, "");
            if let Some(mtu) = icmp.mtu {
                sheet.row("MTU there", quantity::grouped(mtu.into()), Role::Text, "");
            }
            if let Some(about) = &icmp.about {
                sheet.row("after", quantity::duration(about.after), Role::Text, "");
                if about.alike > 0 {
                    let text = format!("{} others were like it", quantity::grouped(about.alike.into()));
                    sheet.row("", text, Role::Dim, "");
                }
            }
        }
        None => sheet.push_known("verdict", None, "no ICMP message spoke of it"),
    }
}

pub(super) fn packet(sheet: &mut LabelSheet, data: &EntryData<'_>) {
    let packet = data.packet.cloned().unwrap_or_default();
    sheet.push_known("ttl", packet.ttl.map(|ttl| ttl.to_string()), "left as it arrived");
    sheet.push_known("tos", packet.tos.map(|_| in_words(&packet)), "");
    sheet.push_known("interface", packet.interface.as_deref().map(str::to_owned), "it came in by");
    sheet.push_known("to", packet.destination.map(|to| to.to_string()), "the address it was sent to");
}
