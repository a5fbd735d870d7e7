//! HTTP over connections of our own, dialled as for every TCP session.

mod connection;
pub(crate) mod direct_body;
pub(crate) mod polled_connection;
pub(crate) mod progress_guard;
pub(crate) mod socket_tap;

pub(in crate::net::http) use connection::{HttpConnection, HttpTransport};
