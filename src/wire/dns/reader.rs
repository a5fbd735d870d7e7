//! Reads a message byte by byte, and lists each field with its position.

use std::ops::Range;

use super::message::{DnsField, MOST_FIELDS};
use super::wire_name;

/// A message and the fields read so far.
pub(super) struct DnsWalk<'a> {
    bytes: &'a [u8],
    /// Where reading must end: the end of the message, or that of the record's data or the option that is being read.
    pub(super) limit: usize,
    /// Where the next field begins.
    pub(super) at: usize,
    /// The nesting depth of the next field.
    pub(super) depth: u8,
    /// The fields.
    pub(super) fields: Vec<DnsField>,
    /// How many fields were beyond [`MOST_FIELDS`].
    pub(super) unlisted: usize,
}

impl<'a> DnsWalk<'a> {
    /// A walk at the start of a message.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        DnsWalk { bytes, limit: bytes.len(), at: 0, depth: 0, fields: Vec::new(), unlisted: 0 }
    }

    /// Lists a field.
    pub(super) fn add_field(&mut self, range: Range<usize>, name: impl Into<String>, value: impl Into<String>) {
        if self.fields.len() >= MOST_FIELDS {
            self.unlisted += 1;
            return;
        }
        self.fields.push(DnsField { range, depth: self.depth, name: name.into(), value: value.into() });
    }

    /// Lists a field whose end and value are set later; returns its index.
    pub(super) fn begin_field(&mut self, name: impl Into<String>) -> Option<usize> {
        let place = self.fields.len();
        self.add_field(self.at..self.at, name, "");
        (place < self.fields.len()).then_some(place)
    }

    /// Sets the end and the value of a field that was begun.
    pub(super) fn end_field(&mut self, place: Option<usize>, value: &str) {
        let at = self.at;
        if let Some(field) = place.and_then(|place| self.fields.get_mut(place)) {
            field.range.end = at;
            value.clone_into(&mut field.value);
        }
    }

    /// How many bytes are left up to the limit.
    pub(super) fn left(&self) -> usize {
        self.limit.saturating_sub(self.at)
    }

    /// The next bytes, without listing a field.
    pub(super) fn take_bytes(&mut self, length: usize) -> Result<&'a [u8], String> {
        let left = self.left();
        let taken = self.bytes.get(self.at..self.at.saturating_add(length)).filter(|_| length <= left);
        let whole = if self.limit == self.bytes.len() { "the message" } else { "the data" };
        let taken = taken.ok_or_else(|| format!("{length} bytes are wanted, and {whole} ends after {left}"))?;
        self.at += length;
        Ok(taken)
    }

    /// The bytes up to the limit.
    pub(super) fn take_rest(&mut self) -> Result<&'a [u8], String> {
        self.take_bytes(self.left())
    }

    /// The next byte, without listing a field.
    pub(super) fn raw_u8(&mut self) -> Result<u8, String> {
        Ok(self.take_bytes(1)?.iter().fold(0, |_, byte| *byte))
    }

    /// A field of one byte.
    pub(super) fn u8(&mut self, name: &str) -> Result<u8, String> {
        let value = self.raw_u8()?;
        self.add_field(self.at - 1..self.at, name, value.to_string());
        Ok(value)
    }

    /// The next two bytes, without listing a field.
    pub(super) fn raw_u16(&mut self) -> Result<u16, String> {
        Ok(self.take_bytes(2)?.iter().fold(0, |value, byte| value << 8 | u16::from(*byte)))
    }

    /// The next four bytes, without listing a field.
    pub(super) fn raw_u32(&mut self) -> Result<u32, String> {
        Ok(self.take_bytes(4)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    /// A field of two bytes.
    pub(super) fn u16(&mut self, name: &str) -> Result<u16, String> {
        let value = self.raw_u16()?;
        self.add_field(self.at - 2..self.at, name, value.to_string());
        Ok(value)
    }

    /// A field of four bytes.
    pub(super) fn u32(&mut self, name: &str, unit: &str) -> Result<u32, String> {
        let value = self.raw_u32()?;
        self.add_field(self.at - 4..self.at, name, format!("{value}{unit}"));
        Ok(value)
    }

    /// A field that is a name; its pointer is followed and shown.
    pub(super) fn name(&mut self, name: &str) -> Result<String, String> {
        let start = self.at;
        let read = wire_name::read(self.bytes, start)?;
        if read.end > self.limit {
            return Err("a name runs over the end of the data".to_owned());
        }
        self.at = read.end;
        let pointer = read.pointer.map_or(String::new(), |to| format!("  (pointer to byte {to})"));
        self.add_field(start..read.end, name, format!("{}{pointer}", read.text));
        Ok(read.text)
    }

    /// A field that is a name without a pointer.
    pub(super) fn whole_name(&mut self, name: &str) -> Result<String, String> {
        let start = self.at;
        match wire_name::read(self.bytes, start)?.pointer {
            Some(_) => Err("a pointer stands in a name that must be written out".to_owned()),
            None => self.name(name),
        }
    }

    /// All bytes of the message, for other readers.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}
