//! LOC: a place on Earth, with its size and precision (RFC 1876).

use super::part::{field, fixed};
use crate::wire::dns::reader::DnsWalk;

/// The equator, and the prime meridian: angles count from here, in thousandths of a second.
const MIDDLE: u32 = 1 << 31;

/// Thousandths of a second in a degree.
const DEGREE: u32 = 3_600_000;

/// How far below the reference sphere altitudes begin, in centimetres.
const DEPTH: i64 = 10_000_000;

/// Reads the data; a version other than 0 is left as it is.
pub(super) fn read(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let start = walk.at;
    if walk.raw_u8()? != 0 {
        walk.at = start;
        return Ok(String::new());
    }
    field(walk, "version", 1, "0".to_owned());
    let mut lengths = Vec::new();
    for name in ["size", "horizontal precision", "vertical precision"] {
        let text =
            length(walk.raw_u8()?).ok_or_else(|| format!("the {name} is no digit with a power of ten below 10"))?;
        lengths.push(field(walk, name, 1, text));
    }
    let latitude = angle(walk, "latitude", 90, ['N', 'S'])?;
    let longitude = angle(walk, "longitude", 180, ['E', 'W'])?;
    let height = i64::from(u32::from_be_bytes(fixed::<4>(walk)?)) - DEPTH;
    let sign = if height < 0 { "-" } else { "" };
    let altitude = format!("{sign}{}.{:02}m", height.abs() / 100, height.abs() % 100);
    let altitude = field(walk, "altitude", 4, altitude);
    Ok(format!("{latitude} {longitude} {altitude} {}", lengths.join(" ")))
}

/// A length in centimetres as one digit and a power of ten; `None` if it is none.
fn length(byte: u8) -> Option<String> {
    let (digit, power) = (byte >> 4, byte & 15);
    if digit > 9 || power > 9 || digit == 0 && power > 0 {
        return None;
    }
    Some(match power {
        0 | 1 => format!("0.{:02}m", u32::from(digit) * 10_u32.pow(power.into())),
        _ => format!("{}m", u32::from(digit) * 10_u32.pow(u32::from(power) - 2)),
    })
}

/// An angle as degrees, minutes, seconds and its side.
fn angle(walk: &mut DnsWalk<'_>, name: &str, most: u32, sides: [char; 2]) -> Result<String, String> {
    let value = u32::from_be_bytes(fixed::<4>(walk)?);
    let (side, angle) = if value >= MIDDLE { (sides[0], value - MIDDLE) } else { (sides[1], MIDDLE - value) };
    if angle > most * DEGREE {
        return Err(format!("the {name} is more than {most} degrees"));
    }
    let (degrees, minutes, seconds) = (angle / DEGREE, angle / 60_000 % 60, angle % 60_000);
    let text = format!("{degrees} {minutes} {}.{:03} {side}", seconds / 1_000, seconds % 1_000);
    Ok(field(walk, name, 4, text))
}
