//! The fields of a head that say where the body ends and whether the connection stays.

use std::ops::Range;

use crate::wire::http1::coding::{CodingList, TransferCoding, list_elements};
use crate::wire::http1::error::Http1Refusal;
use crate::wire::http1::fields::{FieldSection, HeadField, trim_blanks};
use crate::wire::http1::framing::{BodyFraming, CloseCause, Persistence};
use crate::wire::http1::rule::{BrokenRules, Http1Rule};
use crate::wire::http1::start::Http1Version;

/// A refusal, and the part of the head that is at fault.
pub(super) type RefusedPart = (Http1Refusal, Range<usize>);

/// What all the Content-Length fields of a head say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LengthFields {
    Absent,
    Valid(u64),
    Unusable(RefusedPart),
}

/// What a head says about its framing.
#[derive(Debug)]
pub(super) struct FramingFields {
    length: LengthFields,
    /// The first Content-Length.
    length_line: Option<Range<usize>>,
    /// The transfer codings; `None` without a Transfer-Encoding.
    codings: Option<CodingList>,
    /// The first Transfer-Encoding.
    coding_line: Option<Range<usize>>,
    says_close: bool,
    says_keep_alive: bool,
    /// Whether there is an Upgrade.
    pub(super) has_upgrade: bool,
    /// The line of each Host but the first, and how many there are.
    pub(super) hosts: (usize, Option<Range<usize>>),
}

impl FramingFields {
    /// Reads them, and names what is wrong in their values.
    pub(super) fn read(section: &FieldSection, broken: &mut BrokenRules) -> FramingFields {
        let mut read = FramingFields {
            length: LengthFields::Absent,
            length_line: None,
            codings: None,
            coding_line: None,
            says_close: false,
            says_keep_alive: false,
            has_upgrade: false,
            hosts: (0, None),
        };
        for field in section.fields() {
            if field.is_named("content-length") {
                read.length_line.get_or_insert(field.line_range());
                read.add_length(&field, section.offset(), broken);
            } else if field.is_named("transfer-encoding") {
                read.coding_line.get_or_insert(field.line_range());
                read.codings.get_or_insert_default().add(&field, section.offset(), broken);
            } else if field.is_named("connection") {
                let value = field.raw_value();
                let has = |token: &[u8]| list_elements(value).any(|part| value[part].eq_ignore_ascii_case(token));
                read.says_close |= has(b"close");
                read.says_keep_alive |= has(b"keep-alive");
            } else if field.is_named("upgrade") {
                read.has_upgrade = true;
            } else if field.is_named("host") {
                read.hosts.0 += 1;
                if read.hosts.0 == 2 {
                    read.hosts.1 = Some(field.line_range());
                }
            }
        }
        let is_empty = read.codings.as_ref().is_some_and(|list| list.codings.is_empty());
        if let Some(line) = read.coding_line.as_ref().filter(|_| is_empty) {
            broken.push(Http1Rule::CodingListEmpty, section.offset() + line.start as u64, line.len());
        }
        read
    }

    fn add_length(&mut self, field: &HeadField<'_>, offset: u64, broken: &mut BrokenRules) {
        let value = field.value();
        for element in value.split(|byte| *byte == b',') {
            // Only blanks are taken off: of a CR or a form feed others may make another number.
            let found = parse_length(trim_blanks(element));
            let line = field.line_range();
            self.length = match (std::mem::replace(&mut self.length, LengthFields::Absent), found) {
                (LengthFields::Unusable(part), _) => LengthFields::Unusable(part),
                (LengthFields::Absent, Ok(length)) => LengthFields::Valid(length),
                (LengthFields::Valid(first), Ok(length)) if first == length => {
                    broken.push(Http1Rule::LengthRepeated, offset + line.start as u64, line.len());
                    LengthFields::Valid(first)
                }
                (LengthFields::Valid(_), Ok(_)) => LengthFields::Unusable((Http1Refusal::LengthsDiffer, line)),
                (LengthFields::Absent | LengthFields::Valid(_), Err(refusal)) => {
                    LengthFields::Unusable((refusal, line))
                }
            };
        }
    }

    /// Names fields that a message without a body must not have.
    pub(super) fn name_not_allowed(&self, offset: u64, broken: &mut BrokenRules) {
        if let Some(line) = &self.length_line {
            broken.push(Http1Rule::LengthNotAllowed, offset + line.start as u64, line.len());
        }
        if let Some(line) = &self.coding_line {
            broken.push(Http1Rule::CodingNotAllowed, offset + line.start as u64, line.len());
        }
    }

    /// The framing of a message that may have a body (RFC 9112 §6.3, points 3 to 8); `without` is that of one with
    /// neither field.
    pub(super) fn framing(
        &self,
        without: BodyFraming,
        offset: u64,
        broken: &mut BrokenRules,
    ) -> (BodyFraming, Option<RefusedPart>) {
        if let Some(codings) = &self.codings {
            if let Some(line) = &self.length_line {
                broken.push(Http1Rule::LengthBesideCoding, offset + line.start as u64, line.len());
                self.name_unusable_length(offset, broken);
            }
            return (if codings.ends_chunked() { BodyFraming::Chunked } else { BodyFraming::UntilClose }, None);
        }
        match &self.length {
            LengthFields::Absent => (without, None),
            LengthFields::Valid(length) => (BodyFraming::Length(*length), None),
            LengthFields::Unusable(part) => (BodyFraming::Unknown, Some(part.clone())),
        }
    }

    /// Names a length that cannot be used, where the end of the message does not depend on it.
    pub(super) fn name_unusable_length(&self, offset: u64, broken: &mut BrokenRules) {
        if let LengthFields::Unusable((refusal, line)) = &self.length {
            let differ = *refusal == Http1Refusal::LengthsDiffer;
            let rule = if differ { Http1Rule::LengthsDiffer } else { Http1Rule::LengthInvalid };
            broken.push(rule, offset + line.start as u64, line.len());
        }
    }

    /// Where the first Transfer-Encoding is.
    pub(super) fn coding_line(&self) -> Option<Range<usize>> {
        self.coding_line.clone()
    }

    /// Names a Transfer-Encoding in a version that does not have it.
    pub(super) fn name_old_version(&self, version: Option<Http1Version>, offset: u64, broken: &mut BrokenRules) {
        let is_old = version.is_some_and(|version| version < Http1Version::V1_1);
        if let Some(line) = self.coding_line.as_ref().filter(|_| is_old) {
            broken.push(Http1Rule::CodingInOldVersion, offset + line.start as u64, line.len());
        }
    }

    /// Whether the connection can be used again behind a message (RFC 9112 §9.3).
    pub(super) fn persistence(
        &self,
        version: Option<Http1Version>,
        framing: BodyFraming,
        broken: &BrokenRules,
    ) -> Persistence {
        const DOUBTS: [Http1Rule; 4] = [
            Http1Rule::LengthBesideCoding,
            Http1Rule::CodingInOldVersion,
            Http1Rule::ChunkedRepeated,
            Http1Rule::ChunkedWithParameter,
        ];
        let keeps = version.is_some_and(|version| version >= Http1Version::V1_1)
            || self.says_keep_alive && version == Some(Http1Version::V1_0);
        if framing == BodyFraming::UntilClose {
            Persistence::Closes(CloseCause::UntilClose)
        } else if framing == BodyFraming::Unknown || DOUBTS.iter().any(|rule| broken.count_of(*rule) > 0) {
            Persistence::Closes(CloseCause::FramingInDoubt)
        } else if self.says_close {
            Persistence::Closes(CloseCause::ConnectionClose)
        } else if keeps {
            Persistence::Kept
        } else {
            Persistence::Closes(CloseCause::OldVersion)
        }
    }

    /// The codings, for the head.
    pub(super) fn into_codings(self) -> Vec<TransferCoding> {
        self.codings.unwrap_or_default().codings
    }
}

/// Only digits, below 2^64 (RFC 9110 §8.6).
fn parse_length(text: &[u8]) -> Result<u64, Http1Refusal> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(Http1Refusal::LengthInvalid);
    }
    text.iter().try_fold(0_u64, |number, digit| {
        let tens = number.checked_mul(10).ok_or(Http1Refusal::LengthTooGreat)?;
        tens.checked_add(u64::from(digit - b'0')).ok_or(Http1Refusal::LengthTooGreat)
    })
}
