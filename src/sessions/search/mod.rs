//! Searching and filtering a transcript.

pub mod filter;
mod finder;
mod needle;
pub(crate) mod window;

pub use finder::{Finder, MOST_HITS, find_all};
pub use needle::{LONGEST_NEEDLE, Needle, SearchHit};
