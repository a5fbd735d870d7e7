//! What happens in an HTTP exchange.

use crate::wire::http::head::InterimHead;
use crate::wire::http::head::RequestHead;
use crate::wire::http::head::ResponseHead;

/// What happens in an HTTP exchange. The order is roughly that in which it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpNews {
    /// An HTTP request is being sent, as we wrote it.
    Request(RequestHead),
    /// An interim answer arrived: 1xx, of which HTTP/1.1 may send any number before the response.
    Interim(InterimHead),
    /// An HTTP response's head arrived.
    Response(ResponseHead),
    /// Fields came after a response's body (RFC 9110 §6.5), in order.
    Trailers(Vec<(String, Vec<u8>)>),
    /// A redirect is being followed.
    Redirect {
        /// The status that asked for it.
        status: u16,
        /// Where it leads, absolute.
        location: String,
    },
}
