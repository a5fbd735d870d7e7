//! Addresses of many kinds: WKS, X25, ISDN, NSAP, ATMA, NAPTR's expression, A6, APL, and those of Chaosnet.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::part::{field, number, some_rest, string, string_bytes};
use super::printed::{character_string, hex_digits, joined};
use crate::wire::dns::reader::DnsWalk;

/// The longest set of ports: one bit for each (RFC 1035 §3.4.2).
const MOST_PORT_BYTES: usize = 8_192;

/// An address of Chaosnet, in octal.
pub(super) fn chaosnet(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let text = format!("{:o}", walk.raw_u16()?);
    Ok(field(walk, "address", 2, text))
}

/// The ports of WKS, one bit for each.
pub(super) fn ports(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = walk.take_rest()?;
    if bytes.len() > MOST_PORT_BYTES || bytes.last() == Some(&0) {
        return Err("the set of ports has a form that is not allowed".to_owned());
    }
    let set = |port: &usize| bytes.get(port / 8).is_some_and(|byte| byte & (0x80 >> (port % 8)) != 0);
    let ports: Vec<String> = (0..bytes.len() * 8).filter(set).map(|port| port.to_string()).collect();
    Ok(field(walk, "ports", bytes.len(), ports.join(" ")))
}

/// The address of X25: four digits or more (RFC 1183 §3.1).
pub(super) fn x25(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = string_bytes(walk, "address")?;
    if bytes.len() < 4 || !bytes.iter().all(u8::is_ascii_digit) {
        return Err("the address has other characters than digits, or less than four".to_owned());
    }
    Ok(field(walk, "address", bytes.len() + 1, character_string(bytes)))
}

/// The subaddress of ISDN, if there is one (RFC 1183 §3.2).
pub(super) fn isdn_subaddress(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    if walk.left() == 0 { Ok(String::new()) } else { string(walk, "subaddress") }
}

/// The address of NSAP (RFC 1706).
pub(super) fn nsap(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = some_rest(walk, "address")?;
    Ok(field(walk, "address", bytes.len(), format!("0x{}", hex_digits(bytes).to_lowercase())))
}

/// The address of ATMA: in hex, or a telephone number.
pub(super) fn atm(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let start = walk.at;
    let form = walk.raw_u8()?;
    let bytes = some_rest(walk, "address")?;
    let text = match form {
        0 => hex_digits(bytes).to_lowercase(),
        1 if bytes.iter().all(u8::is_ascii_digit) => format!("+{}", String::from_utf8_lossy(bytes)),
        1 => return Err("the telephone number has other characters than digits".to_owned()),
        _ => {
            walk.at = start;
            return Ok(String::new());
        }
    };
    Ok(field(walk, "address", bytes.len() + 1, text))
}

/// The expression of NAPTR: empty, or two parts between three equal delimiters (RFC 3402 §3.2).
pub(super) fn regexp(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = string_bytes(walk, "expression")?;
    if let [delimiter, rest @ ..] = bytes {
        let mut is_escaped = false;
        let others = rest.iter().filter(|byte| {
            let counts = *byte == delimiter && !is_escaped;
            is_escaped = **byte == b'\\' && !is_escaped;
            counts
        });
        if others.count() != 2 {
            return Err("the expression has not two parts between three equal delimiters".to_owned());
        }
    }
    Ok(field(walk, "expression", bytes.len() + 1, character_string(bytes)))
}

/// The data of A6: the length of a prefix, the rest of the address, and the name of the prefix (RFC 2874 §3.1).
pub(super) fn a6(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let prefix = walk.u8("prefix length")?;
    if prefix > 128 {
        return Err("the prefix is longer than 128 bits".to_owned());
    }
    let length = (128 - usize::from(prefix)).div_ceil(8);
    let given = walk.take_bytes(length)?;
    if given.first().is_some_and(|byte| u32::from(*byte) >= 1 << (8 - prefix % 8)) {
        return Err("bits of the prefix are set in the rest of the address".to_owned());
    }
    let mut bytes = [0; 16];
    bytes[16 - length..].copy_from_slice(given);
    let address = if length > 0 { Ipv6Addr::from(bytes).to_string() } else { String::new() };
    let address = field(walk, "address suffix", length, address);
    let name = if prefix == 0 { String::new() } else { walk.name("prefix name")? };
    Ok(joined([prefix.to_string(), address, name]))
}

/// The prefixes of APL; they may be none (RFC 3123 §4). A family that is not known leaves the data as it is.
pub(super) fn prefixes(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let start = walk.at;
    let (mut all, mut is_known) = (Vec::new(), true);
    while walk.left() > 0 {
        let place = walk.at;
        let (family, prefix, length) = (walk.raw_u16()?, walk.raw_u8()?, walk.raw_u8()?);
        let (not, length) = (if length & 0x80 != 0 { "!" } else { "" }, usize::from(length & 0x7f));
        let bytes = walk.take_bytes(length)?;
        let most: usize = match family {
            1 => 4,
            2 => 16,
            _ => {
                is_known = false;
                continue;
            }
        };
        if length > most || usize::from(prefix) > most * 8 {
            return Err(format!("a prefix is longer than an address of family {family}"));
        }
        if bytes.last() == Some(&0) {
            return Err("a prefix ends with a zero byte, which must be left out".to_owned());
        }
        let mut address = [0; 16];
        address[..length].copy_from_slice(bytes);
        let address = match family {
            1 => Ipv4Addr::from(number(&address[..4])).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        };
        let text = format!("{not}{family}:{address}/{prefix}");
        walk.add_field(place..walk.at, "prefix", text.as_str());
        all.push(text);
    }
    if !is_known {
        walk.at = start;
        return Ok(String::new());
    }
    Ok(all.join(" "))
}
