//! EDNS options as text (IANA, "DNS EDNS0 Option Codes").

use std::net::{Ipv4Addr, Ipv6Addr};

use super::rdata::{character_string, hex_digits};

/// An EDNS option: its name and its content.
pub(super) fn option(code: u16, value: &[u8]) -> (String, String) {
    let name = match code {
        3 => "NSID",
        8 => "client subnet",
        9 => "expire",
        10 => "cookie",
        11 => "keepalive",
        12 => "padding",
        15 => "error",
        other => return (other.to_string(), hex(value)),
    };
    let text = match (code, value) {
        (15, [high, low, text @ ..]) => {
            let number = u16::from(*high) << 8 | u16::from(*low);
            let text = if text.is_empty() { String::new() } else { format!(" {}", character_string(text)) };
            format!("{number} ({}){text}", extended_error(number))
        }
        (3, []) => String::new(),
        (3, text) => format!("{} {}", hex(text), character_string(text)),
        (8, value) => subnet(value).unwrap_or_else(|| hex(value)),
        (12, zeros) => format!("{} bytes", zeros.len()),
        (_, bytes) => hex(bytes),
    };
    (name.to_owned(), text)
}

fn hex(bytes: &[u8]) -> String {
    hex_digits(bytes).to_lowercase()
}

/// A client's subnet with the length of its prefix, and that of the prefix for which the answer holds (RFC 7871 §6).
fn subnet(value: &[u8]) -> Option<String> {
    let [0, family @ (1 | 2), prefix, scope, address @ ..] = value else { return None };
    let mut bytes = [0; 16];
    bytes.get_mut(..address.len())?.copy_from_slice(address);
    let [a, b, c, d, ..] = bytes;
    let address = match family {
        1 if address.len() <= 4 => Ipv4Addr::new(a, b, c, d).to_string(),
        1 => return None,
        _ => Ipv6Addr::from(bytes).to_string(),
    };
    Some(format!("{address}/{prefix}/{scope}"))
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
    fn an_extended_error_says_what_it_is() {
        assert_eq!(option(15, b"\0\x16no\x1b"), ("error".into(), "22 (no reachable authority) \"no\\027\"".into()));
        assert_eq!(option(15, b"\0\x0e").1, "14 (not ready)");
        assert_eq!(option(15, b"\0").1, "00");
    }

    #[test]
    fn a_subnet_is_told_with_both_its_prefixes() {
        assert_eq!(option(8, b"\0\x01\x18\x10\xc0\0\x02").1, "192.0.2.0/24/16");
        assert_eq!(option(8, b"\0\x02\x20\0\x20\x01\x0d\xb8").1, "2001:db8::/32/0");
        for odd in
            [&b""[..], b"\0\x01\x18", b"\0\x01\x18\0\x01\x02\x03\x04\x05", b"\0\x03\0\0", &[0, 2, 0, 0].repeat(9)]
        {
            assert_eq!(option(8, odd).1, hex(odd));
        }
    }
}
