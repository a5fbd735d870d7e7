//! Bytes in the forms of a zone file (RFC 1035 §5.1, RFC 4648).

use base64::Engine as _;

/// A text in quotation marks: what is no printable ASCII becomes `\DDD`.
pub(in crate::wire::dns) fn character_string(bytes: &[u8]) -> String {
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

/// Hex digits in capital letters, as zone files have them.
pub(in crate::wire::dns) fn hex_digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Base64 with its padding (RFC 4648 §4).
pub(super) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Base32 with the extended hex alphabet, without padding (RFC 4648 §7, RFC 5155 §3.3).
pub(super) fn base32hex(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// Any data as RFC 3597 §5 writes it.
pub(super) fn unknown(bytes: &[u8]) -> String {
    match bytes {
        [] => "\\# 0".to_owned(),
        bytes => format!("\\# {} {}", bytes.len(), hex_digits(bytes)),
    }
}

/// The tokens that are not empty, with a blank between two.
pub(super) fn joined<const N: usize>(tokens: [String; N]) -> String {
    let tokens: Vec<String> = tokens.into_iter().filter(|token| !token.is_empty()).collect();
    tokens.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, coded) in [("", ""), ("f", "CO"), ("fo", "CPNG"), ("foo", "CPNMU"), ("foobar", "CPNMUOJ1E8")] {
            assert_eq!(base32hex(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_text_can_be_read_back_from_a_zone_file() {
        assert_eq!(character_string(b"a\"b\\c;\x7f\xff \n"), r#""a\"b\\c;\127\255 \010""#);
    }
}
