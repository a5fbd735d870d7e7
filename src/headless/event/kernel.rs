//! What the kernel and its calls tell, as JSON fields.

use serde_json::{Value, json};

use super::{Fields, milliseconds, object};
use crate::wire::change::{CallResult, SynView};
use crate::wire::option::OptionValue;
use crate::wire::{Evidence, News};

/// The name and the fields of a fact of the kernel's; a fact of another kind gives no fields.
pub(super) fn fields(news: &News) -> (&'static str, Value) {
    match news {
        News::State { from, to, cause, evidence, remaining } => {
            let (from, to) = (from.name(), to.name());
            let evidence = match evidence {
                Evidence::Seen => "seen",
                Evidence::Kernel => "kernel",
                Evidence::Inferred => "inferred",
            };
            let mut fields = object(json!({"from": from, "to": to, "cause": cause.name(), "evidence": evidence}));
            if let Some(left) = remaining {
                fields.insert("remaining_ms".to_owned(), milliseconds(*left));
            }
            ("state", fields.into())
        }
        News::Call { name, args, result, took } => {
            let mut fields = object(json!({"call": name, "args": args}));
            match result {
                CallResult::Returned(value) => fields.insert("returned".to_owned(), (*value).into()),
                CallResult::Failed { errno, name } => {
                    fields.insert("error".to_owned(), name.as_str().into());
                    fields.insert("errno".to_owned(), (*errno).into())
                }
            };
            fields.insert("ms".to_owned(), milliseconds(*took));
            ("call", fields.into())
        }
        News::Stamps { octet, scheduled, sent, acked } => {
            let mut fields = object(json!({"octet": octet}));
            for (name, time) in [("scheduled_ms", scheduled), ("sent_ms", sent), ("acked_ms", acked)] {
                if let Some(time) = time {
                    fields.insert(name.to_owned(), milliseconds(*time));
                }
            }
            ("stamps", fields.into())
        }
        News::PeerSyn(syn) => ("peer_syn", syn_fields(syn).into()),
        News::OptionSet { option, asked, now } => {
            ("option", json!({"option": option.name(), "asked": value(asked), "now": value(now)}))
        }
        News::Options(options) => {
            let mut fields = Fields::new();
            for (option, read) in options {
                if let Ok(read) = read {
                    fields.insert(option.name().to_owned(), value(read));
                }
            }
            ("options", fields.into())
        }
        _ => ("", json!({})),
    }
}

/// A number of octets, a count, milliseconds, true or false, a name; null is a lingering that is off.
fn value(value: &OptionValue) -> Value {
    match value {
        OptionValue::Switch(on) => (*on).into(),
        OptionValue::Count(count) | OptionValue::Octets(count) => (*count).into(),
        OptionValue::Time(time) | OptionValue::Linger(Some(time)) => milliseconds(*time),
        OptionValue::Linger(None) => Value::Null,
        OptionValue::Name(name) => name.as_str().into(),
    }
}

fn syn_fields(syn: &SynView) -> Fields {
    let mut fields = object(json!({"ttl": syn.ttl, "window": syn.window, "isn": syn.isn}));
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
