//! TLS: trusted certificates, handshakes, and failures as text.

mod any_certificate;
mod client;
mod fault;
mod handshake;
mod key_log;
mod own_certificate;
mod provider;
mod tap;
mod trust;
mod witness;

pub(crate) use client::TlsClient;
pub(crate) use fault::failure;
pub(crate) use handshake::{HandshakeFailure, client_handshake};
pub(crate) use trust::{TlsTrust, TrustRoots};
