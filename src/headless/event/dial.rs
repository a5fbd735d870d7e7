//! News of dialling as JSON fields: name look-ups, connection attempts, the route.

use serde_json::{Value, json};

use super::fields::{EventFields, failure_fields, into_fields, milliseconds, texts};
use crate::sessions::kinds::dns_compare::{DirectLookup, FamilyAnswer, ResolverComparison};
use crate::sessions::news::DialNews;
use crate::wire::route::Route;

/// The name of the event, and its fields.
pub(super) fn event(news: &DialNews) -> (&'static str, EventFields) {
    let (name, fields) = match news {
        DialNews::Resolving { host } => ("resolving", json!({"host": host})),
        DialNews::Resolved { host, addresses, took } => {
            ("resolved", json!({"host": host, "addresses": texts(addresses), "ms": milliseconds(*took)}))
        }
        DialNews::Connecting { peer, attempt, .. } => {
            ("connecting", json!({"peer": peer.to_string(), "attempt": attempt}))
        }
        DialNews::AttemptFailed { failure, took } => {
            let mut fields = failure_fields(failure);
            fields.insert("ms".to_owned(), milliseconds(*took));
            ("attempt_failed", fields.into())
        }
        DialNews::Connected { local, peer, took, attempt } => {
            let (local, peer) = (local.to_string(), peer.to_string());
            ("connected", json!({"local": local, "peer": peer, "ms": milliseconds(*took), "attempt": attempt}))
        }
        DialNews::Opened { local, target } => {
            ("opened", json!({"local": local.to_string(), "target": target.to_string()}))
        }
        DialNews::Retrying { attempt, of, after, because } => {
            let (after, because) = (milliseconds(*after), because.to_string());
            ("retry", json!({"attempt": attempt, "of": of, "after_ms": after, "because": because}))
        }
        DialNews::Compared(compared) => ("resolver", comparison(compared).into()),
        DialNews::Route(taken) => ("route", route(taken).into()),
    };
    (name, into_fields(fields))
}

/// The answer of the system's resolver, besides the answers of the name servers that we asked.
fn comparison(compared: &ResolverComparison) -> EventFields {
    let mut fields = into_fields(json!({"host": compared.host, "differs": compared.differs()}));
    match &compared.system {
        Ok(addresses) => fields.insert("system".to_owned(), texts(addresses)),
        Err(why) => fields.insert("system_failed".to_owned(), why.as_str().into()),
    };
    match &compared.own {
        DirectLookup::Hosts { path, addresses } => {
            fields.insert("source".to_owned(), path.as_str().into());
            fields.insert("own".to_owned(), texts(addresses));
        }
        DirectLookup::NotAsked { why } => {
            fields.insert("not_asked".to_owned(), why.as_str().into());
        }
        DirectLookup::Asked(families) => {
            fields.insert("source".to_owned(), "dns".into());
            fields.insert("own".to_owned(), texts(&compared.own_addresses()));
            fields.insert("families".to_owned(), families.iter().map(family).collect());
        }
    }
    fields
}

fn family(family: &FamilyAnswer) -> Value {
    let mut fields = into_fields(json!({
        "type": family.kind.to_string(), "name": family.name, "said": family.said,
        "addresses": texts(&family.addresses), "ms": milliseconds(family.took),
    }));
    if let Some(server) = family.server {
        fields.insert("server".to_owned(), server.to_string().into());
    }
    if let Some(ttl) = family.ttl {
        fields.insert("ttl".to_owned(), ttl.into());
    }
    fields.into()
}

/// The route by which packets leave this machine.
fn route(route: &Route) -> EventFields {
    let mut fields = into_fields(json!({"peer": route.peer.to_string(), "source": route.source.to_string()}));
    if let Some(interface) = &route.interface {
        fields.insert("interface".to_owned(), interface.as_str().into());
    }
    if let Some(gateway) = route.gateway {
        fields.insert("gateway".to_owned(), gateway.to_string().into());
    }
    fields
}
