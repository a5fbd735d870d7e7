//! SVCB and HTTPS records: a target and its parameters (RFC 9460).

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;

use super::reader::DnsWalk;

/// Reads the data up to `end`; returns its presentation form.
///
/// # Errors
/// Fails if the data is not valid; the message says what is wrong.
pub(super) fn read(walk: &mut DnsWalk<'_>, end: usize) -> Result<String, String> {
    let mut text = format!("{} {}", walk.u16("priority")?, walk.name("target")?);
    while walk.at < end {
        let start = walk.at;
        let key = walk.raw_u16()?;
        let length = usize::from(walk.raw_u16()?);
        if walk.at + length > end {
            return Err("a parameter is longer than the data it stands in".to_owned());
        }
        let parameter = parameter(key, walk.take_bytes(length)?);
        walk.add_field(start..walk.at, "parameter", parameter.as_str());
        text.push(' ');
        text.push_str(&parameter);
    }
    Ok(text)
}

fn parameter(key: u16, value: &[u8]) -> String {
    let list = |items: Vec<String>| items.join(",");
    match key {
        0 => {
            let names =
                value.chunks(2).map(|pair| key_name(pair.iter().fold(0, |all, low| all << 8 | u16::from(*low))));
            format!("mandatory={}", list(names.collect()))
        }
        1 => format!("alpn=\"{}\"", list(strings(value))),
        2 if value.is_empty() => "no-default-alpn".to_owned(),
        3 if value.len() == 2 => format!("port={}", value.iter().fold(0, |all, low| all << 8 | u32::from(*low))),
        4 if value.len().is_multiple_of(4) => {
            let v4 = value.chunks_exact(4).filter_map(|bytes| <[u8; 4]>::try_from(bytes).ok());
            format!("ipv4hint={}", list(v4.map(|bytes| Ipv4Addr::from(bytes).to_string()).collect()))
        }
        5 => format!("ech={}", base64::engine::general_purpose::STANDARD.encode(value)),
        6 if value.len().is_multiple_of(16) => {
            let v6 = value.chunks_exact(16).filter_map(|bytes| <[u8; 16]>::try_from(bytes).ok());
            format!("ipv6hint={}", list(v6.map(|bytes| Ipv6Addr::from(bytes).to_string()).collect()))
        }
        other => format!("{}=\"{}\"", key_name(other), value.iter().map(|byte| escape_byte(*byte)).collect::<String>()),
    }
}

fn key_name(key: u16) -> String {
    let names = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"];
    names.get(usize::from(key)).map_or_else(|| format!("key{key}"), |name| (*name).to_owned())
}

/// Texts with a length byte before each; a length beyond the end is cut to the bytes that are left.
fn strings(mut bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    while let [length, rest @ ..] = bytes {
        let (text, after) = rest.split_at(usize::from(*length).min(rest.len()));
        all.push(text.iter().map(|byte| escape_byte(*byte)).collect());
        bytes = after;
    }
    all
}

fn escape_byte(byte: u8) -> String {
    match byte {
        b'"' | b'\\' | b',' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\{other:03}"),
    }
}
