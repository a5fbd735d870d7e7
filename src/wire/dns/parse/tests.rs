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
    assert_eq!(record(43, b"\x30\x39\x08\x09\xab\xcd"), "12345 8 9 ABCD");
    assert_eq!(record(65, b"\0\x01\0\0\x01\0\x06\x02h2\x02h3\0\x03\0\x02\x01\xbb"), "1 . alpn=\"h2,h3\" port=443");
    assert_eq!(record(65280, b"\x01\x02"), "\\# 2 0102");
}

/// Found by fuzzing: a library that read EDNS in the answer section could not print it.
#[test]
fn a_record_that_cannot_be_printed_is_shown_as_its_bytes() {
    let edns = [&b"\0\0\0\0\x80\0"[..], &[0; 12], b"\x08", &[0; 27], b"\x40\0\0\0\x3e"].concat();
    check(&edns);
    for (kind, data, shown) in [
        (41, &b"\0\0\0\0"[..], "0 0"),
        (41, b"\0\x0a\0\x08abcdefgh", "10 8 YWJjZGVmZ2g="),
        (41, b"\0\x0a\0\x09abcdefgh", "\\# 12 000A00096162636465666768"),
        (0, b"\0", "\\# 1 00"),
        (250, &[0; 16], "\\# 16 00000000000000000000000000000000"),
    ] {
        let message = DnsMessage::read(&record(kind, data));
        assert_eq!(message.answers[0].data, shown, "type {kind}");
    }
}

/// A message whose one answer, of owner.test, is a record with this data.
fn answer_of(kind: u16, class: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\0\0\x80\0\0\0\0\x01\0\0\0\0\x05owner\x04test\0".to_vec();
    bytes.extend(
        [kind, class, 0, 60, u16::try_from(data.len()).unwrap()].iter().flat_map(|number| number.to_be_bytes()),
    );
    bytes.extend(data);
    bytes
}

#[test]
fn every_type_is_printed_as_dig_prints_it_and_refused_where_dig_refuses_it() {
    let table = include_str!("../rdata/printed_by_dig.txt");
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        rows += 1;
        let mut parts = row.splitn(4, ' ');
        let mut part = || parts.next().unwrap_or_default();
        let (kind, class, hex, text) = (part().parse().unwrap(), part().parse().unwrap(), part(), part());
        let data: Vec<u8> = match hex {
            "-" => Vec::new(),
            hex => (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect(),
        };
        let message = DnsMessage::read(&answer_of(kind, class, &data));
        let record = &message.answers[0];
        let expected = match (text, hex) {
            ("!", "-") => "\\# 0".to_owned(),
            ("!", hex) => format!("\\# {} {}", data.len(), hex.to_uppercase()),
            (text, _) => text.to_owned(),
        };
        if record.data != expected || record.fault.is_some() != (text == "!") || message.fault != record.fault {
            wrong.push(format!("{row}: {} {:?}", record.data, record.fault));
        }
        check(&answer_of(kind, class, &data));
    }
    assert!(wrong.is_empty() && rows > 400, "of {rows}: {wrong:#?}");
}

#[test]
fn what_follows_a_record_that_breaks_a_rule_is_read_all_the_same() {
    let cut = b"\x01a\0\0\x23\0\x01\0\0\0\x3c\0\x05\0\x01\0\x02\x09";
    let whole = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
    let bytes = [&b"\0\0\x80\0\0\0\0\x02\0\0\0\0"[..], cut, whole].concat();
    let message = DnsMessage::read(&bytes);
    let told: Vec<&str> = message.answers.iter().map(|record| record.data.as_str()).collect();
    assert_eq!(told, ["\\# 5 0001000209", "192.0.2.1"]);
    let fault = message.fault.unwrap();
    assert_eq!((fault.at, &fault), (30, message.answers[0].fault.as_ref().unwrap()));
    assert!(fault.why.contains("none of a NAPTR record") && fault.why.contains("flags"), "{}", fault.why);
    let (fields, _) = DnsMessage::fields(&bytes);
    assert!(fields.iter().any(|field| field.name == "not by the rules" && field.range == (25..30)));
}

#[test]
fn edns_stands_once_and_at_the_root() {
    let opt = b"\0\0\x29\x04\xd0\0\0\0\0\0\0";
    let named = b"\x01x\0\0\x29\x04\xd0\0\0\0\0\0\0";
    let cut = b"\0\0\x29\x04\xd0\0\0\0\0\0\x05\0\x03\0\x02x";
    let why = |count: u8, records: &[&[u8]]| {
        let head = [0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, count];
        DnsMessage::read(&[&head[..], &records.concat()].concat()).fault.map(|fault| fault.why)
    };
    assert_eq!(why(1, &[opt]), None);
    assert!(why(2, &[opt, opt]).unwrap().contains("a second OPT record"));
    assert!(why(1, &[named]).unwrap().contains("must have that of the root"));
    assert!(why(1, &[cut]).unwrap().contains("an EDNS option is cut short"));
    assert!(why(2, &[cut, opt]).unwrap().contains("an EDNS option is cut short"));
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
