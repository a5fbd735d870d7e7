//! Content codings (RFC 9110 §8.4), decoded as the body arrives.

pub(crate) mod coder;
mod decode;
pub(crate) mod gzip;
mod step;

pub(in crate::net::http) use decode::{BodyDecoder, ContentCodings};
