//! HTTP over connections of our own, dialled as for every TCP session.

mod connection;
pub(crate) mod direct_body;
mod http1_body;
mod http1_fields;
mod http1_link;
mod http1_request;
mod http2_link;
pub(crate) mod polled_connection;
pub(crate) mod progress_guard;
pub(crate) mod socket_tap;
mod upload;

pub(in crate::net::http) use connection::{HttpConnection, HttpTransport, OpenConnection};
pub(in crate::net::http) use http1_body::Http1Body;
pub(in crate::net::http) use http1_link::Http1End;
pub(in crate::net::http) use http1_request::Unanswered;
pub(in crate::net::http) use http2_link::Http2Link;
pub(in crate::net::http) use upload::UploadFault;
