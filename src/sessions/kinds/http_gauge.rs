//! Counters of an HTTP body.

/// Counters that change while a body arrives. `None`: cannot be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HttpGauge {
    /// Body bytes as they came over the wire: still compressed, chunk framing taken off.
    pub wire_body_bytes: u64,
    /// Body bytes after decoding.
    pub body_bytes: u64,
    /// Content-Length, if the response has one.
    pub expected_bytes: Option<u64>,
    /// All bytes the connection received: TLS and headers included, by the kernel's count.
    pub connection_received: Option<u64>,
    /// All bytes the connection sent.
    pub connection_sent: Option<u64>,
}
