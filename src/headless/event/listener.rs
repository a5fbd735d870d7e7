//! News of a listener as JSON fields.

use serde_json::json;

use super::fields::{EventFields, failure_fields, into_fields};
use super::kernel;
use crate::sessions::news::ListenerNews;

/// The name of the event, and its fields.
pub(super) fn event(news: &ListenerNews) -> (&'static str, EventFields) {
    let (name, fields) = match news {
        ListenerNews::Listening { local } => ("listening", json!({"local": local.to_string()})),
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
