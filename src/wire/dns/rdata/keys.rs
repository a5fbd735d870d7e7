//! Keys, digests, certificates and signatures, and other data of DNS security.

use super::part::{DataPart, field, some_rest, string_bytes};
use super::printed::{base64, hex_digits, joined};
use crate::wire::dns::reader::DnsWalk;
use crate::wire::dns::record_type::rcode_name;

/// The data of KEY: flags that say "no key" have none (RFC 2535 §3.1.2).
pub(super) fn key(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let (flags, protocol, algorithm) = (walk.u16("flags")?, walk.u8("protocol")?, walk.u8("algorithm")?);
    let has_key = flags & 0xc000 != 0xc000;
    let key = if has_key { some_rest(walk, "key")? } else { &[] };
    let key = field(walk, "key", key.len(), base64(key));
    Ok(joined([flags.to_string(), protocol.to_string(), algorithm.to_string(), key]))
}

/// The flags of RKEY, which must be 0.
pub(super) fn zero_flags(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    match walk.u16("flags")? {
        0 => Ok("0".to_owned()),
        other => Err(format!("the flags are {other}, and must be 0")),
    }
}

/// The data of CERT (RFC 4398 §2).
pub(super) fn certificate(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let form = match walk.raw_u16()? {
        1 => "PKIX".to_owned(),
        2 => "SPKI".to_owned(),
        3 => "PGP".to_owned(),
        4 => "IPKIX".to_owned(),
        5 => "ISPKI".to_owned(),
        6 => "IPGP".to_owned(),
        7 => "ACPKIX".to_owned(),
        8 => "IACPKIX".to_owned(),
        253 => "URI".to_owned(),
        254 => "OID".to_owned(),
        other => other.to_string(),
    };
    let form = field(walk, "certificate type", 2, form);
    let tag = walk.u16("key tag")?;
    let algorithm = algorithm_name(walk.raw_u8()?);
    let algorithm = field(walk, "algorithm", 1, algorithm);
    Ok(format!("{form} {tag} {algorithm} {}", DataPart::Base64("certificate").read(walk)?))
}

/// An algorithm of DNSSEC by its mnemonic (IANA, "DNS Security Algorithm Numbers").
fn algorithm_name(number: u8) -> String {
    let name = match number {
        1 => "RSAMD5",
        2 => "DH",
        3 => "DSA",
        5 => "RSASHA1",
        6 => "NSEC3DSA",
        7 => "NSEC3RSASHA1",
        8 => "RSASHA256",
        10 => "RSASHA512",
        12 => "ECCGOST",
        13 => "ECDSAP256SHA256",
        14 => "ECDSAP384SHA384",
        15 => "ED25519",
        16 => "ED448",
        252 => "INDIRECT",
        253 => "PRIVATEDNS",
        254 => "PRIVATEOID",
        other => return other.to_string(),
    };
    name.to_owned()
}

/// The type of a DS record's digest, and the digest, whose length is that of its type (RFC 4034 §5.1).
pub(super) fn digest(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let form = walk.u8("digest type")?;
    let length = match form {
        1 => Some(20),
        2 | 3 => Some(32),
        4 => Some(48),
        _ => None,
    };
    Ok(format!("{form} {}", hex_of_length(walk, "digest", length)?))
}

/// The scheme's hash of a ZONEMD record, and the digest (RFC 8976 §2.2): 12 bytes or more.
pub(super) fn zone_digest(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let form = walk.u8("hash algorithm")?;
    let length = match form {
        1 => Some(48),
        2 => Some(64),
        _ if walk.left() < 12 => return Err("the digest has less than 12 bytes".to_owned()),
        _ => None,
    };
    Ok(format!("{form} {}", hex_of_length(walk, "digest", length)?))
}

/// The type of a fingerprint, and the fingerprint (RFC 4255 §3.1, RFC 6594).
pub(super) fn fingerprint(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let form = walk.u8("fingerprint type")?;
    let length = match form {
        1 => Some(20),
        2 => Some(32),
        _ => None,
    };
    Ok(format!("{form} {}", hex_of_length(walk, "fingerprint", length)?))
}

/// Bytes up to the end in hex, of a length that is known or not.
fn hex_of_length(walk: &mut DnsWalk<'_>, name: &'static str, length: Option<usize>) -> Result<String, String> {
    match (walk.left(), length) {
        (left, Some(length)) if left != length => {
            Err(format!("the {name} has {left} bytes, and its type has {length}"))
        }
        _ => DataPart::Hex(name).read(walk),
    }
}

/// The tag of CAA: letters and digits, at least one (RFC 8659 §4.1).
pub(super) fn authority_tag(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = string_bytes(walk, "tag")?;
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return Err("the tag is empty, or has other characters than letters and digits".to_owned());
    }
    Ok(field(walk, "tag", bytes.len() + 1, String::from_utf8_lossy(bytes).into_owned()))
}

/// The object of DOA; `-` if there is none.
pub(super) fn object(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let bytes = walk.take_rest()?;
    let text = if bytes.is_empty() { "-".to_owned() } else { base64(bytes) };
    Ok(field(walk, "data", bytes.len(), text))
}

/// The scheme of DSYNC by its name (RFC 9859 §2.1).
pub(super) fn notify_scheme(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let text = match walk.raw_u8()? {
        1 => "NOTIFY".to_owned(),
        other => other.to_string(),
    };
    Ok(field(walk, "scheme", 1, text))
}

/// The data of HIP: the tag of a host, its key, and its rendezvous servers (RFC 8005 §5).
pub(super) fn host_identity(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let tag_length = usize::from(walk.u8("tag length")?);
    let algorithm = walk.u8("algorithm")?;
    let key_length = usize::from(walk.u16("key length")?);
    if tag_length == 0 || key_length == 0 {
        return Err("the tag or the key is empty".to_owned());
    }
    let tag = hex_digits(walk.take_bytes(tag_length)?);
    let tag = field(walk, "tag", tag_length, tag);
    let key = base64(walk.take_bytes(key_length)?);
    let mut text = format!("{algorithm} {tag} {}", field(walk, "key", key_length, key));
    while walk.left() > 0 {
        text.push(' ');
        text.push_str(&walk.name("rendezvous server")?);
    }
    Ok(text)
}

/// The data of TKEY (RFC 2930 §2).
pub(super) fn transaction_key(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let algorithm = walk.name("algorithm")?;
    let (from, to, mode) = (walk.u32("inception", "")?, walk.u32("expiration", "")?, walk.u16("mode")?);
    let error = error(walk)?;
    let (key, other) = (counted(walk, "key")?, counted(walk, "other data")?);
    Ok(joined([algorithm, from.to_string(), to.to_string(), mode.to_string(), error, key, other]))
}

/// The data of TSIG (RFC 8945 §4.2); its time has 48 bits.
pub(super) fn transaction_signature(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let algorithm = walk.name("algorithm")?;
    let signed = u64::from(walk.raw_u16()?) << 32 | u64::from(walk.raw_u32()?);
    let signed = field(walk, "time signed", 6, signed.to_string());
    let fudge = walk.u16("fudge")?.to_string();
    let signature = counted(walk, "signature")?;
    let id = walk.u16("original id")?.to_string();
    Ok(joined([algorithm, signed, fudge, signature, id, error(walk)?, counted(walk, "other data")?]))
}

/// An error of TKEY or TSIG by its name.
fn error(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let name = match walk.raw_u16()? {
        // For signatures 16 is BADSIG; for EDNS it is BADVERS (IANA, "DNS RCODEs").
        16 => "BADSIG".to_owned(),
        code => match rcode_name(code) {
            name if name.starts_with("RCODE") => code.to_string(),
            name => name,
        },
    };
    Ok(field(walk, "error", 2, name))
}

/// Bytes with their length in two bytes before them: the length, and the bytes in base64 if there are any.
fn counted(walk: &mut DnsWalk<'_>, name: &'static str) -> Result<String, String> {
    let length = walk.raw_u16()?;
    let text = base64(walk.take_bytes(usize::from(length))?);
    Ok(field(walk, name, usize::from(length) + 2, joined([length.to_string(), text])))
}

/// The options of EDNS, where OPT stands in the place of a record: code, length and bytes of each.
pub(super) fn options(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let mut all = Vec::new();
    while walk.left() > 0 {
        let (code, length) = (walk.raw_u16()?, walk.raw_u16()?);
        let bytes = walk.take_bytes(usize::from(length))?;
        let text = joined([code.to_string(), length.to_string(), base64(bytes)]);
        all.push(field(walk, "option", bytes.len() + 4, text));
    }
    Ok(all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_told_by_its_mnemonic_or_by_its_number() {
        assert_eq!([5, 9, 13, 255].map(algorithm_name), ["RSASHA1", "9", "ECDSAP256SHA256", "255"]);
    }
}
