//! News of a UDP socket, its packets and its ledger as JSON fields. An unknown value is absent.

use serde_json::{Map, Value, json};

use super::fields::{EventFields, into_fields, milliseconds};
use crate::sessions::kinds::udp_ledger::UdpLedger;
use crate::sessions::news::UdpNews;
use crate::wire::icmp::IcmpMessage;
use crate::wire::udp::mtu::{MtuOutcome, MtuRefuser, MtuReport, MtuStep};
use crate::wire::udp::packet::PacketInfo;

/// The name of the event, and its fields.
pub(super) fn event(news: &UdpNews) -> (&'static str, EventFields) {
    match news {
        UdpNews::Joined { group } => ("joined", into_fields(json!({"group": group.to_string()}))),
        UdpNews::Left { group } => ("left", into_fields(json!({"group": group.to_string()}))),
        UdpNews::Icmp(message) => ("icmp", icmp_fields(message)),
        UdpNews::MtuStep(probed) => ("mtu_step", mtu_step_fields(probed)),
        UdpNews::PathMtu(found) => ("path_mtu", report(found)),
        UdpNews::BurstEnded { datagrams, took } => {
            ("burst_ended", into_fields(json!({"datagrams": datagrams, "ms": milliseconds(*took)})))
        }
    }
}

fn icmp_fields(icmp: &IcmpMessage) -> EventFields {
    let mut fields = into_fields(json!({"type": icmp.kind, "code": icmp.code}));
    if let Some(offender) = icmp.offender {
        fields.insert("offender".to_owned(), offender.to_string().into());
    }
    if let Some(destination) = icmp.destination {
        fields.insert("destination".to_owned(), destination.to_string().into());
    }
    fields.insert("errno".to_owned(), icmp.os_code.into());
    if let Some(mtu) = icmp.mtu {
        fields.insert("mtu".to_owned(), mtu.into());
    }
    if let Some(about) = &icmp.about {
        // Counted from 1, like the lines for sent datagrams.
        fields.insert("datagram".to_owned(), about.ordinal.saturating_add(1).into());
        fields.insert("datagram_bytes".to_owned(), about.bytes.into());
        fields.insert("alike".to_owned(), about.alike.into());
        fields.insert("after_ms".to_owned(), milliseconds(about.after));
    }
    fields
}

/// The known properties of a datagram's packet: `ttl`, `tos`, `dscp`, `ecn`, `interface`, `destination`.
pub(crate) fn packet(packet: &PacketInfo, fields: &mut EventFields) {
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("ttl", packet.ttl.map(Value::from));
    put("tos", packet.tos.map(Value::from));
    let dscp = packet.dscp().map(|dscp| packet.dscp_name().map_or_else(|| dscp.into(), Value::from));
    put("dscp", dscp);
    put("ecn", packet.ecn().map(Value::from));
    put("interface", packet.interface.as_deref().map(Value::from));
    put("destination", packet.destination.map(|to| to.to_string().into()));
}

/// The counts of a ledger, for the last line of a session.
pub(crate) fn ledger(ledger: &UdpLedger, fields: &mut EventFields) {
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("truncated_datagrams", Some(ledger.truncated.into()));
    put("send_errors", Some(ledger.send_errors.into()));
    put("answered_datagrams", ledger.echo.echoed_count().map(Value::from));
    put("unanswered_datagrams", ledger.echo.outstanding_count().map(Value::from));
    put("duplicate_datagrams", ledger.echo.duplicates().map(Value::from));
    put("icmp_errors", Some(ledger.icmp_count().into()));
    if !ledger.kinds.is_empty() {
        let kinds = ledger.kinds.iter().map(|kind| {
            let icmp = &kind.icmp;
            let mut fields = into_fields(json!({"type": icmp.kind, "code": icmp.code, "meaning": icmp.meaning()}));
            if let Some(sender) = kind.sender() {
                fields.insert("offender".to_owned(), sender.to_string().into());
            }
            fields.insert("count".to_owned(), kind.count.into());
            Value::Object(fields)
        });
        put("icmp", Some(kinds.collect()));
    }
}

/// One datagram of a path MTU probe.
fn mtu_step_fields(step: &MtuStep) -> EventFields {
    let mut fields = into_fields(json!({"bytes": step.bytes}));
    match step.outcome {
        MtuOutcome::Answered => drop(fields.insert("outcome".to_owned(), "answered".into())),
        MtuOutcome::Quiet => drop(fields.insert("outcome".to_owned(), "quiet".into())),
        MtuOutcome::TooBig(by) => {
            fields.insert("outcome".to_owned(), "too_big".into());
            refuser(by, &mut fields);
        }
    }
    fields.insert("ms".to_owned(), milliseconds(step.took));
    fields
}

/// The fields `by` (`host`, `router` or `silence`), and `offender` and `mtu` if they are known.
fn refuser(by: MtuRefuser, fields: &mut EventFields) {
    let name = match by {
        MtuRefuser::Here { .. } => "host",
        MtuRefuser::Router { .. } => "router",
        MtuRefuser::Silence => "silence",
    };
    fields.insert("by".to_owned(), name.into());
    if let MtuRefuser::Router { address: Some(address), .. } = by {
        fields.insert("offender".to_owned(), address.to_string().into());
    }
    if let Some(mtu) = by.mtu() {
        fields.insert("mtu".to_owned(), mtu.into());
    }
}

/// The result of a path MTU probe.
fn report(report: &MtuReport) -> EventFields {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("peer", Some(report.peer.to_string().into()));
    put("passed_bytes", report.passed.map(Value::from));
    put("answered", Some(report.answers.into()));
    put("refused_bytes", report.refused.map(|refused| refused.bytes.into()));
    put("settled", Some(report.settled.into()));
    put("datagrams", Some(report.datagrams.into()));
    put("kernel_mtu_before", report.kernel_before.map(Value::from));
    put("kernel_mtu", report.kernel_after.map(Value::from));
    put("ms", Some(milliseconds(report.took)));
    if let Some(failure) = &report.failure {
        fields.insert("error".to_owned(), failure.to_string().into());
    }
    if let Some(refused) = report.refused {
        refuser(refused.by, &mut fields);
    }
    fields
}
