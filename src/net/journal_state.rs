//! What waits in a journal until it is read, and its bounds.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::sessions::kinds::http::HttpGauge;
use crate::sessions::reading::EscapeCounts;
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::send_progress::SendProgress;
use crate::sessions::socket_moves::SocketMoves;
use crate::sessions::{Block, Record, Retention};
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;
use crate::wire::{Both, Totals};

/// How much memory the blocks that wait may need beside their bytes.
pub(super) const MOST_OVERHEAD: usize = 8 * 1024 * 1024;

/// How many bytes may wait to be read, once as many bytes were read as the session keeps.
pub(super) const MOST_BYTES: usize = 8 * 1024 * 1024;

/// How many pieces may wait to be read.
pub(super) const MOST_PIECES: usize = 500_000;

/// What waits to be read, and how much of it there is.
#[derive(Debug, Default)]
pub(super) struct JournalState {
    pub(super) retention: Retention,
    pub(super) records: VecDeque<Record>,
    pub(super) bytes: usize,
    /// The memory of the blocks beside their bytes: a million small datagrams cost far more than their bytes.
    pub(super) overhead: usize,
    /// How many bytes were read so far.
    pub(super) taken: usize,
    pub(super) escapes: EscapeCounts,
    pub(super) pieces: usize,
    pub(super) news: usize,
    pub(super) over: bool,
    pub(super) dropped: Both<Totals>,
    pub(super) kernel: Option<(Arc<KernelView>, Instant)>,
    pub(super) http: Option<HttpGauge>,
    /// Reads and writes of a connection that carries the session's bytes in another form.
    pub(super) moves: Vec<SocketMoves>,
    pub(super) sending: Option<SendBegin>,
    /// How many were begun.
    pub(super) sendings: u64,
    pub(super) repeat: Option<Arc<RepeatReading>>,
    pub(super) capture: Option<Box<CaptureReading>>,
    pub(super) dropped_datagrams: Option<u64>,
}

impl JournalState {
    /// What was captured since the last read; if capture still runs, that stays recorded.
    pub(super) fn take_capture(&mut self) -> Option<Box<CaptureReading>> {
        let taken = self.capture.take()?;
        if taken.on {
            self.capture = Some(Box::new(CaptureReading { on: true, ..CaptureReading::default() }));
        }
        Some(taken)
    }

    /// How many bytes may wait: never more than the session keeps. Unread bytes may use the space that is still free of
    /// the retention, so that a transfer that fits in it is kept whole.
    pub(super) fn most_bytes(&self) -> usize {
        let room = self.retention.bytes.saturating_sub(self.taken);
        self.retention.bytes.min(MOST_BYTES.max(room))
    }

    pub(super) fn has_room_for(&self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= self.retention.bytes.min(MOST_BYTES) && self.overhead <= MOST_OVERHEAD;
        self.pieces == 0 || fits
    }

    /// Turns the oldest block into part of a gap; `false` if the newest record is the only block.
    pub(super) fn drop_oldest_block(&mut self) -> bool {
        let Some(place) = self.records.iter().position(|record| matches!(record, Record::Block(_))) else {
            return false;
        };
        if place + 1 == self.records.len() {
            return false;
        }
        if let Some(Record::Block(block)) = self.records.remove(place) {
            self.bytes -= block.bytes.len();
            self.overhead -= overhead_of(&block);
            self.pieces -= block.pieces.len();
            self.dropped.of_mut(block.direction).merge(block.totals());
        }
        true
    }
}

/// The begin of a file or body that is being sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct SendBegin {
    pub(super) number: u64,
    pub(super) total_bytes: Option<u64>,
    /// What the session had sent before it.
    pub(super) sent_before: u64,
    pub(super) began: Instant,
}

impl SendBegin {
    pub(super) fn progress(self, sent_bytes: u64) -> SendProgress {
        let SendBegin { total_bytes, sent_before, began, .. } = self;
        SendProgress { sent_bytes: sent_bytes.saturating_sub(sent_before), total_bytes, began }
    }
}

/// The memory that a block needs beside its bytes.
pub(super) fn overhead_of(block: &Block) -> usize {
    block.cost().saturating_sub(block.bytes.len())
}
