//! Builds queries with hickory. Their IDs come from the cryptographic random generator: with the port they keep a third
//! party from forging an answer (RFC 5452 §9).

use bytes::Bytes;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::Name;

use crate::sessions::spec::dns::QueryOptions;
use crate::wire::dns::message::DnsQuestion;
use crate::wire::{Class, FailedOperation, Failure};

/// A query's ID and bytes.
///
/// # Errors
/// Fails if the name cannot be encoded.
pub(super) fn build(question: &DnsQuestion, asking: QueryOptions) -> Result<(u16, Bytes), Failure> {
    let wrong = |why: String| Failure::new(Class::Usage, FailedOperation::Ask, question.name.as_str(), why);
    let name = Name::from_ascii(&question.name).map_err(|error| wrong(error.to_string()))?;
    let id = random_id();
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = asking.recursion;
    message.metadata.authentic_data = asking.authentic;
    message.metadata.checking_disabled = asking.checking_disabled;
    message.add_query(Query::query(name, question.kind.0.into()));
    if let Some(udp_payload) = asking.udp_payload {
        let mut edns = Edns::new();
        edns.set_version(0).set_max_payload(udp_payload).set_dnssec_ok(asking.dnssec);
        message.set_edns(edns);
    }
    let bytes = message.to_vec().map_err(|error| wrong(error.to_string()))?;
    Ok((id, bytes.into()))
}

fn random_id() -> u16 {
    let mut bytes = [0; 2];
    let chance = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    // Without the system's random generator TLS would fail too; a weaker ID is better than no query.
    if chance.fill(&mut bytes).is_err() {
        return fastrand::u16(..);
    }
    u16::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::dns::QueryOptions;
    use crate::wire::dns;
    use crate::wire::dns::message::DnsQuestion;
    use crate::wire::dns::record_type::RecordType;

    #[test]
    fn a_query_asks_what_was_asked_for() {
        let question = DnsQuestion { name: "a\\.b._tcp.example.".into(), kind: RecordType(65), class: 1 };
        let asking = QueryOptions { dnssec: true, checking_disabled: true, ..QueryOptions::default() };
        let (id, bytes) = build(&question, asking).unwrap();
        let read = dns::message::DnsMessage::read(&bytes);
        assert_eq!((read.fault, read.id, read.questions), (None, id, vec![question]));
        assert_eq!(read.edns.map(|edns| (edns.udp_payload, edns.dnssec_ok)), Some((1232, true)));
        assert_eq!(read.flags, 0x0130);
    }

    #[test]
    fn edns_is_left_out_where_it_is_not_wanted() {
        let question = DnsQuestion { name: ".".into(), kind: RecordType::NS, class: 1 };
        let asking = QueryOptions { udp_payload: None, recursion: false, authentic: false, ..QueryOptions::default() };
        let (_, bytes) = build(&question, asking).unwrap();
        let read = dns::message::DnsMessage::read(&bytes);
        assert_eq!((bytes.len(), read.edns, read.flags), (17, None, 0));
    }
}
