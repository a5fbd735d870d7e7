//! The values of curl's options, each parsed in one place.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::sessions::spec::http::BodySpec;
use crate::sessions::spec::target;
use crate::text::quantity;
use crate::text::sanitize::quoted;
use url::Url;

/// The most redirects that `--max-redirs` may ask for.
pub const MOST_REDIRECTS: usize = 1000;

/// The longest method that is accepted; the longest registered one has 17 bytes.
const LONGEST_METHOD: usize = 32;

/// Whether a text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
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
    let bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let duration = if bare { quantity::parse_duration(&format!("{text}s")) } else { quantity::parse_duration(text) };
    let duration = duration.map_err(|error| format!("{option}: {error}, or a number of seconds"))?;
    Ok(Some(duration).filter(|duration| !duration.is_zero()))
}

/// An absolute URL of `http` or `https`; without a scheme it is `http`, as in curl.
pub(super) fn url(text: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("URL {} {why}; accepted: http://HOST/… or https://HOST/…", quoted(text));
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong("has a blank or a control character in it"));
    }
    let has_scheme = text.contains("://");
    let whole = if has_scheme { text.to_owned() } else { format!("http://{text}") };
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
    Ok(url)
}

/// Appends a body's text to the URL's query, for `-G`.
pub(super) fn add_query(url: &mut Url, body: &BodySpec) -> Result<(), String> {
    let added = match body {
        BodySpec::None => return Ok(()),
        BodySpec::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        BodySpec::File(_) | BodySpec::Multipart(_) => {
            return Err(
                "-G puts text into the URL, so that no file or form can go with it; accepted: -G -d TEXT".into()
            );
        }
    };
    let query = match url.query() {
        Some(query) if !query.is_empty() => format!("{query}&{added}"),
        _ => added,
    };
    url.set_query(Some(&query));
    Ok(())
}

/// A proxy's URL; without a scheme it is `http`, and without a port 1080, both as in curl.
pub(super) fn parse_proxy(text: &str) -> Result<String, String> {
    let wrong = || {
        let accepted = "[http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST[:PORT]";
        format!("proxy {} makes no sense; accepted: {accepted}", quoted(text))
    };
    let (scheme, authority) = text.split_once("://").unwrap_or(("http", text));
    let authority = authority.trim_end_matches('/');
    if !matches!(scheme, "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
        return Err(wrong());
    }
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| target::parse_port(port).is_ok());
    let port = match scheme {
        _ if has_port => "",
        "https" => ":443",
        _ => ":1080",
    };
    let whole = format!("{scheme}://{authority}{port}");
    let url = Url::parse(&whole).map_err(|_| wrong())?;
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let only_host = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    (plain && only_host && url.host_str().is_some_and(|host| !host.is_empty())).then_some(whole).ok_or_else(wrong)
}

/// `HOST:PORT:ADDRESS[,ADDRESS]…`: one entry for each address.
pub(super) fn resolve(text: &str) -> Result<Vec<(String, SocketAddr)>, String> {
    let wrong = |why: &str| format!("--resolve {} {why}; accepted: HOST:PORT:ADDRESS[,ADDRESS]…", quoted(text));
    let entry = text.strip_prefix('+').unwrap_or(text);
    let end_of_host = match entry.find(']') {
        Some(bracket) if entry.starts_with('[') => bracket + 1,
        _ => entry.find(':').ok_or_else(|| wrong("has no port and no address"))?,
    };
    let (host, rest) = entry.split_at(end_of_host);
    let rest = rest.strip_prefix(':').ok_or_else(|| wrong("has no port"))?;
    let (port, addresses) = rest.split_once(':').ok_or_else(|| wrong("has no address"))?;
    let target = target::join_host_port(host, port).map_err(|error| wrong(&format!("is wrong: {error}")))?;
    let read = |address: &str| {
        let bare = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
        let ip: IpAddr = bare.parse().map_err(|_| wrong(&format!("has {}, which is no address", quoted(address))))?;
        Ok((target.to_string(), SocketAddr::new(ip, target.port)))
    };
    addresses.split(',').map(read).collect()
}
