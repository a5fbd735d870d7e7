//! Properties: the slices do not matter, and no bytes upset a reader.

use proptest::prelude::*;

use super::transcript::{ReadItem, TO_UPGRADE, awaiting, read_passing, read_slices};
use crate::wire::http1::{ExpectedResponse, MOST_CHUNK_LINE_BYTES, MOST_HEAD_BYTES, RequestReader, ResponseReader};

/// Pieces of messages: some whole, some odd. A sequence of them is often nearly valid.
const PIECES: &[&[u8]] = &[
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 200\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 204 \r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /a b HTTP/1.1\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length : 4\r\n",
    b"Content-Length: 18446744073709551615\r\n",
    b"Transfer-Encoding: gzip, chunked,\r\n",
    b"Transfer-Encoding: chunked\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive, \"a,b\"\r\n",
    b"A: b\r\n",
    b" folded\r\n",
    b"\tfolded: too\n",
    b"no colon\r\n",
    b": no name\r\n",
    b"N\0: \x01\x7f\xff\r\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"3\r\nabc\r\n",
    b"3;x=\"y\"\nabc\n",
    b" a \r\n0123456789\r\n",
    b"0\r\n\r\n",
    b"0\r\nSum: 1\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"+3\r\n",
    b"abc",
];

fn bytes_of_a_peer() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        12 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    let first = prop_oneof![
        3 => prop::sample::select(&PIECES[..10]).prop_map(<[u8]>::to_vec),
        1 => Just(Vec::new()),
    ];
    let rest = prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat());
    let joined = (first, rest).prop_map(|(first, rest)| [first, rest].concat());
    (joined, prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()))).prop_map(
        |(mut bytes, change)| {
            if let Some((index, byte)) = change.filter(|_| !bytes.is_empty()) {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

fn expectations() -> impl Strategy<Value = Vec<ExpectedResponse>> {
    let all = [ExpectedResponse::PLAIN, ExpectedResponse::TO_HEAD, ExpectedResponse::TO_CONNECT, TO_UPGRADE];
    prop::collection::vec(prop::sample::select(all.to_vec()), 0..4)
}

/// Cuts the input at these places.
fn cut<'a>(input: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = places.iter().map(|place| place.index(input.len() + 1)).collect();
    ends.push(input.len());
    ends.sort_unstable();
    let mut start = 0;
    ends.into_iter().map(|end| &input[std::mem::replace(&mut start, end)..end]).collect()
}

/// Bytes that are given in items, and the offset behind them.
fn given<S>(items: &[ReadItem<S>]) -> usize {
    let bytes = |item: &ReadItem<S>| match item {
        ReadItem::Body(_, bytes) | ReadItem::Surplus(_, _, bytes) | ReadItem::Rest(bytes) => bytes.len(),
        ReadItem::Event(_) | ReadItem::Error(_) => 0,
    };
    items.iter().map(bytes).sum()
}

proptest! {
    #[test]
    fn a_response_is_the_same_in_any_slices(
        input in bytes_of_a_peer(),
        expected in expectations(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        fin: bool,
    ) {
        let whole = read_slices(awaiting(&expected), &[&input], fin);
        prop_assert!(given(&whole) <= input.len());
        prop_assert_eq!(&read_slices(awaiting(&expected), &cut(&input, &places), fin), &whole);
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(&read_slices(awaiting(&expected), &bytes, fin), &whole);
    }

    #[test]
    fn a_body_that_passes_beside_the_reader_changes_nothing(
        input in bytes_of_a_peer(),
        expected in expectations(),
        most in 1_u64..9,
    ) {
        let whole = read_slices(awaiting(&expected), &[&input], false);
        prop_assert_eq!(&read_passing(awaiting(&expected), &input, most), &whole);
    }

    #[test]
    fn an_answer_without_a_head_is_the_same_in_any_slices(
        input in bytes_of_a_peer(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let reader = || {
            let mut reader = ResponseReader::with_headless();
            reader.expect(ExpectedResponse::PLAIN);
            reader
        };
        let whole = read_slices(reader(), &[&input], true);
        prop_assert_eq!(&read_slices(reader(), &cut(&input, &places), true), &whole);
    }

    #[test]
    fn a_request_is_the_same_in_any_slices(
        input in bytes_of_a_peer(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        fin: bool,
    ) {
        let whole = read_slices(RequestReader::new(), &[&input], fin);
        prop_assert_eq!(&read_slices(RequestReader::new(), &cut(&input, &places), fin), &whole);
    }

    #[test]
    fn no_bytes_upset_a_reader(input in prop::collection::vec(any::<u8>(), 0..200), after_head: bool) {
        let head: &[u8] = if after_head { b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" } else { b"HTTP/" };
        read_slices(awaiting(&[ExpectedResponse::PLAIN]), &[head, &input], true);
        read_slices(RequestReader::new(), &[&input], true);
    }
}

/// Quadratic work would take minutes here.
#[test]
fn a_flood_of_single_bytes_takes_linear_time() {
    let lines = b"a\n".repeat(MOST_HEAD_BYTES / 2 - 10);
    let head = [b"HTTP/1.1 200 OK\n".as_slice(), &lines, b"\n"].concat();
    let extension = [b"1;".as_slice(), &b"x".repeat(MOST_CHUNK_LINE_BYTES - 10), b"\r\na\r\n"].concat().repeat(10);
    let chunked = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &extension].concat();
    let commas = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: ".as_slice(), &b"a,".repeat(500_000), b"\r\n\r\n"].concat();
    let chunk_list = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: ".as_slice(),
        &b"a,".repeat(300_000),
        &b"chunked,".repeat(50_000),
        b"\r\n\r\n",
    ]
    .concat();
    for input in [head, chunked, commas, chunk_list] {
        let slices: Vec<&[u8]> = input.chunks(1).collect();
        read_slices(awaiting(&[ExpectedResponse::PLAIN]), &slices, true);
    }
}
