//! What happens until a conversation is open, in words.

use std::net::IpAddr;
use std::time::Duration;

use super::sentence::{MOST_LISTED, NewsSentence, quiet, quoted};
use crate::text::quantity;

pub(super) fn resolved(host: &str, addresses: &[IpAddr], took: Duration) -> NewsSentence {
    let listed: Vec<String> = addresses.iter().take(MOST_LISTED).map(ToString::to_string).collect();
    let more = match addresses.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let list = if listed.is_empty() { "no address".to_owned() } else { listed.join(", ") };
    quiet('◆', format!("{} is {list}{more}, looked up in {}", quoted(host), quantity::duration(took)))
}
