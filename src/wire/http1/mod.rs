//! HTTP/1.0 and 1.1 messages (RFC 9112), read and written without I/O and clock.
//!
//! The readers are tolerant: what breaks a rule is read where it can be, and named with its place. They refuse only what
//! leaves the end of the message to a guess. The writer is exact: bytes go out as they were given.

mod bounds;
mod chunk_writer;
mod chunks;
mod coding;
mod collector;
mod error;
mod event;
mod field_scan;
mod fields;
mod framing;
mod framing_fields;
mod head;
mod place;
mod reader;
mod request_line;
mod request_role;
mod request_writer;
mod response_role;
mod role;
mod rule;
mod start;
mod status_line;

pub use bounds::{MOST_CHUNK_LINE_BYTES, MOST_HEAD_BYTES, MOST_LISTED_OF_A_RULE, MOST_TRAILER_BYTES};
pub use chunk_writer::{CHUNK_END, chunk_head, last_chunk};
pub use coding::{CodingName, TransferCoding};
pub use error::{Http1Error, Http1Fault, Http1Refusal};
pub use event::{BodyPiece, ChunkHead, HeadlessBegin, Http1Event, MessageEnd, SurplusCause, SurplusPiece};
pub use fields::{FieldForm, FieldSection, HeadField};
pub use framing::{BodilessCause, BodyFraming, CloseCause, Persistence, TunnelCause};
pub use head::Http1Head;
pub use place::ReadingPlace;
pub use reader::{Http1Reader, ReadOutcome};
pub use request_line::RequestLine;
pub use request_role::{RequestReader, RequestRole};
pub use request_writer::{FieldText, HeadPart, HeadPartKind, RequestText, UnwritableByte, WrittenHead};
pub use response_role::{ExpectedResponse, RequestKind, ResponseReader, ResponseRole};
pub use role::MessageRole;
pub use rule::{BrokenRule, BrokenRules, Http1Rule};
pub use start::{HeadStart, Http1Version};
pub use status_line::StatusLine;

#[cfg(test)]
mod tests;
