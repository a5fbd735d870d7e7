//! One event as one line.

use std::time::Instant;

use serde_json::Value;

use crate::text::sanitize;

/// Seconds since the program's start, to the microsecond.
pub(crate) fn seconds(started: Instant, at: Instant) -> f64 {
    // Microseconds in an `f64` would lose precision only after centuries.
    at.saturating_duration_since(started).as_micros() as f64 / 1e6
}

/// Adds one line. JSON allows C1 and bidi controls unescaped, but a terminal acts on them, so they are escaped here.
pub fn line(lines: &mut Vec<u8>, event: &Value) {
    let text = event.to_string();
    if text.bytes().all(|byte| byte.is_ascii() && byte != 0x7f) {
        lines.extend_from_slice(text.as_bytes());
    } else {
        let mut units = [0; 2];
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            if sanitize::is_hostile(c) {
                for unit in c.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            } else {
                escaped.push(c);
            }
        }
        lines.extend_from_slice(escaped.as_bytes());
    }
    lines.push(b'\n');
}
