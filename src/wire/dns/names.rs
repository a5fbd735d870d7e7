//! The names to query in turn, and names that are never queried.

use std::net::IpAddr;

use hickory_proto::rr::Name;

/// The most search domains; glibc reads as many as a line holds.
pub const MOST_SEARCHED: usize = 16;

/// A name for the wire: in ASCII, without the final dot, as text of labels.
///
/// # Errors
/// Fails if the name is not valid; the message says what is wrong and what is accepted.
pub fn check_name(name: &str) -> Result<String, String> {
    let wrong = |why: &str| {
        let shown = crate::text::sanitize::line(&name.chars().take(80).collect::<String>());
        format!("`{shown}` {why}; accepted: a name of at most 253 bytes, its parts of 1 to 63")
    };
    if name == "." {
        return Ok(name.to_owned());
    }
    let is_absolute = name.ends_with('.') && !name.ends_with("\\.");
    let name_only = if is_absolute { &name[..name.len() - 1] } else { name };
    let ascii = if name_only.is_ascii() {
        name_only.to_owned()
    } else {
        match url::Host::parse(name_only) {
            Ok(url::Host::Domain(ascii)) => ascii,
            _ => return Err(wrong("has letters that no name can have")),
        }
    };
    if ascii.is_empty() || ascii.len() > 253 {
        return Err(wrong("is not a valid name"));
    }
    if ascii.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err(wrong("has blanks or controls in it"));
    }
    if ascii.replace("\\.", "x").split('.').any(|label| label.is_empty() || label.len() > 63) {
        return Err(wrong("has an empty part, or one that is too long"));
    }
    Ok(if is_absolute { format!("{ascii}.") } else { ascii })
}

/// The names to query in turn, each absolute, until one has an answer (resolv.conf(5): `search`, `ndots`).
///
/// A name that ends with a dot is the only one. A name with at least `ndots` dots is queried as it is before the search
/// domains, any other name after them.
pub fn search_names(name: &str, search: &[String], ndots: usize) -> Vec<String> {
    if name.ends_with('.') {
        return vec![name.to_owned()];
    }
    let itself = format!("{name}.");
    let within = search
        .iter()
        .take(MOST_SEARCHED)
        .map(|domain| domain.trim_matches('.'))
        .filter(|domain| !domain.is_empty())
        .map(|domain| format!("{name}.{domain}."))
        .filter(|name| name.len() <= 254);
    let dots = name.bytes().filter(|byte| *byte == b'.').count();
    let mut names: Vec<String> = within.collect();
    let place = if dots >= ndots { 0 } else { names.len() };
    names.insert(place, itself);
    names
}

/// Why a name must not be sent to a name server; `None`: it may be.
pub fn not_queried_reason(name: &str) -> Option<&'static str> {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    [
        ("localhost", "RFC 6761 keeps it to this machine"),
        ("local", "RFC 6762 leaves it to multicast DNS"),
        ("onion", "RFC 7686 leaves it to Tor"),
    ]
    .iter()
    .find(|(domain, _)| domain.eq_ignore_ascii_case(last))
    .map(|(_, why)| *why)
}

/// The name for a reverse lookup of an address: `4.3.2.1.in-addr.arpa.` (RFC 1035 §3.5, RFC 3596 §2.5).
pub fn reverse_name(ip: IpAddr) -> String {
    Name::from(ip).to_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dots_of_a_name_say_whether_the_domains_come_first() {
        let search = ["corp.example".to_owned(), "example.".to_owned()];
        assert_eq!(search_names("web", &search, 1), ["web.corp.example.", "web.example.", "web."]);
        assert_eq!(search_names("a.b", &search, 1), ["a.b.", "a.b.corp.example.", "a.b.example."]);
        assert_eq!(search_names("a.b", &search, 5), ["a.b.corp.example.", "a.b.example.", "a.b."]);
        assert_eq!(search_names("a.b.", &search, 5), ["a.b."]);
        assert_eq!(search_names("web", &[], 1), ["web."]);
        assert_eq!(search_names("web", &vec!["x".to_owned(); 100], 1).len(), MOST_SEARCHED + 1);
    }

    #[test]
    fn an_address_has_a_name_in_the_reverse_tree() {
        assert_eq!(reverse_name([192, 0, 2, 1].into()), "1.2.0.192.in-addr.arpa.");
        let v6 = reverse_name("2001:db8::1".parse().unwrap());
        assert_eq!(v6, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
    }

    #[test]
    fn a_name_is_checked_before_it_is_sent() {
        assert_eq!(check_name("bücher.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(check_name("example.org.").unwrap(), "example.org.");
        assert_eq!(check_name("_sip._udp.example").unwrap(), "_sip._udp.example");
        assert_eq!(check_name(".").unwrap(), ".");
        for wrong in ["", "a..b", "a b", "..", &"x".repeat(64), &"x.".repeat(130)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_this_machine_are_asked_of_nobody() {
        for name in ["localhost", "LOCALHOST.", "db.localhost", "printer.local", "abc.onion"] {
            assert!(not_queried_reason(name).is_some(), "{name}");
        }
        assert_eq!(not_queried_reason("local.example"), None);
    }
}
