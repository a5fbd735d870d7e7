//! Makes hostile bytes and characters visible and harmless.

mod escape_starts;
mod quoted;
mod sanitize;
mod unsettled;

pub use quoted::quoted;
pub use sanitize::{
    Glyph, GlyphKind, Glyphs, MOST_CODE_POINTS, SanitizeCounts, count_escapes, count_hostile, glyphs, is_hostile, line,
    line_of,
};
