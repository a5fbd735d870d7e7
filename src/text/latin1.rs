//! Bytes of header fields as text.

use std::borrow::Cow;

/// The text of bytes that are UTF-8, or else of ISO 8859-1, in which every byte is a character (RFC 9110 §5.5).
pub fn utf8_or_latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}
