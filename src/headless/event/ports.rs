//! News of a range of ports as JSON fields.

use serde_json::json;

use super::fields::{EventFields, into_fields, milliseconds, texts};
use crate::sessions::news::{PortNews, PortState};

/// The name of the event, and its fields.
pub(super) fn event(news: &PortNews) -> (&'static str, EventFields) {
    match news {
        PortNews::Begun { ports, addresses } => {
            ("scanning", into_fields(json!({"ports": ports, "addresses": texts(addresses)})))
        }
        PortNews::Probed(probe) => {
            let (port, peer) = (probe.peer.port(), probe.peer.to_string());
            let state = probe.state.name();
            let mut fields =
                into_fields(json!({"port": port, "peer": peer, "state": state, "ms": milliseconds(probe.took)}));
            if let Some(failure) = &probe.failure {
                fields.insert("message".to_owned(), failure.message.as_str().into());
                if let Some(code) = failure.os_code {
                    fields.insert("errno".to_owned(), code.into());
                }
            }
            ("port", fields)
        }
        PortNews::Done { counts, took } => {
            let mut fields = into_fields(json!({"ports": counts.total()}));
            for state in PortState::ALL {
                fields.insert(state.name().to_owned(), counts.of(state).into());
            }
            fields.insert("ms".to_owned(), milliseconds(*took));
            ("summary", fields)
        }
    }
}
