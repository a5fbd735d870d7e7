//! The one reader of addresses: hosts, ports and zones, as people type them, to connect to or to listen on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use super::socket::{HostPort, IpFamily};
use super::system_names::{ServiceProtocol, SystemNames};
use crate::text::sanitize::{self, quoted};

/// The forms that [`AddressReader::target`] accepts.
const ACCEPTED_TARGETS: &str = "HOST:PORT, as example.com:80, h:http or [2001:db8::1]:80";

/// The forms that [`AddressReader::listen`] accepts.
const ACCEPTED_LISTEN: &str = "[ADDR:]PORT, as 9000, 127.0.0.1:9000 or [fe80::1%eth0]:9000";

/// The forms that [`AddressReader::bind`] accepts.
const ACCEPTED_BIND: &str = "ADDR[:PORT], as 127.0.0.1, ::1, fe80::1%eth0 or [::1]:5000";

/// The longest host name: RFC 1035 §2.3.4 allows 255 bytes on the wire, 253 as text.
const LONGEST_HOST: usize = 253;

/// Reads addresses: every command, option, URL and field that takes one comes here.
#[derive(Clone, Copy, Debug)]
pub struct AddressReader<'a> {
    names: &'a SystemNames,
    protocol: ServiceProtocol,
}

/// Where a listener listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenPlace {
    /// The address; `[::]` is every IPv6 address, and every IPv4 address too unless the family is [`IpFamily::V6`].
    pub local: SocketAddr,
    /// Whether it is `0.0.0.0` instead if this host has no IPv6; only if no address was given.
    pub falls_back_to_ipv4: bool,
}

impl ListenPlace {
    /// This address, and no other.
    pub fn at(local: SocketAddr) -> Self {
        ListenPlace { local, falls_back_to_ipv4: false }
    }

    /// A port on every address of a family, or of both.
    pub fn everywhere(port: u16, family: IpFamily) -> Self {
        let v6 = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
        match family {
            IpFamily::Any => ListenPlace { local: v6, falls_back_to_ipv4: true },
            IpFamily::V4 | IpFamily::V6 => ListenPlace::at(SocketAddr::new(family.any_address(), port)),
        }
    }
}

impl<'a> AddressReader<'a> {
    /// A reader of addresses whose service names are those of this protocol.
    pub fn new(names: &'a SystemNames, protocol: ServiceProtocol) -> Self {
        AddressReader { names, protocol }
    }

    /// Parses a host and a port to connect to: `name:port`, `v4:port` or `[v6]:port`, the port as a number or as the
    /// name of a service; also behind `tcp://` or `udp://`, whichever is the reader's protocol, and in `<…>`.
    ///
    /// # Errors
    /// Fails if a part is wrong; the message says which, and what is accepted.
    pub fn target(&self, text: &str) -> Result<HostPort, String> {
        let typed = text.trim();
        let text = self.without_scheme(without_brackets_of_mail(typed))?;
        let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED_TARGETS}", quoted(typed));
        if let Some(bracketed) = text.strip_prefix('[') {
            let (host, after) = bracketed.split_once(']').ok_or_else(|| wrong("has no closing bracket"))?;
            let host = ipv6_host(host).ok_or_else(|| wrong("has no IPv6 address in its brackets"))?;
            let port = match after.strip_prefix(':') {
                Some(port) => self.port(port)?,
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
        Ok(HostPort { host: parse_host(host)?, port: self.port(port)? })
    }

    /// A host and a port as separate texts, like the arguments of `nc`; an IPv6 address may lack brackets.
    ///
    /// # Errors
    /// Fails if a part is wrong; the message says which, and what is accepted.
    pub fn pair(&self, host: &str, port: &str) -> Result<HostPort, String> {
        Ok(HostPort { host: parse_host(without_brackets_of_mail(host))?, port: self.port(port)? })
    }

    /// Like [`target`](Self::target), but the port may be missing: also a name or an address alone, where an IPv6
    /// address may lack brackets.
    ///
    /// # Errors
    /// Fails if a part is wrong; the message says which, and what is accepted.
    pub fn target_or(&self, text: &str, port: u16) -> Result<HostPort, String> {
        if text.contains(':') && !is_address(text) {
            return self.target(text);
        }
        Ok(HostPort { host: parse_host(without_brackets_of_mail(text))?, port })
    }

    /// Parses a port to connect to: a number from 1 to 65535, or the name of a service.
    ///
    /// # Errors
    /// Fails on any other text; the message quotes it.
    pub fn port(&self, text: &str) -> Result<u16, String> {
        self.number_or_service(text).filter(|port| *port != 0).ok_or_else(|| self.no_port(text, 1))
    }

    /// Parses a port to bind to: a number from 0 to 65535, where 0 lets the kernel choose, or the name of a service.
    ///
    /// # Errors
    /// Fails on any other text; the message quotes it.
    pub fn local_port(&self, text: &str) -> Result<u16, String> {
        self.number_or_service(text).ok_or_else(|| self.no_port(text, 0))
    }

    /// Parses where to listen: `[ADDR:]PORT`. A port alone, `:PORT` and `*:PORT` mean every address of the family;
    /// `localhost` is 127.0.0.1 (::1 if IPv6 is asked for), other names are refused.
    ///
    /// # Errors
    /// Fails if a part is wrong, or the address is not of the family; the message says which, and what is accepted.
    pub fn listen(&self, text: &str, family: IpFamily) -> Result<ListenPlace, String> {
        let typed = text.trim();
        let text = self.without_scheme(typed)?;
        let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED_LISTEN}", quoted(typed));
        let (address, port) = split_address(text).ok_or_else(|| wrong("is no address and port"))?;
        let port = port.or(address.is_none().then_some(text)).ok_or_else(|| wrong("has no port"))?;
        let port = self.local_port(port)?;
        match address {
            None | Some("" | "*") => Ok(ListenPlace::everywhere(port, family)),
            Some(address) => Ok(ListenPlace::at(self.local_address(address, port, family)?)),
        }
    }

    /// Where to listen, as an address and a port apart; without an address it is every address of the family.
    ///
    /// # Errors
    /// Fails if a part is wrong, or the address is not of the family; the message says which, and what is accepted.
    pub fn listen_pair(&self, address: Option<&str>, port: &str, family: IpFamily) -> Result<ListenPlace, String> {
        let Some(address) = address else { return Ok(ListenPlace::everywhere(self.local_port(port)?, family)) };
        let mut local = self.bind(address, family)?;
        local.set_port(self.local_port(port)?);
        Ok(ListenPlace::at(local))
    }

    /// Parses a local address: `ADDR[:PORT]`; without a port the kernel chooses one.
    ///
    /// # Errors
    /// Fails if a part is wrong, or the address is not of the family; the message says which, and what is accepted.
    pub fn bind(&self, text: &str, family: IpFamily) -> Result<SocketAddr, String> {
        let text = text.trim();
        let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED_BIND}", quoted(text));
        let (address, port) = if is_address(text) || text.eq_ignore_ascii_case("localhost") {
            (text, "0")
        } else {
            let (address, port) = split_address(text).ok_or_else(|| wrong("is no address"))?;
            (address.ok_or_else(|| wrong("has no address"))?, port.unwrap_or("0"))
        };
        self.local_address(address, self.local_port(port)?, family)
    }

    /// An address with its zone, as a number or as the name of an interface: `192.0.2.1`, `fe80::1%eth0`, `fe80::1%2`,
    /// also in brackets.
    ///
    /// # Errors
    /// Fails if it is no address, or there is no such interface; the message says which there are.
    pub fn address(&self, text: &str, port: u16) -> Result<SocketAddr, String> {
        let bare = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
        let (address, zone) = bare.split_once('%').map_or((bare, None), |(address, zone)| (address, Some(zone)));
        let wrong = || format!("{} is no address; accepted: an IPv4 or an IPv6 address", quoted(text));
        match (address.parse::<IpAddr>().map_err(|_| wrong())?, zone) {
            (ip, None) => Ok(SocketAddr::new(ip, port)),
            (IpAddr::V6(ip), Some(zone)) => Ok(SocketAddrV6::new(ip, port, 0, self.zone(zone)?).into()),
            (IpAddr::V4(_), Some(_)) => Err(wrong()),
        }
    }

    /// The index of a zone: a number, or the name of an interface.
    fn zone(&self, zone: &str) -> Result<u32, String> {
        if let Some(index) = self.names.interface(zone) {
            return Ok(index);
        }
        let digits = !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_digit());
        zone.parse().ok().filter(|index| digits && *index != 0).ok_or_else(|| {
            let known = self.names.interface_list();
            let accepted = known.as_deref().unwrap_or("an index");
            format!("this host has no interface {}; accepted: {accepted}", quoted(zone))
        })
    }

    fn local_address(&self, text: &str, port: u16, family: IpFamily) -> Result<SocketAddr, String> {
        let local = if text.eq_ignore_ascii_case("localhost") {
            let loopback: IpAddr =
                if family == IpFamily::V6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
            SocketAddr::new(loopback, port)
        } else if matches!(text, "" | "*") {
            SocketAddr::new(family.any_address(), port)
        } else if is_address(text) {
            self.address(text, port)?
        } else {
            let accepted = "an IPv4 or an IPv6 address, * or localhost";
            return Err(format!("{} is no address of this machine; accepted: {accepted}", quoted(text)));
        };
        if family.admits(local.ip()) {
            Ok(local)
        } else {
            Err(format!("{} is not of the family that -4 or -6 asks for", quoted(text)))
        }
    }

    /// The text behind `tcp://` or `udp://`, without a slash at its end.
    fn without_scheme<'t>(&self, text: &'t str) -> Result<&'t str, String> {
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(text) };
        if scheme.eq_ignore_ascii_case(self.protocol.name()) {
            return Ok(rest.strip_suffix('/').unwrap_or(rest));
        }
        let why = match scheme.to_ascii_lowercase().as_str() {
            known @ ("tcp" | "udp" | "http" | "https") => {
                let command = if known == "https" { "http" } else { known };
                format!("is no {} address; accepted: sockeye {command} {}", self.protocol.name().to_uppercase(), "…")
            }
            _ => format!("has a scheme that is not spoken here; accepted: {}://HOST:PORT", self.protocol.name()),
        };
        Err(format!("{} {why}", quoted(text)))
    }

    fn number_or_service(&self, text: &str) -> Option<u16> {
        parse_digits(text).or_else(|| self.names.port(self.protocol, text))
    }

    fn no_port(&self, text: &str, least: u16) -> String {
        let kernel = if least == 0 { " (0: the kernel chooses)" } else { "" };
        let range = format!("{least} to 65535{kernel}");
        let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_name {
            let protocol = self.protocol.name().to_uppercase();
            format!(
                "port {} is no {protocol} service that this system knows; accepted: a service, or {range}",
                quoted(text)
            )
        } else {
            format!("port {} is not a number from {range}", quoted(text))
        }
    }
}

/// An address as mails and manuals write it: `<example.com:80>`, or in quotes.
fn without_brackets_of_mail(text: &str) -> &str {
    let pairs = [('<', '>'), ('"', '"'), ('\'', '\''), ('`', '`')];
    let inner = pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.map_or(text, str::trim)
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

/// Digits only: `u16::from_str` would accept a plus sign.
fn parse_digits(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text is an address without a port, with or without a zone and brackets.
fn is_address(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    bare.parse::<Ipv4Addr>().is_ok() || ipv6_host(bare).is_some()
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

/// Whether an address is `[::]`: every IPv6 address, and every IPv4 address too if the socket's family allows it.
pub fn is_everywhere(local: SocketAddr) -> bool {
    local.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
}

/// Whether a listener at this address takes both families.
pub fn takes_both_families(local: SocketAddr, family: IpFamily) -> bool {
    is_everywhere(local) && family != IpFamily::V6
}

/// A listener's address in a title: `*:9000` takes both families, `[::]:9000` only IPv6, as `ss` writes them.
pub fn listening_text(local: SocketAddr, family: IpFamily) -> String {
    if takes_both_families(local, family) { format!("*:{}", local.port()) } else { local.to_string() }
}

/// A listener's address in a list, where room is short: `*:9000 v4` takes only IPv4.
pub fn listening_name(local: SocketAddr, family: IpFamily) -> String {
    if local.ip() == IpAddr::V4(Ipv4Addr::UNSPECIFIED) {
        format!("*:{} v4", local.port())
    } else {
        listening_text(local, family)
    }
}

/// A listener's address in a sentence.
pub fn listening_meaning(local: SocketAddr, family: IpFamily) -> String {
    if takes_both_families(local, family) {
        format!("port {} of every address, IPv4 and IPv6", local.port())
    } else {
        local.to_string()
    }
}

/// The host and port of a URL: the text between `//` and the path, without user information.
pub(super) fn target_of_url(url: &str) -> Option<HostPort> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let default = if scheme == "https" { 443 } else { 80 };
    let names = SystemNames::default();
    let reader = AddressReader::new(&names, ServiceProtocol::Tcp);
    reader.target_or(host, default).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> SystemNames {
        SystemNames::usual().with_interfaces(vec![("lo".into(), 1), ("eth0".into(), 7)])
    }

    fn parse_host_port(text: &str) -> Result<HostPort, String> {
        AddressReader::new(&names(), ServiceProtocol::Tcp).target(text)
    }

    fn parse_listen(text: &str) -> Result<SocketAddr, String> {
        AddressReader::new(&names(), ServiceProtocol::Tcp).listen(text, IpFamily::Any).map(|place| place.local)
    }

    fn parse_bind(text: &str) -> Result<SocketAddr, String> {
        AddressReader::new(&names(), ServiceProtocol::Tcp).bind(text, IpFamily::Any)
    }

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
            ("127.0.0.1:http", "127.0.0.1", 80),
            ("[::1]:https", "::1", 443),
            ("tcp://127.0.0.1:80", "127.0.0.1", 80),
            ("TCP://h:domain/", "h", 53),
            ("<example.com:80>", "example.com", 80),
            ("'example.com:80'", "example.com", 80),
        ];
        for (text, host, port) in cases {
            assert_eq!(parse_host_port(text).unwrap(), HostPort { host: host.into(), port }, "{text}");
        }
        let names = names();
        let udp = AddressReader::new(&names, ServiceProtocol::Udp);
        assert_eq!(udp.pair("::1", "80").unwrap().to_string(), "[::1]:80");
        assert_eq!(udp.target("udp://h:syslog").unwrap().to_string(), "h:514");
        assert_eq!(udp.pair("<h>", "ntp").unwrap().to_string(), "h:123");
    }

    #[test]
    fn a_port_that_is_missing_is_the_default() {
        let names = names();
        let reader = AddressReader::new(&names, ServiceProtocol::Tcp);
        for (text, expected) in [
            ("h", "h:23"),
            ("h:80", "h:80"),
            ("<h>", "h:23"),
            ("192.0.2.1", "192.0.2.1:23"),
            ("::1", "[::1]:23"),
            ("[::1]", "[::1]:23"),
            ("[fe80::1%eth0]:http", "[fe80::1%eth0]:80"),
            ("fe80::1%eth0", "[fe80::1%eth0]:23"),
            ("224.0.0.251%eth0", "224.0.0.251%eth0:23"),
        ] {
            assert_eq!(reader.target_or(text, 23).unwrap().to_string(), expected);
        }
        for text in ["", "h:", "h:0", "a:b:c", "[h]", "192.0.2.1%eth0", "::1%"] {
            assert!(reader.target_or(text, 23).is_err(), "{text}");
        }
    }

    #[test]
    fn a_target_that_makes_no_sense_says_which_part_is_wrong() {
        let cases = [
            ("example.com:nope", r#"port "nope" is no TCP service that this system knows; accepted: a service, or 1"#),
            ("example.com:syslog", r#"port "syslog" is no TCP service"#),
            ("udp://example.com:53", "is no TCP address; accepted: sockeye udp"),
            ("ws://example.com:80", "a scheme that is not spoken here; accepted: tcp://HOST:PORT"),
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
            assert!(error.chars().count() <= 160, "two rows at 80 columns: {error}");
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
            ("9000", "[::]:9000"),
            ("0", "[::]:0"),
            ("http", "[::]:80"),
            (":9000", "[::]:9000"),
            ("*:9000", "[::]:9000"),
            ("tcp://127.0.0.1:9000/", "127.0.0.1:9000"),
            ("[fe80::1%lo]:9000", "[fe80::1%1]:9000"),
            ("[fe80::1%7]:ssh", "[fe80::1%7]:22"),
            ("localhost:9000", "127.0.0.1:9000"),
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("[::]:9000", "[::]:9000"),
        ];
        for (text, address) in cases {
            assert_eq!(parse_listen(text).unwrap().to_string(), address, "{text}");
        }
        for (text, part) in [
            ("", "from 0 to 65535"),
            ("nope", r#"port "nope" is no TCP service"#),
            ("[fe80::1%nope]:1", r#"no interface "nope"; accepted: lo, eth0"#),
            ("[fe80::1%0]:1", r#"no interface "0""#),
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
    fn a_family_chooses_the_addresses_of_a_listener() {
        let names = names();
        let reader = AddressReader::new(&names, ServiceProtocol::Udp);
        let place = |text, family| reader.listen(text, family).unwrap();
        let [v4, v6] = ["0.0.0.0:9", "[::]:9"].map(|text| text.parse::<SocketAddr>().unwrap());
        assert_eq!(place("9", IpFamily::Any), ListenPlace { local: v6, falls_back_to_ipv4: true });
        assert_eq!(place("9", IpFamily::V4), ListenPlace::at(v4));
        assert_eq!(place("*:9", IpFamily::V6), ListenPlace::at(v6));
        assert_eq!(place("[::]:9", IpFamily::Any), ListenPlace::at(v6), "asked for by name: no other one instead");
        assert_eq!(place("localhost:9", IpFamily::V6).local.to_string(), "[::1]:9");
        assert!(reader.listen("127.0.0.1:9", IpFamily::V6).unwrap_err().contains("-4 or -6"));
        assert!(reader.bind("::1", IpFamily::V4).unwrap_err().contains("-4 or -6"));
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
            (":7", "0.0.0.0:7"),
            ("*:7", "0.0.0.0:7"),
            ("fe80::1%eth0", "[fe80::1%7]:0"),
            ("[fe80::1%1]", "[fe80::1%1]:0"),
            ("[fe80::1%eth0]:5000", "[fe80::1%7]:5000"),
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
