//! What a reader says.

use std::ops::Range;

use bytes::Bytes;

use crate::wire::http1::fields::FieldSection;
use crate::wire::http1::framing::{Persistence, TunnelCause};
use crate::wire::http1::head::Http1Head;
use crate::wire::http1::rule::BrokenRule;

/// What a reader found. `S` is the start line: that of a response or of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Http1Event<S> {
    /// An interim response (1xx but 101). The final one follows.
    Interim(Box<Http1Head<S>>),
    /// A head, with the rules that it breaks.
    Head(Box<Http1Head<S>>),
    /// An answer of HTTP/0.9: a body until the connection is closed, without a head.
    Headless(HeadlessBegin),
    /// Bytes of the body.
    Body(BodyPiece),
    /// The line of a chunk; also of the last one, whose size is 0.
    Chunk(ChunkHead),
    /// The trailer section, if it has any field, with the rules that it breaks.
    Trailers(Box<FieldSection>),
    /// A rule broken outside of heads and trailers.
    Broken(BrokenRule),
    /// The message is whole.
    End(MessageEnd),
    /// The head was the last of HTTP: the reader takes no byte behind it.
    Tunnel {
        /// The offset of the first byte of the tunnel.
        offset: u64,
        /// What began it.
        cause: TunnelCause,
    },
    /// Bytes that belong to no message.
    Surplus(SurplusPiece),
}

/// The first bytes of an answer of HTTP/0.9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadlessBegin {
    /// The offset of the first one.
    pub offset: u64,
    /// The bytes that showed that no head comes. They are the beginning of the body.
    pub came: Bytes,
}

/// Bytes of a body, as a part of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyPiece {
    /// The offset of the first one, from the first byte of the connection.
    pub offset: u64,
    /// Where they are in the input of this call.
    pub range: Range<usize>,
}

/// The line of a chunk (RFC 9112 §7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkHead {
    /// The offset of its first byte.
    pub offset: u64,
    /// Its length with the line end.
    pub line_bytes: u64,
    /// The size: so many bytes of data follow, 0 for the last chunk.
    pub size: u64,
    /// The extensions as they came, from the first semicolon to the line end; empty if there are none.
    pub extensions: Bytes,
}

/// The end of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageEnd {
    /// The offset of the first byte behind the message.
    pub offset: u64,
    /// Bytes of the body, without the lines of its chunks; still coded if it had other codings.
    pub body_bytes: u64,
    /// Whether another message may follow on this connection.
    pub persistence: Persistence,
}

/// Bytes that belong to no message, as a part of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurplusPiece {
    /// The offset of the first one.
    pub offset: u64,
    /// Where they are in the input of this call.
    pub range: Range<usize>,
    /// What they came behind.
    pub cause: SurplusCause,
}

/// What surplus bytes came behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurplusCause {
    /// No message: nothing was asked yet.
    Unasked,
    /// A body of known length.
    BeyondLength,
    /// An answer that has no body: to HEAD, 204, 304.
    BehindBodiless,
    /// The last chunk.
    BehindChunks,
}

impl SurplusCause {
    /// What they are, in plain words.
    pub fn words(self) -> &'static str {
        match self {
            SurplusCause::Unasked => "bytes that nothing had asked for",
            SurplusCause::BeyondLength => "bytes beyond the length of the body",
            SurplusCause::BehindBodiless => "bytes behind an answer that has no body",
            SurplusCause::BehindChunks => "bytes behind the last chunk",
        }
    }

    /// The section that says so.
    pub fn section(self) -> &'static str {
        match self {
            SurplusCause::Unasked => "RFC 9112 §9.2",
            SurplusCause::BeyondLength | SurplusCause::BehindBodiless => "RFC 9112 §6.3",
            SurplusCause::BehindChunks => "RFC 9112 §7.1",
        }
    }
}
