//! What is known of an HTTP exchange.

use std::time::Duration;

use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};

/// One request and its answer; redirects make several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpHop {
    /// What was asked.
    pub request: RequestHead,
    /// What was answered, once it is there.
    pub response: Option<ResponseHead>,
    /// Interim answers (1xx) before it, at most [`MOST_INTERIM`]; further ones are not kept.
    pub interim: Vec<InterimHead>,
    /// The fields that came after the body, in order; empty where there were none.
    pub trailers: Vec<(String, Vec<u8>)>,
}

impl HttpHop {
    /// A request that was not answered yet.
    pub fn asked(request: RequestHead) -> Self {
        HttpHop { request, response: None, interim: Vec::new(), trailers: Vec::new() }
    }
}

/// What is measured while a body arrives. `None`: cannot be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HttpGauge {
    /// Body octets as they came over the wire: still compressed, chunk framing taken off.
    pub wire_body_bytes: u64,
    /// Body octets decoded.
    pub body_bytes: u64,
    /// Content-Length, where the response has one.
    pub expected_bytes: Option<u64>,
    /// All octets the connection received: TLS and headers included, by the kernel's count.
    pub connection_received: Option<u64>,
    /// All octets the connection sent.
    pub connection_sent: Option<u64>,
}

/// An HTTP exchange as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct HttpExchange {
    /// Requests and responses, redirects first.
    pub hops: Vec<HttpHop>,
    /// What is measured of the body.
    pub gauge: HttpGauge,
    /// From the opening to the end, once it ended.
    pub took: Option<Duration>,
}

impl HttpExchange {
    /// The last response's head, once there is one.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.hops.iter().rev().find_map(|hop| hop.response.as_ref())
    }
}
