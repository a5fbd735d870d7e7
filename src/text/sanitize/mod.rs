//! Hostile bytes and characters, made visible and harmless.

mod escape_starts;
mod sanitize;

pub use sanitize::{
    Counts, Glyph, GlyphKind, Glyphs, MOST_CODE_POINTS, count_escapes, count_hostile, glyphs, is_hostile, line, line_of,
};
