//! One item of a transcript.

use std::time::Instant;

use crate::sessions::news::News;
use crate::sessions::record::Block;
use crate::wire::{Both, Totals};

#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// With what the connection had sent and received before it.
    Block(Block, Both<Totals>),
    Note(Instant, News),
    Gap(Both<Totals>),
}

impl Item {
    pub(super) fn octets(&self) -> usize {
        match self {
            Item::Block(block, _) => block.bytes.len(),
            Item::Note(..) | Item::Gap(_) => 0,
        }
    }

    pub(super) fn entries(&self) -> u64 {
        match self {
            Item::Block(block, _) => block.pieces.len() as u64,
            Item::Note(..) | Item::Gap(_) => 1,
        }
    }
}
