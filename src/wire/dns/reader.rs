//! Reads a message byte by byte, and lists each field with its position.

use std::ops::Range;

use super::message::{DnsField, MOST_FIELDS};
use super::wire_name;

/// A message and the fields read so far.
pub(super) struct DnsWalk<'a> {
    bytes: &'a [u8],
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
        DnsWalk { bytes, at: 0, depth: 0, fields: Vec::new(), unlisted: 0 }
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

    /// The next bytes, without listing a field.
    pub(super) fn take_bytes(&mut self, length: usize) -> Result<&'a [u8], String> {
        let taken = self.bytes.get(self.at..self.at + length);
        let taken = taken.ok_or_else(|| format!("{length} bytes are wanted, and the message ends before that"))?;
        self.at += length;
        Ok(taken)
    }

    /// The next bytes, up to `end`.
    pub(super) fn take_until(&mut self, end: usize) -> Result<&'a [u8], String> {
        self.take_bytes(end.saturating_sub(self.at))
    }

    /// A field of one byte.
    pub(super) fn u8(&mut self, name: &str) -> Result<u8, String> {
        let value = self.take_bytes(1)?.iter().fold(0, |_, byte| *byte);
        self.add_field(self.at - 1..self.at, name, value.to_string());
        Ok(value)
    }

    /// The next two bytes, without listing a field.
    pub(super) fn raw_u16(&mut self) -> Result<u16, String> {
        Ok(self.take_bytes(2)?.iter().fold(0, |value, byte| value << 8 | u16::from(*byte)))
    }

    /// A field of two bytes.
    pub(super) fn u16(&mut self, name: &str) -> Result<u16, String> {
        let value = self.raw_u16()?;
        self.add_field(self.at - 2..self.at, name, value.to_string());
        Ok(value)
    }

    /// A field of four bytes.
    pub(super) fn u32(&mut self, name: &str, unit: &str) -> Result<u32, String> {
        let value = self.take_bytes(4)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte));
        self.add_field(self.at - 4..self.at, name, format!("{value}{unit}"));
        Ok(value)
    }

    /// A field that is a name; its pointer is followed and shown.
    pub(super) fn name(&mut self, name: &str) -> Result<String, String> {
        let start = self.at;
        let read = wire_name::read(self.bytes, start)?;
        self.at = read.end;
        let pointer = read.pointer.map_or(String::new(), |to| format!("  (pointer to byte {to})"));
        self.add_field(start..read.end, name, format!("{}{pointer}", read.text));
        Ok(read.text)
    }

    /// All bytes of the message, for other readers.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}
