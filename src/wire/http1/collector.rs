//! Collects the bytes of a head or trailer section up to its empty line.

use bytes::Bytes;

use crate::wire::http1::start::StartVerdict;

/// How far a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collected {
    /// All of the input was taken, and the section is not whole.
    Part,
    /// The section is whole.
    Whole,
    /// It does not begin as it must.
    Differs,
    /// As many bytes as may be are held, and the section is not whole.
    Full,
}

/// The bytes of a section so far. Each byte is looked at once, in whatever slices it comes.
#[derive(Debug)]
pub(super) struct SectionCollector {
    /// The offset of the first byte.
    pub(super) offset: u64,
    held: Vec<u8>,
    /// Where the current line begins.
    line_start: usize,
    /// Judges the first bytes of the start line; `None` once they are known to begin one.
    judge: Option<fn(&[u8]) -> StartVerdict>,
    most: usize,
}

impl SectionCollector {
    /// For a head, whose first line is judged as it comes. Empty lines before it are part of it.
    pub(super) fn for_head(offset: u64, judge: fn(&[u8]) -> StartVerdict, most: usize) -> SectionCollector {
        SectionCollector { offset, held: Vec::new(), line_start: 0, judge: Some(judge), most }
    }

    /// For a trailer section.
    pub(super) fn for_trailers(offset: u64, most: usize) -> SectionCollector {
        SectionCollector { offset, held: Vec::new(), line_start: 0, judge: None, most }
    }

    /// How many bytes are held.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether the first line begins as it must.
    pub(super) fn has_begun(&self) -> bool {
        self.judge.is_none()
    }

    /// The bytes that are held.
    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from(self.held.into_boxed_slice())
    }

    /// Takes bytes from the input's beginning; says how many, and how far the section is.
    pub(super) fn take(&mut self, input: &[u8]) -> (usize, Collected) {
        let input = &input[..input.len().min(self.most - self.held.len())];
        let mut taken = 0;
        while let Some(judge) = self.judge {
            let Some(byte) = input.get(taken) else { return (taken, self.unfinished()) };
            taken += 1;
            self.held.push(*byte);
            if *byte == b'\n' && matches!(self.held[self.line_start..], [b'\n'] | [b'\r', b'\n']) {
                self.line_start = self.held.len();
                continue;
            }
            match judge(&self.held[self.line_start..]) {
                StartVerdict::Open => {}
                StartVerdict::Begins => self.judge = None,
                StartVerdict::Differs => return (taken, Collected::Differs),
            }
        }
        while let Some(feed) = memchr::memchr(b'\n', &input[taken..]) {
            self.held.extend_from_slice(&input[taken..=taken + feed]);
            taken += feed + 1;
            if matches!(self.held[self.line_start..], [b'\n'] | [b'\r', b'\n']) {
                return (taken, Collected::Whole);
            }
            self.line_start = self.held.len();
        }
        self.held.extend_from_slice(&input[taken..]);
        (input.len(), self.unfinished())
    }

    fn unfinished(&self) -> Collected {
        if self.held.len() == self.most { Collected::Full } else { Collected::Part }
    }
}
