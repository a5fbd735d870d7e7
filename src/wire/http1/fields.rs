//! The fields of a head or trailer section, over the bytes in which they came.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use crate::text::sanitize;
use crate::wire::http1::rule::{BrokenRule, BrokenRules};

/// The form in which a field came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldForm {
    /// A name, a colon, a value, in one line.
    Plain,
    /// The same, and the value goes on in further lines (obs-fold, RFC 9112 §5.2).
    Folded,
    /// A line without a colon, with what follows it in lines that begin with a blank. It has no name.
    WithoutColon,
    /// A line that begins with a blank, directly behind the start line. It is kept, and is no field (RFC 9112 §2.2).
    PassedOver,
}

/// Where the parts of a field are. A section is far shorter than 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldEntry {
    /// The first byte of the line, which is that of the name.
    pub(super) start: u32,
    /// The end of the name, without blanks.
    pub(super) name_end: u32,
    /// The first byte of the value.
    pub(super) value_start: u32,
    /// The end of the value, without blanks.
    pub(super) value_end: u32,
    /// The first byte behind the line end of the last line.
    pub(super) end: u32,
    /// The form.
    pub(super) form: FieldForm,
}

/// A head or trailer section: its bytes as they came, its fields in order, and the rules that it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSection {
    /// The offset of the first byte, from the first byte of the connection.
    pub(super) offset: u64,
    /// All the bytes: start line, fields, empty line.
    pub(super) bytes: Bytes,
    /// The fields.
    pub(super) entries: Vec<FieldEntry>,
    /// The broken rules.
    pub(super) broken: BrokenRules,
}

impl FieldSection {
    /// The offset of the first byte, from the first byte of the connection.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// All the bytes as they came: empty lines before a head, its start line, the fields, the empty line.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The rules that it breaks.
    pub fn broken(&self) -> &BrokenRules {
        &self.broken
    }

    /// Each field line in the order in which it came; also those that are no fields.
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = HeadField<'_>> + ExactSizeIterator {
        self.entries.iter().map(|entry| HeadField { bytes: &self.bytes, entry: *entry })
    }

    /// The fields of a name, which is compared without regard to case.
    pub fn named<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = HeadField<'a>> {
        self.fields().filter(move |field| field.is_named(name))
    }

    /// The field in whose lines an offset of the connection lies.
    pub fn field_at(&self, offset: u64) -> Option<HeadField<'_>> {
        let position = usize::try_from(offset.checked_sub(self.offset)?).ok()?;
        let index = self.entries.partition_point(|entry| entry.end as usize <= position);
        let field = HeadField { bytes: &self.bytes, entry: *self.entries.get(index)? };
        Some(field).filter(|field| field.line_range().contains(&position))
    }

    /// One sentence on a broken rule: what, in which field, where, by which section. It is safe to show.
    pub fn sentence(&self, broken: &BrokenRule) -> String {
        let name = self.field_at(broken.offset).map(|field| field.name()).filter(|name| !name.is_empty());
        let field = name.map(|name| format!(", in the field {}", sanitize::line_of(name))).unwrap_or_default();
        format!("{}{field}, at byte {} ({})", broken.rule.words(), broken.offset, broken.rule.section())
    }
}

/// A field line of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadField<'a> {
    bytes: &'a [u8],
    entry: FieldEntry,
}

impl<'a> HeadField<'a> {
    /// The name as it came, without blanks before the colon; empty where there is no colon.
    pub fn name(&self) -> &'a [u8] {
        &self.bytes[self.name_range()]
    }

    /// Whether it is a field of this name, which is compared without regard to case.
    pub fn is_named(&self, name: &str) -> bool {
        match self.entry.form {
            FieldForm::Plain | FieldForm::Folded => self.name().eq_ignore_ascii_case(name.as_bytes()),
            FieldForm::WithoutColon | FieldForm::PassedOver => false,
        }
    }

    /// The value as it came, without blanks around it; with the line ends where it is folded. Without a colon, the line.
    pub fn raw_value(&self) -> &'a [u8] {
        &self.bytes[self.value_range()]
    }

    /// The value in one line: parts of a folded one are joined with one blank (RFC 9112 §5.2).
    pub fn value(&self) -> Cow<'a, [u8]> {
        let raw = self.raw_value();
        if self.entry.form == FieldForm::Plain || memchr::memchr(b'\n', raw).is_none() {
            return Cow::Borrowed(raw);
        }
        let mut joined = Vec::with_capacity(raw.len());
        for line in raw.split(|byte| *byte == b'\n') {
            let line = trim_blanks(line.strip_suffix(b"\r").unwrap_or(line));
            if !line.is_empty() && !joined.is_empty() {
                joined.push(b' ');
            }
            joined.extend_from_slice(line);
        }
        Cow::Owned(joined)
    }

    /// The form in which it came.
    pub fn form(&self) -> FieldForm {
        self.entry.form
    }

    /// Where its lines are in the section's bytes, with the line ends.
    pub fn line_range(&self) -> Range<usize> {
        self.entry.start as usize..self.entry.end as usize
    }

    /// Where its name is in the section's bytes.
    pub fn name_range(&self) -> Range<usize> {
        self.entry.start as usize..self.entry.name_end as usize
    }

    /// Where its value is in the section's bytes.
    pub fn value_range(&self) -> Range<usize> {
        self.entry.value_start as usize..self.entry.value_end as usize
    }
}

/// Without the blanks and tabulators at both ends.
pub(super) fn trim_blanks(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = text.iter().position(is_text).unwrap_or(text.len());
    let end = text.iter().rposition(is_text).map_or(start, |last| last + 1);
    &text[start..end]
}
