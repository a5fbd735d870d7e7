//! A chunked body (RFC 9112 §7.1).

use bytes::Bytes;

use crate::wire::http1::bounds::{MOST_CHUNK_LINE_BYTES, MOST_TRAILER_BYTES};
use crate::wire::http1::collector::{Collected, SectionCollector};
use crate::wire::http1::error::{Http1Error, Http1Fault, Http1Refusal};
use crate::wire::http1::event::ChunkHead;
use crate::wire::http1::fields::FieldSection;
use crate::wire::http1::head::parse_trailers;
use crate::wire::http1::place::ReadingPlace;
use crate::wire::http1::rule::{BrokenRule, Http1Rule};
use crate::wire::http1::start::is_control;

/// Fields that say how to read or route the message, and therefore cannot come behind it (RFC 9110 §6.5.1).
const NOT_IN_TRAILERS: [&str; 8] = [
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "host",
    "set-cookie",
    "trailer",
    "transfer-encoding",
];

/// What a step of the decoder found.
#[derive(Debug)]
pub(super) enum ChunkStep {
    /// Nothing to say: the input is used up.
    Nothing,
    /// The line of a chunk.
    Line(ChunkHead),
    /// So many bytes of data, at the beginning of the input.
    Data(usize),
    /// The body is whole.
    End(Option<Box<FieldSection>>),
}

/// Where the decoder is.
#[derive(Debug)]
enum ChunkStage {
    /// In a line, before the size.
    BeforeSize,
    /// In the digits of the size.
    Size,
    /// In the blanks behind the size.
    BehindSize,
    /// Behind a CR that must end the line.
    LineCr,
    /// In the extensions.
    Extensions,
    /// In the data.
    Data {
        /// Bytes of the chunk that are to come.
        left: u64,
    },
    /// Behind the data: a line end must follow.
    DataEnd {
        /// Whether its CR came.
        saw_cr: bool,
    },
    /// Behind the last chunk.
    Trailers(SectionCollector),
}

/// Decodes a chunked body.
#[derive(Debug)]
pub(super) struct ChunkDecoder {
    stage: ChunkStage,
    /// The line so far.
    line: Vec<u8>,
    line_offset: u64,
    /// Where the extensions begin in the line.
    extensions_start: usize,
    /// Where blanks beside the size are in the line.
    blanks_at: Option<usize>,
    size: u64,
    /// Bytes of the body so far.
    pub(super) body_bytes: u64,
    /// Rules that were broken in the last step.
    pub(super) broken: Vec<BrokenRule>,
}

impl ChunkDecoder {
    /// A decoder at the first line, which begins at this offset.
    pub(super) fn new(offset: u64) -> ChunkDecoder {
        ChunkDecoder {
            stage: ChunkStage::BeforeSize,
            line: Vec::new(),
            line_offset: offset,
            extensions_start: 0,
            blanks_at: None,
            size: 0,
            body_bytes: 0,
            broken: Vec::new(),
        }
    }

    /// Takes bytes from the beginning of the input, up to the next thing to say; says how many it took.
    pub(super) fn step(&mut self, input: &[u8], offset: u64) -> (usize, Result<ChunkStep, Http1Error>) {
        let mut taken = 0;
        while taken < input.len() {
            let rest = &input[taken..];
            let here = offset + taken as u64;
            match &mut self.stage {
                ChunkStage::Data { .. } => {
                    let bytes = self.pass_data(rest.len() as u64);
                    let bytes = usize::try_from(bytes).unwrap_or(rest.len());
                    return (taken + bytes, Ok(ChunkStep::Data(bytes)));
                }
                ChunkStage::DataEnd { saw_cr } => {
                    let saw_cr = *saw_cr;
                    taken += 1;
                    if let Err(error) = self.data_end(rest[0], saw_cr, here) {
                        return (taken, Err(error));
                    }
                }
                ChunkStage::Trailers(collector) => {
                    let (bytes, collected) = collector.take(rest);
                    taken += bytes;
                    match collected {
                        Collected::Part => {}
                        Collected::Whole => return (taken, Ok(ChunkStep::End(self.trailers()))),
                        Collected::Full | Collected::Differs => return (taken, Err(self.trailers_too_long())),
                    }
                }
                ChunkStage::Extensions => {
                    let room = rest.len().min(MOST_CHUNK_LINE_BYTES - self.line.len());
                    let feed = memchr::memchr(b'\n', &rest[..room]);
                    let bytes = feed.map_or(room, |feed| feed + 1);
                    self.line.extend_from_slice(&rest[..bytes]);
                    taken += bytes;
                    if feed.is_some() {
                        return (taken, Ok(ChunkStep::Line(self.finish_line())));
                    }
                    if self.line.len() == MOST_CHUNK_LINE_BYTES {
                        return (taken, Err(self.line_refused(Http1Refusal::ChunkLineTooLong)));
                    }
                }
                ChunkStage::BeforeSize | ChunkStage::Size | ChunkStage::BehindSize | ChunkStage::LineCr => {
                    taken += 1;
                    match self.line_byte(rest[0], here) {
                        Ok(None) => {}
                        Ok(Some(head)) => return (taken, Ok(ChunkStep::Line(head))),
                        Err(refusal) => return (taken, Err(self.line_refused(refusal))),
                    }
                }
            }
        }
        (taken, Ok(ChunkStep::Nothing))
    }

    /// Bytes of the current chunk's data that are to come; 0 outside of data.
    pub(super) fn data_left(&self) -> u64 {
        if let ChunkStage::Data { left } = self.stage { left } else { 0 }
    }

    /// Counts up to so many bytes of data as arrived; says how many.
    pub(super) fn pass_data(&mut self, bytes: u64) -> u64 {
        let ChunkStage::Data { left } = &mut self.stage else { return 0 };
        let passed = bytes.min(*left);
        *left -= passed;
        self.body_bytes = self.body_bytes.saturating_add(passed);
        if *left == 0 {
            self.stage = ChunkStage::DataEnd { saw_cr: false };
        }
        passed
    }

    /// The peer finished. Behind the last chunk the body is whole (RFC 9112 §8); the missing line end is named.
    pub(super) fn finish(&mut self, offset: u64) -> Result<Option<Box<FieldSection>>, Http1Error> {
        if let ChunkStage::Trailers(_) = self.stage {
            self.broken.push(BrokenRule { rule: Http1Rule::FinalLineMissing, offset, bytes: 0 });
            return Ok(self.trailers());
        }
        let came = Bytes::from(std::mem::take(&mut self.line));
        Err(Http1Error { fault: Http1Fault::CutShort(self.place()), offset, bytes: 0, came })
    }

    /// Where it is.
    pub(super) fn place(&self) -> ReadingPlace {
        let body_bytes = self.body_bytes;
        match &self.stage {
            ChunkStage::Data { left } => {
                ReadingPlace::InChunk { promised: self.size, arrived: self.size - left, body_bytes }
            }
            ChunkStage::Trailers(_) => ReadingPlace::InTrailers { body_bytes },
            ChunkStage::BeforeSize
            | ChunkStage::Size
            | ChunkStage::BehindSize
            | ChunkStage::LineCr
            | ChunkStage::Extensions
            | ChunkStage::DataEnd { .. } => ReadingPlace::BetweenChunks { body_bytes },
        }
    }

    /// A byte of a line before its extensions.
    fn line_byte(&mut self, byte: u8, offset: u64) -> Result<Option<ChunkHead>, Http1Refusal> {
        if self.line.is_empty() {
            self.line_offset = offset;
            self.size = 0;
        }
        self.line.push(byte);
        if byte != b'\n' && self.line.len() == MOST_CHUNK_LINE_BYTES {
            return Err(Http1Refusal::ChunkLineTooLong);
        }
        match (&self.stage, byte) {
            (ChunkStage::BeforeSize | ChunkStage::BehindSize, b' ' | b'\t') => {
                self.blanks_at.get_or_insert(self.line.len() - 1);
            }
            (ChunkStage::Size, b' ' | b'\t') => {
                self.blanks_at.get_or_insert(self.line.len() - 1);
                self.stage = ChunkStage::BehindSize;
            }
            (ChunkStage::BeforeSize | ChunkStage::Size, _) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
                let shifted = self.size.checked_mul(16).ok_or(Http1Refusal::ChunkSizeTooGreat)?;
                self.size = shifted + digit;
                self.stage = ChunkStage::Size;
            }
            (ChunkStage::Size | ChunkStage::BehindSize, b';') => {
                self.extensions_start = self.line.len() - 1;
                self.stage = ChunkStage::Extensions;
            }
            (ChunkStage::Size | ChunkStage::BehindSize, b'\r') => {
                self.extensions_start = self.line.len() - 1;
                self.stage = ChunkStage::LineCr;
            }
            (ChunkStage::Size | ChunkStage::BehindSize, b'\n') => {
                self.extensions_start = self.line.len() - 1;
                return Ok(Some(self.finish_line()));
            }
            (ChunkStage::LineCr, b'\n') => return Ok(Some(self.finish_line())),
            _ => return Err(Http1Refusal::ChunkSizeInvalid),
        }
        Ok(None)
    }

    /// The line is whole: data or trailers follow.
    fn finish_line(&mut self) -> ChunkHead {
        let line_bytes = self.line.len();
        let without_lf = &self.line[..line_bytes - 1];
        let text = without_lf.strip_suffix(b"\r").unwrap_or(without_lf);
        let is_bare = text.len() == without_lf.len();
        let extensions = Bytes::copy_from_slice(&text[self.extensions_start..]);
        let control = extensions.iter().position(|byte| is_control(*byte));
        // Blanks are allowed before the semicolon of an extension only (RFC 9112 §7.1.1).
        let blanks = self.blanks_at.take().filter(|at| *at == 0 || extensions.is_empty());
        let mut breach = |rule, at: usize| {
            self.broken.push(BrokenRule { rule, offset: self.line_offset + at as u64, bytes: 1 });
        };
        if let Some(at) = blanks {
            breach(Http1Rule::ChunkLineBlanks, at);
        }
        if let Some(at) = control {
            breach(Http1Rule::ChunkExtensionControlByte, self.extensions_start + at);
        }
        if is_bare {
            breach(Http1Rule::ChunkLineBareLf, line_bytes - 1);
        }
        self.line.clear();
        let line_bytes = line_bytes as u64;
        self.stage = match self.size {
            0 => {
                ChunkStage::Trailers(SectionCollector::for_trailers(self.line_offset + line_bytes, MOST_TRAILER_BYTES))
            }
            left => ChunkStage::Data { left },
        };
        ChunkHead { offset: self.line_offset, line_bytes, size: self.size, extensions }
    }

    fn data_end(&mut self, byte: u8, saw_cr: bool, offset: u64) -> Result<(), Http1Error> {
        match (byte, saw_cr) {
            (b'\r', false) => {
                self.stage = ChunkStage::DataEnd { saw_cr: true };
                return Ok(());
            }
            (b'\n', true) => {}
            (b'\n', false) => {
                self.broken.push(BrokenRule { rule: Http1Rule::ChunkDataBareLf, offset, bytes: 1 });
            }
            _ => {
                let came = if saw_cr { vec![b'\r', byte] } else { vec![byte] };
                let fault = Http1Fault::Refused(Http1Refusal::ChunkEndMissing);
                return Err(Http1Error { fault, offset, bytes: 1, came: came.into() });
            }
        }
        self.stage = ChunkStage::BeforeSize;
        Ok(())
    }

    fn line_refused(&mut self, refusal: Http1Refusal) -> Http1Error {
        let came = Bytes::from(std::mem::take(&mut self.line));
        let fault = Http1Fault::Refused(refusal);
        Http1Error { fault, offset: self.line_offset, bytes: came.len() as u64, came }
    }

    /// Takes the trailer section, if it has any field.
    fn trailers(&mut self) -> Option<Box<FieldSection>> {
        let collector = self.take_collector()?;
        let offset = collector.offset;
        let mut section = parse_trailers(collector.into_bytes(), offset);
        let misplaced: Vec<_> = section
            .fields()
            .filter(|field| NOT_IN_TRAILERS.iter().any(|name| field.is_named(name)))
            .map(|field| field.line_range())
            .collect();
        for line in misplaced {
            section.broken.push(Http1Rule::TrailerNotAllowed, offset + line.start as u64, line.len());
        }
        if section.entries.is_empty() {
            self.broken.extend(section.broken.listed());
            return None;
        }
        Some(Box::new(section))
    }

    fn trailers_too_long(&mut self) -> Http1Error {
        let fault = Http1Fault::Refused(Http1Refusal::TrailersTooLong);
        let collector = self.take_collector();
        let (offset, came) = collector.map_or((0, Bytes::new()), |held| (held.offset, held.into_bytes()));
        Http1Error { fault, offset, bytes: came.len() as u64, came }
    }

    fn take_collector(&mut self) -> Option<SectionCollector> {
        match std::mem::replace(&mut self.stage, ChunkStage::BeforeSize) {
            ChunkStage::Trailers(collector) => Some(collector),
            other => {
                self.stage = other;
                None
            }
        }
    }
}
