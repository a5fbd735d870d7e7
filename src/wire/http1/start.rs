//! What the start lines of responses and requests have in common.

use std::ops::Range;

use crate::wire::http1::error::Http1Refusal;
use crate::wire::http1::rule::{BrokenRules, Http1Rule};

/// The version of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Http1Version {
    /// The digit before the full stop.
    pub major: u8,
    /// The digit behind it.
    pub minor: u8,
}

impl Http1Version {
    /// HTTP/1.0.
    pub const V1_0: Http1Version = Http1Version { major: 1, minor: 0 };
    /// HTTP/1.1.
    pub const V1_1: Http1Version = Http1Version { major: 1, minor: 1 };
}

/// Whether the first bytes of a line can begin a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartVerdict {
    /// Not yet to be said.
    Open,
    /// They do.
    Begins,
    /// They cannot.
    Differs,
}

/// A start line that cannot be read, and the part that is at fault, as a range of the head's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRefusal {
    /// Why.
    pub refusal: Http1Refusal,
    /// What is at fault.
    pub range: Range<usize>,
}

/// The first line of a message.
pub trait HeadStart: Sized {
    /// Judges the first bytes of the line, as soon as each arrives.
    fn verdict(line: &[u8]) -> StartVerdict;

    /// Reads the line: a range of the head's `bytes` without its line end. `offset` is that of the first of `bytes`.
    fn parse(bytes: &[u8], line: Range<usize>, offset: u64, broken: &mut BrokenRules) -> Result<Self, StartRefusal>;

    /// The version, if it is written as it must be.
    fn version(&self) -> Option<Http1Version>;
}

/// What separates the parts of a start line for a tolerant reader (RFC 9112 §3, §4).
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c | b'\r')
}

/// Whether a token may have this byte (RFC 9110 §5.6.2).
pub(super) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a byte is a control byte other than the tabulator.
pub(super) fn is_control(byte: u8) -> bool {
    byte < 0x20 && byte != b'\t' || byte == 0x7f
}

/// Reads `HTTP/1.1`. A version in another form is `None`, and named.
pub(super) fn parse_version(text: &[u8], offset: u64, broken: &mut BrokenRules) -> Option<Http1Version> {
    let version = match text {
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
            Some(Http1Version { major: major - b'0', minor: minor - b'0' })
        }
        _ => None,
    };
    match version {
        None => broken.push(Http1Rule::VersionForm, offset, text.len()),
        Some(Http1Version { major: 1, .. }) => {}
        Some(_) => broken.push(Http1Rule::VersionNotOne, offset, text.len()),
    }
    version
}
