//! What is written is exact, and is read as it was meant.

use std::num::NonZeroU64;

use proptest::prelude::*;

use super::transcript::{read_slices, short};
use crate::wire::http1::{
    CHUNK_END, FieldText, HeadPartKind, Http1Event, Http1Version, RequestReader, RequestText, chunk_head, last_chunk,
};

fn field<'a>(name: &'a str, value: &'a str) -> FieldText<'a> {
    FieldText { name: name.as_bytes(), value: value.as_bytes() }
}

fn get<'a>(target: &'a str, fields: &'a [FieldText<'a>]) -> RequestText<'a> {
    RequestText { method: b"GET", target: target.as_bytes(), version: Http1Version::V1_1, fields }
}

#[test]
fn a_request_is_written_as_it_is_given() {
    let fields = [field("hOst", "a"), field("X", ""), field("x", "caf\u{e9}  "), field("hOst", "b")];
    let head = get("/a'b\\../%2e?<>", &fields).write().unwrap();
    let wanted = "GET /a'b\\../%2e?<> HTTP/1.1\r\nhOst: a\r\nX:\r\nx: caf\u{e9}  \r\nhOst: b\r\n\r\n";
    assert_eq!(head.bytes, wanted.as_bytes());
    let part = |kind| head.parts.iter().find(|part| part.kind == kind).map(|part| &wanted[part.range.clone()]);
    assert_eq!(part(HeadPartKind::Target), Some("/a'b\\../%2e?<>"));
    assert_eq!(part(HeadPartKind::Version), Some("HTTP/1.1"));
    assert_eq!(part(HeadPartKind::FieldName(3)), Some("hOst"));
    assert_eq!(part(HeadPartKind::FieldValue(1)), Some(""));
    let old = RequestText { version: Http1Version::V1_0, ..get("*", &[]) };
    assert_eq!(old.write().unwrap().bytes, b"GET * HTTP/1.0\r\n\r\n");
}

#[test]
fn what_would_break_the_message_apart_is_refused_with_its_place() {
    let refused = |target, fields: &[FieldText<'_>]| get(target, fields).write().unwrap_err().to_string();
    assert_eq!(
        refused("/a b", &[]),
        "the request target has the byte 0x20 at index 2, which would break the message apart"
    );
    assert_eq!(refused("", &[]), "the request target is empty");
    assert!(
        refused("/", &[field("A", "b"), field("C", "d\r\nE: f")]).starts_with("the value of field 2 has the byte 0x0d")
    );
    assert!(refused("/", &[field("A", "\0")]).contains("0x00 at index 0"));
    assert!(refused("/", &[field("A:B", "c")]).starts_with("the name of field 1 has the byte 0x3a at index 1"));
    assert!(refused("/", &[field(" A", "c")]).contains("0x20 at index 0"));
    let version = Http1Version { major: 1, minor: 10 };
    assert!(RequestText { version, ..get("/", &[]) }.write().is_err());
}

#[test]
fn a_written_body_of_chunks_is_read_again() {
    let fields = [field("Host", "a"), field("Transfer-Encoding", "chunked")];
    let mut bytes = RequestText { method: b"POST", ..get("/", &fields) }.write().unwrap().bytes;
    bytes.extend(chunk_head(NonZeroU64::new(26).unwrap()));
    bytes.extend(b"abcdefghijklmnopqrstuvwxyz");
    bytes.extend(CHUNK_END);
    bytes.extend(last_chunk(&[field("Sum", "1")]).unwrap().bytes);
    assert!(bytes.ends_with(b"\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nSum: 1\r\n\r\n"));
    let told: Vec<String> = read_slices(RequestReader::new(), &[&bytes], true).iter().map(short).collect();
    assert_eq!(
        told[1..],
        [
            "chunk 26".to_string(),
            "body abcdefghijklmnopqrstuvwxyz".to_string(),
            "chunk 0".to_string(),
            "trailers Sum=\"1\"".to_string(),
            format!("end@{} 26 kept", bytes.len()),
        ]
    );
    assert!(last_chunk(&[field("A", "\n")]).is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(
        method in prop::collection::vec(any::<u8>(), 0..6),
        target in prop::collection::vec(any::<u8>(), 0..8),
        fields in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..4), prop::collection::vec(any::<u8>(), 0..6)), 0..4,
        ),
    ) {
        let texts: Vec<FieldText<'_>> =
            fields.iter().map(|(name, value)| FieldText { name, value }).collect();
        let request = RequestText { method: &method, target: &target, version: Http1Version::V1_1, fields: &texts };
        if let Ok(written) = request.write() {
            let mut reader = RequestReader::new();
            // A method that is no token may be refused as no HTTP; everything else is one message.
            if let (taken, Ok(Some(Http1Event::Head(head)))) = reader.read(&written.bytes) {
                prop_assert_eq!(taken, written.bytes.len());
                prop_assert_eq!((head.method(), head.target()), (method.as_slice(), target.as_slice()));
                prop_assert_eq!(head.fields().len(), texts.len());
            }
        }
    }
}
