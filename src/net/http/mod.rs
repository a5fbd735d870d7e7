//! One HTTP exchange: a request, its redirects, and the resulting body.
//!
//! The connection is dialled as for every TCP session. HTTP/1.1 on it is our own ([`crate::wire::http1`]), HTTP/2 is
//! hyper's; only through a proxy are the sockets reqwest's. In all cases our own code follows redirects, decodes, counts bytes before and after decoding, and words
//! the failures.

mod body;
mod body_frame;
mod byte_count;
mod coalesce;
mod coding;
mod dial;
mod exchange;
mod fault;
mod headers;
mod news_gate;
pub(crate) mod own;
pub(crate) mod proxied;
mod receive;
mod redirect;
mod repeated;
mod request;
mod request_fields;
mod response;
mod task;
mod tls_config;
pub(crate) use task::run;

pub(crate) use fault::{TransferStage, from_hyper, too_long};
pub(crate) use repeated::RepeatedRequest;
