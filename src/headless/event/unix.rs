//! News of a socket of the Unix domain as JSON fields: the names that TCP has, where they mean the same.

use serde_json::json;

use super::fields::{EventFields, into_fields, milliseconds};
use super::kernel;
use crate::sessions::news::UnixNews;
use crate::wire::unix::{PeerCredentials, UnixAddress};

/// The name of the event, and its fields.
pub(super) fn event(news: &UnixNews) -> (&'static str, EventFields) {
    match news {
        UnixNews::Connecting { peer, attempt } => {
            ("connecting", into_fields(json!({"peer": peer.to_string(), "attempt": attempt})))
        }
        UnixNews::QueueFull { peer } => ("queue_full", into_fields(json!({"peer": peer.to_string()}))),
        UnixNews::Connected { local, peer, credentials, took, attempt } => {
            let mut fields =
                into_fields(json!({"peer": peer.to_string(), "ms": milliseconds(*took), "attempt": attempt}));
            put_known(&mut fields, "local", local);
            put_credentials(&mut fields, *credentials);
            ("connected", fields)
        }
        UnixNews::Listening { local, replaced } => {
            let mut fields = into_fields(json!({"local": local.to_string()}));
            if *replaced {
                fields.insert("replaced".to_owned(), true.into());
            }
            ("listening", fields)
        }
        UnixNews::Accepted { listener, local, peer, credentials } => {
            let mut fields = into_fields(json!({"listener": listener.0, "local": local.to_string()}));
            put_known(&mut fields, "peer", peer);
            put_credentials(&mut fields, *credentials);
            ("accepted", fields)
        }
        UnixNews::TurnedAway { credentials, why } => {
            let mut fields = into_fields(json!({"because": why}));
            put_credentials(&mut fields, *credentials);
            ("turned_away", fields)
        }
        UnixNews::Sender { peer } => {
            let mut fields = EventFields::new();
            put_known(&mut fields, "peer", peer);
            ("sender", fields)
        }
        UnixNews::WeFinished => ("we_finished", EventFields::new()),
        UnixNews::PeerFinished { received_bytes } => {
            ("peer_finished", into_fields(json!({"received_bytes": received_bytes})))
        }
        UnixNews::FileRemoved { path } => ("file_removed", into_fields(json!({"path": path.to_string()}))),
        UnixNews::FileLeft { path } => ("file_left", into_fields(json!({"path": path.to_string()}))),
        UnixNews::Kernel(view) => ("kernel", kernel::gauges(view)),
    }
}

/// An address; a socket without a name has none.
fn put_known(fields: &mut EventFields, name: &str, address: &UnixAddress) {
    if *address != UnixAddress::Unnamed {
        fields.insert(name.to_owned(), address.to_string().into());
    }
}

/// Who the peer is, as far as the kernel says it (SO_PEERCRED).
fn put_credentials(fields: &mut EventFields, credentials: Option<PeerCredentials>) {
    let Some(PeerCredentials { pid, uid, gid }) = credentials else { return };
    let mut known = into_fields(json!({"uid": uid, "gid": gid}));
    if let Some(pid) = pid {
        known.insert("pid".to_owned(), pid.into());
    }
    fields.insert("peer_credentials".to_owned(), known.into());
}
