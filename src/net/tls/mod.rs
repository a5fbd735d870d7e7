//! TLS: whom we trust, and what went wrong, in words.

mod fault;
mod trust;

pub(crate) use fault::failure;
pub(crate) use trust::{TlsTrust, TrustRoots, config};
