//! One datagram in full, and in the few words that fit behind its row.

use super::ledger::of;
use super::socket::in_words;
use super::{LabelSheet, UNKNOWN};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::{datagram, words};
use crate::sessions::Session;
use crate::sessions::transcript::EntryData;
use crate::text::quantity;
use crate::view::gutter;
use crate::view::paper::StyledText;
use crate::wire::Direction;
use crate::wire::icmp::IcmpMessage;

/// The datagram under the eye, with all that is known of it.
pub(super) fn section(sheet: &mut LabelSheet, model: &Model, session: &Session, panel: &Panel) {
    let Some((entry, data)) = datagram::selected(session, panel) else { return };
    let (mark, word, role) = match data.direction {
        Direction::Sent => ("▲", "sent", Role::Sent),
        Direction::Received => ("▼", "received", Role::Received),
    };
    sheet.section("the datagram in view");
    let number = quantity::grouped(data.op);
    sheet.row(&format!("{mark} {word}"), number, role, "its number among them");
    let time = entry.at.map(|at| gutter::stamp(model, session, at).trim().to_owned());
    sheet.known("at", time, "");
    let size = format!("{} octets", quantity::grouped(data.bytes.len() as u64));
    match data.truncated() {
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
        Direction::Sent => verdict(sheet, session, &data),
        Direction::Received => packet(sheet, &data),
    }
}

fn verdict(sheet: &mut LabelSheet, session: &Session, data: &EntryData<'_>) {
    match of(session).and_then(|socket| socket.ledger.verdict(data.op.saturating_sub(1))) {
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
        None => sheet.known("verdict", None, "no ICMP message spoke of it"),
    }
}

fn packet(sheet: &mut LabelSheet, data: &EntryData<'_>) {
    let packet = data.packet.cloned().unwrap_or_default();
    sheet.known("ttl", packet.ttl.map(|ttl| ttl.to_string()), "left as it arrived");
    sheet.known("tos", packet.tos.map(|_| in_words(&packet)), "");
    sheet.known("interface", packet.interface.as_deref().map(str::to_owned), "it came in by");
    sheet.known("to", packet.destination.map(|to| to.to_string()), "the address it was sent to");
}

/// What stands behind the row of a datagram, the longest choice first: the verdict on one that we sent; TTL, marks and
/// interface of one that we received.
pub(in crate::view) fn suffix(session: &Session, data: &EntryData<'_>) -> Vec<StyledText> {
    match data.direction {
        Direction::Sent => of(session)
            .and_then(|socket| socket.ledger.verdict(data.op.saturating_sub(1)))
            .map_or_else(Vec::new, |icmp| {
                verdict_words(icmp).into_iter().map(|text| StyledText::of(text, Role::Bad)).collect()
            }),
        Direction::Received => {
            let Some(packet) = data.packet else { return Vec::new() };
            let ttl = packet.ttl.map(|ttl| format!("ttl {ttl}"));
            let marks = packet.marks();
            let interface = packet.interface.as_deref().map(str::to_owned);
            let join = |parts: &[&Option<String>]| {
                let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
                StyledText::of(parts.join(" · "), Role::Faint)
            };
            vec![join(&[&ttl, &marks, &interface]), join(&[&ttl, &marks]), join(&[&marks])]
        }
    }
}

fn verdict_words(icmp: &IcmpMessage) -> [String; 3] {
    let meaning = words::icmp_meaning(icmp);
    let from = icmp.offender.map_or(String::new(), |offender| format!(" from {offender}"));
    [format!("✗ {meaning}{from}"), format!("✗ {meaning}"), "✗".to_owned()]
}
