//! News of dialling, in words.

use std::net::IpAddr;
use std::time::Duration;

use super::dns;
use super::sentence::{
    MOST_LISTED, NewsSentence, attempt_number, failure_text, foreign_text, good_sentence, quiet_sentence,
    warning_sentence,
};
use crate::sessions::news::DialNews;
use crate::text::quantity;

/// News of dialling, in words.
pub(super) fn dial_sentence(news: &DialNews) -> NewsSentence {
    match news {
        DialNews::Resolving { host } => quiet_sentence('◇', format!("looking up {}", foreign_text(host))),
        DialNews::Resolved { host, addresses, took } => resolved_sentence(host, addresses, *took),
        DialNews::Connecting { peer, attempt, .. } => {
            quiet_sentence('◇', format!("connecting to {peer}{}", attempt_number(*attempt, " (attempt ", ")")))
        }
        DialNews::AttemptFailed { failure, took } => {
            warning_sentence('✗', format!("{} after {}", failure_text(failure), quantity::duration(*took)))
        }
        DialNews::Connected { local, took, attempt, .. } => {
            let again = attempt_number(*attempt, ", at attempt ", "");
            good_sentence('◆', format!("connected from {local} in {}{again}", quantity::duration(*took)))
        }
        DialNews::Opened { local, target } => {
            good_sentence('◆', format!("open on {local}: sends go to {target}, and every address is heard"))
        }
        DialNews::Retrying { attempt, of, after, because } => {
            let wait = quantity::duration(*after);
            warning_sentence('↻', format!("{}; attempt {attempt} of {of} in {wait}", failure_text(because)))
        }
        DialNews::Compared(compared) => dns::compared(compared),
        DialNews::Route(route) => dns::route(route),
    }
}

fn resolved_sentence(host: &str, addresses: &[IpAddr], took: Duration) -> NewsSentence {
    let listed: Vec<String> = addresses.iter().take(MOST_LISTED).map(ToString::to_string).collect();
    let more = match addresses.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let list = if listed.is_empty() { "no address".to_owned() } else { listed.join(", ") };
    quiet_sentence('◆', format!("{} is {list}{more}, looked up in {}", foreign_text(host), quantity::duration(took)))
}
