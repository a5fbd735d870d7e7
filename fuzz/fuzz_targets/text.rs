//! Foreign bytes made safe to show, escapes, quantities, searching, JSON made pretty, documents and text fields.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::model::documents::document::{Document, Fold, body_document};
use sockeye::model::documents::json::pretty_json;
use sockeye::model::editor::{FieldLines, TextField};
use sockeye::sessions::search::Needle;
use sockeye::sessions::search::filter::TranscriptFilter;
use sockeye::text::sanitize::{self, glyphs};
use sockeye::text::{escapes, quantity};
use sockeye_fuzz::{Input, assert_shown, parsed};
use unicode_width::UnicodeWidthStr;

fn sanitized(bytes: &[u8]) {
    assert_shown(&sanitize::line_of(bytes));
    let mut length = 0;
    for glyph in glyphs(bytes) {
        assert_shown(&glyph.text);
        assert_eq!(usize::from(glyph.columns), glyph.text.width(), "{glyph:?}");
        assert!(glyph.columns > 0 && glyph.bytes > 0);
        length += usize::from(glyph.bytes);
    }
    assert_eq!(length, bytes.len());
    let counts = sanitize::count_hostile(bytes);
    assert_eq!(counts.escape_sequences, sanitize::count_escapes(bytes));
    assert_shown(&sanitize::quoted(&String::from_utf8_lossy(bytes)));
}

fn escaped(bytes: &[u8], text: &str) {
    parsed(escapes::parse_text(text));
    parsed(escapes::parse_hex(text));
    let edited = escapes::escape_for_edit(bytes);
    assert_shown(&edited);
    assert_eq!(escapes::parse_text(&edited).as_deref(), Ok(bytes));
    assert_eq!(escapes::parse_hex(&escapes::spaced_hex(bytes)).as_deref(), Ok(bytes));
}

fn quantities(text: &str) {
    if let Some(duration) = parsed(quantity::parse_duration(text)) {
        assert_shown(&quantity::duration(duration));
    }
    if let Some(size) = parsed(quantity::parse_size(text)) {
        assert_shown(&quantity::bytes(size));
    }
    parsed(quantity::parse_backoff(text));
}

fn searched(bytes: &[u8], text: &str) {
    parsed(TranscriptFilter::parse(text));
    if let Some(needle) = parsed(Needle::parse(text)) {
        for (at, length) in needle.places(bytes) {
            assert!(length > 0 && at + length <= bytes.len());
        }
    }
}

fn folded(document: &Document) {
    document.lines.iter().for_each(|line| assert_shown(&line.text()));
    for columns in [0, 1, 7, 80] {
        let fold = Fold::new(document, columns);
        std::hint::black_box(fold.rows(document, 0, fold.row_count()));
    }
}

fn edited(text: &str, input: &mut Input<'_>) {
    let mut field = TextField::new(if input.flag() { FieldLines::Many } else { FieldLines::One }, 4096);
    field.insert(text);
    std::hint::black_box((field.visible_window(7, 3), field.rows(5, 3)));
    field.set(text);
    assert!(field.cursor() <= field.text().len() && field.text().len() <= 4096);
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let which = input.below(7);
    let bytes = input.0;
    let text = String::from_utf8_lossy(bytes);
    match which {
        0 => sanitized(bytes),
        1 => escaped(bytes, &text),
        2 => quantities(&text),
        3 => searched(bytes, &text),
        4 => {
            if let Some(document) = parsed(pretty_json(bytes)) {
                folded(&document);
            }
        }
        5 => {
            folded(&body_document(bytes, bytes.len() as u64 + 3, Some("application/json")));
            folded(&body_document(bytes, bytes.len() as u64, None));
        }
        _ => edited(&text, &mut input),
    }
});
