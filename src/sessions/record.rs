//! What a session's task hands over, in the order in which it happened: bytes, gaps and news.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

use super::news::News;
use crate::wire::udp::packet::PacketInfo;
use crate::wire::{Direction, Totals};

/// One thing that happened in a session.
#[derive(Clone, Debug)]
pub enum Record {
    /// Bytes that went over the wire, and may be looked at.
    Block(Block),
    /// Bytes that were counted but not kept, because nobody looked in time.
    NotKept {
        /// Which way they went.
        direction: Direction,
        /// How many they were.
        totals: Totals,
    },
    /// A fact.
    News {
        /// When it happened.
        at: Instant,
        /// What happened.
        news: News,
    },
}

/// A refcounted buffer of one direction, cut into pieces: one piece is one read, one write or one datagram.
#[derive(Clone, Debug)]
pub struct Block {
    /// Which way the bytes went.
    pub direction: Direction,
    /// When the first piece happened.
    pub at: Instant,
    /// All pieces' bytes, back to back.
    pub bytes: Bytes,
    /// The pieces, in order; their lengths add up to the length of `bytes`.
    pub pieces: Box<[Piece]>,
    /// The peers that pieces name by index; empty for a connected conversation.
    pub peers: Box<[SocketAddr]>,
    /// What is known of the packets that pieces came in, named by index; empty where nothing is.
    pub packets: Box<[PacketInfo]>,
    /// How many pieces of this direction the session had before the first one; the journal counts them.
    pub first: u64,
}

/// One read, write or datagram within a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of it that stand in the block.
    pub len: u32,
    /// Microseconds after the block's `at`.
    pub after_us: u32,
    /// Bytes that a datagram cut short had in full; equal to `len` where nothing was cut.
    pub full_len: u32,
    /// Index into the block's peers; meaningless where there are none.
    pub peer: u16,
    /// Index into the block's packets; meaningless where there are none.
    pub packet: u16,
}

impl Block {
    /// A block of one piece with no peer named: one read or write of a connected conversation.
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

    /// A block of one datagram; `full_len` is what the peer sent, where that was more than was read.
    pub fn datagram(direction: Direction, at: Instant, bytes: Bytes, peer: SocketAddr, full_len: usize) -> Self {
        let mut block = Block::single_piece(direction, at, bytes);
        block.pieces[0].full_len = u32::try_from(full_len).unwrap_or(u32::MAX);
        block.peers = Box::new([peer]);
        block
    }

    /// What keeping this block costs in memory: its bytes, and what holds them. A million one-byte reads are far
    /// more than a megabyte.
    pub fn cost(&self) -> usize {
        const HOLDER: usize = 160;
        let packets = self.packets.len() * size_of::<PacketInfo>();
        self.bytes.len() + HOLDER + self.pieces.len() * size_of::<Piece>() + packets
    }

    /// The first `pieces` pieces, and the others. The bytes are shared, not copied.
    pub fn split(&self, pieces: usize) -> (Block, Block) {
        let (first, rest) = self.pieces.split_at(pieces.min(self.pieces.len()));
        let length: usize = first.iter().map(|piece| piece.len as usize).sum();
        let length = length.min(self.bytes.len());
        let part = |bytes, pieces: &[Piece]| Block { bytes, pieces: pieces.into(), ..self.clone() };
        let mut newer = part(self.bytes.slice(length..), rest);
        newer.first += first.len() as u64;
        (part(self.bytes.slice(..length), first), newer)
    }

    /// What this block adds to the totals of its direction.
    pub fn totals(&self) -> Totals {
        Totals { bytes: self.bytes.len() as u64, ops: self.pieces.len() as u64 }
    }
}
