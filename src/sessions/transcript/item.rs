//! One item of a transcript.

use std::time::Instant;

use crate::sessions::news::News;
use crate::sessions::record::Block;
use crate::wire::{Both, Totals};

#[derive(Clone, Debug)]
pub(crate) enum TranscriptItem {
    /// With the connection's totals before this block.
    Block(Block, Both<Totals>),
    Note(Instant, News),
    Gap(Both<Totals>),
}

impl TranscriptItem {
    pub(super) fn bytes(&self) -> usize {
        match self {
            TranscriptItem::Block(block, _) => block.bytes.len(),
            TranscriptItem::Note(..) | TranscriptItem::Gap(_) => 0,
        }
    }

    pub(super) fn entries(&self) -> u64 {
        match self {
            TranscriptItem::Block(block, _) => block.pieces.len() as u64,
            TranscriptItem::Note(..) | TranscriptItem::Gap(_) => 1,
        }
    }
}
