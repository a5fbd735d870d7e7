//! TLS: trusted certificates, and failures as text.

mod fault;
mod trust;

pub(crate) use fault::failure;
pub(crate) use trust::{TlsTrust, TrustRoots, config};
