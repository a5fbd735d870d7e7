//! News of a DNS session as JSON fields.

use serde_json::{Map, Value, json};

use super::fields::{EventFields, failure_fields, into_fields, milliseconds, texts};
use crate::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan, DnsQuery};
use crate::wire::dns::message::{DnsMessage, DnsQuestion, DnsRecord};
use crate::wire::dns::record_type::class_name;

/// The name of the event, and its fields.
pub(super) fn event(news: &DnsNews) -> (&'static str, EventFields) {
    match news {
        DnsNews::Plan(plan) => ("dns_plan", plan_fields(plan)),
        DnsNews::Query(query) => ("dns_query", query_fields(query)),
        DnsNews::Answer(answer) => ("dns_answer", answer_fields(answer)),
        DnsNews::Failed(failed) => {
            let mut fields = failure_fields(&failed.failure);
            fields.insert("server".to_owned(), failed.server.to_string().into());
            fields.insert("transport".to_owned(), failed.wire.name().into());
            fields.insert("id".to_owned(), failed.id.into());
            fields.insert("ms".to_owned(), milliseconds(failed.took));
            ("dns_failed", fields)
        }
    }
}

fn plan_fields(plan: &DnsPlan) -> EventFields {
    let mut fields = into_fields(json!({
        "names": plan.names, "servers": texts(&plan.servers), "source": plan.source,
        "ndots": plan.ndots, "timeout_ms": milliseconds(plan.timeout), "tries": plan.tries,
    }));
    if !plan.hosts.is_empty() {
        fields.insert("hosts".to_owned(), texts(&plan.hosts));
    }
    fields
}

fn query_fields(query: &DnsQuery) -> EventFields {
    let message = DnsMessage::read(&query.bytes);
    let mut fields = into_fields(json!({
        "server": query.server.to_string(), "transport": query.wire.name(), "id": query.id,
        "attempt": query.attempt, "name": query.question.name, "type": query.question.kind.to_string(),
        "flags": message.flag_names(), "bytes": query.bytes.len(),
    }));
    put_edns(&mut fields, &message);
    fields
}

fn answer_fields(answer: &DnsAnswer) -> EventFields {
    let message = &answer.message;
    let mut fields = into_fields(json!({
        "server": answer.server.to_string(), "transport": answer.wire.name(), "id": message.id,
        "ms": milliseconds(answer.took), "bytes": message.bytes, "rcode": message.rcode_name(),
        "flags": message.flag_names(),
        "question": message.questions.iter().map(question_value).collect::<Vec<_>>(),
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
    let mut view = into_fields(json!({"version": edns.version, "udp_payload": edns.udp_payload, "do": edns.dnssec_ok}));
    if !options.is_empty() {
        view.insert("options".to_owned(), options.into());
    }
    fields.insert("edns".to_owned(), view.into());
}

fn question_value(question: &DnsQuestion) -> Value {
    json!({"name": question.name, "type": question.kind.to_string(), "class": class_name(question.class)})
}

fn records(records: &[DnsRecord]) -> Vec<Value> {
    let one = |record: &DnsRecord| {
        let mut value = json!({"name": record.name, "ttl": record.ttl, "class": class_name(record.class),
            "type": record.kind.to_string(), "data": record.data});
        if let Some(fault) = &record.fault {
            value["malformed"] = fault.why.as_str().into();
        }
        value
    };
    records.iter().map(one).collect()
}
