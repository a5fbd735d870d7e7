//! The first line of a request (RFC 9112 §3).

use std::ops::Range;

use crate::wire::http1::error::Http1Refusal;
use crate::wire::http1::rule::{BrokenRules, Http1Rule};
use crate::wire::http1::start::{
    HeadStart, Http1Version, StartRefusal, StartVerdict, is_blank, is_token_byte, parse_version,
};

/// The first line of a request. The ranges are parts of the head's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The method.
    pub method_range: Range<usize>,
    /// The request target: any bytes, also blanks.
    pub target_range: Range<usize>,
    /// The version; `None` if it is not written as `HTTP/1.1` is.
    pub version: Option<Http1Version>,
    /// The version as it came.
    pub version_range: Range<usize>,
}

impl HeadStart for RequestLine {
    fn verdict(line: &[u8]) -> StartVerdict {
        match line {
            [] | [b'\r'] => StartVerdict::Open,
            [first, ..] if is_token_byte(*first) => StartVerdict::Begins,
            _ => StartVerdict::Differs,
        }
    }

    fn parse(bytes: &[u8], line: Range<usize>, offset: u64, broken: &mut BrokenRules) -> Result<Self, StartRefusal> {
        let at = |index: usize| offset + index as u64;
        let refused = || StartRefusal { refusal: Http1Refusal::RequestLineUnreadable, range: line.clone() };
        let text = &bytes[..line.end];
        let method_end = text[line.start..].iter().position(|byte| is_blank(*byte)).map(|found| line.start + found);
        let method_end = method_end.ok_or_else(refused)?;
        let target_start = text[method_end..].iter().position(|byte| !is_blank(*byte)).map(|found| method_end + found);
        let target_start = target_start.ok_or_else(refused)?;
        let end = text.iter().rposition(|byte| !is_blank(*byte)).map_or(line.start, |found| found + 1);
        // The version is the last word, so that a target with blanks is read whole.
        let before_version = text[target_start..end].iter().rposition(|byte| is_blank(*byte)).ok_or_else(refused)?;
        let version_range = target_start + before_version + 1..end;
        let is_version = bytes[version_range.clone()].get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP/"));
        if !is_version {
            return Err(refused());
        }
        let target = &text[target_start..version_range.start];
        let target_end = target.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |found| found + 1) + target_start;
        let gaps = [method_end..target_start, target_end..version_range.start];
        for gap in gaps.into_iter().filter(|gap| bytes[gap.clone()] != *b" ") {
            broken.push(Http1Rule::RequestLineBlanks, at(gap.start), gap.len());
        }
        if end < line.end {
            broken.push(Http1Rule::RequestLineBlanks, at(end), line.end - end);
        }
        if let Some(found) = text[line.start..method_end].iter().position(|byte| !is_token_byte(*byte)) {
            broken.push(Http1Rule::MethodNotToken, at(line.start + found), 1);
        }
        if let Some(found) = text[target_start..target_end].iter().position(|byte| !byte.is_ascii_graphic()) {
            broken.push(Http1Rule::TargetForm, at(target_start + found), 1);
        }
        let version = parse_version(&bytes[version_range.clone()], at(version_range.start), broken);
        Ok(RequestLine {
            method_range: line.start..method_end,
            target_range: target_start..target_end,
            version,
            version_range,
        })
    }

    fn version(&self) -> Option<Http1Version> {
        self.version
    }
}
