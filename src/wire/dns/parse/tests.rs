use proptest::prelude::*;

use crate::wire::dns::message::DnsMessage;

/// `example.org A`, and two answers, the second with a compressed name; then EDNS.
const ANSWER: &[u8] = b"\x12\x34\x81\xa0\0\x01\0\x02\0\0\0\x01\
    \x07example\x03org\0\0\x01\0\x01\
    \xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x06\x03www\xc0\x0c\
    \xc0\x29\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01\
    \0\0\x29\x04\xd0\0\0\x80\0\0\0";

#[test]
fn an_answer_is_read_with_its_pointers_and_edns() {
    let message = DnsMessage::read(ANSWER);
    assert_eq!(message.fault, None);
    assert_eq!((message.id, message.rcode_name().as_str()), (0x1234, "NOERROR"));
    assert_eq!(message.flag_names(), ["qr", "rd", "ra", "ad"]);
    assert_eq!(message.questions[0].name, "example.org.");
    let lines: Vec<String> = message.answers.iter().map(|record| format!("{} {}", record.name, record.data)).collect();
    assert_eq!(lines, ["example.org. www.example.org.", "www.example.org. 192.0.2.1"]);
    assert_eq!((message.ttl(), message.addresses()), (Some(60), vec![[192, 0, 2, 1].into()]));
    let edns = message.edns.unwrap();
    assert_eq!((edns.udp_payload, edns.dnssec_ok), (1232, true));
}

#[test]
fn every_byte_of_an_answer_is_told_by_some_field() {
    let (fields, unlisted) = DnsMessage::fields(ANSWER);
    assert_eq!(unlisted, 0);
    for byte in 0..ANSWER.len() {
        assert!(fields.iter().any(|field| field.depth > 0 && field.range.contains(&byte)), "byte {byte}");
    }
    let line = |name: &str| fields.iter().find(|field| field.name == name).map(|field| field.value.as_str());
    assert_eq!(line("answer 2"), Some("www.example.org. 60 IN A 192.0.2.1"));
    assert!(fields.iter().any(|field| field.value == "example.org.  (pointer to byte 12)"));
}

#[test]
fn what_cannot_be_read_is_told_where_and_why() {
    let message = DnsMessage::read(&ANSWER[..50]);
    let fault = message.fault.unwrap();
    assert_eq!((message.answers.len(), fault.at >= 41), (1, true));
    let looped = [&ANSWER[..29], b"\xc0\x1d\0\x01\0\x01\0\0\0\0\0\0"].concat();
    assert!(DnsMessage::read(&looped).fault.unwrap().why.contains("loop"));
    assert!(DnsMessage::read(b"").fault.is_some());
    let longer = [ANSWER, b"x"].concat();
    assert!(DnsMessage::read(&longer).fault.unwrap().why.contains("1 bytes follow"));
}

#[test]
fn every_type_says_what_it_holds() {
    let record = |kind: u16, data: &[u8]| {
        let message = DnsMessage::read(&record(kind, data));
        assert_eq!(message.fault, None, "type {kind}");
        message.answers[0].data.clone()
    };
    assert_eq!(record(15, b"\0\x0a\x02mx\0"), "10 mx.");
    assert_eq!(record(16, b"\x02hi\x03\"\x1b\xff"), "\"hi\" \"\\\"\\027\\255\"");
    assert_eq!(record(33, b"\0\x01\0\x02\x01\xbb\x01s\0"), "1 2 443 s.");
    assert_eq!(record(6, b"\x01a\0\x01b\0\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05"), "a. b. 1 2 3 4 5");
    assert_eq!(record(257, b"\0\x05issueca.example"), "0 issue \"ca.example\"");
    assert_eq!(record(43, b"\x30\x39\x08\x02\xab\xcd"), "12345 8 2 ABCD");
    assert_eq!(record(65, b"\0\x01\0\0\x01\0\x06\x02h2\x02h3\0\x03\0\x02\x01\xbb"), "1 . alpn=\"h2,h3\" port=443");
    assert_eq!(record(65280, b"\x01\x02"), "\\# 2 0102");
}

/// Found by fuzzing: hickory reads EDNS in the answer section, and its `Display` then fails.
#[test]
fn a_record_that_cannot_be_printed_is_shown_as_its_bytes() {
    let edns = [&b"\0\0\0\0\x80\0"[..], &[0; 12], b"\x08", &[0; 27], b"\x40\0\0\0\x3e"].concat();
    check(&edns);
    for (kind, data) in [(41, &b"\0\0\0\0"[..]), (41, b"\0\x0a\0\x08abcdefgh"), (0, b"\0"), (250, &[0; 17])] {
        let message = DnsMessage::read(&record(kind, data));
        let shown = &message.answers[0].data;
        assert!(shown.starts_with(&format!("\\# {} ", data.len())) || kind == 250, "type {kind}: {shown}");
    }
}

#[test]
fn no_type_of_record_panics_whatever_stands_in_it() {
    for kind in (0..512).chain(32_700..32_800).chain(65_200..=u16::MAX) {
        for data in [&b""[..], b"\0", &[0; 4], &[0; 17], b"\0\x01\0\x02hi", b"\x03www\0\0\0\x08\0"] {
            check(&record(kind, data));
        }
    }
}

/// A message whose one answer is a record of this type.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\0\0\x80\0\0\0\0\x01\0\0\0\0\0".to_vec();
    bytes.extend(kind.to_be_bytes());
    bytes.extend(b"\0\x01\0\0\0\0");
    bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    bytes.extend(data);
    bytes
}

proptest! {
    #[test]
    fn bytes_of_chance_never_panic_and_never_control_a_terminal(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        check(&bytes);
    }

    #[test]
    fn a_damaged_answer_never_panics(at in 0..ANSWER.len(), byte in any::<u8>(), cut in 0..=ANSWER.len()) {
        let mut bytes = ANSWER.to_vec();
        bytes[at] = byte;
        check(&bytes);
        check(&bytes[..cut]);
    }

    #[test]
    fn records_of_chance_never_panic(kind in 0..300_u16, data in proptest::collection::vec(any::<u8>(), 0..120)) {
        let mut bytes = b"\0\0\x80\0\0\0\0\x01\0\0\0\x01\x03www\x02ab\0".to_vec();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(b"\0\x01\0\0\0\0");
        bytes.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
        bytes.extend(&data);
        check(&bytes);
    }
}

fn check(bytes: &[u8]) {
    let message = DnsMessage::read(bytes);
    let (fields, _) = DnsMessage::fields(bytes);
    for field in fields {
        assert!(field.range.start <= field.range.end && field.range.end <= bytes.len());
        assert!(!field.value.chars().any(crate::text::sanitize::is_hostile), "{}", field.value);
    }
    for record in message.answers.iter().chain(&message.authorities).chain(&message.additionals) {
        assert!(!record.data.chars().chain(record.name.chars()).any(crate::text::sanitize::is_hostile));
    }
}
