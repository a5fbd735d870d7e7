//! News of a TCP connection as JSON fields.

use serde_json::json;

use super::fields::{EventFields, into_fields, milliseconds};
use super::kernel;
use crate::sessions::news::TcpNews;
use crate::sessions::news::call::CallResult;
use crate::wire::Evidence;
use crate::wire::tcp::syn::SynView;

/// The name of the event, and its fields.
pub(super) fn event(news: &TcpNews) -> (&'static str, EventFields) {
    match news {
        TcpNews::WeFinished => ("we_finished", EventFields::new()),
        TcpNews::PeerFinished { received_bytes } => {
            ("peer_finished", into_fields(json!({"received_bytes": received_bytes})))
        }
        TcpNews::State { from, to, cause, evidence, remaining } => {
            let (from, to) = (from.name(), to.name());
            let evidence = evidence_name(*evidence);
            let mut fields = into_fields(json!({"from": from, "to": to, "cause": cause.name(), "evidence": evidence}));
            if let Some(left) = remaining {
                fields.insert("remaining_ms".to_owned(), milliseconds(*left));
            }
            ("state", fields)
        }
        TcpNews::Call { name, args, result, took } => {
            let mut fields = into_fields(json!({"call": name.name(), "args": args}));
            match result {
                CallResult::Returned(value) => fields.insert("returned".to_owned(), (*value).into()),
                CallResult::Failed { errno, name } => {
                    fields.insert("error".to_owned(), name.as_str().into());
                    fields.insert("errno".to_owned(), (*errno).into())
                }
            };
            fields.insert("ms".to_owned(), milliseconds(*took));
            ("call", fields)
        }
        TcpNews::Stamps { byte, scheduled, sent, again, acked } => {
            // The field was released with the name `octet`, so it keeps that name.
            let mut fields = into_fields(json!({"octet": byte}));
            for (name, time) in [("scheduled_ms", scheduled), ("sent_ms", sent), ("acked_ms", acked)] {
                if let Some(time) = time {
                    fields.insert(name.to_owned(), milliseconds(*time));
                }
            }
            if !again.is_empty() {
                let again: Vec<_> = again.iter().copied().map(milliseconds).collect();
                fields.insert("again_ms".to_owned(), again.into());
            }
            ("stamps", fields)
        }
        TcpNews::PeerSyn(syn) => ("peer_syn", syn_fields(syn)),
        TcpNews::Kernel(view) => ("kernel", kernel::gauges(view)),
    }
}

fn evidence_name(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Seen => "seen",
        Evidence::Kernel => "kernel",
        Evidence::Inferred => "inferred",
    }
}

fn syn_fields(syn: &SynView) -> EventFields {
    let mut fields = into_fields(json!({"ttl": syn.ttl, "window": syn.window, "isn": syn.isn}));
    if let Some(mss) = syn.mss {
        fields.insert("mss".to_owned(), mss.into());
    }
    if let Some(shift) = syn.wscale {
        fields.insert("wscale".to_owned(), shift.into());
    }
    fields.insert("sack_permitted".to_owned(), syn.sack_permitted.into());
    if let Some(clock) = syn.timestamp {
        fields.insert("timestamp".to_owned(), clock.into());
    }
    fields.insert("ecn".to_owned(), syn.ecn.into());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_keeps_the_names_of_its_fields() {
        let (name, fields) =
            event(&TcpNews::Stamps { byte: 7, scheduled: None, sent: None, again: Vec::new(), acked: None });
        assert_eq!((name, fields), ("stamps", into_fields(json!({"octet": 7}))));
    }
}
