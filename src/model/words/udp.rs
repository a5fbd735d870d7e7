//! News of a UDP socket in words: ICMP messages and path MTU probes.

use super::sentence::{NewsSentence, good_sentence, quiet_sentence, warning_sentence};
use crate::sessions::news::UdpNews;
use crate::text::quantity;
use crate::wire::icmp::IcmpMessage;
use crate::wire::udp::mtu::{MtuOutcome, MtuRefuser, MtuReport, MtuStep};

/// News of a UDP socket, in words.
pub(super) fn udp_sentence(news: &UdpNews) -> NewsSentence {
    match news {
        UdpNews::Joined { group } => good_sentence('◆', format!("joined group {group}")),
        UdpNews::Left { group } => quiet_sentence('◆', format!("left group {group}")),
        UdpNews::Icmp(icmp) => warning_sentence('!', icmp_text(icmp)),
        UdpNews::MtuStep(step) => self::mtu_step_sentence(step),
        UdpNews::PathMtu(report) => self::report(report),
        UdpNews::BurstEnded { datagrams, took } => {
            let count = quantity::grouped(*datagrams);
            let times = if *datagrams == 1 { "time" } else { "times" };
            good_sentence('◆', format!("the burst ended: sent {count} {times} in {}", quantity::duration(*took)))
        }
    }
}

/// An ICMP message, its sender, and the datagram of ours that it is about.
pub(super) fn icmp_text(icmp: &IcmpMessage) -> String {
    let protocol = if icmp.v6 { "ICMPv6" } else { "ICMP" };
    let from = icmp.offender.map_or(String::new(), |offender| format!(" from {offender}"));
    let mtu = icmp.mtu.map_or(String::new(), |mtu| format!(", MTU {mtu}"));
    let to = icmp.destination.map_or(String::new(), |destination| format!(" to {destination}"));
    let about = match &icmp.about {
        Some(about) => {
            let number = quantity::grouped(about.ordinal.saturating_add(1));
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
    let IcmpMessage { kind, code, .. } = icmp;
    format!("{protocol} {}{from}{mtu}{about} (type {kind}, code {code})", icmp_meaning(icmp))
}

/// One step of a path MTU probe.
pub(super) fn mtu_step_sentence(step: &MtuStep) -> NewsSentence {
    let bytes = quantity::grouped(step.bytes.into());
    let took = quantity::duration(step.took);
    match step.outcome {
        MtuOutcome::Answered => good_sentence('◆', format!("probe of {bytes} bytes: answered after {took}")),
        MtuOutcome::Quiet => quiet_sentence('◇', format!("probe of {bytes} bytes: nothing was heard for {took}")),
        MtuOutcome::TooBig(MtuRefuser::Silence) => {
            warning_sentence('!', format!("probe of {bytes} bytes: never answered"))
        }
        MtuOutcome::TooBig(by) => warning_sentence('!', format!("probe of {bytes} bytes: too big for {by}")),
    }
}

/// The result of a path MTU probe.
pub(super) fn report(report: &MtuReport) -> NewsSentence {
    let text = report.to_string();
    if report.failure.is_some() { warning_sentence('!', text) } else { good_sentence('◆', text) }
}

/// The meaning of an ICMP message.
pub(crate) fn icmp_meaning(icmp: &IcmpMessage) -> &'static str {
    icmp.meaning()
}
