//! Records that a session's task hands over, in chronological order: bytes, gaps and news.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

use super::news::News;
use crate::wire::udp::packet::PacketInfo;
use crate::wire::{Direction, Totals};

/// One thing that happened in a session.
#[derive(Clone, Debug)]
pub enum Record {
    /// Bytes that went over the wire and were kept.
    Block(Block),
    /// Bytes that were counted but not kept, because no reading was taken in time.
    NotKept {
        /// The direction.
        direction: Direction,
        /// The count.
        totals: Totals,
    },
    /// A fact.
    News {
        /// When it happened.
        at: Instant,
        /// The event.
        news: News,
    },
}

/// A refcounted buffer of one direction, cut into pieces: one piece is one read, one write or one datagram.
#[derive(Clone, Debug)]
pub struct Block {
    /// The direction.
    pub direction: Direction,
    /// When the first piece happened.
    pub at: Instant,
    /// All pieces' bytes, back to back.
    pub bytes: Bytes,
    /// The pieces, in order; their lengths add up to the length of `bytes`.
    pub pieces: Box<[Piece]>,
    /// The peers, which pieces name by index; empty for a connected conversation.
    pub peers: Box<[SocketAddr]>,
    /// Metadata of packets, which pieces name by index; empty if none is known.
    pub packets: Box<[PacketInfo]>,
    /// How many pieces in this direction came before this block's first; set by the journal.
    pub first: u64,
}

/// One read, write or datagram within a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Length of its part of the block's `bytes`.
    pub len: u32,
    /// Microseconds after the block's `at`.
    pub after_us: u32,
    /// The full length of a datagram that was cut short; equal to `len` if nothing was cut.
    pub full_len: u32,
    /// Index into the block's peers; meaningless where there are none.
    pub peer: u16,
    /// Index into the block's packets; meaningless where there are none.
    pub packet: u16,
}

impl Block {
    /// A block of one piece without a peer: one read or write of a connected conversation.
    pub fn single_piece(direction: Direction, at: Instant, bytes: Bytes) -> Self {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let piece = Piece { len, after_us: 0, full_len: len, peer: 0, packet: 0 };
        Block {
            direction,
            at,
            bytes,
            pieces: Box::new([piece]),
            peers: Box::default(),
            packets: Box::default(),
            first: 0,
        }
    }

    /// A block of one datagram; `full_len` is the length that the peer sent, where fewer bytes were read.
    pub fn datagram(direction: Direction, at: Instant, bytes: Bytes, peer: SocketAddr, full_len: usize) -> Self {
        let mut block = Block::single_piece(direction, at, bytes);
        block.pieces[0].full_len = u32::try_from(full_len).unwrap_or(u32::MAX);
        block.peers = Box::new([peer]);
        block
    }

    /// Memory cost of this block: its bytes, and the structures that hold them. A million one-byte reads cost far more
    /// than a megabyte.
    pub fn cost(&self) -> usize {
        const HOLDER: usize = 160;
        let packets = self.packets.len() * size_of::<PacketInfo>();
        self.bytes.len() + HOLDER + self.pieces.len() * size_of::<Piece>() + packets
    }

    /// Splits the block after `pieces` pieces. The bytes are shared, not copied.
    pub fn split(&self, pieces: usize) -> (Block, Block) {
        let (first, rest) = self.pieces.split_at(pieces.min(self.pieces.len()));
        let length: usize = first.iter().map(|piece| piece.len as usize).sum();
        let length = length.min(self.bytes.len());
        let part = |bytes, pieces: &[Piece]| Block { bytes, pieces: pieces.into(), ..self.clone() };
        let mut newer = part(self.bytes.slice(length..), rest);
        newer.first += first.len() as u64;
        (part(self.bytes.slice(..length), first), newer)
    }

    /// The block's own totals, all in its direction.
    pub fn totals(&self) -> Totals {
        Totals { bytes: self.bytes.len() as u64, ops: self.pieces.len() as u64 }
    }
}
