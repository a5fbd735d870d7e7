//! The names to query in turn, and names that are never queried.

use std::net::IpAddr;

use super::name_text::NameLabels;
use crate::text::sanitize::quoted;

/// The most search domains; glibc reads as many as a line holds.
pub const MOST_SEARCHED: usize = 16;

/// A name in the form in which it is asked for and compared, as [`NameLabels::to_text`] writes it, with a final dot only
/// if it has one. Letters that are not ASCII are written as IDNA has it (RFC 5891), bytes of `\DDD` stay as they are.
///
/// # Errors
/// Fails if the name is not valid; the message says what is wrong and what is accepted.
pub fn check_name(name: &str) -> Result<String, String> {
    Ok(NameLabels::parse(&in_ascii(name)?)?.to_text())
}

/// A name with its letters that are not ASCII in the form of IDNA.
fn in_ascii(name: &str) -> Result<String, String> {
    if name.is_ascii() {
        return Ok(name.to_owned());
    }
    let wrong = || format!("{} has letters that no name can have", quoted(name));
    let ascii = |part: &str| match url::Host::parse(part) {
        Ok(url::Host::Domain(ascii)) => Ok(ascii),
        _ => Err(wrong()),
    };
    if !name.contains('\\') {
        let (name_only, dot) = name.strip_suffix('.').map_or((name, ""), |name| (name, "."));
        return Ok(ascii(name_only)? + dot);
    }
    // IDNA knows no escapes: each label by itself, and a label has either of both.
    let parts = name.split('.').map(|part| if part.is_ascii() { Ok(part.to_owned()) } else { ascii(part) });
    Ok(parts.collect::<Result<Vec<String>, String>>()?.join("."))
}

/// The names to query in turn, each absolute, until one has an answer (resolv.conf(5): `search`, `ndots`).
///
/// A name that ends with a dot is the only one. A name with at least `ndots` dots is queried as it is before the search
/// domains, any other name after them. Search domains that are no names, or make the name too long, are passed over.
pub fn search_names(name: &str, search: &[String], ndots: usize) -> Vec<String> {
    let Ok(labels) = NameLabels::parse(name) else { return vec![name.to_owned()] };
    if labels.is_absolute() {
        return vec![name.to_owned()];
    }
    let within = search
        .iter()
        .take(MOST_SEARCHED)
        .map(|domain| domain.trim_matches('.'))
        .filter_map(|domain| NameLabels::parse(domain).ok())
        .filter_map(|domain| labels.within(&domain))
        .map(|name| name.to_text());
    let mut names: Vec<String> = within.collect();
    let place = if labels.inner_dots() >= ndots { 0 } else { names.len() };
    names.insert(place, format!("{}.", labels.to_text()));
    names
}

/// Why a name must not be sent to a name server; `None`: it may be.
pub fn not_queried_reason(name: &str) -> Option<&'static str> {
    let labels = NameLabels::parse(name).ok()?;
    let last = labels.last_label()?;
    [
        ("localhost", "RFC 6761 keeps it to this machine"),
        ("local", "RFC 6762 leaves it to multicast DNS"),
        ("onion", "RFC 7686 leaves it to Tor"),
    ]
    .iter()
    .find(|(domain, _)| domain.as_bytes().eq_ignore_ascii_case(last))
    .map(|(_, why)| *why)
}

/// The name for a reverse lookup of an address: `4.3.2.1.in-addr.arpa.` (RFC 1035 §3.5, RFC 3596 §2.5).
pub fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
        }
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            let labels: String = nibbles.map(|nibble| format!("{nibble:x}.")).collect();
            format!("{labels}ip6.arpa.")
        }
    }
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
        assert_eq!(check_name("bücher.example.").unwrap(), "xn--bcher-kva.example.");
        assert_eq!(check_name(r"\065\.b.bücher.example").unwrap(), r"A\.b.xn--bcher-kva.example");
        assert_eq!(check_name("a b.\u{7f}\"").unwrap(), r#"a\032b.\127\""#);
        for wrong in ["", "a..b", "..", "ü..b", r"b\252ü", &"x".repeat(64), &"x.".repeat(130)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_dot_in_a_label_is_no_end_of_a_label() {
        let search = ["corp.example".to_owned(), "a..b".to_owned()];
        assert_eq!(search_names(r"a\.b", &search, 1), [r"a\.b.corp.example.", r"a\.b."]);
        assert_eq!(search_names(r"a\\.", &search, 1), [r"a\\."]);
        assert_eq!(not_queried_reason(r"printer\.local"), None);
    }

    #[test]
    fn names_of_this_machine_are_asked_of_nobody() {
        for name in ["localhost", "LOCALHOST.", "db.localhost", "printer.local", "abc.onion"] {
            assert!(not_queried_reason(name).is_some(), "{name}");
        }
        assert_eq!(not_queried_reason("local.example"), None);
    }
}
