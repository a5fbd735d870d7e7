//! Text fields.

mod field;
pub mod keys;
pub mod window;

pub use field::{FieldLines, TextField};
