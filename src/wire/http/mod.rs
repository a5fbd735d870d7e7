//! HTTP messages.

pub mod head;
