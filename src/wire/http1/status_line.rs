//! The first line of a response (RFC 9112 §4).

use std::ops::Range;

use crate::wire::http1::error::Http1Refusal;
use crate::wire::http1::rule::{BrokenRules, Http1Rule};
use crate::wire::http1::start::{
    HeadStart, Http1Version, StartRefusal, StartVerdict, is_blank, is_control, parse_version,
};

/// The first line of a response. The ranges are parts of the head's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusLine {
    /// The version; `None` if it is not written as `HTTP/1.1` is.
    pub version: Option<Http1Version>,
    /// The version as it came.
    pub version_range: Range<usize>,
    /// The status code, 0 to 999.
    pub status: u16,
    /// Its three digits.
    pub status_range: Range<usize>,
    /// The reason phrase: any bytes, may be empty.
    pub reason_range: Range<usize>,
}

impl HeadStart for StatusLine {
    fn verdict(line: &[u8]) -> StartVerdict {
        const NAME: &[u8] = b"HTTP/";
        let compared = line.len().min(NAME.len());
        match line {
            // The first half of an empty line, perhaps.
            [b'\r'] => StartVerdict::Open,
            _ if !line[..compared].eq_ignore_ascii_case(&NAME[..compared]) => StartVerdict::Differs,
            _ if compared < NAME.len() => StartVerdict::Open,
            _ => StartVerdict::Begins,
        }
    }

    fn parse(bytes: &[u8], line: Range<usize>, offset: u64, broken: &mut BrokenRules) -> Result<Self, StartRefusal> {
        let at = |index: usize| offset + index as u64;
        let skip = |from: usize, wanted: &dyn Fn(u8) -> bool| {
            bytes[from..line.end].iter().position(|byte| !wanted(*byte)).map_or(line.end, |found| from + found)
        };
        let version_range = line.start..skip(line.start, &|byte| !is_blank(byte));
        let version = parse_version(&bytes[version_range.clone()], at(line.start), broken);
        let status_start = skip(version_range.end, &is_blank);
        let status_range = status_start..skip(status_start, &|byte| byte.is_ascii_digit());
        let status = match bytes[status_range.clone()] {
            [a, b, c] => [a, b, c].iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')),
            _ => return Err(StartRefusal { refusal: Http1Refusal::StatusUnreadable, range: line }),
        };
        let behind = bytes[status_range.end..line.end].first().copied();
        if behind.is_some_and(|byte| !is_blank(byte)) {
            return Err(StartRefusal { refusal: Http1Refusal::StatusUnreadable, range: line });
        }
        if bytes[version_range.end..status_start] != *b" " {
            broken.push(Http1Rule::StatusLineBlanks, at(version_range.end), status_start - version_range.end);
        }
        if !(100..600).contains(&status) {
            broken.push(Http1Rule::StatusOutOfRange, at(status_range.start), 3);
        }
        let reason_range = match behind {
            None => {
                broken.push(Http1Rule::ReasonBlankMissing, at(line.end), 0);
                line.end..line.end
            }
            Some(blank) => {
                if blank != b' ' {
                    broken.push(Http1Rule::StatusLineBlanks, at(status_range.end), 1);
                }
                status_range.end + 1..line.end
            }
        };
        if let Some(found) = bytes[reason_range.clone()].iter().position(|byte| is_control(*byte)) {
            broken.push(Http1Rule::ReasonControlByte, at(reason_range.start + found), 1);
        }
        Ok(StatusLine { version, version_range, status, status_range, reason_range })
    }

    fn version(&self) -> Option<Http1Version> {
        self.version
    }
}
