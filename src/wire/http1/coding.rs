//! Transfer codings (RFC 9112 §7).

use std::ops::Range;

use crate::wire::http1::fields::HeadField;
use crate::wire::http1::rule::{BrokenRules, Http1Rule};

/// A transfer coding that a head lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferCoding {
    /// Which one.
    pub name: CodingName,
    /// Its text with its parameters, as a range of the head's bytes.
    pub range: Range<usize>,
}

/// The registered transfer codings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodingName {
    /// `chunked`.
    Chunked,
    /// `gzip`, `x-gzip`.
    Gzip,
    /// `deflate`: the zlib format.
    Deflate,
    /// `compress`, `x-compress`: LZW.
    Compress,
    /// Any other name, also the abolished `identity`.
    Unknown,
}

impl CodingName {
    fn parse(name: &[u8]) -> CodingName {
        const NAMES: [(&str, CodingName); 6] = [
            ("chunked", CodingName::Chunked),
            ("gzip", CodingName::Gzip),
            ("x-gzip", CodingName::Gzip),
            ("deflate", CodingName::Deflate),
            ("compress", CodingName::Compress),
            ("x-compress", CodingName::Compress),
        ];
        let known = NAMES.iter().find(|(text, _)| name.eq_ignore_ascii_case(text.as_bytes()));
        known.map_or(CodingName::Unknown, |(_, name)| *name)
    }
}

/// The codings that the Transfer-Encoding fields of a head list.
#[derive(Debug, Default)]
pub(super) struct CodingList {
    /// All of them, in order.
    pub(super) codings: Vec<TransferCoding>,
    has_chunked: bool,
}

impl CodingList {
    /// Whether the last coding is chunked.
    pub(super) fn ends_chunked(&self) -> bool {
        self.codings.last().is_some_and(|coding| coding.name == CodingName::Chunked)
    }

    /// Adds the codings of one field; `offset` is that of the head.
    pub(super) fn add(&mut self, field: &HeadField<'_>, offset: u64, broken: &mut BrokenRules) {
        let value = field.raw_value();
        if value.is_empty() {
            return;
        }
        for element in list_elements(value) {
            let start = field.value_range().start + element.start;
            let text = &value[element];
            if text.is_empty() {
                broken.push(Http1Rule::CodingElementEmpty, offset + start as u64, 0);
                continue;
            }
            let name_end = memchr::memchr(b';', text).unwrap_or(text.len());
            let name = CodingName::parse(&text[trimmed(text, 0..name_end)]);
            let rule = match name {
                CodingName::Chunked if self.has_chunked => Some(Http1Rule::ChunkedRepeated),
                CodingName::Chunked if name_end < text.len() => Some(Http1Rule::ChunkedWithParameter),
                CodingName::Unknown => Some(Http1Rule::CodingUnknown),
                CodingName::Chunked | CodingName::Gzip | CodingName::Deflate | CodingName::Compress => None,
            };
            if let Some(rule) = rule {
                broken.push(rule, offset + start as u64, text.len());
            }
            self.has_chunked |= name == CodingName::Chunked;
            self.codings.push(TransferCoding { name, range: start..start + text.len() });
        }
    }
}

/// The elements of a list: separated by commas that are not within quotes, without blanks and line ends around them.
pub(super) fn list_elements(value: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = element_end(value, start);
        next = (end < value.len()).then_some(end + 1);
        Some(trimmed(value, start..end))
    })
}

/// A range without blanks and line ends at both ends: the value may be folded. Other white space is part of a name.
fn trimmed(value: &[u8], range: Range<usize>) -> Range<usize> {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let text = &value[range.clone()];
    let start = text.iter().position(is_text).unwrap_or(text.len());
    let end = text.iter().rposition(is_text).map_or(start, |last| last + 1);
    range.start + start..range.start + end
}

/// The position of the comma that ends an element, or the end of the value.
fn element_end(value: &[u8], start: usize) -> usize {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (index, byte) in value[start..].iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => return start + index,
            _ => {}
        }
    }
    value.len()
}
