//! Makes hostile bytes and characters visible and harmless.

mod counts;
mod escape_starts;
mod lanes;
mod quoted;
mod sanitize;
mod unsettled;

pub use counts::{HostileScan, SanitizeCounts, count_hostile};
pub use quoted::quoted;
pub use sanitize::{Glyph, GlyphKind, Glyphs, MOST_CODE_POINTS, count_escapes, glyphs, is_hostile, line, line_of};
pub use unsettled::is_unsettled;
