//! Finds the fields in the lines of a head or trailer section.

use std::ops::Range;

use crate::wire::http1::fields::{FieldEntry, FieldForm, trim_blanks};
use crate::wire::http1::rule::{BrokenRules, Http1Rule};
use crate::wire::http1::start::{is_control, is_token_byte};

/// A line of a section.
struct ScannedLine {
    /// The line without its line end.
    text: Range<usize>,
    /// The position of its LF, if no CR is before it.
    bare_lf: Option<usize>,
}

/// Reads lines of a section's bytes.
pub(super) struct FieldScan<'a> {
    bytes: &'a [u8],
    /// The offset of the first of `bytes` in the connection.
    offset: u64,
    /// The next byte to read.
    at: usize,
    broken: &'a mut BrokenRules,
}

impl<'a> FieldScan<'a> {
    /// A scan that begins at the first byte.
    pub(super) fn new(bytes: &'a [u8], offset: u64, broken: &'a mut BrokenRules) -> FieldScan<'a> {
        FieldScan { bytes, offset, at: 0, broken }
    }

    /// Passes empty lines, then takes the start line, without its line end.
    pub(super) fn start_line(&mut self) -> Range<usize> {
        let mut passed = 0;
        while let Some(line) = self.next_line() {
            if line.text.is_empty() {
                passed = self.at;
                continue;
            }
            if passed > 0 {
                self.push(Http1Rule::LeadingEmptyLine, 0, passed);
            }
            self.check_line_end(&line);
            return line.text;
        }
        self.at..self.at
    }

    /// The next line. At the end of the bytes a line may have no line end.
    fn next_line(&mut self) -> Option<ScannedLine> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let Some(feed) = memchr::memchr(b'\n', rest).map(|found| start + found) else {
            self.at = self.bytes.len();
            return Some(ScannedLine { text: start..self.at, bare_lf: None });
        };
        self.at = feed + 1;
        let has_cr = feed > start && self.bytes[feed - 1] == b'\r';
        let end = if has_cr { feed - 1 } else { feed };
        Some(ScannedLine { text: start..end, bare_lf: (!has_cr).then_some(feed) })
    }

    fn check_line_end(&mut self, line: &ScannedLine) {
        if let Some(feed) = line.bare_lf {
            self.push(Http1Rule::BareLf, feed, 1);
        }
    }

    /// All the fields, up to the empty line or the end of the bytes.
    pub(super) fn fields(&mut self) -> Vec<FieldEntry> {
        let mut entries: Vec<FieldEntry> = Vec::new();
        while let Some(line) = self.next_line() {
            self.check_line_end(&line);
            let line = line.text;
            if line.is_empty() {
                break;
            }
            let begins_blank = matches!(self.bytes[line.start], b' ' | b'\t');
            match entries.last_mut() {
                Some(last) if begins_blank && last.form != FieldForm::PassedOver => self.continue_field(last, &line),
                last => {
                    let is_first = last.is_none_or(|last| last.form == FieldForm::PassedOver);
                    entries.push(self.field(&line, begins_blank && is_first));
                }
            }
        }
        entries
    }

    /// A line that goes on with the value of the field before it.
    fn continue_field(&mut self, field: &mut FieldEntry, line: &Range<usize>) {
        self.push(Http1Rule::ObsFold, line.start, line.len());
        let part = self.trimmed(line.clone());
        if !part.is_empty() {
            if field.value_start == field.value_end {
                field.value_start = position(part.start);
            }
            field.value_end = position(part.end);
        }
        field.end = position(self.at);
        if field.form == FieldForm::Plain {
            field.form = FieldForm::Folded;
        }
        self.check_value(part);
    }

    fn field(&mut self, line: &Range<usize>, is_passed_over: bool) -> FieldEntry {
        let colon = memchr::memchr(b':', &self.bytes[line.clone()]).map(|found| line.start + found);
        let (name_end, value, form) = match colon {
            _ if is_passed_over => {
                self.push(Http1Rule::BlankBeforeFirstField, line.start, line.len());
                (line.start, self.trimmed(line.clone()), FieldForm::PassedOver)
            }
            None => {
                self.push(Http1Rule::FieldWithoutColon, line.start, line.len());
                (line.start, self.trimmed(line.clone()), FieldForm::WithoutColon)
            }
            Some(colon) => (self.name_end(line.start..colon), self.trimmed(colon + 1..line.end), FieldForm::Plain),
        };
        self.check_value(value.clone());
        FieldEntry {
            start: position(line.start),
            name_end: position(name_end),
            value_start: position(value.start),
            value_end: position(value.end),
            end: position(self.at),
            form,
        }
    }

    /// The end of a name, without blanks before the colon.
    fn name_end(&mut self, before_colon: Range<usize>) -> usize {
        let name = &self.bytes[before_colon.clone()];
        let bytes = name.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
        let end = before_colon.start + bytes;
        if end < before_colon.end {
            self.push(Http1Rule::BlankBeforeColon, end, before_colon.end - end);
        }
        if bytes == 0 {
            self.push(Http1Rule::EmptyFieldName, before_colon.start, 0);
        }
        if let Some(found) = name[..bytes].iter().position(|byte| !is_token_byte(*byte)) {
            self.push(Http1Rule::FieldNameNotToken, before_colon.start + found, 1);
        }
        end
    }

    /// Names the first NUL, the first CR and the first other control byte of a value.
    fn check_value(&mut self, value: Range<usize>) {
        let mut named = [false; 3];
        for at in value {
            let byte = self.bytes[at];
            if !is_control(byte) {
                continue;
            }
            let (index, rule) = match byte {
                0 => (0, Http1Rule::NulByte),
                b'\r' => (1, Http1Rule::BareCr),
                _ => (2, Http1Rule::ControlByte),
            };
            if !std::mem::replace(&mut named[index], true) {
                self.push(rule, at, 1);
            }
        }
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.bytes[range.clone()];
        let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
        let start = range.start + text.iter().position(is_text).unwrap_or(text.len());
        start..start + trim_blanks(text).len()
    }

    fn push(&mut self, rule: Http1Rule, at: usize, bytes: usize) {
        self.broken.push(rule, self.offset + at as u64, bytes);
    }
}

/// A position in a section, which is far shorter than 4 GiB.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
