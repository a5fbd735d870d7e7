//! DNS, and the way to a peer, as JSON fields.

use serde_json::{Map, Value, json};

use super::news::{EventFields, milliseconds, object};
use crate::sessions::kinds::dns_compare::{DirectLookup, FamilyAnswer, ResolverComparison};
use crate::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan, DnsQuery};
use crate::wire::dns::message::{DnsMessage, DnsQuestion, DnsRecord};
use crate::wire::dns::record_type::class_name;
use crate::wire::route::Route;

/// A fact of a question for DNS: its event's name and fields.
pub(super) fn of(news: &DnsNews) -> (&'static str, EventFields) {
    match news {
        DnsNews::Plan(plan) => ("dns_plan", planned(plan)),
        DnsNews::Query(query) => ("dns_query", asked(query)),
        DnsNews::Answer(answer) => ("dns_answer", answered(answer)),
        DnsNews::Failed(failed) => {
            let mut fields = super::news::failure_fields(&failed.failure);
            fields.insert("server".to_owned(), failed.server.to_string().into());
            fields.insert("transport".to_owned(), failed.wire.name().into());
            fields.insert("id".to_owned(), failed.id.into());
            fields.insert("ms".to_owned(), milliseconds(failed.took));
            ("dns_failed", fields)
        }
    }
}

fn texts<T: ToString>(all: &[T]) -> Value {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

fn planned(plan: &DnsPlan) -> EventFields {
    let mut fields = object(json!({
        "names": plan.names, "servers": texts(&plan.servers), "source": plan.source,
        "ndots": plan.ndots, "timeout_ms": milliseconds(plan.timeout), "tries": plan.tries,
    }));
    if !plan.hosts.is_empty() {
        fields.insert("hosts".to_owned(), texts(&plan.hosts));
    }
    fields
}

fn asked(query: &DnsQuery) -> EventFields {
    let message = DnsMessage::read(&query.octets);
    let mut fields = object(json!({
        "server": query.server.to_string(), "transport": query.wire.name(), "id": query.id,
        "attempt": query.attempt, "name": query.question.name, "type": query.question.kind.to_string(),
        "flags": message.flag_names(), "bytes": query.octets.len(),
    }));
    put_edns(&mut fields, &message);
    fields
}

fn answered(answer: &DnsAnswer) -> EventFields {
    let message = &answer.message;
    let mut fields = object(json!({
        "server": answer.server.to_string(), "transport": answer.wire.name(), "id": message.id,
        "ms": milliseconds(answer.took), "bytes": message.octets, "rcode": message.rcode_name(),
        "flags": message.flag_names(),
        "question": message.questions.iter().map(question).collect::<Vec<_>>(),
        "answer": records(&message.answers),
        "authority": records(&message.authorities),
        "additional": records(&message.additionals),
    }));
    put_edns(&mut fields, message);
    if let Some(fault) = &message.fault {
        fields.insert("malformed".to_owned(), json!({"at": fault.at, "because": fault.why}));
    }
    fields
}

fn put_edns(fields: &mut EventFields, message: &DnsMessage) {
    let Some(edns) = &message.edns else { return };
    let options: Map<String, Value> =
        edns.options.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let mut view = object(json!({"version": edns.version, "udp_payload": edns.udp_payload, "do": edns.dnssec_ok}));
    if !options.is_empty() {
        view.insert("options".to_owned(), options.into());
    }
    fields.insert("edns".to_owned(), view.into());
}

fn question(question: &DnsQuestion) -> Value {
    json!({"name": question.name, "type": question.kind.to_string(), "class": class_name(question.class)})
}

fn records(records: &[DnsRecord]) -> Vec<Value> {
    let one = |record: &DnsRecord| {
        json!({"name": record.name, "ttl": record.ttl, "class": class_name(record.class),
            "type": record.kind.to_string(), "data": record.data})
    };
    records.iter().map(one).collect()
}

/// What the system's resolver says, beside what name servers told us.
pub(super) fn compared(compared: &ResolverComparison) -> EventFields {
    let mut fields = object(json!({"host": compared.host, "differs": compared.differs()}));
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
    let mut fields = object(json!({
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

/// Which way packets leave this machine.
pub(super) fn route(route: &Route) -> EventFields {
    let mut fields = object(json!({"peer": route.peer.to_string(), "source": route.source.to_string()}));
    if let Some(interface) = &route.interface {
        fields.insert("interface".to_owned(), interface.as_str().into());
    }
    if let Some(gateway) = route.gateway {
        fields.insert("gateway".to_owned(), gateway.to_string().into());
    }
    fields
}
