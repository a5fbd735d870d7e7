//! Pieces of a body joined into larger blocks, so that each costs the journal and the transcript once.
//!
//! The client library gives a body as it was read or framed: 16 KiB a TLS record or an HTTP/2 frame, less a chunk.
//! What it read into is used again as soon as it was copied out; the copy goes into buffers that come back from the
//! transcript, so that no fresh memory is faulted in for every read.

use bytes::Bytes;

use crate::net::buffers;

/// Bytes that wait to become a block.
#[derive(Debug, Default)]
pub(super) struct BlockCoalescer {
    buffer: Vec<u8>,
}

impl BlockCoalescer {
    /// Takes as much of a piece as there is room for; the rest stays in it.
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

    /// What was joined; `None`: nothing was.
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
