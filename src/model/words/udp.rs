//! ICMP messages and probes of the path in words.

use super::{Words, icmp_meaning, quiet, warned, well};
use crate::text::quantity;
use crate::wire::icmp::Icmp;
use crate::wire::udp::mtu::{MtuReport, MtuStep, Outcome, Refuser};

/// What an ICMP message said, who said it, and of which datagram of ours.
pub(super) fn icmp_text(icmp: &Icmp) -> String {
    let protocol = if icmp.v6 { "ICMPv6" } else { "ICMP" };
    let from = icmp.offender.map_or(String::new(), |offender| format!(" from {offender}"));
    let mtu = icmp.mtu.map_or(String::new(), |mtu| format!(", MTU {mtu}"));
    let to = icmp.destination.map_or(String::new(), |destination| format!(" to {destination}"));
    let about = match &icmp.about {
        Some(about) => {
            let number = quantity::grouped(about.ordinal + 1);
            let (size, after) = (quantity::bytes(about.bytes.into()), quantity::duration(about.after));
            let alike = match about.alike {
                0 => String::new(),
                alike => format!(", or one of {} like it", quantity::grouped(alike.into())),
            };
            format!(" about our datagram {number}{to} ({size}){alike}, {after} after it")
        }
        None if icmp.destination.is_some() => format!(" about our datagram{to}"),
        None => String::new(),
    };
    let Icmp { kind, code, .. } = icmp;
    format!("{protocol} {}{from}{mtu}{about} (type {kind}, code {code})", icmp_meaning(icmp))
}

/// One step of a probe.
pub(super) fn step(step: &MtuStep) -> Words {
    let bytes = quantity::grouped(step.bytes.into());
    let took = quantity::duration(step.took);
    match step.outcome {
        Outcome::Answered => well('◆', format!("probe of {bytes} octets: answered after {took}")),
        Outcome::Quiet => quiet('◇', format!("probe of {bytes} octets: nothing was heard for {took}")),
        Outcome::TooBig(Refuser::Silence) => warned('!', format!("probe of {bytes} octets: never answered")),
        Outcome::TooBig(by) => warned('!', format!("probe of {bytes} octets: too big for {by}")),
    }
}

/// What a probe found.
pub(super) fn report(report: &MtuReport) -> Words {
    let text = report.to_string();
    if report.failure.is_some() { warned('!', text) } else { well('◆', text) }
}
