//! SVCB and HTTPS: a target and its parameters (RFC 9460).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::part::{field, number};
use super::printed::{base64, character_string};
use crate::wire::dns::reader::DnsWalk;

/// The names of the parameters, by their number: those of RFC 9460. Later ones are written as `key7`, which every reader
/// of zone files understands (and dig does so, too).
const KEYS: [&str; 7] = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

/// The key of RFC 9540 §4, which must have no value.
const OHTTP: u16 = 8;

/// Reads the data; returns its presentation form.
///
/// # Errors
/// Fails if the data is malformed by RFC 9460 §2.2 or the format of a parameter; the message says what is wrong.
pub(super) fn read(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let mut text = format!("{} {}", walk.u16("priority")?, walk.name("target")?);
    let mut keys: Vec<u16> = Vec::new();
    let mut mandatory: &[u8] = &[];
    while walk.left() > 0 {
        let start = walk.at;
        let key = walk.raw_u16()?;
        let length = usize::from(walk.raw_u16()?);
        if length > walk.left() {
            return Err(format!("{} is longer ({length} bytes) than the data it stands in", key_name(key)));
        }
        let value = walk.take_bytes(length)?;
        if keys.last().is_some_and(|before| key <= *before) {
            return Err(format!("{} stands twice or out of order", key_name(key)));
        }
        keys.push(key);
        if key == 0 {
            mandatory = value;
        }
        let parameter = parameter(key, value).map_err(|why| format!("{} {why}", key_name(key)))?;
        text.push(' ');
        text.push_str(&field(walk, "parameter", walk.at - start, parameter));
    }
    let wanted = mandatory.chunks(2).map(number);
    if let Some(missing) = wanted.filter_map(|key| u16::try_from(key).ok()).find(|key| !keys.contains(key)) {
        return Err(format!("{} is mandatory and is not there", key_name(missing)));
    }
    if keys.contains(&2) && !keys.contains(&1) {
        return Err("no-default-alpn stands without alpn".to_owned());
    }
    Ok(text)
}

/// A parameter as text, or what is wrong with its value.
fn parameter(key: u16, value: &[u8]) -> Result<String, String> {
    let name = key_name(key);
    Ok(match key {
        0 => format!("mandatory={}", mandatory(value)?),
        1 => format!("alpn={}", protocols(value)?),
        2 | OHTTP if value.is_empty() => name,
        2 | OHTTP => return Err("has a value, and must have none".to_owned()),
        3 => match value {
            [_, _] => format!("port={}", number(value)),
            _ => return Err(format!("has {} bytes, and must have 2", value.len())),
        },
        4 => {
            let v4 = addresses(value, 4)?.map(|bytes| Ipv4Addr::from(number(bytes)).to_string());
            format!("ipv4hint={}", v4.collect::<Vec<_>>().join(","))
        }
        5 if value.is_empty() => name,
        5 => format!("ech={}", base64(value)),
        6 => {
            let v6 = addresses(value, 16)?.filter_map(|bytes| <[u8; 16]>::try_from(bytes).ok());
            format!("ipv6hint={}", v6.map(|bytes| Ipv6Addr::from(bytes).to_string()).collect::<Vec<_>>().join(","))
        }
        7 if !is_template(value) => return Err("(dohpath) is no template with a variable named dns".to_owned()),
        _ if value.is_empty() => name,
        _ => format!("{name}={}", character_string(value)),
    })
}

fn key_name(key: u16) -> String {
    KEYS.get(usize::from(key)).map_or_else(|| format!("key{key}"), |name| (*name).to_owned())
}

/// The keys that a client must understand: in order, and not the key of this list itself (RFC 9460 §8).
fn mandatory(value: &[u8]) -> Result<String, String> {
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return Err(format!("has {} bytes, and must have two for each key", value.len()));
    }
    let keys: Vec<u16> = value.chunks(2).filter_map(|pair| u16::try_from(number(pair)).ok()).collect();
    if keys.contains(&0) || keys.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err("names itself, or keys twice or out of order".to_owned());
    }
    Ok(keys.into_iter().map(key_name).collect::<Vec<_>>().join(","))
}

/// The protocols of ALPN: a list with commas in one text, escaped as items first and as a text then (RFC 9460 A.1).
fn protocols(mut value: &[u8]) -> Result<String, String> {
    let mut list = Vec::new();
    if value.is_empty() {
        return Err("is empty".to_owned());
    }
    while let [length, rest @ ..] = value {
        let length = usize::from(*length);
        if length == 0 || length > rest.len() {
            return Err("has a protocol that is empty, or longer than the value".to_owned());
        }
        if !list.is_empty() {
            list.push(b',');
        }
        for byte in &rest[..length] {
            if matches!(byte, b',' | b'\\') {
                list.push(b'\\');
            }
            list.push(*byte);
        }
        value = &rest[length..];
    }
    Ok(character_string(&list))
}

/// Addresses of this many bytes, at least one.
fn addresses(value: &[u8], length: usize) -> Result<impl Iterator<Item = &[u8]>, String> {
    if value.is_empty() || !value.len().is_multiple_of(length) {
        return Err(format!("has {} bytes, and must have {length} for each address", value.len()));
    }
    Ok(value.chunks(length))
}

/// Whether it is a relative URI template with the variable `dns` (RFC 9461 §5), as far as that is looked at.
fn is_template(value: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(value) else { return false };
    let names = text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(names, _)| names));
    let mut names = names.flat_map(|names| names.trim_start_matches(['?', '&', '/', '+', '#', '.', ';']).split(','));
    text.starts_with('/') && names.any(|name| name == "dns")
}
