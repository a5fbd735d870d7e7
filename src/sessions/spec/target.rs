//! Hosts, ports and addresses to connect to or listen on, as people type them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::socket::HostPort;
use crate::text::sanitize::{self, quoted};

/// The forms that [`parse_host_port`] accepts.
pub const ACCEPTED_TARGETS: &str = "HOST:PORT, as example.com:80, 192.0.2.1:80 or [2001:db8::1]:80";

/// The forms that [`parse_listen`] accepts.
pub const ACCEPTED_LISTEN: &str = "[ADDR:]PORT, as 9000, 127.0.0.1:9000 or [::1]:9000";

/// The forms that [`parse_bind`] accepts.
pub const ACCEPTED_BIND: &str = "ADDR[:PORT], as 127.0.0.1, 127.0.0.1:5000, ::1 or [::1]:5000";

/// The longest host name: RFC 1035 §2.3.4 allows 255 bytes on the wire, 253 as text.
const LONGEST_HOST: usize = 253;

/// Parses a host and a port to connect to: `name:port`, `v4:port` or `[v6]:port`.
///
/// # Errors
/// Fails if a part is wrong; the message says which, and what is accepted.
pub fn parse_host_port(text: &str) -> Result<HostPort, String> {
    let text = text.trim();
    let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED_TARGETS}", quoted(text));
    if let Some(bracketed) = text.strip_prefix('[') {
        let (host, after) = bracketed.split_once(']').ok_or_else(|| wrong("has no closing bracket"))?;
        let host = ipv6_host(host).ok_or_else(|| wrong("has no IPv6 address in its brackets"))?;
        let port = match after.strip_prefix(':') {
            Some(port) => parse_port(port)?,
            None if after.is_empty() => return Err(wrong("has no port")),
            None => return Err(wrong("has no colon after its bracket")),
        };
        return Ok(HostPort { host, port });
    }
    if ipv6_host(text).is_some() {
        return Err(wrong("is an IPv6 address without brackets, so that its port cannot be told"));
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(|| {
        let why = if text.is_empty() { "is no host" } else { "has no port" };
        wrong(why)
    })?;
    if host.contains(':') {
        return Err(wrong("has more than one colon; an IPv6 address needs brackets"));
    }
    Ok(HostPort { host: parse_host(host)?, port: parse_port(port)? })
}

/// A host and a port as separate texts, like the arguments of `nc`; an IPv6 address may lack brackets.
///
/// # Errors
/// Fails if a part is wrong; the message says which, and what is accepted.
pub fn join_host_port(host: &str, port: &str) -> Result<HostPort, String> {
    Ok(HostPort { host: parse_host(host)?, port: parse_port(port)? })
}

/// Parses a host alone: a name (an international one becomes its `xn--` form), an IPv4 or an IPv6 address. Brackets are
/// removed.
///
/// # Errors
/// Fails if the text is empty, too long, or has a character that no host has.
pub fn parse_host(text: &str) -> Result<String, String> {
    let wrong = |why: &str| format!("host {} {why}; accepted: a name, an IPv4 or an IPv6 address", quoted(text));
    if text.is_empty() {
        return Err(wrong("is empty"));
    }
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Some(host) = ipv6_host(inner).or_else(|| zoned_group(inner)) {
        return Ok(host);
    }
    let foreign = |c: char| {
        c.is_whitespace()
            || c.is_ascii_control()
            || sanitize::is_hostile(c)
            || r#"/?#@[]\"'`<>|^%:{},;=&()$!*"#.contains(c)
    };
    if let Some(c) = text.chars().find(|c| foreign(*c)) {
        return Err(wrong(&format!("has {} in it", quoted(c.encode_utf8(&mut [0; 4])))));
    }
    if text.starts_with('-') {
        return Err(wrong("starts with a hyphen"));
    }
    let host = if text.is_ascii() {
        text.to_owned()
    } else {
        url::Host::parse(text).map_err(|_| wrong("is no international domain name"))?.to_string()
    };
    if host.len() > LONGEST_HOST {
        return Err(wrong("is longer than 253 bytes"));
    }
    Ok(host)
}

/// An IPv6 address, with or without a zone (`fe80::1%eth0`), in the spelling that was given.
fn ipv6_host(text: &str) -> Option<String> {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    (zone.is_none_or(is_zone) && address.parse::<Ipv6Addr>().is_ok()).then(|| text.to_owned())
}

/// An IPv4 multicast group with a zone (`239.1.2.3%eth0`): the interface that its datagrams leave by.
fn zoned_group(text: &str) -> Option<String> {
    let (address, zone) = text.split_once('%')?;
    let is_group = address.parse::<Ipv4Addr>().is_ok_and(|address| address.is_multicast());
    (is_group && is_zone(zone)).then(|| text.to_owned())
}

/// Whether the text can be an interface's name or number.
fn is_zone(zone: &str) -> bool {
    (1..=64).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Parses a port to connect to: a number from 1 to 65535.
///
/// # Errors
/// Fails on any other text; the message quotes it.
pub fn parse_port(text: &str) -> Result<u16, String> {
    parse_digits(text)
        .filter(|port| *port != 0)
        .ok_or_else(|| format!("port {} is not a number from 1 to 65535", quoted(text)))
}

/// Parses a port to bind to: a number from 0 to 65535, where 0 lets the kernel choose.
///
/// # Errors
/// Fails on any other text; the message quotes it.
pub fn parse_local_port(text: &str) -> Result<u16, String> {
    parse_digits(text)
        .ok_or_else(|| format!("port {} is not a number from 0 to 65535 (0 lets the kernel choose)", quoted(text)))
}

/// Digits only: `u16::from_str` would accept a plus sign.
fn parse_digits(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Parses where to listen: `[ADDR:]PORT`. A port alone, `:PORT` and `*:PORT` mean every IPv4 address, as in `nc`; port
/// 0 lets the kernel choose; `localhost` is 127.0.0.1, other names are refused.
///
/// # Errors
/// Fails if a part is wrong; the message says which, and what is accepted.
pub fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED_LISTEN}", quoted(text));
    let (address, port) = split_address(text).ok_or_else(|| wrong("is no address and port"))?;
    let port = port.or(address.is_none().then_some(text)).ok_or_else(|| wrong("has no port"))?;
    Ok(SocketAddr::new(local_address(address.unwrap_or("*"))?, parse_local_port(port)?))
}

/// Parses a local address: `ADDR[:PORT]`; without a port the kernel chooses one.
///
/// # Errors
/// Fails if a part is wrong; the message says which, and what is accepted.
pub fn parse_bind(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED_BIND}", quoted(text));
    let (address, port) = if text.parse::<IpAddr>().is_ok() || text.eq_ignore_ascii_case("localhost") {
        (text, "0")
    } else {
        let (address, port) = split_address(text).ok_or_else(|| wrong("is no address"))?;
        (address.ok_or_else(|| wrong("has no address"))?, port.unwrap_or("0"))
    };
    Ok(SocketAddr::new(local_address(address)?, parse_local_port(port)?))
}

/// Splits off the address before the port's colon and the port after it, each if present. `None`: unbalanced brackets,
/// or an IPv6 address without them.
fn split_address(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, after) = bracketed.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) => Some((Some(address), Some(port))),
            None => after.is_empty().then_some((Some(address), None)),
        };
    }
    match text.rsplit_once(':') {
        Some((address, _)) if address.contains(':') => None,
        Some((address, port)) => Some((Some(address), Some(port))),
        None if text.parse::<IpAddr>().is_ok() => Some((Some(text), None)),
        None => Some((None, None)),
    }
}

fn local_address(text: &str) -> Result<IpAddr, String> {
    match text {
        "" | "*" => Ok(Ipv4Addr::UNSPECIFIED.into()),
        name if name.eq_ignore_ascii_case("localhost") => Ok(Ipv4Addr::LOCALHOST.into()),
        address => address.parse().map_err(|_| {
            format!(
                "{} is no address of this machine; accepted: an IPv4 or an IPv6 address, * or localhost",
                quoted(text)
            )
        }),
    }
}

/// The host and port of a URL: the text between `//` and the path, without user information.
pub(super) fn target_of_url(url: &str) -> Option<HostPort> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let default = if scheme == "https" { 443 } else { 80 };
    parse_host_port(host).or_else(|_| parse_host_port(&format!("{host}:{default}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hosts_and_ports_are_taken_in_their_common_spellings() {
        let cases = [
            ("localhost:1", "localhost", 1),
            (" example.com.:65535 ", "example.com.", 65535),
            ("192.0.2.1:80", "192.0.2.1", 80),
            ("[::1]:80", "::1", 80),
            ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
            ("239.1.2.3%eth0:80", "239.1.2.3%eth0", 80),
            ("my_host-2:9000", "my_host-2", 9000),
            ("bücher.example:80", "xn--bcher-kva.example", 80),
        ];
        for (text, host, port) in cases {
            assert_eq!(parse_host_port(text).unwrap(), HostPort { host: host.into(), port }, "{text}");
        }
        assert_eq!(join_host_port("::1", "80").unwrap().to_string(), "[::1]:80");
    }

    #[test]
    fn a_target_that_makes_no_sense_says_which_part_is_wrong() {
        let cases = [
            ("example.com:http", r#"port "http" is not a number from 1 to 65535"#),
            ("example.com:0", r#"port "0" is not"#),
            ("example.com:65536", r#"port "65536" is not"#),
            ("example.com:+80", r#"port "+80" is not"#),
            ("example.com:", r#"port "" is not"#),
            (":80", r#"host "" is empty"#),
            ("", r#""" is no host"#),
            ("example.com", r#""example.com" has no port"#),
            ("::1", "without brackets"),
            ("::1:80", "without brackets"),
            ("2001:db8::1:99999", "more than one colon"),
            ("[::1]", "has no port"),
            ("[::1]80", "no colon after its bracket"),
            ("[::1:80", "no closing bracket"),
            ("[example.com]:80", "no IPv6 address in its brackets"),
            ("a b:80", r#"has " " in it"#),
            ("-x:80", "starts with a hyphen"),
            ("a\u{202e}b:80", r#"has "U+202E" in it"#),
            ("\u{1b}]0;x:80", "␛"),
        ];
        for (text, part) in cases {
            let error = parse_host_port(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.chars().any(sanitize::is_hostile), "{error}");
        }
    }

    #[test]
    fn a_long_name_is_refused_and_cut_in_the_error() {
        let error = parse_host_port(&format!("{}:80", "a".repeat(254))).unwrap_err();
        assert!(error.contains("longer than 253") && error.len() < 200, "{error}");
    }

    #[test]
    fn a_place_to_listen_may_be_a_port_alone() {
        let cases = [
            ("9000", "0.0.0.0:9000"),
            ("0", "0.0.0.0:0"),
            (":9000", "0.0.0.0:9000"),
            ("*:9000", "0.0.0.0:9000"),
            ("localhost:9000", "127.0.0.1:9000"),
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("[::]:9000", "[::]:9000"),
        ];
        for (text, address) in cases {
            assert_eq!(parse_listen(text).unwrap().to_string(), address, "{text}");
        }
        for (text, part) in [
            ("", "from 0 to 65535"),
            ("http", r#"port "http" is not a number from 0"#),
            ("65536", "from 0 to 65535"),
            ("example.com:80", "no address of this machine"),
            ("127.0.0.1", "has no port"),
            ("[::1]", "has no port"),
            ("::1", "accepted: [ADDR:]PORT"),
        ] {
            let error = parse_listen(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_local_address_may_come_without_a_port() {
        let cases = [
            ("127.0.0.1", "127.0.0.1:0"),
            ("::1", "[::1]:0"),
            ("[::1]", "[::1]:0"),
            ("[::1]:7", "[::1]:7"),
            ("127.0.0.1:7", "127.0.0.1:7"),
            ("localhost", "127.0.0.1:0"),
        ];
        for (text, address) in cases {
            assert_eq!(parse_bind(text).unwrap().to_string(), address, "{text}");
        }
        for text in ["9000", "", "example.com", "eth0:80", "::1:99999"] {
            assert!(parse_bind(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_itself(name in "[a-z][a-z0-9-]{0,20}", v4 in any::<Ipv4Addr>(), v6 in any::<Ipv6Addr>(), port in 1_u16..) {
            for host in [name, v4.to_string(), v6.to_string()] {
                let target = HostPort { host, port };
                prop_assert_eq!(parse_host_port(&target.to_string()).unwrap(), target);
            }
            for address in [SocketAddr::from((v4, port)), SocketAddr::from((v6, port))] {
                prop_assert_eq!(parse_listen(&address.to_string()).unwrap(), address);
                prop_assert_eq!(parse_bind(&address.to_string()).unwrap(), address);
            }
        }

        #[test]
        fn anything_typed_is_a_target_or_an_error(text in any::<String>(), near in r"[\[\]:%.*0-9a-f é]{0,24}") {
            for text in [&text, &near] {
                let errors = [parse_host_port(text).err(), parse_listen(text).err(), parse_bind(text).err()];
                prop_assert!(!errors.iter().flatten().any(|error| error.chars().any(sanitize::is_hostile)));
            }
        }
    }

    #[test]
    fn a_url_has_a_host_and_a_port() {
        for (url, there) in [
            ("http://a/b", "a:80"),
            ("https://u:p@a.test?x", "a.test:443"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("https://[::1]/", "[::1]:443"),
        ] {
            assert_eq!(target_of_url(url).map(|there| there.to_string()).as_deref(), Some(there), "{url}");
        }
        assert_eq!(target_of_url("nonsense"), None);
    }
}
