//! HTTP messages.

pub mod head;
pub mod request_target;
