//! News as JSON fields; each family has a file. A field name that was released never changes; an unknown value is
//! absent.

use serde_json::json;

use super::fields::{EventFields, failure_fields, into_fields};
use super::secrets::mask_fields;
use super::{dial, dns, http, listener, option, ports, tcp, tls, udp, unix};
use crate::sessions::News;
use crate::text::secret::SecretDisplay;

/// The name of the event, and its fields. The totals of `closed` and the explanation of a failure are added elsewhere,
/// because they depend on the session and not only on the news. Secrets are
/// masked or shown.
pub(crate) fn event(news: &News, secrets: SecretDisplay) -> (&'static str, EventFields) {
    let (name, mut fields) = match news {
        News::Dial(news) => dial::event(news),
        News::Listener(news) => listener::event(news),
        News::Tcp(news) => tcp::event(news),
        News::Udp(news) => udp::event(news),
        News::Tls(news) => tls::event(news),
        News::Http(news) => http::event(news, secrets),
        News::Option(news) => option::event(news),
        News::Dns(news) => dns::event(news),
        News::Ports(news) => ports::event(news),
        News::Unix(news) => unix::event(news),
        News::ReadingPaused => ("reading_paused", EventFields::new()),
        News::ReadingContinued => ("reading_continued", EventFields::new()),
        News::Warned(failure) => ("warned", failure_fields(failure)),
        News::FileSent { path, bytes } => {
            ("file_sent", into_fields(json!({"path": path.to_string_lossy(), "bytes": bytes})))
        }
        News::Failed(failure) => ("failed", failure_fields(failure)),
        News::Closed { how, .. } => ("closed", into_fields(json!({"how": how.name()}))),
    };
    mask_fields(&mut fields, secrets);
    (name, fields)
}
