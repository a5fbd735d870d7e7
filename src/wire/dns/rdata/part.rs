//! The parts that records are made of.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use jiff::civil;

use super::printed::{base64, character_string, hex_digits};
use crate::wire::dns::reader::DnsWalk;
use crate::wire::dns::record_type::RecordType;

/// One part of a record's data. The text is the name of the field in the view of fields.
#[derive(Clone, Copy, Debug)]
pub(super) enum DataPart {
    /// A number of one, two or four bytes.
    U8(&'static str),
    U16(&'static str),
    U32(&'static str),
    /// A time span, in seconds.
    Seconds(&'static str),
    /// A time as a date (RFC 4034 §3.2).
    Date(&'static str),
    /// The number of a type, by its name.
    Type(&'static str),
    /// A name, which may end in a pointer.
    Name(&'static str),
    /// A name without a pointer (RFC 4034 §3.1.7).
    WholeName(&'static str),
    /// A text with its length before it (RFC 1035 §3.3).
    Text(&'static str),
    /// One such text or more, up to the end.
    Texts(&'static str),
    /// Text up to the end, without a length.
    RestAsText(&'static str),
    /// Bytes up to the end, at least one, in hex or base64.
    Hex(&'static str),
    Base64(&'static str),
    /// The same, or no byte at all.
    Base64OrNothing(&'static str),
    /// Addresses.
    Ip4(&'static str),
    Ip6(&'static str),
    /// Eight bytes as four numbers in hex (RFC 6742 §2.1).
    Locator64(&'static str),
    /// A hardware address of as many bytes (RFC 7043).
    Hardware(&'static str, usize),
    /// Anything else.
    Other(fn(&mut DnsWalk<'_>) -> Result<String, String>),
}

impl DataPart {
    /// Reads the part; returns its text.
    ///
    /// # Errors
    /// Fails with what is wrong if the bytes are not such a part.
    pub(super) fn read(self, walk: &mut DnsWalk<'_>) -> Result<String, String> {
        Ok(match self {
            DataPart::U8(name) => walk.u8(name)?.to_string(),
            DataPart::U16(name) => walk.u16(name)?.to_string(),
            DataPart::U32(name) => walk.u32(name, "")?.to_string(),
            DataPart::Seconds(name) => walk.u32(name, " s")?.to_string(),
            DataPart::Date(name) => {
                let text = date(walk.raw_u32()?);
                field(walk, name, 4, text)
            }
            DataPart::Type(name) => {
                let text = RecordType(walk.raw_u16()?).to_string();
                field(walk, name, 2, text)
            }
            DataPart::Name(name) => walk.name(name)?,
            DataPart::WholeName(name) => walk.whole_name(name)?,
            DataPart::Text(name) => string(walk, name)?,
            DataPart::Texts(name) => format!("{}{}", string(walk, name)?, more_strings(walk, name)?),
            DataPart::RestAsText(name) => {
                let bytes = walk.take_rest()?;
                field(walk, name, bytes.len(), character_string(bytes))
            }
            DataPart::Hex(name) => {
                let bytes = some_rest(walk, name)?;
                field(walk, name, bytes.len(), hex_digits(bytes))
            }
            DataPart::Base64(name) => {
                let bytes = some_rest(walk, name)?;
                field(walk, name, bytes.len(), base64(bytes))
            }
            DataPart::Base64OrNothing(name) => {
                let bytes = walk.take_rest()?;
                field(walk, name, bytes.len(), base64(bytes))
            }
            DataPart::Ip4(name) => {
                let text = Ipv4Addr::from(fixed::<4>(walk)?).to_string();
                field(walk, name, 4, text)
            }
            DataPart::Ip6(name) => {
                let text = Ipv6Addr::from(fixed::<16>(walk)?).to_string();
                field(walk, name, 16, text)
            }
            DataPart::Locator64(name) => {
                let bytes = fixed::<8>(walk)?;
                let groups: Vec<String> = bytes.chunks(2).map(|pair| format!("{:x}", number(pair))).collect();
                field(walk, name, 8, groups.join(":"))
            }
            DataPart::Hardware(name, length) => {
                let bytes = walk.take_bytes(length)?;
                let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                field(walk, name, length, pairs.join("-"))
            }
            DataPart::Other(read) => read(walk)?,
        })
    }
}

/// Lists the last `length` bytes as a field; returns its text.
pub(super) fn field(walk: &mut DnsWalk<'_>, name: &str, length: usize, text: String) -> String {
    if length > 0 {
        walk.add_field(walk.at - length..walk.at, name, text.as_str());
    }
    text
}

/// The bytes up to the end of the data.
///
/// # Errors
/// Fails if there are none.
pub(super) fn some_rest<'a>(walk: &mut DnsWalk<'a>, name: &str) -> Result<&'a [u8], String> {
    match walk.take_rest()? {
        [] => Err(format!("the {name} is missing")),
        bytes => Ok(bytes),
    }
}

/// An array of the next bytes.
pub(super) fn fixed<const N: usize>(walk: &mut DnsWalk<'_>) -> Result<[u8; N], String> {
    walk.take_bytes(N)?.try_into().map_err(|_| "an address is cut short".to_owned())
}

/// A number of some bytes, the highest first.
pub(super) fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

/// The bytes of a text with its length before it.
pub(super) fn string_bytes<'a>(walk: &mut DnsWalk<'a>, name: &str) -> Result<&'a [u8], String> {
    let length = usize::from(walk.raw_u8().map_err(|_| format!("the {name} is missing"))?);
    if length > walk.left() {
        return Err(format!("the {name} is longer ({length} bytes) than the data it stands in"));
    }
    walk.take_bytes(length)
}

/// Reads a text with its length before it; returns it quoted.
pub(super) fn string(walk: &mut DnsWalk<'_>, name: &str) -> Result<String, String> {
    let bytes = string_bytes(walk, name)?;
    Ok(field(walk, name, bytes.len() + 1, character_string(bytes)))
}

/// The texts up to the end, each with a blank before it.
fn more_strings(walk: &mut DnsWalk<'_>, name: &str) -> Result<String, String> {
    let mut all = String::new();
    while walk.left() > 0 {
        all.push(' ');
        all.push_str(&string(walk, name)?);
    }
    Ok(all)
}

/// Seconds since 1970 as `YYYYMMDDHHmmSS` in UTC (RFC 4034 §3.2).
fn date(seconds: u32) -> String {
    let at = civil::date(1970, 1, 1).at(0, 0, 0, 0).saturating_add(Duration::from_secs(seconds.into()));
    at.strftime("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signatures_times_are_dates() {
        assert_eq!(date(0), "19700101000000");
        assert_eq!(date(1_709_164_800), "20240229000000");
        assert_eq!(date(u32::MAX), "21060207062815");
    }
}
