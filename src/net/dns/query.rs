//! Builds queries. Their IDs come from the cryptographic random generator: with the port they keep a third party from
//! forging an answer (RFC 5452 §9).

use std::net::IpAddr;

use bytes::Bytes;

use crate::sessions::spec::dns::{ClientSubnet, QueryOptions};
use crate::wire::dns::message::DnsQuestion;
use crate::wire::dns::name_text::NameLabels;
use crate::wire::dns::record_type::RecordType;
use crate::wire::{Class, FailedOperation, Failure};

/// A query's ID and bytes.
///
/// # Errors
/// Fails if the name is not valid.
pub(super) fn build(question: &DnsQuestion, asking: QueryOptions) -> Result<(u16, Bytes), Failure> {
    let name = NameLabels::parse(&question.name)
        .map_err(|why| Failure::new(Class::Usage, FailedOperation::Ask, question.name.as_str(), why))?;
    let id = u16::from_be_bytes(random());
    let flags = [(asking.recursion, 0x0100), (asking.authentic, 0x0020), (asking.checking_disabled, 0x0010)];
    let flags: u16 = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit).sum();
    let mut bytes = Vec::with_capacity(512);
    for number in [id, flags, 1, 0, 0, u16::from(asking.udp_payload.is_some())] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(name.to_wire());
    bytes.extend(question.kind.0.to_be_bytes());
    bytes.extend(question.class.to_be_bytes());
    if let Some(udp_payload) = asking.udp_payload {
        put_edns(&mut bytes, udp_payload, asking);
    }
    Ok((id, bytes.into()))
}

/// Appends the OPT record (RFC 6891 §6.1.2).
fn put_edns(bytes: &mut Vec<u8>, udp_payload: u16, asking: QueryOptions) {
    let mut options: Vec<u8> = Vec::new();
    let mut put = |code: u16, value: &[u8]| {
        options.extend(code.to_be_bytes());
        // Every value here has less than 25 bytes.
        options.extend(u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
        options.extend(value);
    };
    if asking.nsid {
        put(3, &[]);
    }
    if let Some(subnet) = asking.subnet {
        put(8, &subnet_option(subnet));
    }
    if asking.cookie {
        // RFC 7873 §4: eight bytes that nobody can guess.
        put(10, &random::<8>());
    }
    bytes.push(0);
    bytes.extend(RecordType::OPT.0.to_be_bytes());
    bytes.extend(udp_payload.to_be_bytes());
    bytes.extend([0, 0, if asking.dnssec { 0x80 } else { 0 }, 0]);
    bytes.extend(u16::try_from(options.len()).unwrap_or_default().to_be_bytes());
    bytes.extend(options);
}

/// A subnet as the option has it: as many bytes of the address as its prefix needs (RFC 7871 §6).
fn subnet_option(subnet: ClientSubnet) -> Vec<u8> {
    let (family, address): (u8, Vec<u8>) = match subnet.network() {
        IpAddr::V4(v4) => (1, v4.octets().to_vec()),
        IpAddr::V6(v6) => (2, v6.octets().to_vec()),
    };
    let prefix = subnet.prefix();
    let kept = usize::from(prefix).div_ceil(8);
    [&[0, family, prefix, 0], address.get(..kept).unwrap_or_default()].concat()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let chance = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    // Without the system's random generator TLS would fail too; a weaker ID is better than no query.
    if chance.fill(&mut bytes).is_err() {
        bytes.fill_with(|| fastrand::u8(..));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::message::DnsMessage;

    #[test]
    fn a_query_asks_what_was_asked_for() {
        let question = DnsQuestion { name: "a\\.b._tcp.example.".into(), kind: RecordType(65), class: 1 };
        let asking = QueryOptions { dnssec: true, checking_disabled: true, ..QueryOptions::default() };
        let (id, bytes) = build(&question, asking).unwrap();
        let read = DnsMessage::read(&bytes);
        assert_eq!((read.fault, read.id, read.questions), (None, id, vec![question]));
        assert_eq!(read.edns.map(|edns| (edns.udp_payload, edns.dnssec_ok)), Some((1232, true)));
        assert_eq!(read.flags, 0x0130);
    }

    #[test]
    fn every_byte_of_a_name_is_sent() {
        let question = DnsQuestion { name: r#"\065\000\032\"\255.x."#.into(), kind: RecordType::A, class: 3 };
        let (_, bytes) = build(&question, QueryOptions::default()).unwrap();
        assert!(bytes[12..].starts_with(b"\x05A\0 \"\xff\x01x\0\0\x01\0\x03"), "{bytes:?}");
    }

    #[test]
    fn edns_is_left_out_where_it_is_not_wanted() {
        let question = DnsQuestion { name: ".".into(), kind: RecordType::NS, class: 1 };
        let asking = QueryOptions { udp_payload: None, recursion: false, authentic: false, ..QueryOptions::default() };
        let (_, bytes) = build(&question, asking).unwrap();
        let read = DnsMessage::read(&bytes);
        assert_eq!((bytes.len(), read.edns, read.flags), (17, None, 0));
    }

    #[test]
    fn edns_options_are_those_that_were_asked_for() {
        let question = DnsQuestion { name: "x.".into(), kind: RecordType::A, class: 1 };
        let subnet = ClientSubnet::parse("192.0.2.77/20").unwrap();
        let asking = QueryOptions { nsid: true, cookie: true, subnet: Some(subnet), ..QueryOptions::default() };
        let (_, bytes) = build(&question, asking).unwrap();
        let read = DnsMessage::read(&bytes);
        assert_eq!(read.fault, None);
        let options = read.edns.unwrap().options;
        assert_eq!(options[0], ("NSID".into(), String::new()));
        assert_eq!(options[1], ("client subnet".into(), "192.0.0.0/20/0".into()));
        assert_eq!((options[2].0.as_str(), options[2].1.len(), options.len()), ("cookie", 16, 3));
    }
}
