//! News as JSON fields: [`news`] passes each family to the file of that family.

mod dial;
mod dns;
pub(super) mod fields;
mod http;
pub(super) mod kernel;
mod listener;
pub(super) mod news;
mod option;
mod ports;
pub(super) mod secrets;
mod tcp;
mod tls;
pub(super) mod udp;
mod unix;
