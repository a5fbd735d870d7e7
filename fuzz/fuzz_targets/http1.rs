//! HTTP/1 messages: read whole and in slices with the same events, shown, and written again.
//!
//! The first byte says which reader and which responses are awaited, the second how the rest is cut into slices.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use sockeye::wire::http1::{
    ExpectedResponse, FieldSection, FieldText, Http1Event, Http1Reader, Http1Version, MOST_HEAD_BYTES, MessageRole,
    RequestKind, RequestReader, RequestText, ResponseReader,
};
use sockeye_fuzz::assert_shown;

fuzz_target!(|data: &[u8]| {
    let [kinds, seed, input @ ..] = data else { return };
    if kinds & 0x80 != 0 {
        check(RequestReader::new, input, *seed);
        return;
    }
    check(|| responses(*kinds), input, *seed);
});

/// A reader of up to three responses: two bits for each.
fn responses(kinds: u8) -> ResponseReader {
    let mut reader = if kinds & 0x40 != 0 { ResponseReader::with_headless() } else { ResponseReader::new() };
    let upgrade = ExpectedResponse { request: RequestKind::Other, asked_upgrade: true };
    let all = [upgrade, ExpectedResponse::PLAIN, ExpectedResponse::TO_HEAD, ExpectedResponse::TO_CONNECT];
    let more = [kinds >> 2 & 3, kinds >> 4 & 3].into_iter().take_while(|kind| *kind != 0);
    std::iter::once(kinds & 3).chain(more).for_each(|kind| reader.expect(all[usize::from(kind)]));
    reader
}

fn check<R: MessageRole>(reader: impl Fn() -> Http1Reader<R>, input: &[u8], seed: u8)
where
    R::Start: Debug,
{
    let whole = read(reader(), &[input]);
    let mut slices = Vec::new();
    let (mut rest, mut state) = (input, u32::from(seed));
    while !rest.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (slice, behind) = rest.split_at((state >> 27) as usize % rest.len().min(9) + 1);
        slices.push(slice);
        rest = behind;
    }
    assert_eq!(whole, read(reader(), &slices), "the slices matter");
}

/// What is read: each event as text, but the bytes of bodies, of surplus and behind the reader's last one joined.
fn read<R: MessageRole>(mut reader: Http1Reader<R>, slices: &[&[u8]]) -> (Vec<String>, [Vec<u8>; 3])
where
    R::Start: Debug,
{
    let (mut told, mut joined) = (Vec::new(), [const { Vec::new() }; 3]);
    for slice in slices {
        let mut taken = 0;
        loop {
            let rest = &slice[taken..];
            let (bytes, outcome) = reader.read(rest);
            taken += bytes;
            assert_shown(&reader.place().words());
            match outcome {
                Ok(Some(Http1Event::Body(piece))) => joined[0].extend_from_slice(&rest[piece.range]),
                Ok(Some(Http1Event::Surplus(piece))) => joined[1].extend_from_slice(&rest[piece.range]),
                Ok(Some(event)) => told.push(text_of(&event)),
                Ok(None) => break,
                Err(error) => {
                    assert!(error.came.len() <= MOST_HEAD_BYTES);
                    assert_shown(&error.to_string());
                    told.push(format!("{error:?}"));
                    return (told, joined);
                }
            }
        }
        joined[2].extend_from_slice(&slice[taken..]);
    }
    loop {
        match reader.finish() {
            Ok(Some(event)) => told.push(text_of(&event)),
            Ok(None) => return (told, joined),
            Err(error) => {
                assert_shown(&error.to_string());
                told.push(format!("{error:?}"));
                return (told, joined);
            }
        }
    }
}

fn text_of<S: Debug>(event: &Http1Event<S>) -> String {
    match event {
        Http1Event::Head(head) | Http1Event::Interim(head) => show(&head.section),
        Http1Event::Trailers(section) => show(section),
        _ => {}
    }
    format!("{event:?}")
}

/// Shows what is wrong with a section, and writes its fields.
fn show(section: &FieldSection) {
    for breach in section.broken().listed() {
        assert_shown(&section.sentence(breach));
    }
    let values: Vec<_> = section.fields().map(|field| (field.name(), field.value())).collect();
    let fields: Vec<_> = values.iter().map(|(name, value)| FieldText { name, value }).collect();
    let request = RequestText { method: b"GET", target: b"*", version: Http1Version::V1_1, fields: &fields };
    match request.write() {
        Ok(written) => assert!(written.bytes.ends_with(b"\r\n\r\n")),
        Err(refused) => assert_shown(&refused.to_string()),
    }
}
