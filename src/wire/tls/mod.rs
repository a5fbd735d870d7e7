//! TLS: records and handshake messages, and the certificates of a chain.

pub mod bare_key;
pub mod certificate;
mod certificate_words;
mod distinguished_name;
mod hello;
pub mod names;
pub mod record;
