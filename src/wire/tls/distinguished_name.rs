//! Distinguished names as text (RFC 4514), in the order in which they stand in the certificate.

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::x509::X509Name;

use crate::text::latin1::utf8_or_latin1;

/// The attributes with a short name (RFC 4514 §3, RFC 5280 §4.1.2.4).
const ATTRIBUTES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.42", "GN"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
];

/// The text of a name, at most about `most` bytes: `C=DE, O=Example, CN=example.org`. Characters that separate parts
/// are escaped; control characters stay.
pub(super) fn name_text(name: &X509Name<'_>, most: usize) -> String {
    let mut text = String::new();
    for relative in name.iter_rdn() {
        for (place, attribute) in relative.iter().enumerate() {
            if text.len() > most {
                text.push('…');
                return text;
            }
            if !text.is_empty() {
                text.push_str(if place == 0 { ", " } else { " + " });
            }
            let oid = attribute.attr_type().to_id_string();
            let short = ATTRIBUTES.iter().find(|(of, _)| *of == oid);
            text.push_str(short.map_or(oid.as_str(), |(_, short)| short));
            text.push('=');
            push_escaped(&mut text, &value_text(attribute.attr_value(), most));
        }
    }
    text
}

/// The text of a value, by the kind of string that it is; of anything else its bytes in hex.
fn value_text(value: &Any<'_>, most: usize) -> String {
    let bytes = &value.data[..value.data.len().min(most)];
    let units = |width: usize| {
        bytes.chunks_exact(width).map(|unit| unit.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)))
    };
    let mut text = match value.tag() {
        Tag::BmpString => {
            let units: Vec<u16> = units(2).filter_map(|unit| u16::try_from(unit).ok()).collect();
            String::from_utf16_lossy(&units)
        }
        Tag::UniversalString => {
            units(4).map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Tag::NumericString
        | Tag::PrintableString
        | Tag::Utf8String
        | Tag::Ia5String
        | Tag::T61String
        | Tag::VisibleString
        | Tag::GeneralString => text_or_hex(bytes, value.data.len() > bytes.len()),
        _ => format!("#{}", hex(bytes)),
    };
    if value.data.len() > bytes.len() {
        text.push('…');
    }
    text
}

/// Text in UTF-8 or ISO 8859-1. A cut may have split its last character.
fn text_or_hex(bytes: &[u8], is_cut: bool) -> String {
    match std::str::from_utf8(bytes) {
        Err(error) if is_cut && error.error_len().is_none() => {
            utf8_or_latin1(&bytes[..error.valid_up_to()]).into_owned()
        }
        _ => utf8_or_latin1(bytes).into_owned(),
    }
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Escapes what would end the value or look like another part (RFC 4514 §2.4).
fn push_escaped(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (place, character) in value.chars().enumerate() {
        let is_special = matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=')
            || character == ' ' && (place == 0 || place == last);
        if is_special {
            text.push('\\');
        }
        text.push(character);
    }
}
