//! News of a listener as JSON fields.

use serde_json::json;

use super::fields::{EventFields, failure_fields, into_fields};
use super::kernel;
use crate::sessions::news::ListenerNews;
use crate::sessions::spec::IpFamily;

/// The name of the event, and its fields.
pub(super) fn event(news: &ListenerNews) -> (&'static str, EventFields) {
    let (name, fields) = match news {
        ListenerNews::Listening { local, family } => {
            let families: &[&str] = match family {
                IpFamily::Any => &["ipv4", "ipv6"],
                IpFamily::V4 => &["ipv4"],
                IpFamily::V6 => &["ipv6"],
            };
            ("listening", json!({"local": local.to_string(), "families": families}))
        }
        ListenerNews::Accepted { listener, local, peer } => {
            let (local, peer) = (local.to_string(), peer.to_string());
            ("accepted", json!({"listener": listener.0, "local": local, "peer": peer}))
        }
        ListenerNews::TurnedAway { peer, why } => ("turned_away", json!({"peer": peer.to_string(), "because": why})),
        ListenerNews::ChildEnded { child } => ("child_ended", json!({"child": child.0})),
        ListenerNews::Accepting(true) => ("accepting", json!({})),
        ListenerNews::Accepting(false) => ("not_accepting", json!({})),
        ListenerNews::Kernel(view) => ("kernel", kernel::gauges(view).into()),
        ListenerNews::AcceptFailed(failure) => ("accept_failed", failure_fields(failure).into()),
    };
    (name, into_fields(fields))
}
