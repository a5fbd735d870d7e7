//! What happens until a conversation is open, in words.

use std::net::IpAddr;
use std::time::Duration;

use super::dns;
use super::sentence::{MOST_LISTED, NewsSentence, failed, nth, quiet, quoted, warned, well};
use crate::sessions::news::DialNews;
use crate::text::quantity;

/// A fact of dialling in words.
pub(super) fn note(news: &DialNews) -> NewsSentence {
    match news {
        DialNews::Resolving { host } => quiet('◇', format!("looking up {}", quoted(host))),
        DialNews::Resolved { host, addresses, took } => resolved(host, addresses, *took),
        DialNews::Connecting { peer, attempt } => {
            quiet('◇', format!("connecting to {peer}{}", nth(*attempt, " (attempt ", ")")))
        }
        DialNews::AttemptFailed { failure, took } => {
            warned('✗', format!("{} after {}", failed(failure), quantity::duration(*took)))
        }
        DialNews::Connected { local, took, attempt, .. } => {
            let again = nth(*attempt, ", at attempt ", "");
            well('◆', format!("connected from {local} in {}{again}", quantity::duration(*took)))
        }
        DialNews::Retrying { attempt, of, after, because } => {
            let wait = quantity::duration(*after);
            warned('↻', format!("{}; attempt {attempt} of {of} in {wait}", failed(because)))
        }
        DialNews::Compared(compared) => dns::compared(compared),
        DialNews::Route(route) => dns::route(route),
    }
}

fn resolved(host: &str, addresses: &[IpAddr], took: Duration) -> NewsSentence {
    let listed: Vec<String> = addresses.iter().take(MOST_LISTED).map(ToString::to_string).collect();
    let more = match addresses.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let list = if listed.is_empty() { "no address".to_owned() } else { listed.join(", ") };
    quiet('◆', format!("{} is {list}{more}, looked up in {}", quoted(host), quantity::duration(took)))
}
