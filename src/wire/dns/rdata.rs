//! Record data: common types field by field, other types as hickory reads them, or as bytes.

use std::fmt::{Display, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::reader::DnsWalk;
use super::record_type::RecordType;
use super::svcb;
use crate::text::sanitize;
use base64::Engine as _;

use hickory_proto::rr::RData;
use hickory_proto::serialize::binary::{BinDecoder, Restrict};
use jiff::civil;

/// Reads the data up to `end`, if valid; returns its presentation form and the address in it.
pub(super) fn read(
    walk: &mut DnsWalk<'_>,
    kind: RecordType,
    class: u16,
    end: usize,
) -> Result<(String, Option<IpAddr>), String> {
    let text = match (kind.0, class) {
        (1, 1) => {
            let ip = Ipv4Addr::from(read_fixed::<4>(walk)?);
            return Ok(address(walk, ip.into()));
        }
        (28, 1) => {
            let ip = Ipv6Addr::from(read_fixed::<16>(walk)?);
            return Ok(address(walk, ip.into()));
        }
        (2 | 5 | 12 | 39, _) => walk.name("name")?,
        (15, _) => format!("{} {}", walk.u16("preference")?, walk.name("exchange")?),
        (33, _) => {
            let numbers = (walk.u16("priority")?, walk.u16("weight")?, walk.u16("port")?);
            format!("{} {} {} {}", numbers.0, numbers.1, numbers.2, walk.name("target")?)
        }
        (6, _) => soa(walk)?,
        (16 | 99, _) => strings(walk, end)?,
        (64 | 65, _) => svcb::read(walk, end)?,
        (257, _) => caa(walk, end)?,
        (43 | 59, _) => {
            let head = format!("{} {} {}", walk.u16("key tag")?, walk.u8("algorithm")?, walk.u8("digest type")?);
            format!("{head} {}", hex(walk, "digest", end)?)
        }
        (48 | 60, _) => {
            let head = format!("{} {} {}", walk.u16("flags")?, walk.u8("protocol")?, walk.u8("algorithm")?);
            format!("{head} {}", base64(walk, "key", end)?)
        }
        (46, _) => rrsig(walk, end)?,
        (44, _) => {
            let head = format!("{} {}", walk.u8("algorithm")?, walk.u8("fingerprint type")?);
            format!("{head} {}", hex(walk, "fingerprint", end)?)
        }
        (52 | 53, _) => {
            let head = format!("{} {} {}", walk.u8("usage")?, walk.u8("selector")?, walk.u8("matching type")?);
            format!("{head} {}", hex(walk, "association", end)?)
        }
        _ => read_other(walk, kind, end)?,
    };
    Ok((text, None))
}

fn read_fixed<const N: usize>(walk: &mut DnsWalk<'_>) -> Result<[u8; N], String> {
    walk.take_bytes(N)?.try_into().map_err(|_| "an address is cut short".to_owned())
}

fn address(walk: &mut DnsWalk<'_>, ip: IpAddr) -> (String, Option<IpAddr>) {
    let bytes = if ip.is_ipv4() { 4 } else { 16 };
    walk.add_field(walk.at - bytes..walk.at, "address", ip.to_string());
    (ip.to_string(), Some(ip))
}

fn soa(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let mut text = format!("{} {}", walk.name("primary server")?, walk.name("mailbox")?);
    for (name, unit) in
        [("serial", ""), ("refresh", " s"), ("retry", " s"), ("expire", " s"), ("minimum: how long a no is kept", " s")]
    {
        text.push_str(&format!(" {}", walk.u32(name, unit)?));
    }
    Ok(text)
}

fn strings(walk: &mut DnsWalk<'_>, end: usize) -> Result<String, String> {
    let mut all = Vec::new();
    while walk.at < end {
        all.push(string(walk, "text", end)?);
    }
    Ok(all.join(" "))
}

/// Reads a character-string (RFC 1035 §3.3), quoted; other bytes than printable ASCII become `\DDD`.
fn string(walk: &mut DnsWalk<'_>, name: &str, end: usize) -> Result<String, String> {
    let start = walk.at;
    let length = walk.take_bytes(1)?.iter().fold(0, |_, byte| usize::from(*byte));
    if walk.at + length > end {
        return Err("a text is longer than the data it stands in".to_owned());
    }
    let text = character_string(walk.take_bytes(length)?);
    walk.add_field(start..walk.at, name, text.as_str());
    Ok(text)
}

fn character_string(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            other => text.push_str(&format!("\\{other:03}")),
        }
    }
    text.push('"');
    text
}

fn caa(walk: &mut DnsWalk<'_>, end: usize) -> Result<String, String> {
    let flags = walk.u8("flags")?;
    let tag = string(walk, "tag", end)?;
    let start = walk.at;
    let value = character_string(walk.take_until(end)?);
    walk.add_field(start..walk.at, "value", value.as_str());
    Ok(format!("{flags} {} {value}", tag.trim_matches('"')))
}

fn rrsig(walk: &mut DnsWalk<'_>, end: usize) -> Result<String, String> {
    let covered = RecordType(walk.raw_u16()?);
    walk.add_field(walk.at - 2..walk.at, "type covered", covered.to_string());
    let head = format!("{covered} {} {}", walk.u8("algorithm")?, walk.u8("labels")?);
    let times = (walk.u32("original ttl", " s")?, walk.u32("expires", "")?, walk.u32("signed", "")?);
    let tail = format!("{} {}", walk.u16("key tag")?, walk.name("signer")?);
    let signature = base64(walk, "signature", end)?;
    Ok(format!("{head} {} {} {} {tail} {signature}", times.0, time(times.1), time(times.2)))
}

/// Seconds since 1970 as `YYYYMMDDHHmmSS` in UTC (RFC 4034 §3.2).
fn time(seconds: u32) -> String {
    let at = civil::date(1970, 1, 1).at(0, 0, 0, 0).saturating_add(Duration::from_secs(seconds.into()));
    at.strftime("%Y%m%d%H%M%S").to_string()
}

fn hex(walk: &mut DnsWalk<'_>, name: &str, end: usize) -> Result<String, String> {
    let start = walk.at;
    let text = hex_digits(walk.take_until(end)?).to_uppercase();
    walk.add_field(start..walk.at, name, text.as_str());
    Ok(text)
}

fn base64(walk: &mut DnsWalk<'_>, name: &str, end: usize) -> Result<String, String> {
    let start = walk.at;
    let text = base64::engine::general_purpose::STANDARD.encode(walk.take_until(end)?);
    walk.add_field(start..walk.at, name, text.as_str());
    Ok(text)
}

fn hex_digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a type that hickory knows, or the data as bytes (RFC 3597 §5).
fn read_other(walk: &mut DnsWalk<'_>, kind: RecordType, end: usize) -> Result<String, String> {
    let start = walk.at;
    let known = u16::try_from(start).ok().zip(u16::try_from(end - start).ok()).and_then(|(at, length)| {
        let mut decoder = BinDecoder::new(walk.bytes()).clone(at);
        RData::read(&mut decoder, kind.0.into(), Restrict::new(length)).ok()
    });
    let bytes = walk.take_until(end)?;
    let printed = known
        .filter(|known| !matches!(known, RData::Unknown { .. } | RData::NULL(_)) && !bytes.is_empty())
        .and_then(|known| printed(&known));
    Ok(match printed {
        Some(text) => sanitize::line(&text),
        None if bytes.is_empty() => "\\# 0".to_owned(),
        None => format!("\\# {} {}", bytes.len(), hex_digits(bytes)),
    })
}

/// The text of a value that hickory read; `None` if its `Display` fails, where `to_string()` would panic: hickory reads
/// some types that it has no presentation form for.
fn printed(value: &impl Display) -> Option<String> {
    let mut text = String::new();
    write!(text, "{value}").ok().map(|()| text)
}

/// An EDNS option: its name and its content as text (IANA, "DNS EDNS0 Option Codes").
pub(super) fn option(code: u16, value: &[u8]) -> (String, String) {
    let name = match code {
        3 => "NSID",
        8 => "client subnet",
        9 => "expire",
        10 => "cookie",
        11 => "keepalive",
        12 => "padding",
        15 => "error",
        other => return (format!("{other}"), hex_digits(value)),
    };
    let text = match (code, value) {
        (15, [high, low, text @ ..]) => {
            let number = u16::from(*high) << 8 | u16::from(*low);
            format!("{number} ({}) {}", extended_error(number), character_string(text))
        }
        (3, text) => format!("{} {}", hex_digits(text), character_string(text)),
        (12, zeros) => format!("{} bytes", zeros.len()),
        (_, bytes) => hex_digits(bytes),
    };
    (name.to_owned(), text)
}

/// The meaning of an extended DNS error (RFC 8914 §4).
fn extended_error(code: u16) -> &'static str {
    match code {
        1 => "unsupported DNSKEY algorithm",
        2 => "unsupported DS digest type",
        3 => "stale answer",
        4 => "forged answer",
        5 => "DNSSEC indeterminate",
        6 => "DNSSEC bogus",
        7 => "signature expired",
        8 => "signature not yet valid",
        9 => "DNSKEY missing",
        10 => "RRSIGs missing",
        11 => "no zone key bit set",
        12 => "NSEC missing",
        13 => "cached error",
        14 => "not ready",
        15 => "blocked",
        16 => "censored",
        17 => "filtered",
        18 => "prohibited",
        19 => "stale NXDOMAIN answer",
        20 => "not authoritative",
        21 => "not supported",
        22 => "no reachable authority",
        23 => "network error",
        24 => "invalid data",
        _ => "other error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signatures_times_are_dates() {
        assert_eq!(time(0), "19700101000000");
        assert_eq!(time(1_709_164_800), "20240229000000");
        assert_eq!(time(u32::MAX), "21060207062815");
    }

    #[test]
    fn an_extended_error_says_what_it_is() {
        assert_eq!(option(15, b"\0\x16no\x1b"), ("error".into(), "22 (no reachable authority) \"no\\027\"".into()));
    }
}
