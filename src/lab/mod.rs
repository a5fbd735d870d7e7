//! The built-in peers: real servers on loopback, to look at and to learn from.

mod http;

pub use http::serve as serve_http;
