//! Facts as JSON fields: each family has a file. A name once released stays; what is not known is absent.

use serde_json::json;

use super::fields::{EventFields, failure_fields, into_fields};
use super::{dial, dns, http, listener, option, tcp, udp};
use crate::sessions::News;

/// An event's name and its fields. The figures of `closed`, and what a failure means, are added elsewhere, as they are
/// of the session and not of the fact.
pub(crate) fn event(news: &News) -> (&'static str, EventFields) {
    match news {
        News::Dial(news) => dial::event(news),
        News::Listener(news) => listener::event(news),
        News::Tcp(news) => tcp::event(news),
        News::Udp(news) => udp::event(news),
        News::Http(news) => http::event(news),
        News::Option(news) => option::event(news),
        News::Dns(news) => dns::event(news),
        News::ReadingPaused => ("reading_paused", EventFields::new()),
        News::ReadingContinued => ("reading_continued", EventFields::new()),
        News::Warned(failure) => ("warned", failure_fields(failure)),
        News::FileSent { path, bytes } => {
            ("file_sent", into_fields(json!({"path": path.to_string_lossy(), "bytes": bytes})))
        }
        News::Failed(failure) => ("failed", failure_fields(failure)),
        News::Closed { how, .. } => ("closed", into_fields(json!({"how": how.name()}))),
    }
}
