//! The values of curl's options, each parsed in one place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::AddressReader;
use crate::sessions::spec::{IpFamily, RequestedOptions};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::option;
use url::Url;

/// The most redirects that `--max-redirs` may ask for.
const MOST_REDIRECTS: usize = 1000;

/// The longest method that is accepted; the longest registered one has 17 bytes.
const LONGEST_METHOD: usize = 32;

/// Whether a text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The methods that are taken for one without `-X`, also in lower case.
const USUAL_METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// The usual method that a word names; its case does not count.
pub fn usual_method(word: &str) -> Option<&'static str> {
    USUAL_METHODS.into_iter().find(|method| method.eq_ignore_ascii_case(word))
}

pub(super) fn method(text: &str) -> Result<String, String> {
    if is_token(text) && text.len() <= LONGEST_METHOD {
        Ok(text.to_owned())
    } else {
        Err(format!("method {} is no token; accepted: GET, POST, … of at most {LONGEST_METHOD} letters", quoted(text)))
    }
}

/// A header; its value may be empty, and contains no control character but tab (RFC 9110 §5.5).
pub(super) fn header(name: &str, content: &str) -> Result<(String, String), String> {
    if !is_token(name) {
        return Err(format!("header name {} is no token; accepted: letters, digits and hyphens", quoted(name)));
    }
    if content.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
        return Err(format!("the value of header {} has a control character in it", quoted(name)));
    }
    Ok((name.to_owned(), content.to_owned()))
}

/// Removes what says how a body is coded, where there is none. Returns whether there was such a field.
pub(super) fn drop_framing(headers: &mut Vec<(String, String)>) -> bool {
    let count = headers.len();
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("transfer-encoding"));
    headers.len() < count
}

/// Whether `--noproxy` names a host: `*`, the host itself, or a domain that it belongs to.
pub(super) fn passes_proxy(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split([',', ' ']).filter(|named| !named.is_empty()).any(|named| {
        let named = named.trim_start_matches('.').trim_matches(['[', ']']).to_ascii_lowercase();
        named == "*" || host == named || host.strip_suffix(named.as_str()).is_some_and(|front| front.ends_with('.'))
    })
}

pub(super) fn user(text: String) -> Result<String, String> {
    if text.contains(':') {
        Ok(text)
    } else {
        Err(format!("-u {} has no password, and there is no prompt for one; accepted: -u USER:PASSWORD", quoted(&text)))
    }
}

pub(super) fn cookie(text: &str) -> Result<String, String> {
    if !text.contains('=') {
        return Err(format!("-b {} is a cookie file, which is not read; accepted: -b 'NAME=VALUE'", quoted(text)));
    }
    Ok(header("Cookie", text)?.1)
}

pub(super) fn redirects(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|most| *most <= MOST_REDIRECTS && !text.starts_with('+')).ok_or_else(|| {
        format!("--max-redirs {} is no number of redirects; accepted: 0 to {MOST_REDIRECTS}", quoted(text))
    })
}

/// Seconds, as in curl, or a duration with its unit; 0 means no limit.
pub(super) fn seconds(option: &str, text: &str) -> Result<Option<Duration>, String> {
    let duration = quantity::parse_duration(text).map_err(|error| format!("{option}: {error}"))?;
    Ok(Some(duration).filter(|duration| !duration.is_zero()))
}

/// `-r`: the Range field.
pub(super) fn range(named: &str, text: &str) -> Result<(String, String), String> {
    let is_range = |part: &str| {
        part.split_once('-').is_some_and(|(from, to)| {
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            digits(from) && digits(to) && !(from.is_empty() && to.is_empty())
        })
    };
    if !text.split(',').all(|part| is_range(part.trim())) {
        return Err(format!("{named} {} is no range of bytes; accepted: 0-499, 500-, -500", quoted(text)));
    }
    header("Range", &format!("bytes={text}"))
}

/// The Range field for all from this byte on.
pub fn range_from(offset: u64) -> (String, String) {
    ("Range".to_owned(), format!("bytes={offset}-"))
}

/// An absolute URL of `http` or `https`; without a scheme it is `http`, as in curl. A zone (RFC 6874) is taken off, as
/// it must not be sent; it comes back as the address to use for that host.
pub(super) fn url(text: &str, addresses: AddressReader<'_>) -> Result<(Url, Option<(String, SocketAddr)>), String> {
    let wrong = |why: &str| format!("URL {} {why}; accepted: http://HOST/… or https://HOST/…", quoted(text));
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong("has a blank or a control character in it"));
    }
    let whole = with_scheme(text);
    let authority = whole.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next();
    if authority.is_some_and(|authority| authority.contains('\\')) {
        return Err(wrong("has a backslash in its host"));
    }
    let (whole, zone) = match zone_of(&whole) {
        None => (whole.clone(), None),
        Some((address, zone, rest)) => (format!("{address}]{rest}"), Some(zone.to_owned())),
    };
    let url = Url::parse(&whole).map_err(|error| wrong(&format!("makes no sense ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(&format!("has the scheme {}, which is not spoken here", quoted(url.scheme()))));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("has no host"));
    }
    if url.port() == Some(0) {
        return Err(wrong("has port 0"));
    }
    let Some(zone) = zone else { return Ok((url, None)) };
    let port = url.port_or_known_default().unwrap_or(80);
    let host = url.host_str().unwrap_or_default().to_owned();
    let bare = host.trim_matches(['[', ']']);
    let zoned = addresses.address(&format!("{bare}%{zone}"), port).map_err(|why| format!("URL: {why}"))?;
    Ok((url, Some((format!("{host}:{port}"), zoned))))
}

/// The URL with a scheme: `h/x` is `http://h/x`, and so is `http:/h/x`, as in curl.
pub(super) fn with_scheme(text: &str) -> String {
    let scheme = text.find(':').map(|at| text.split_at(at)).filter(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    match scheme {
        Some((_, rest)) if rest.starts_with("://") => text.to_owned(),
        Some((scheme, rest))
            if rest.starts_with(":/")
                && (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) =>
        {
            format!("{scheme}:/{}", &rest[1..])
        }
        _ => format!("http://{text}"),
    }
}

/// Splits a URL at the zone of its IPv6 address: what stands before the zone, the zone, and what follows the bracket.
fn zone_of(url: &str) -> Option<(&str, &str, &str)> {
    let authority = url.find("://")? + 3;
    let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    let open = authority + url[authority..end].find('[')?;
    let close = open + url[open..end].find(']')?;
    let percent = open + url[open..close].find('%')?;
    let zone = &url[percent + 1..close];
    Some((&url[..percent], zone.strip_prefix("25").filter(|zone| !zone.is_empty()).unwrap_or(zone), &url[close + 1..]))
}

/// A proxy's URL; without a scheme it is `http`, and without a port 1080, both as in curl.
pub(super) fn parse_proxy(text: &str, addresses: AddressReader<'_>) -> Result<String, String> {
    let wrong = || {
        let accepted = "[http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST[:PORT]";
        format!("proxy {} makes no sense; accepted: {accepted}", quoted(text))
    };
    let (scheme, authority) = text.split_once("://").unwrap_or(("http", text));
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    if !matches!(scheme, "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
        return Err(wrong());
    }
    let (user, place) = authority.rsplit_once('@').map_or(("", authority), |(user, place)| (user, place));
    if place.contains(['/', '?', '#', '%']) || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong());
    }
    let default = if scheme == "https" { "443" } else { "1080" };
    let target = match addresses.target(place) {
        Ok(target) => target,
        Err(_) if place.ends_with(']') || !place.contains(':') => {
            addresses.pair(place, default).map_err(|_| wrong())?
        }
        Err(why) => return Err(format!("proxy {}: {why}", quoted(text))),
    };
    let parting = if authority.contains('@') { "@" } else { "" };
    let whole = format!("{scheme}://{user}{parting}{target}");
    let url = Url::parse(&whole).map_err(|_| wrong())?;
    url.host_str().is_some_and(|host| !host.is_empty()).then_some(whole).ok_or_else(wrong)
}

/// `HOST:PORT:ADDRESS[,ADDRESS]…`: one entry for each address.
pub(super) fn resolve(text: &str, addresses: AddressReader<'_>) -> Result<Vec<(String, SocketAddr)>, String> {
    let wrong = |why: &str| format!("--resolve {} {why}; accepted: HOST:PORT:ADDRESS[,ADDRESS]…", quoted(text));
    let entry = text.strip_prefix('+').unwrap_or(text);
    let end_of_host = match entry.find(']') {
        Some(bracket) if entry.starts_with('[') => bracket + 1,
        _ => entry.find(':').ok_or_else(|| wrong("has no port and no address"))?,
    };
    let (host, rest) = entry.split_at(end_of_host);
    let rest = rest.strip_prefix(':').ok_or_else(|| wrong("has no port"))?;
    let (port, list) = rest.split_once(':').ok_or_else(|| wrong("has no address"))?;
    // The star stands for every host; it is no name.
    let named = if host == "*" { "h" } else { host };
    let mut target = addresses.pair(named, port).map_err(|error| wrong(&format!("is wrong: {error}")))?;
    if host == "*" {
        target.host = host.into();
    }
    let read = |address: &str| {
        let address = addresses.address(address, target.port).map_err(|why| wrong(&format!("is wrong: {why}")))?;
        Ok((target.to_string(), address))
    };
    list.split(',').map(read).collect()
}

/// The addresses for the URL's host that no entry names: those of `*` for its port, else loopback if it is a name under
/// `localhost` (RFC 6761 §6.3).
pub(super) fn implied_addresses(url: &Url, entries: &mut Vec<(String, SocketAddr)>) {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    let place = format!("{host}:{port}");
    let all = std::mem::take(entries);
    let (every, own): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| name.starts_with("*:"));
    *entries = own;
    if entries.iter().any(|(name, _)| name.eq_ignore_ascii_case(&place)) {
        return;
    }
    let of_every = every.into_iter().filter(|(_, address)| address.port() == port);
    entries.extend(of_every.map(|(_, address)| (place.clone(), address)));
    let is_local = host.trim_end_matches('.').to_ascii_lowercase().ends_with(".localhost");
    if is_local && !entries.iter().any(|(name, _)| *name == place) {
        let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        entries.extend(loopback.map(|address| (place.clone(), SocketAddr::new(address, port))));
    }
}

/// `HOST1:PORT1:HOST2:PORT2`: the entry for the URL's host, if the rule is about it. An empty part means "any" before,
/// and "the same" behind.
pub(super) fn connect_to(
    text: &str,
    url: &Url,
    addresses: AddressReader<'_>,
) -> Result<Option<(String, SocketAddr)>, String> {
    let wrong = |why: &str| format!("--connect-to {} {why}; accepted: HOST:PORT:ADDRESS:PORT", quoted(text));
    let mut parts = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let end = match text.find(']') {
            Some(close) if text.starts_with('[') => close + 1,
            _ => text.find(':').unwrap_or(text.len()),
        };
        parts.push(&text[..end]);
        rest = text[end..].strip_prefix(':');
    }
    let [host, port, to_host, to_port] = parts.as_slice() else { return Err(wrong("has not four parts")) };
    let (own_host, own_port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    let is_own =
        (host.is_empty() || host.eq_ignore_ascii_case(own_host)) && (port.is_empty() || port.parse() == Ok(own_port));
    if !is_own {
        return Ok(None);
    }
    if !to_port.is_empty() && to_port.parse() != Ok(own_port) {
        return Err(wrong("leads to another port, which is not done here"));
    }
    if to_host.is_empty() {
        return Ok(None);
    }
    let address = addresses.address(to_host, own_port).map_err(|_| wrong("leads to no address"))?;
    Ok(Some((format!("{own_host}:{own_port}"), address)))
}

/// `--interface` and `--local-port`: the address to bind to. An interface by its name becomes a socket option.
pub(super) fn local_address(
    interface: Option<&str>,
    port: Option<u16>,
    family: IpFamily,
    names: &SystemNames,
    options: &mut RequestedOptions,
) -> Result<Option<SocketAddr>, String> {
    let any = |port| SocketAddr::new(family.any_address(), port);
    let Some(text) = interface else { return Ok(port.map(any)) };
    let (host, device) = (text.strip_prefix("host!"), text.strip_prefix("if!"));
    if device.is_none()
        && let Ok(mut address) = AddressReader::new(names, ServiceProtocol::Tcp).bind(host.unwrap_or(text), family)
    {
        address.set_port(port.unwrap_or_default());
        return Ok(Some(address));
    }
    let name = device.unwrap_or(text);
    if host.is_some() || names.interface(name).is_none() {
        let known = names.interface_list();
        let known = known.map_or_else(|| "there is none".to_owned(), |known| format!("there are {known}"));
        return Err(format!("--interface {} is no address and no interface here; {known}", quoted(text)));
    }
    options.push(option::parse(&format!("bindtodevice={name}"))?);
    Ok(port.map(any))
}
