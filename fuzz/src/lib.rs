//! What the fuzz targets share: values made of a fuzzer's bytes, and what must hold of every text that is shown.

mod input;
mod news;
mod records;

pub use input::Input;
pub use news::news;
pub use records::{kernel_view, reading};

use sockeye::text::sanitize;

/// Asserts that a text can be shown: it has no character that acts on a terminal or hides.
pub fn assert_shown(text: &str) {
    assert!(!text.chars().any(sanitize::is_hostile), "a hostile character in {text:?}");
}

/// As [`assert_shown`], for a text of several lines.
pub fn assert_lines(text: &str) {
    text.split('\n').for_each(assert_shown);
}

/// The value of a parser that was given foreign text; if it refuses the text, its message must be one to show.
pub fn parsed<T, E: std::fmt::Display>(result: Result<T, E>) -> Option<T> {
    result.map_err(|error| assert_lines(&error.to_string())).ok()
}
