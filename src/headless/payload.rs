//! A peer's bytes as JSON: text if they are valid UTF-8, else base64; the length of a line is bounded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The most payload bytes in one line: 64 KiB.
pub(crate) const MOST_IN_A_LINE: usize = 64 * 1024;

/// Cuts bytes into pieces of at most [`MOST_IN_A_LINE`] bytes, never within a character of valid UTF-8. An empty slice
/// (an empty datagram) makes one empty piece.
pub(crate) fn split_lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while rest.len() > MOST_IN_A_LINE {
        let (full, _) = rest.split_at(MOST_IN_A_LINE);
        let cut = match std::str::from_utf8(full) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => MOST_IN_A_LINE,
        };
        let (piece, after) = rest.split_at(cut.max(1));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Adds `text` or `base64` to an event.
pub fn add_payload(fields: &mut Map<String, Value>, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => fields.insert("text".to_owned(), Value::from(text)),
        Err(_) => fields.insert("base64".to_owned(), Value::from(STANDARD.encode(bytes))),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_character_is_not_cut_in_two() {
        let text = format!("{}é{}", "a".repeat(MOST_IN_A_LINE - 1), "b".repeat(10));
        let pieces = split_lines(text.as_bytes());
        assert_eq!((pieces.len(), pieces[0].len()), (2, MOST_IN_A_LINE - 1));
        assert!(std::str::from_utf8(pieces[1]).is_ok());
    }

    #[test]
    fn bytes_are_text_or_base64() {
        let mut fields = Map::new();
        add_payload(&mut fields, b"a\n");
        add_payload(&mut fields, &[0xff, 0]);
        assert_eq!(Value::from(fields), serde_json::json!({"text": "a\n", "base64": "/wA="}));
    }

    proptest! {
        #[test]
        fn pieces_are_the_bytes_again(
            bytes in proptest::collection::vec(any::<u8>(), 0..10),
            times in 0_usize..20_000,
        ) {
            let bytes = bytes.repeat(times);
            let pieces = split_lines(&bytes);
            prop_assert!(pieces.iter().all(|piece| piece.len() <= MOST_IN_A_LINE));
            prop_assert_eq!(pieces.concat(), bytes);
        }
    }
}
