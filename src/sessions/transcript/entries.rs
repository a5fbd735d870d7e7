//! The entries of a transcript: iteration over the pieces of an item, forwards and backwards.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::item::TranscriptItem;
use crate::sessions::news::News;
use crate::sessions::record::{Block, Piece};
use crate::wire::udp::packet::PacketInfo;
use crate::wire::{Both, Direction, Totals};

/// One row of the transcript.
#[derive(Clone, Copy, Debug)]
pub struct TranscriptEntry<'a> {
    /// Its number: grows with time, never changes; numbers before it may be missing.
    pub number: u64,
    /// When it happened; `None` for a gap.
    pub at: Option<Instant>,
    /// Its content.
    pub kind: EntryKind<'a>,
}

/// The kinds of entry.
#[derive(Clone, Copy, Debug)]
pub enum EntryKind<'a> {
    /// One read, write or datagram.
    Data(EntryData<'a>),
    /// A fact.
    Note(&'a News),
    /// Bytes that were counted but not kept.
    Gap(Both<Totals>),
}

/// The bytes of one read, write or datagram.
#[derive(Clone, Copy, Debug)]
pub struct EntryData<'a> {
    /// The direction.
    pub direction: Direction,
    /// The bytes.
    pub bytes: &'a [u8],
    /// Bytes of the whole datagram, where it was cut short; else `bytes.len()`.
    pub full_len: usize,
    /// The peer, if the socket talks with several.
    pub peer: Option<SocketAddr>,
    /// Metadata of the packet, if any is known.
    pub packet: Option<&'a PacketInfo>,
    /// The number of the read or write on its connection, from 1.
    pub op: u64,
    /// The offset of the first byte in its direction of the connection, from 0.
    pub byte: u64,
}

impl EntryData<'_> {
    /// Whether the datagram was cut short.
    pub fn is_truncated(&self) -> bool {
        self.full_len > self.bytes.len()
    }
}

/// A block's piece as an entry: takes the block with the totals before it, and the piece with its index and offset in
/// the block.
pub(super) fn data_entry<'a>(
    (block, before): (&'a Block, &Both<Totals>),
    piece: Piece,
    (index, start): (usize, usize),
    number: u64,
) -> Option<TranscriptEntry<'a>> {
    let before = before.of(block.direction);
    let data = EntryData {
        op: before.ops.saturating_add(index as u64).saturating_add(1),
        byte: before.bytes.saturating_add(start as u64),
        direction: block.direction,
        bytes: block.bytes.get(start..start + piece.len as usize)?,
        full_len: piece.full_len as usize,
        peer: block.peers.get(usize::from(piece.peer)).copied(),
        packet: block.packets.get(usize::from(piece.packet)),
    };
    let at = block.at + Duration::from_micros(u64::from(piece.after_us));
    Some(TranscriptEntry { number, at: Some(at), kind: EntryKind::Data(data) })
}

fn blocks_pieces(item: &TranscriptItem) -> &[Piece] {
    match item {
        TranscriptItem::Block(block, _) => &block.pieces,
        TranscriptItem::Note(..) | TranscriptItem::Gap(_) => &[],
    }
}

/// The entries of an item, in order.
pub(super) fn piece_entries(start: u64, item: &TranscriptItem) -> impl Iterator<Item = TranscriptEntry<'_>> {
    let mut offset = 0;
    let data = blocks_pieces(item).iter().enumerate().filter_map(move |(index, piece)| {
        let TranscriptItem::Block(block, before) = item else { return None };
        let from = offset;
        offset += piece.len as usize;
        data_entry((block, before), *piece, (index, from), start + index as u64)
    });
    single(start, item).into_iter().chain(data)
}

/// The entries of an item, the last one first.
pub(super) fn pieces_back(start: u64, item: &TranscriptItem) -> impl Iterator<Item = TranscriptEntry<'_>> {
    let pieces = blocks_pieces(item);
    let mut end = pieces.iter().map(|piece| piece.len as usize).sum::<usize>();
    let data = pieces.iter().enumerate().rev().filter_map(move |(index, piece)| {
        let TranscriptItem::Block(block, before) = item else { return None };
        end -= piece.len as usize;
        data_entry((block, before), *piece, (index, end), start + index as u64)
    });
    data.chain(single(start, item))
}

/// The one entry of an item that has no pieces.
pub(super) fn single(number: u64, item: &TranscriptItem) -> Option<TranscriptEntry<'_>> {
    match item {
        TranscriptItem::Note(at, news) => Some(TranscriptEntry { number, at: Some(*at), kind: EntryKind::Note(news) }),
        TranscriptItem::Gap(both) => Some(TranscriptEntry { number, at: None, kind: EntryKind::Gap(*both) }),
        TranscriptItem::Block(..) => None,
    }
}

/// How to write a fact as text: a callback, because this room has no sentences for facts.
pub(crate) type NoteText = fn(&News) -> String;
