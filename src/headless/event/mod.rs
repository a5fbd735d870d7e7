//! Facts as JSON fields.

mod dns;
pub(super) mod kernel;
pub(super) mod news;
pub(super) mod udp;
