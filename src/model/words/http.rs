//! News of an HTTP exchange, in words.

use super::sentence::{
    NewsSentence, cause, exact_bytes, foreign_text, good_sentence, quiet_sentence, warning_sentence,
};
use crate::sessions::news::HttpNews;
use crate::text::quantity;
use crate::text::secret::mask_text;
use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};

/// News of an HTTP exchange, in words.
pub(super) fn http_sentence(news: &HttpNews) -> NewsSentence {
    match news {
        HttpNews::Request(request) => cause('◇', request_text(request)),
        HttpNews::Interim(interim) => {
            let InterimHead { status, reason, after, .. } = interim;
            quiet_sentence('◆', format!("interim {status} {reason} after {}", quantity::duration(*after)))
        }
        HttpNews::Response(response) => response_words(response),
        HttpNews::Trailers(fields) => {
            let names: Vec<String> = fields.iter().map(|(name, _)| foreign_text(name)).collect();
            good_sentence('◆', format!("trailers: {}", foreign_text(&names.join(", "))))
        }
        HttpNews::BrokenRule(broken) => {
            warning_sentence('!', format!("{}, {}", foreign_text(&broken.rule_text()), broken.place_text()))
        }
        HttpNews::Phase { phase, took, .. } => {
            quiet_sentence('◆', format!("{} took {}", phase.name(), quantity::duration(*took)))
        }
        HttpNews::Redirect { status, location } => {
            cause('↻', format!("following the redirect ({status}) to {}", foreign_text(&mask_text(location))))
        }
    }
}

fn request_text(request: &RequestHead) -> String {
    let body = match request.body_bytes {
        None | Some(0) => String::new(),
        Some(bytes) => format!(" with a body of {}", exact_bytes(bytes)),
    };
    format!("asking {} {}{body}", foreign_text(&request.method), foreign_text(&mask_text(&request.url)))
}

fn response_words(response: &ResponseHead) -> NewsSentence {
    let ResponseHead { version, status, reason, after, .. } = response;
    let reason = if reason.is_empty() { String::new() } else { format!(" {}", foreign_text(reason)) };
    let text = format!("{} {status}{reason} after {}", foreign_text(version), quantity::duration(*after));
    match status {
        400.. => warning_sentence('◆', text),
        300..400 => cause('◆', text),
        _ => good_sentence('◆', text),
    }
}
