//! Facts: what happened once in a session and may not be lost.

pub mod call;
pub mod dns;
mod news;

pub use news::{CloseReason, News};
