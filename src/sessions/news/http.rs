//! Events of an HTTP exchange.

use super::place::NewsPlace;
use crate::wire::http::head::InterimHead;
use crate::wire::http::head::RequestHead;
use crate::wire::http::head::ResponseHead;

/// Events of an HTTP exchange. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpNews {
    /// An HTTP request is being sent, as we wrote it.
    Request(RequestHead),
    /// An interim response (1xx) arrived; HTTP/1.1 allows any number of them before the final response.
    Interim(InterimHead),
    /// An HTTP response's head arrived.
    Response(ResponseHead),
    /// Fields arrived after a response's body (trailers, RFC 9110 §6.5), in order.
    Trailers(Vec<(String, Vec<u8>)>),
    /// A redirect is being followed.
    Redirect {
        /// The status code of the redirect.
        status: u16,
        /// Its target, an absolute URL.
        location: String,
    },
}

impl HttpNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            HttpNews::Trailers(_) => NewsPlace::Transcript,
            HttpNews::Request(_) | HttpNews::Interim(_) | HttpNews::Response(_) | HttpNews::Redirect { .. } => {
                NewsPlace::Everywhere
            }
        }
    }
}
