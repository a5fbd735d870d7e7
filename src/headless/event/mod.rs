//! Facts as JSON fields: `news` hands each family to its file.

mod dial;
mod dns;
pub(super) mod fields;
mod http;
pub(super) mod kernel;
mod listener;
pub(super) mod news;
mod option;
mod tcp;
pub(super) mod udp;
