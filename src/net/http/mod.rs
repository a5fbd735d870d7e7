//! One HTTP exchange: a request, the redirects it leads through, and the body that comes of it.
//!
//! The connection is dialled as every TCP session is, and spoken to by hyper; only where a proxy stands between us and
//! the host are the sockets reqwest's. The hops, the decoding, the counts on both sides of it and the words for what
//! went wrong are ours in both cases.

mod body;
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
mod response;
mod task;
mod tls_config;
pub(crate) use task::run;

pub(crate) use fault::{TransferStage, from_hyper};
pub(crate) use repeated::RepeatedRequest;
