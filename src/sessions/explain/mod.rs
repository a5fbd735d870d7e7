//! Why a session failed or makes no progress, and what to try next.

mod book;
pub mod remedy;
mod sent_again;
mod standing;
pub mod suggestions;

pub use book::{Explanation, ExplanationBook, ExplanationMatch, NextStep};
pub use sent_again::sent_by;
pub use standing::Situation;
