//! Sets of record types (RFC 4034 §4.1.2, RFC 2535 §5.2), and the other parts of NSEC3 (RFC 5155 §3.2).

use super::part::{field, string_bytes};
use super::printed::{base32hex, hex_digits, joined};
use crate::wire::dns::reader::DnsWalk;
use crate::wire::dns::record_type::RecordType;

/// The only hash algorithm of NSEC3, and the length of its hashes.
const SHA_1: u8 = 1;
const SHA_1_BYTES: usize = 20;

/// A set up to the end of the data; it may be empty.
pub(super) fn any(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let start = walk.at;
    let mut names = Vec::new();
    let mut before = None;
    while walk.left() > 0 {
        let (window, length) = (walk.raw_u8()?, walk.raw_u8()?);
        if before.is_some_and(|before| window <= before) {
            return Err(format!("window {window} of the types stands out of order"));
        }
        before = Some(window);
        if !(1..=32).contains(&length) {
            return Err(format!("window {window} of the types has {length} bytes, and 1 to 32 are allowed"));
        }
        let bytes = walk.take_bytes(usize::from(length))?;
        if bytes.last() == Some(&0) {
            return Err(format!("window {window} of the types ends with a byte without a type"));
        }
        names.extend(types(bytes, u16::from(window) << 8));
    }
    let text = names.join(" ");
    Ok(field(walk, "types", walk.at - start, text))
}

/// A set with at least one type.
pub(super) fn some(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    match walk.left() {
        0 => Err("the set of types is empty".to_owned()),
        _ => any(walk),
    }
}

/// The set of NXT, without windows: types below 128, at most 16 bytes.
pub(super) fn single(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = walk.take_rest()?;
    // The first bit would say that another form follows.
    let is_valid = match bytes {
        [] => true,
        [first, ..] => first & 0x80 == 0 && bytes.len() <= 16 && bytes.last() != Some(&0),
    };
    if !is_valid {
        return Err("the set of types has a form that is not allowed".to_owned());
    }
    let text = types(bytes, 0).collect::<Vec<_>>().join(" ");
    Ok(field(walk, "types", bytes.len(), text))
}

/// The types whose bits are set, from the highest bit of the first byte on.
fn types(bytes: &[u8], first: u16) -> impl Iterator<Item = String> {
    let bits = (0_u16..).zip(bytes).flat_map(|(place, byte)| {
        (0_u16..8).filter(move |bit| byte & (0x80 >> bit) != 0).map(move |bit| place * 8 + bit)
    });
    bits.map(move |bit| RecordType(first | bit).to_string())
}

/// The salt; `-` if it is empty.
pub(super) fn salt(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = string_bytes(walk, "salt")?;
    let text = if bytes.is_empty() { "-".to_owned() } else { hex_digits(bytes) };
    Ok(field(walk, "salt", bytes.len() + 1, text))
}

/// The data of NSEC3 (RFC 5155 §3.2): how names are hashed, the hash of the next name, and the types.
pub(super) fn hashed(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let algorithm = walk.u8("hash algorithm")?;
    let (flags, iterations, salt) = (walk.u8("flags")?, walk.u16("iterations")?, salt(walk)?);
    let bytes = string_bytes(walk, "next hash")?;
    match (algorithm, bytes.len()) {
        (_, 0) => return Err("the next hash is empty".to_owned()),
        (SHA_1, length) if length != SHA_1_BYTES => {
            return Err(format!("the next hash has {length} bytes, and SHA-1 has {SHA_1_BYTES}"));
        }
        _ => {}
    }
    let next = field(walk, "next hash", bytes.len() + 1, base32hex(bytes));
    Ok(joined([algorithm.to_string(), flags.to_string(), iterations.to_string(), salt, next, any(walk)?]))
}
