//! HTTP through a proxy, by the client library.

mod connector;
mod handshake_clock;
mod library;

pub(in crate::net::http) use handshake_clock::HandshakeClock;
pub(in crate::net::http) use library::{MOST_HTTP2_HEADER_BYTES, client, keep_alive_client, proxy_url};
