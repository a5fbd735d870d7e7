//! Writes a request's head exactly as it is given.

use std::fmt;
use std::ops::Range;

use crate::wire::http1::start::Http1Version;

/// A field as the user wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldText<'a> {
    /// The name; its case is kept.
    pub name: &'a [u8],
    /// The value; may be empty.
    pub value: &'a [u8],
}

/// A request's head as it is to be sent. Nothing is added, removed, sorted or respelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestText<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The request target.
    pub target: &'a [u8],
    /// The version.
    pub version: Http1Version,
    /// The fields, in order; a name may repeat.
    pub fields: &'a [FieldText<'a>],
}

/// Bytes to send, and which part is where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenHead {
    /// All the bytes, with the empty line.
    pub bytes: Vec<u8>,
    /// The parts in order. Blanks, colons and line ends between them belong to none.
    pub parts: Vec<HeadPart>,
}

/// A part of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadPart {
    /// What it is.
    pub kind: HeadPartKind,
    /// Where it is in the head's bytes.
    pub range: Range<usize>,
}

/// What a part of a head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadPartKind {
    /// The method.
    Method,
    /// The request target.
    Target,
    /// The version.
    Version,
    /// The name of a field, with the field's index.
    FieldName(usize),
    /// The value of a field, with the field's index.
    FieldValue(usize),
}

/// A part that would break the message apart, and the byte at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnwritableByte {
    /// The part.
    pub part: HeadPartKind,
    /// The byte's index in the part, and the byte; `None` if the part is empty and must not be.
    pub byte: Option<(usize, u8)>,
}

impl fmt::Display for UnwritableByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            HeadPartKind::Method => "the method".to_string(),
            HeadPartKind::Target => "the request target".to_string(),
            HeadPartKind::Version => "the version".to_string(),
            HeadPartKind::FieldName(index) => format!("the name of field {}", index + 1),
            HeadPartKind::FieldValue(index) => format!("the value of field {}", index + 1),
        };
        match self.byte {
            None => write!(f, "{part} is empty"),
            Some((index, byte)) => {
                write!(f, "{part} has the byte 0x{byte:02x} at index {index}, which would break the message apart")
            }
        }
    }
}

impl std::error::Error for UnwritableByte {}

impl RequestText<'_> {
    /// The head's bytes (RFC 9112 §3, §5). Each field is written as `name: value`, an empty value as `name:`.
    ///
    /// Refused is only what a receiver would read as another message: CR, LF and NUL anywhere; white space in method and
    /// target, and before a name; a colon in a name; an empty method or target; a version without two digits.
    pub fn write(&self) -> Result<WrittenHead, UnwritableByte> {
        let mut head = WrittenHead { bytes: Vec::new(), parts: Vec::new() };
        head.put(HeadPartKind::Method, self.method, is_white)?;
        head.bytes.push(b' ');
        head.put(HeadPartKind::Target, self.target, is_white)?;
        head.bytes.push(b' ');
        let digits = [self.version.major, self.version.minor];
        if let Some(index) = digits.iter().position(|digit| *digit > 9) {
            let byte = Some((5 + 2 * index, digits[index]));
            return Err(UnwritableByte { part: HeadPartKind::Version, byte });
        }
        let [major, minor] = digits.map(|digit| b'0' + digit);
        head.put(HeadPartKind::Version, &[b'H', b'T', b'T', b'P', b'/', major, b'.', minor], |_, _| false)?;
        head.bytes.extend_from_slice(b"\r\n");
        head.put_fields(self.fields)?;
        Ok(head)
    }
}

impl WrittenHead {
    /// Adds field lines and the empty line.
    pub(super) fn put_fields(&mut self, fields: &[FieldText<'_>]) -> Result<(), UnwritableByte> {
        for (index, field) in fields.iter().enumerate() {
            self.put(HeadPartKind::FieldName(index), field.name, splits_name)?;
            self.bytes.push(b':');
            if !field.value.is_empty() {
                self.bytes.push(b' ');
            }
            self.put(HeadPartKind::FieldValue(index), field.value, |_, _| false)?;
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.bytes.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn put(&mut self, kind: HeadPartKind, text: &[u8], splits: fn(usize, u8) -> bool) -> Result<(), UnwritableByte> {
        let may_be_empty = match kind {
            HeadPartKind::Method | HeadPartKind::Target => false,
            HeadPartKind::Version | HeadPartKind::FieldName(_) | HeadPartKind::FieldValue(_) => true,
        };
        if text.is_empty() && !may_be_empty {
            return Err(UnwritableByte { part: kind, byte: None });
        }
        let is_refused = |index: usize, byte: u8| matches!(byte, b'\r' | b'\n' | 0) || splits(index, byte);
        if let Some(index) = (0..text.len()).find(|index| is_refused(*index, text[*index])) {
            return Err(UnwritableByte { part: kind, byte: Some((index, text[index])) });
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.parts.push(HeadPart { kind, range: start..self.bytes.len() });
        Ok(())
    }
}

/// White space, at which a receiver may split a request line (RFC 9112 §3).
fn is_white(_index: usize, byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

/// A colon ends a name; a blank before it makes the line a part of the one before it (obs-fold).
fn splits_name(index: usize, byte: u8) -> bool {
    byte == b':' || index == 0 && matches!(byte, b' ' | b'\t')
}
