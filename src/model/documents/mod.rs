//! Documents: text that a view shows instead of the transcript.

pub mod body;
pub mod dns;
pub mod document;
pub(crate) mod http;
pub mod json;
pub(crate) mod of_view;
pub mod path;
mod time_bars;
pub mod timing;
pub(crate) mod tls;
