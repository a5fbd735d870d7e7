//! The heads of HTTP requests and responses.

use std::net::SocketAddr;
use std::time::Duration;

/// A request as it was sent. Header values are bytes: a peer's or a user's may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// The method.
    pub method: String,
    /// The whole URL of this hop.
    pub url: String,
    /// In order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body's length, where it is known.
    pub body_bytes: Option<u64>,
}

/// A response's head as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// As `HTTP/1.1`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase that belongs to the code; HTTP/2 sends none.
    pub reason: String,
    /// In the order in which the client library gives them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// From the request's start to the head's arrival.
    pub after: Duration,
    /// The address that answered, where it is known.
    pub peer: Option<SocketAddr>,
}

/// The head of an interim answer: `100 Continue`, `103 Early Hints` (RFC 9110 §15.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterimHead {
    /// The status code, from 100 to 199.
    pub status: u16,
    /// The reason phrase that belongs to the code.
    pub reason: String,
    /// In the order in which the client library gives them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// From the request's start to its arrival.
    pub after: Duration,
}
