//! Why a message could not be read to its end.

use std::fmt;

use bytes::Bytes;

use crate::wire::http1::bounds::{MOST_CHUNK_LINE_BYTES, MOST_HEAD_BYTES, MOST_TRAILER_BYTES};
use crate::wire::http1::place::ReadingPlace;

/// Something that a reader refuses, because the end of the message would be a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http1Refusal {
    /// It does not begin as a message of HTTP/1 does.
    NotHttp,
    /// A status line without a status code of three digits.
    StatusUnreadable,
    /// A request line without method, target and version.
    RequestLineUnreadable,
    /// A head longer than [`MOST_HEAD_BYTES`].
    HeadTooLong,
    /// A trailer section longer than [`MOST_TRAILER_BYTES`].
    TrailersTooLong,
    /// The line of a chunk longer than [`MOST_CHUNK_LINE_BYTES`].
    ChunkLineTooLong,
    /// Content-Length with different values.
    LengthsDiffer,
    /// A Content-Length that is not only digits.
    LengthInvalid,
    /// A Content-Length of 2^64 or more.
    LengthTooGreat,
    /// A request whose last transfer coding is not chunked.
    CodingWithoutEnd,
    /// A chunk size that is not only hexadecimal digits.
    ChunkSizeInvalid,
    /// A chunk size of 2^64 or more.
    ChunkSizeTooGreat,
    /// The data of a chunk are not followed by a line end.
    ChunkEndMissing,
}

impl Http1Refusal {
    /// What is refused, in plain words.
    pub fn words(self) -> &'static str {
        match self {
            Http1Refusal::NotHttp => "it does not begin as an HTTP/1 message does",
            Http1Refusal::StatusUnreadable => "a status line without a status code of three digits",
            Http1Refusal::RequestLineUnreadable => "a request line without method, target and version",
            Http1Refusal::HeadTooLong => "a head of more than 1 MiB",
            Http1Refusal::TrailersTooLong => "a trailer section of more than 256 KiB",
            Http1Refusal::ChunkLineTooLong => "a chunk line of more than 64 KiB",
            Http1Refusal::LengthsDiffer => "Content-Length with different values",
            Http1Refusal::LengthInvalid => "a Content-Length that is no number",
            Http1Refusal::LengthTooGreat => "a Content-Length of 2^64 or more",
            Http1Refusal::CodingWithoutEnd => "a request whose last transfer coding is not chunked",
            Http1Refusal::ChunkSizeInvalid => "a chunk size that is no hexadecimal number",
            Http1Refusal::ChunkSizeTooGreat => "a chunk size of 2^64 or more",
            Http1Refusal::ChunkEndMissing => "the data of a chunk are longer than its size",
        }
    }

    /// The section that states the rule, or allows the bound.
    pub fn section(self) -> &'static str {
        match self {
            Http1Refusal::NotHttp => "RFC 9112 §2.1",
            Http1Refusal::StatusUnreadable => "RFC 9112 §4",
            Http1Refusal::RequestLineUnreadable => "RFC 9112 §3",
            Http1Refusal::HeadTooLong | Http1Refusal::TrailersTooLong => "RFC 9110 §5.4",
            Http1Refusal::ChunkLineTooLong => "RFC 9112 §7.1.1",
            Http1Refusal::LengthsDiffer
            | Http1Refusal::LengthInvalid
            | Http1Refusal::LengthTooGreat
            | Http1Refusal::CodingWithoutEnd => "RFC 9112 §6.3",
            Http1Refusal::ChunkSizeInvalid | Http1Refusal::ChunkSizeTooGreat | Http1Refusal::ChunkEndMissing => {
                "RFC 9112 §7.1"
            }
        }
    }

    /// The bound in bytes that was passed, if it is one of ours.
    pub fn bound(self) -> Option<usize> {
        match self {
            Http1Refusal::HeadTooLong => Some(MOST_HEAD_BYTES),
            Http1Refusal::TrailersTooLong => Some(MOST_TRAILER_BYTES),
            Http1Refusal::ChunkLineTooLong => Some(MOST_CHUNK_LINE_BYTES),
            Http1Refusal::NotHttp
            | Http1Refusal::StatusUnreadable
            | Http1Refusal::RequestLineUnreadable
            | Http1Refusal::LengthsDiffer
            | Http1Refusal::LengthInvalid
            | Http1Refusal::LengthTooGreat
            | Http1Refusal::CodingWithoutEnd
            | Http1Refusal::ChunkSizeInvalid
            | Http1Refusal::ChunkSizeTooGreat
            | Http1Refusal::ChunkEndMissing => None,
        }
    }
}

/// What ended the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http1Fault {
    /// The message is refused.
    Refused(Http1Refusal),
    /// The peer finished before the message was whole.
    CutShort(ReadingPlace),
}

/// Why reading ended before the end of a message, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http1Error {
    /// What ended the reading.
    pub fault: Http1Fault,
    /// The offset of the first byte concerned, from the first byte of the connection.
    pub offset: u64,
    /// How many bytes are concerned; 0 if something is missing.
    pub bytes: u64,
    /// Bytes that the reader took and had not yet given in an event: the head or line so far, up to the byte at fault.
    /// What follows them was not taken, and is in the caller's input.
    pub came: Bytes,
}

impl fmt::Display for Http1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Http1Fault::Refused(refusal) => {
                write!(f, "{}, at byte {} ({})", refusal.words(), self.offset, refusal.section())
            }
            Http1Fault::CutShort(place) => write!(f, "the peer finished {}", place.words()),
        }
    }
}

impl std::error::Error for Http1Error {}
