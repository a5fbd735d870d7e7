//! Content codings: what came over the wire, and what it became.

use std::io::Write;

use sockeye::sessions::spec::http::HttpSpec;
use sockeye::wire::Class;

use super::exchange::{answer, get, lab, run, says};

fn plain() -> Vec<u8> {
    b"the same line again and again\n".repeat(10_000)
}

fn encoded(coding: &str, plain: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    match coding {
        "gzip" => {
            let mut to = flate2::write::GzEncoder::new(Vec::new(), level);
            to.write_all(plain).unwrap();
            to.finish().unwrap()
        }
        "deflate" => {
            let mut to = flate2::write::ZlibEncoder::new(Vec::new(), level);
            to.write_all(plain).unwrap();
            to.finish().unwrap()
        }
        "br" => {
            let mut to = Vec::new();
            brotli::BrotliCompress(&mut &*plain, &mut to, &Default::default()).unwrap();
            to
        }
        _ => zstd::encode_all(plain, 3).unwrap(),
    }
}

#[test]
fn both_sizes_of_a_coded_body_are_exact() {
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let wire = encoded(coding, &plain());
        let seen = get(says(answer(&format!("content-encoding: {coding}\r\n"), &wire))).went_well();
        assert!(seen.received == plain(), "{coding}");
        assert_eq!(seen.totals.received.bytes, plain().len() as u64);
        assert_eq!(seen.gauge.body_bytes, plain().len() as u64);
        assert_eq!(seen.gauge.wire_body_bytes, wire.len() as u64, "{coding}");
        assert_eq!(seen.gauge.expected_bytes, Some(wire.len() as u64));
    }
}

#[test]
fn the_labs_gzip_decodes_to_the_labs_json() {
    let base = lab();
    let (coded, json) = (get(format!("{base}/gzip")), get(format!("{base}/json")));
    assert_eq!(coded.received, json.received);
    assert!(coded.gauge.wire_body_bytes < coded.gauge.body_bytes);
}

#[test]
fn codings_on_top_of_each_other_come_off() {
    let wire = encoded("br", &encoded("gzip", &plain()));
    let seen = get(says(answer("content-encoding: gzip\r\ncontent-encoding: br\r\n", &wire))).went_well();
    assert!(seen.received == plain());
    assert_eq!(seen.gauge.wire_body_bytes, wire.len() as u64);
}

#[test]
fn a_body_that_was_not_asked_to_be_decoded_is_shown_as_it_came() {
    let wire = encoded("gzip", &plain());
    let url = says(answer("content-encoding: gzip\r\n", &wire));
    let seen = run(HttpSpec { compressed: false, ..HttpSpec::get(url) }).went_well();
    assert_eq!(seen.received, wire);
}

#[test]
fn an_unknown_coding_is_said_and_shown_as_it_came() {
    let seen = get(says(answer("content-encoding: rot13\r\n", b"uryyb"))).went_well();
    assert_eq!(seen.received, b"uryyb");
    assert!(seen.warnings()[0].message.contains("\"rot13\" is not known"));
}

#[test]
fn a_broken_coding_is_the_peers_fault() {
    let mut wire = encoded("gzip", &plain());
    let middle = wire.len() / 2;
    wire.truncate(middle);
    get(says(answer("content-encoding: gzip\r\n", &wire))).failed(Class::Protocol, "in the middle of its gzip");
    get(says(answer("content-encoding: gzip\r\n", b"not at all"))).failed(Class::Protocol, "no gzip stream");
}

#[test]
fn a_bomb_is_decoded_piece_by_piece_and_only_the_budget_is_kept() {
    let size: u64 = 200 << 20;
    let wire = encoded("gzip", &vec![0; 200 << 20]);
    let seen = get(says(answer("content-encoding: gzip\r\n", &wire))).went_well();
    assert_eq!(seen.totals.received.bytes, size);
    assert_eq!(seen.received.len() as u64 + seen.not_kept, size);
}
