//! HTTP heads in words.

use super::sentence::{NewsSentence, cause, exact, quoted, warned, well};
use crate::text::quantity;
use crate::wire::http::head::{RequestHead, ResponseHead};

pub(super) fn request_text(request: &RequestHead) -> String {
    let body = match request.body_bytes {
        None | Some(0) => String::new(),
        Some(bytes) => format!(" with a body of {}", exact(bytes)),
    };
    format!("asking {} {}{body}", quoted(&request.method), quoted(&request.url))
}

pub(super) fn response_words(response: &ResponseHead) -> NewsSentence {
    let ResponseHead { version, status, reason, after, .. } = response;
    let reason = if reason.is_empty() { String::new() } else { format!(" {}", quoted(reason)) };
    let text = format!("{} {status}{reason} after {}", quoted(version), quantity::duration(*after));
    match status {
        400.. => warned('◆', text),
        300..400 => cause('◆', text),
        _ => well('◆', text),
    }
}
