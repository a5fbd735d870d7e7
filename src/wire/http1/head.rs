//! A head that was read.

use std::ops::Deref;

use bytes::Bytes;

use crate::wire::http1::coding::TransferCoding;
use crate::wire::http1::field_scan::FieldScan;
use crate::wire::http1::fields::FieldSection;
use crate::wire::http1::framing::{BodyFraming, Persistence};
use crate::wire::http1::request_line::RequestLine;
use crate::wire::http1::rule::BrokenRules;
use crate::wire::http1::start::{HeadStart, StartRefusal};
use crate::wire::http1::status_line::StatusLine;

/// A head: its bytes, its start line, its fields, and what they say about the body and the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http1Head<S> {
    /// The start line.
    pub start: S,
    /// The bytes, the fields and the broken rules.
    pub section: FieldSection,
    /// How the end of the body is known.
    pub framing: BodyFraming,
    /// All transfer codings in the order in which they were applied, `chunked` among them. The reader undoes only the
    /// last `chunked`; what else is listed is still on the body. Empty without a Transfer-Encoding.
    pub codings: Vec<TransferCoding>,
    /// Whether the connection can be used again, as far as this head says.
    pub persistence: Persistence,
}

impl<S> Deref for Http1Head<S> {
    type Target = FieldSection;

    fn deref(&self) -> &FieldSection {
        &self.section
    }
}

impl Http1Head<StatusLine> {
    /// The version as it came.
    pub fn version_text(&self) -> &[u8] {
        &self.section.bytes[self.start.version_range.clone()]
    }

    /// The reason phrase as it came: any bytes, may be empty.
    pub fn reason(&self) -> &[u8] {
        &self.section.bytes[self.start.reason_range.clone()]
    }
}

impl Http1Head<RequestLine> {
    /// The method as it came.
    pub fn method(&self) -> &[u8] {
        &self.section.bytes[self.start.method_range.clone()]
    }

    /// The request target as it came.
    pub fn target(&self) -> &[u8] {
        &self.section.bytes[self.start.target_range.clone()]
    }

    /// The version as it came.
    pub fn version_text(&self) -> &[u8] {
        &self.section.bytes[self.start.version_range.clone()]
    }
}

/// Reads the start line and the fields of a whole head.
pub(super) fn parse_head<S: HeadStart>(bytes: Bytes, offset: u64) -> Result<(S, FieldSection), StartRefusal> {
    let mut broken = BrokenRules::default();
    let mut scan = FieldScan::new(&bytes, offset, &mut broken);
    let line = scan.start_line();
    let entries = scan.fields();
    let start = S::parse(&bytes, line, offset, &mut broken)?;
    Ok((start, FieldSection { offset, bytes, entries, broken }))
}

/// Reads the fields of a trailer section, also of one that was cut short.
pub(super) fn parse_trailers(bytes: Bytes, offset: u64) -> FieldSection {
    let mut broken = BrokenRules::default();
    let entries = FieldScan::new(&bytes, offset, &mut broken).fields();
    FieldSection { offset, bytes, entries, broken }
}
