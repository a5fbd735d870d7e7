//! Events as values that can be compared, and as short lines for the tables.

use crate::wire::http1::{
    BodyFraming, BodyPiece, BrokenRules, ExpectedResponse, FieldSection, HeadStart, Http1Error, Http1Event, Http1Fault,
    Http1Head, Http1Reader, MessageRole, Persistence, RequestKind, RequestLine, ResponseReader, StatusLine,
    SurplusCause,
};

/// To a request that asked for an upgrade.
pub(super) const TO_UPGRADE: ExpectedResponse = ExpectedResponse { request: RequestKind::Other, asked_upgrade: true };

/// What was read. Pieces of bodies and surplus are joined.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ReadItem<S> {
    Event(Http1Event<S>),
    Body(u64, Vec<u8>),
    Surplus(u64, SurplusCause, Vec<u8>),
    Rest(Vec<u8>),
    Error(Http1Error),
}

/// Reads slices of a connection, and its end.
pub(super) fn read_slices<R>(mut reader: Http1Reader<R>, slices: &[&[u8]], fin: bool) -> Vec<ReadItem<R::Start>>
where
    R: MessageRole,
{
    let mut items = Vec::new();
    for slice in slices {
        let mut taken = 0;
        loop {
            let rest = &slice[taken..];
            let (bytes, outcome) = reader.read(rest);
            assert!(bytes <= rest.len());
            taken += bytes;
            match outcome {
                Ok(Some(event)) => add(&mut items, event, rest),
                Ok(None) => break,
                Err(error) => {
                    let (bytes, again) = reader.read(b"x");
                    assert_eq!((bytes, again.err().as_ref()), (0, Some(&error)), "an error stays");
                    items.push(ReadItem::Error(error));
                    return items;
                }
            }
        }
        match (items.last_mut(), &slice[taken..]) {
            (_, []) => {}
            (Some(ReadItem::Rest(joined)), rest) => joined.extend_from_slice(rest),
            (_, rest) => items.push(ReadItem::Rest(rest.to_vec())),
        }
    }
    if !fin {
        return items;
    }
    loop {
        match reader.finish() {
            Ok(Some(event)) => add(&mut items, event, b""),
            Ok(None) => return items,
            Err(error) => {
                items.push(ReadItem::Error(error));
                return items;
            }
        }
    }
}

fn add<S>(items: &mut Vec<ReadItem<S>>, event: Http1Event<S>, input: &[u8]) {
    match event {
        Http1Event::Body(piece) => {
            assert!(!piece.range.is_empty());
            match items.last_mut() {
                Some(ReadItem::Body(offset, joined)) if *offset + joined.len() as u64 == piece.offset => {
                    joined.extend_from_slice(&input[piece.range]);
                }
                _ => items.push(ReadItem::Body(piece.offset, input[piece.range].to_vec())),
            }
        }
        Http1Event::Surplus(piece) => match items.last_mut() {
            Some(ReadItem::Surplus(_, _, joined)) => joined.extend_from_slice(&input[piece.range]),
            _ => items.push(ReadItem::Surplus(piece.offset, piece.cause, input[piece.range].to_vec())),
        },
        event => items.push(ReadItem::Event(event)),
    }
}

/// A start line in a few words.
pub(super) trait ShortStart: HeadStart {
    fn short(head: &Http1Head<Self>) -> String;
}

impl ShortStart for StatusLine {
    fn short(head: &Http1Head<StatusLine>) -> String {
        format!("{} {:?}", head.start.status, text(head.reason()))
    }
}

impl ShortStart for RequestLine {
    fn short(head: &Http1Head<RequestLine>) -> String {
        format!("{} {:?}", text(head.method()), text(head.target()))
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

fn broken(rules: &BrokenRules) -> String {
    rules.listed().iter().map(|broken| format!(" !{:?}@{}+{}", broken.rule, broken.offset, broken.bytes)).collect()
}

fn fields(section: &FieldSection) -> String {
    let field = |name: &[u8], value: &[u8]| format!(" {}={:?}", text(name), text(value));
    section.fields().map(|line| field(line.name(), &line.value())).collect()
}

fn persistence(persistence: Persistence) -> String {
    match persistence {
        Persistence::Kept => "kept".to_string(),
        Persistence::Closes(cause) => format!("{cause:?}"),
    }
}

fn head<S: ShortStart>(head: &Http1Head<S>) -> String {
    let framing = match head.framing {
        BodyFraming::Length(length) => format!("{length}"),
        framing => format!("{framing:?}"),
    };
    let codings: String = head.codings.iter().map(|coding| format!(" {:?}", coding.name)).collect();
    format!("{} {framing}{codings}{}{}", S::short(head), fields(head), broken(head.broken()))
}

/// One line of a table.
pub(super) fn short<S: ShortStart>(item: &ReadItem<S>) -> String {
    match item {
        ReadItem::Body(_, bytes) => format!("body {}", text(bytes)),
        ReadItem::Surplus(offset, cause, bytes) => format!("surplus {cause:?}@{offset} {}", text(bytes)),
        ReadItem::Rest(bytes) => format!("rest {}", text(bytes)),
        ReadItem::Error(error) => match error.fault {
            Http1Fault::Refused(refusal) => {
                format!("refused {refusal:?}@{}+{} {}", error.offset, error.bytes, text(&error.came))
            }
            Http1Fault::CutShort(place) => format!("cut {place:?} {}", text(&error.came)).trim_end().to_string(),
        },
        ReadItem::Event(event) => match event {
            Http1Event::Interim(interim) => format!("interim {}", head(interim)),
            Http1Event::Head(last) => format!("head {}", head(last)),
            Http1Event::Headless(begin) => format!("headless {}", text(&begin.came)),
            Http1Event::Chunk(chunk) => format!("chunk {} {}", chunk.size, text(&chunk.extensions)).trim_end().into(),
            Http1Event::Trailers(section) => format!("trailers{}{}", fields(section), broken(section.broken())),
            Http1Event::Broken(breach) => format!("!{:?}@{}+{}", breach.rule, breach.offset, breach.bytes),
            Http1Event::End(end) => {
                format!("end@{} {} {}", end.offset, end.body_bytes, persistence(end.persistence))
            }
            Http1Event::Tunnel { offset, cause } => format!("tunnel {cause:?}@{offset}"),
            Http1Event::Body(_) | Http1Event::Surplus(_) => unreachable!("they are joined"),
        },
    }
}

/// A reader that awaits these responses.
pub(super) fn awaiting(expected: &[ExpectedResponse]) -> ResponseReader {
    let mut reader = ResponseReader::new();
    expected.iter().for_each(|response| reader.expect(*response));
    reader
}

/// Checks what is read of one connection that ends with a FIN: whole, and byte by byte.
#[track_caller]
pub(super) fn check(expected: &[ExpectedResponse], input: &[u8], lines: &[&str]) {
    let whole = read_slices(awaiting(expected), &[input], true);
    let told: Vec<String> = whole.iter().map(short).collect();
    assert_eq!(told, lines, "{}", text(input));
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    let slowly = read_slices(awaiting(expected), &bytes, true);
    let told: Vec<String> = slowly.iter().map(short).collect();
    assert_eq!(told, lines, "byte by byte: {}", text(input));
}

/// Reads a whole input, and moves bodies past the reader where it says how long they are.
pub(super) fn read_passing<R: MessageRole>(
    mut reader: Http1Reader<R>,
    input: &[u8],
    most: u64,
) -> Vec<ReadItem<R::Start>> {
    let (mut items, mut taken) = (Vec::new(), 0);
    loop {
        let rest = &input[taken..];
        if let Some(left) = reader.body_remaining().filter(|_| !rest.is_empty()) {
            let bytes = left.min(most).min(rest.len() as u64);
            let offset = reader.offset();
            assert_eq!(reader.pass_body(bytes), bytes);
            let piece = BodyPiece { offset, range: 0..usize::try_from(bytes).unwrap() };
            add(&mut items, Http1Event::Body(piece), rest);
            taken += usize::try_from(bytes).unwrap();
            continue;
        }
        let (bytes, outcome) = reader.read(rest);
        taken += bytes;
        match outcome {
            Ok(Some(event)) => add(&mut items, event, rest),
            Ok(None) => break,
            Err(error) => {
                items.push(ReadItem::Error(error));
                return items;
            }
        }
    }
    if taken < input.len() {
        items.push(ReadItem::Rest(input[taken..].to_vec()));
    }
    items
}
