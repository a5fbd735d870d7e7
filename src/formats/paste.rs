//! What users paste or type to open a session: a target, a URL, or the command of another tool.

use super::dig::{self, DigDefaults};
use super::{curl, netcat, shell};
use crate::sessions::spec::http::{BodySpec, HttpSpec};
use crate::sessions::spec::target;
use crate::sessions::spec::{IpFamily, PortScanSpec, SocketSpec, TcpSpec, UdpSpec, UnixListenSpec, UnixSpec};
use crate::sessions::{Spec, SpecKind};
use crate::text::sanitize::quoted;
use crate::wire::unix::{UnixAddress, UnixForm};

/// The forms that [`parse_anything`] accepts.
pub const ACCEPTED: &str = "HOST:PORT, tcp://HOST:PORT, udp://HOST:PORT, http(s)://…, GET URL, POST URL BODY, \
    dns NAME, listen tcp|udp [ADDR:]PORT, unix:PATH, nc …, telnet …, curl …, dig …";

/// The longest text that is read, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// The methods that may come before a URL without the word `http`; lower case is accepted too.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// The port of `telnet HOST`.
const TELNET: &str = "23";

/// The spec for a pasted text, with the default retention and no script.
///
/// Accepted are: `host:port`, `host port`, `tcp://…`, `udp://…`, `http(s)://…`, `METHOD url [body]`, `tcp host:port`,
/// `udp host:port`, `http [METHOD] url` with curl's options, `listen tcp|udp [addr:]port`, each also after the word
/// `sockeye`; `dns [@server] name [type]`, and the commands `nc`, `ncat`, `netcat`, `telnet`, `curl` and `dig`. A
/// prompt (`$ `) is skipped.
///
/// # Errors
/// Fails with a sentence that says what was found and what is accepted; it contains no character that a terminal would
/// act on.
pub fn parse_anything(text: &str) -> Result<Spec, String> {
    if text.len() > LONGEST {
        return Err(format!("{} bytes are too many; accepted: at most {LONGEST}", text.len()));
    }
    let text = text.trim();
    let text = text.strip_prefix("$ ").unwrap_or(text).trim_start();
    let text = text.strip_prefix("sockeye ").unwrap_or(text).trim_start();
    parse_command(text).map(Spec::new)
}

fn parse_command(text: &str) -> Result<SpecKind, String> {
    let (first, rest) = text.split_once(char::is_whitespace).map_or((text, ""), |(first, rest)| (first, rest.trim()));
    let command = first.rsplit('/').next().filter(|_| !first.contains("://")).unwrap_or(first);
    match command {
        "" => Err(format!("nothing to open; accepted: {ACCEPTED}")),
        "curl" => Ok(SpecKind::Http(curl::curl_args(&shell::split_words(rest)?)?)),
        "nc" | "ncat" | "netcat" | "nc.openbsd" | "nc.traditional" => {
            netcat::parse(command, &shell::split_words(rest)?)
        }
        "dns" => dns(rest, DigDefaults::Sockeye),
        "dig" => dns(rest, DigDefaults::Dig),
        "telnet" => parse_telnet(&shell::split_words(rest)?),
        "http" | "https" if !rest.is_empty() => http(first, rest),
        "tcp" if !rest.is_empty() => tcp(rest),
        "udp" if !rest.is_empty() => udp(rest),
        "listen" => listen(rest),
        _ if UnixAddress::parse(text).is_some() => tcp(text),
        _ => match METHODS.iter().find(|method| method.eq_ignore_ascii_case(first)) {
            Some(method) if !rest.is_empty() => request(method, rest),
            _ => target(first, rest, text),
        },
    }
}

/// `host:port`, `host port` or a URL.
fn target(first: &str, rest: &str, text: &str) -> Result<SpecKind, String> {
    let unknown = |why: &str| format!("{} {why}; accepted: {ACCEPTED}", quoted(text));
    if let Some((scheme, after)) = first.split_once("://") {
        let authority = after.strip_suffix('/').unwrap_or(after);
        return match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => request("GET", text),
            _ if !rest.is_empty() => Err(unknown("has something behind its address")),
            "tcp" => tcp(authority),
            "udp" => udp(authority),
            _ => Err(unknown("has a scheme that is not spoken here")),
        };
    }
    match rest {
        "" => tcp(first).map_err(|error| format!("{error}; or: {ACCEPTED}")),
        port if !port.contains(char::is_whitespace) && !first.contains('/') => Ok(SpecKind::Tcp(TcpSpec::new(
            target::join_host_port(first, port)
                .map_err(|error| format!("{error}; accepted: HOST PORT; or: {ACCEPTED}"))?,
        ))),
        _ => Err(unknown("is no target and no command that is known here")),
    }
}

/// Removes the options `-4` and `-6`. Returns the family, and the only other word.
fn with_family<'a>(text: &'a str, accepted: &str) -> Result<(IpFamily, &'a str), String> {
    let mut family = IpFamily::Any;
    let mut word = None;
    for part in text.split_whitespace() {
        match part {
            "-4" => family = IpFamily::V4,
            "-6" => family = IpFamily::V6,
            _ if part.starts_with('-') || word.is_some() => {
                return Err(format!("{} is not understood here; accepted: {accepted}", quoted(part)));
            }
            _ => word = Some(part),
        }
    }
    Ok((family, word.unwrap_or_default()))
}

fn tcp(text: &str) -> Result<SpecKind, String> {
    if let Some(target) = UnixAddress::parse(text).transpose()? {
        return Ok(SpecKind::Unix(UnixSpec::new(target, UnixForm::Stream)));
    }
    let (family, word) = with_family(text, "tcp [-4|-6] HOST:PORT")?;
    if let Some(range) = PortScanSpec::parse(word).transpose()? {
        let socket = SocketSpec { family, ..range.socket };
        return Ok(SpecKind::Ports(PortScanSpec { socket, ..range }));
    }
    Ok(SpecKind::Tcp(TcpSpec {
        target: target::parse_host_port(word)?,
        socket: SocketSpec { family, ..SocketSpec::default() },
    }))
}

fn udp(text: &str) -> Result<SpecKind, String> {
    if let Some(target) = UnixAddress::parse(text).transpose()? {
        return Ok(SpecKind::Unix(UnixSpec::new(target, UnixForm::Datagram)));
    }
    let (family, word) = with_family(text, "udp [-4|-6] HOST:PORT")?;
    Ok(SpecKind::Udp(UdpSpec {
        socket: SocketSpec { family, ..SocketSpec::default() },
        ..UdpSpec::new(target::parse_host_port(word)?)
    }))
}

fn dns(text: &str, habit: DigDefaults) -> Result<SpecKind, String> {
    Ok(SpecKind::Dns(dig::parse(&shell::split_words(text)?, habit)?))
}

fn parse_telnet(words: &[String]) -> Result<SpecKind, String> {
    let (host, port) = match words {
        [host] => (host.as_str(), TELNET),
        [host, port] => (host.as_str(), port.as_str()),
        _ => return Err("telnet takes a host and a port; accepted: telnet HOST [PORT]".into()),
    };
    Ok(SpecKind::Tcp(TcpSpec::new(target::join_host_port(host, port)?)))
}

/// `tcp PLACE`, `udp PLACE`, or a place alone, which means TCP.
fn listen(text: &str) -> Result<SpecKind, String> {
    let wrong = || format!("listen {} makes no sense; accepted: listen tcp|udp [ADDR:]PORT", quoted(text));
    let (udp, place) = match text.split_once(char::is_whitespace).unwrap_or((text, "")) {
        ("tcp", place) => (false, place.trim_start()),
        ("udp", place) => (true, place.trim_start()),
        _ => (false, text),
    };
    // The path of a Unix socket may have spaces.
    if let Some(local) = UnixAddress::parse(place).transpose()? {
        let form = if udp { UnixForm::Datagram } else { UnixForm::Stream };
        return Ok(SpecKind::UnixListen(UnixListenSpec::at(local, form)));
    }
    if place.is_empty() || place.contains(char::is_whitespace) {
        return Err(wrong());
    }
    Ok(netcat::listener(udp, target::parse_listen(place)?))
}

/// `http [METHOD] URL`, with curl's options, or `http METHOD URL BODY`.
fn http(first: &str, rest: &str) -> Result<SpecKind, String> {
    let (method, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if METHODS.contains(&method) && !after.trim().is_empty() {
        return request(method, after.trim());
    }
    if first == "https" && !rest.contains("://") {
        return Err(format!("https {} has no URL; accepted: http [METHOD] https://…", quoted(rest)));
    }
    Ok(SpecKind::Http(curl::http_args(&shell::split_words(rest)?)?))
}

/// `URL`, `URL BODY` or `URL -H …` after a method. The body is taken unchanged, except that one pair of single quotes
/// around it is removed.
fn request(method: &str, text: &str) -> Result<SpecKind, String> {
    let (url, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    if url.starts_with('-') || rest.starts_with('-') {
        let mut tokens = vec![method.to_owned()];
        tokens.extend(shell::split_words(text)?);
        return Ok(SpecKind::Http(curl::http_args(&tokens)?));
    }
    let spec = curl::http_args(&[url.trim_matches(['\'', '"']).to_owned()])?;
    let mut spec = HttpSpec { method: method.to_owned(), ..spec };
    if !rest.is_empty() {
        if matches!(method, "GET" | "HEAD" | "TRACE") {
            let accepted = format!("{method} URL [OPTIONS], or a body with POST, PUT, PATCH, DELETE, OPTIONS");
            return Err(format!("{} follows the URL of {method}; accepted: {accepted}", quoted(rest)));
        }
        let body = rest.strip_prefix('\'').and_then(|body| body.strip_suffix('\'')).unwrap_or(rest);
        let kind = if body.starts_with(['{', '[']) { "application/json" } else { "application/x-www-form-urlencoded" };
        spec.headers.push(("Content-Type".into(), kind.into()));
        spec.body = BodySpec::Bytes(bytes::Bytes::copy_from_slice(body.as_bytes()));
    }
    Ok(SpecKind::Http(spec))
}

#[cfg(test)]
mod tests;
