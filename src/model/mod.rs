//! What the person is doing: no socket, no colour, no clock.

pub mod document;
mod heads;
pub mod pretty;
pub mod rows;
pub mod words;
pub(crate) mod wrap;
