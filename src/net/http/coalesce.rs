//! Joins pieces of a body into larger blocks, so that the journal and the transcript handle fewer of them.
//!
//! The client library yields a body as it was read or framed: 16 KiB per TLS record or HTTP/2 frame, less per chunk.
//! Each piece is copied into a pooled buffer that comes back from the transcript. So the library reuses its read buffer
//! at once, and no read touches fresh memory.

use bytes::Bytes;

use crate::net::buffers;

/// Bytes waiting to form a block.
#[derive(Debug, Default)]
pub(super) struct BlockCoalescer {
    buffer: Vec<u8>,
}

impl BlockCoalescer {
    /// Takes as much of a piece as there is room for, and leaves the rest in it.
    pub(super) fn append(&mut self, piece: &mut Bytes) {
        if self.buffer.capacity() == 0 {
            self.buffer = buffers::take_buffer();
        }
        let room = buffers::BUFFER - self.buffer.len();
        self.buffer.extend_from_slice(&piece.split_to(piece.len().min(room)));
    }

    /// Whether nothing more fits.
    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() >= buffers::BUFFER
    }

    /// The joined bytes; `None` if there are none.
    pub(super) fn block(&mut self) -> Option<Bytes> {
        (!self.buffer.is_empty()).then(|| buffers::freeze(std::mem::take(&mut self.buffer)))
    }
}

impl Drop for BlockCoalescer {
    fn drop(&mut self) {
        if self.buffer.capacity() > 0 {
            buffers::give_back(std::mem::take(&mut self.buffer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::buffers;

    #[test]
    fn pieces_come_out_joined_in_order_and_none_is_larger_than_a_buffer() {
        let mut joined = BlockCoalescer::default();
        assert!(joined.block().is_none());
        let whole: Vec<u8> = (0..3 * buffers::BUFFER + 5).map(|number| (number % 251) as u8).collect();
        let mut out: Vec<u8> = Vec::new();
        for piece in whole.chunks(100_000) {
            let mut piece = Bytes::copy_from_slice(piece);
            while !piece.is_empty() {
                joined.append(&mut piece);
                if joined.is_full() {
                    let block = joined.block().unwrap();
                    assert_eq!(block.len(), buffers::BUFFER);
                    out.extend_from_slice(&block);
                }
            }
        }
        out.extend_from_slice(&joined.block().unwrap());
        assert!(out == whole);
    }
}
