//! Writes the lines of a chunked body (RFC 9112 §7.1).

use std::num::NonZeroU64;

use crate::wire::http1::request_writer::{FieldText, UnwritableByte, WrittenHead};

/// What follows the data of each chunk.
pub const CHUNK_END: &[u8] = b"\r\n";

/// The line before the data of a chunk of this size. Not zero: that would be the last chunk.
pub fn chunk_head(size: NonZeroU64) -> Vec<u8> {
    format!("{size:x}\r\n").into_bytes()
}

/// The last chunk with its trailer fields and the empty line. The places of the parts are counted from its first byte.
pub fn last_chunk(trailers: &[FieldText<'_>]) -> Result<WrittenHead, UnwritableByte> {
    let mut written = WrittenHead { bytes: b"0\r\n".to_vec(), parts: Vec::new() };
    written.put_fields(trailers)?;
    Ok(written)
}
