//! The heads of HTTP requests and responses.

use std::net::SocketAddr;
use std::time::Duration;

/// A request as it was sent. Header values are bytes, because they may have any content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// The method.
    pub method: String,
    /// The complete URL of this hop.
    pub url: String,
    /// The header fields, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body's length, if known.
    pub body_bytes: Option<u64>,
}

/// A response's head as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The version, as `HTTP/1.1`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase as it came; HTTP/2 sends none.
    pub reason: String,
    /// The header fields, over HTTP/1.1 as they came, else in the order of the client library. A line without a colon has
    /// no name.
    pub headers: Vec<(String, Vec<u8>)>,
    /// From the request's start to the head's arrival.
    pub after: Duration,
    /// The address of the server, if known.
    pub peer: Option<SocketAddr>,
}

/// The head of an interim response: `100 Continue`, `103 Early Hints` (RFC 9110 §15.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterimHead {
    /// The status code, from 100 to 199.
    pub status: u16,
    /// The reason phrase as it came; over HTTP/2, which sends none, the standard one of the status code.
    pub reason: String,
    /// The header fields, as in [`ResponseHead`].
    pub headers: Vec<(String, Vec<u8>)>,
    /// From the request's start to its arrival.
    pub after: Duration,
}
