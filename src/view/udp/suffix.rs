//! The remarks after a datagram: its TTL, verdicts and interface in words.

use crate::files::theme::Role;
use crate::model::words;
use crate::sessions::Session;
use crate::sessions::transcript::EntryData;
use crate::view::canvas::StyledText;
use crate::wire::Direction;
use crate::wire::icmp::IcmpMessage;
use crate::wire::udp::packet::PacketInfo;

/// The remarks after the row of a datagram, longest choice first: the verdict on a sent one; TTL, marks and interface
/// of a received one.
pub(in crate::view) fn row_suffixes(session: &Session, data: &EntryData<'_>) -> Vec<StyledText> {
    match data.direction {
        Direction::Sent => session
            .udp()
            .and_then(|socket| socket.ledger.icmp_for(data.op.saturating_sub(1)))
            .map_or_else(Vec::new, |icmp| {
                verdict_words(icmp).into_iter().map(|text| StyledText::single(text, Role::Bad)).collect()
            }),
        Direction::Received => {
            let Some(packet) = data.packet else { return Vec::new() };
            let ttl = packet.ttl.map(|ttl| format!("ttl {ttl}"));
            let marks = packet.marks_text();
            let interface = packet.interface.as_deref().map(str::to_owned);
            let join = |parts: &[&Option<String>]| {
                let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
                StyledText::single(parts.join(" · "), Role::Faint)
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

/// `DSCP EF (46), ECN CE`.
pub(super) fn in_words(packet: &PacketInfo) -> String {
    let (Some(dscp), Some(ecn)) = (packet.dscp(), packet.ecn()) else {
        return crate::view::label_sheet::UNKNOWN.to_owned();
    };
    match packet.dscp_name() {
        Some(name) => format!("DSCP {name} ({dscp}), ECN {ecn}"),
        None => format!("DSCP {dscp}, ECN {ecn}"),
    }
}
