//! IPSECKEY and AMTRELAY: a gateway that is an address, a name, or nothing (RFC 4025, RFC 8777).

use super::part::DataPart;
use super::part::field;
use super::part::some_rest;
use super::printed::{base64, joined};
use crate::wire::dns::reader::DnsWalk;

/// Reads the data of an IPSECKEY record. Without an algorithm there may be no key (RFC 4025 §2.4).
pub(super) fn ipsec_key(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let start = walk.at;
    let (precedence, form, algorithm) = (walk.u8("precedence")?, walk.u8("gateway type")?, walk.u8("algorithm")?);
    let Some(gateway) = gateway(walk, form)? else {
        walk.at = start;
        return Ok(String::new());
    };
    let key = if algorithm == 0 { walk.take_rest()? } else { some_rest(walk, "key")? };
    let key = field(walk, "key", key.len(), base64(key));
    Ok(joined([precedence.to_string(), form.to_string(), algorithm.to_string(), gateway, key]))
}

/// Reads the data of an AMTRELAY record.
pub(super) fn relay(walk: &mut DnsWalk<'_>) -> Result<String, String> {
    let start = walk.at;
    let (precedence, form) = (walk.u8("precedence")?, walk.raw_u8()?);
    let (discovery, form) = (form >> 7, form & 0x7f);
    field(walk, "discovery, relay type", 1, format!("{discovery}, {form}"));
    let Some(relay) = gateway(walk, form)? else {
        walk.at = start;
        return Ok(String::new());
    };
    Ok(format!("{precedence} {discovery} {form} {relay}"))
}

/// A gateway of this form; `None` if the form is not known.
fn gateway(walk: &mut DnsWalk<'_>, form: u8) -> Result<Option<String>, String> {
    let part = match form {
        0 => return Ok(Some(".".to_owned())),
        1 => DataPart::Ip4("gateway"),
        2 => DataPart::Ip6("gateway"),
        3 => DataPart::Name("gateway"),
        _ => return Ok(None),
    };
    part.read(walk).map(Some)
}
