//! What a ServerHello chose (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).

use super::names::{TlsCipherSuite, TlsGroup, TlsVersion};

/// The random value that makes a ServerHello a HelloRetryRequest: the SHA-256 of that name (RFC 8446 §4.1.3).
const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// The server's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerHello {
    /// It asks for another ClientHello.
    pub(super) is_retry: bool,
    pub(super) version: TlsVersion,
    pub(super) cipher: TlsCipherSuite,
    /// The group of its key share; TLS 1.2 names it in another message.
    pub(super) group: Option<TlsGroup>,
}

impl ServerHello {
    /// Reads the body of a message, without its head; `None` if it is none. What is behind the cipher suite may be
    /// missing.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut rest = body;
        let legacy = u16_of(take(&mut rest, 2)?);
        let random = take(&mut rest, 32)?;
        let session = usize::from(take(&mut rest, 1)?[0]);
        take(&mut rest, session)?;
        let cipher = TlsCipherSuite(u16_of(take(&mut rest, 2)?));
        let is_retry = random == RETRY_RANDOM;
        let mut hello = ServerHello { is_retry, version: TlsVersion(legacy), cipher, group: None };
        // The compression method, and the length of all extensions.
        take(&mut rest, 3);
        while let Some((kind, value)) = extension(&mut rest) {
            match (kind, value) {
                (SUPPORTED_VERSIONS, [a, b]) => hello.version = TlsVersion(u16::from_be_bytes([*a, *b])),
                (KEY_SHARE, [a, b, ..]) => hello.group = Some(TlsGroup(u16::from_be_bytes([*a, *b]))),
                _ => {}
            }
        }
        Some(hello)
    }
}

fn extension<'a>(rest: &mut &'a [u8]) -> Option<(u16, &'a [u8])> {
    let kind = u16_of(take(rest, 2)?);
    let length = usize::from(u16_of(take(rest, 2)?));
    Some((kind, take(rest, length)?))
}

fn take<'a>(rest: &mut &'a [u8], bytes: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(bytes)?;
    *rest = behind;
    Some(taken)
}

fn u16_of(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |value, byte| value << 8 | u16::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_and_the_group_are_those_of_the_extensions() {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([2, 9, 9, 0x13, 0x02, 0, 0, 12]);
        body.extend([0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 29]);
        let hello = ServerHello::read(&body).unwrap();
        assert_eq!((hello.version, hello.cipher), (TlsVersion::TLS13, TlsCipherSuite(0x1302)));
        assert_eq!((hello.group, hello.is_retry), (Some(TlsGroup(29)), false));
        body[2..34].copy_from_slice(&RETRY_RANDOM);
        assert!(ServerHello::read(&body).unwrap().is_retry);
        // An older one has no extensions at all.
        let hello = ServerHello::read(&body[..40]).unwrap();
        assert_eq!((hello.version, hello.group), (TlsVersion::TLS12, None));
        assert_eq!(ServerHello::read(&body[..36]), None);
    }
}
