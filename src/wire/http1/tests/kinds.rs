//! Each rule and refusal says what it is and where it is written.

use crate::wire::http1::{FieldForm, Http1Rule, MOST_LISTED_OF_A_RULE};

use super::transcript::{ReadItem, awaiting, read_slices};
use crate::wire::http1::{ExpectedResponse, Http1Event, Http1Head, StatusLine};

fn head_of(input: &[u8]) -> Http1Head<StatusLine> {
    let items = read_slices(awaiting(&[ExpectedResponse::PLAIN]), &[input], false);
    match items.into_iter().next() {
        Some(ReadItem::Event(Http1Event::Head(head))) => *head,
        other => panic!("no head but {other:?}"),
    }
}

#[test]
fn a_head_keeps_its_bytes_its_order_and_its_spelling() {
    let input = b"HTTP/1.1 200 OK\r\nset-Cookie: a=b\x01c\r\nX-One:\t1 \r\nSET-COOKIE:\r\nx-name: caf\xe9\r\n\r\n";
    let head = head_of(input);
    assert_eq!(head.bytes().as_ref(), input);
    let fields: Vec<_> = head.fields().map(|field| (field.name(), field.raw_value())).collect();
    let wanted: [(&[u8], &[u8]); 4] =
        [(b"set-Cookie", b"a=b\x01c"), (b"X-One", b"1"), (b"SET-COOKIE", b""), (b"x-name", b"caf\xe9")];
    assert_eq!(fields, wanted);
    assert_eq!(head.named("Set-Cookie").count(), 2);
    assert_eq!(&input[head.fields().nth(1).unwrap().line_range()], b"X-One:\t1 \r\n");
    let breach = head.broken().listed()[0];
    assert_eq!(head.field_at(breach.offset).unwrap().name(), b"set-Cookie");
    assert_eq!(
        head.sentence(&breach),
        "a control byte in a field value, in the field set-Cookie, at byte 32 (RFC 9110 §5.5)"
    );
}

#[test]
fn a_folded_value_is_kept_as_it_came_and_joined() {
    let head = head_of(b"HTTP/1.1 200 OK\r\nCSP:\r\n\ta;\r\n \r\n\tb \r\nNext: 1\r\n\r\n");
    let field = head.fields().next().unwrap();
    assert_eq!(field.raw_value(), b"a;\r\n \r\n\tb");
    assert_eq!(field.value().as_ref(), b"a; b");
    assert_eq!((field.form(), head.broken().count_of(Http1Rule::ObsFold)), (FieldForm::Folded, 3));
}

#[test]
fn ten_thousand_fields_are_read_and_their_breaches_counted() {
    let mut input = b"HTTP/1.1 204 No Content\r\n".to_vec();
    for number in 0..10_000 {
        input.extend(format!("x-{number} : {number}\n").bytes());
    }
    input.extend(b"\r\n");
    let head = head_of(&input);
    assert_eq!(head.fields().len(), 10_000);
    assert_eq!(head.fields().next_back().unwrap().value().as_ref(), b"9999");
    let counts = [(Http1Rule::BareLf, 10_000), (Http1Rule::BlankBeforeColon, 10_000)];
    assert_eq!(head.broken().counts(), counts);
    assert_eq!(head.broken().listed().len(), 2 * MOST_LISTED_OF_A_RULE);
}
