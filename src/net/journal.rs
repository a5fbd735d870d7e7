//! A session's journal: what its task tells, in order, until somebody looks.
//!
//! One path for bytes and facts keeps them in the order in which they happened. Bytes have a budget, and what
//! happens beyond it is [`Overflow`]'s choice; facts are never dropped: at [`MOST_NEWS`] the task waits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::meter::Meter;
use crate::wire::http::HttpGauge;
use crate::wire::reading::KernelView;
use crate::wire::{Block, Both, Direction, News, Reading, Record, SessionId, Totals, neutral};

/// How many facts may wait to be looked at; the task that has one more waits.
pub(crate) const MOST_NEWS: usize = 1024;

/// How many bytes of one journal make it press to be looked at before the next frame.
const MANY_BYTES: usize = 4 * 1024 * 1024;

/// How many bytes may wait to be looked at, however many the session keeps: three times what makes a journal press.
const MOST_BYTES: usize = 12 * 1024 * 1024;

/// How many pieces may wait to be looked at.
const MOST_PIECES: usize = 500_000;

/// What happens with bytes beyond the budget that nobody looked at yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest are dropped, counted as a gap: a screen, `--json`.
    DropOldest,
    /// The task waits, and with it the peer: a pipe.
    Wait,
}

/// Which sessions have something new, and the bell that tells.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    dirty: Mutex<Vec<Arc<Journal>>>,
    rung: Notify,
    pressed: Notify,
}

impl Bell {
    fn ring(&self, journal: &Arc<Journal>) {
        if !journal.queued.swap(true, Ordering::AcqRel) {
            self.dirty.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(journal));
            self.rung.notify_one();
        }
    }

    /// Waits until some session has something new. Cancel-safe; one waiter.
    pub(crate) async fn changed(&self) {
        if self.dirty.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            self.rung.notified().await;
        }
    }

    /// Waits until some session has so much that it should be looked at before the next frame, so that what is kept
    /// and what waits to be kept do not both grow to the budget. Cancel-safe; one waiter.
    pub(crate) async fn pressed(&self) {
        self.pressed.notified().await;
    }

    /// Looks at every session that has something new, the lowest number first.
    pub(crate) fn sample(&self) -> Vec<Reading> {
        let mut dirty = std::mem::take(&mut *self.dirty.lock().unwrap_or_else(PoisonError::into_inner));
        dirty.sort_by_key(|journal| journal.id);
        dirty.iter().map(|journal| journal.read()).collect()
    }
}

/// What one session's task tells.
#[derive(Debug)]
pub(crate) struct Journal {
    /// Whose it is.
    pub(crate) id: SessionId,
    overflow: Overflow,
    budget: usize,
    meter: Meter,
    queued: AtomicBool,
    escapes: AtomicU64,
    bell: Arc<Bell>,
    inner: Mutex<Inner>,
    drained: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    records: VecDeque<Record>,
    bytes: usize,
    pieces: usize,
    news: usize,
    dropped: Both<Totals>,
    kernel: Option<KernelView>,
    http: Option<HttpGauge>,
    dropped_datagrams: Option<u64>,
}

impl Journal {
    pub(crate) fn new(id: SessionId, budget: usize, overflow: Overflow, bell: Arc<Bell>) -> Arc<Self> {
        Arc::new(Journal {
            id,
            overflow,
            budget: budget.min(MOST_BYTES),
            meter: Meter::default(),
            queued: AtomicBool::new(false),
            escapes: AtomicU64::new(0),
            bell,
            inner: Mutex::default(),
            drained: Notify::new(),
        })
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exact totals now.
    pub(crate) fn totals(&self) -> Both<Totals> {
        self.meter.totals()
    }

    /// Counts a block, and keeps it to be looked at.
    ///
    /// Cost: three atomic adds, one short lock, and one pass over received bytes while they are still in the cache: the
    /// screen's thread would have to fetch them from memory again. Waits only where [`Overflow::Wait`] asks for it.
    pub(crate) async fn block(self: &Arc<Self>, block: Block) {
        self.meter.add(block.direction, block.totals());
        // A pipe shows nothing that could be neutralised.
        if block.direction == Direction::Received && self.overflow == Overflow::DropOldest {
            self.escapes.fetch_add(neutral::count_escapes(&block.bytes), Ordering::Relaxed);
        }
        if self.overflow == Overflow::Wait {
            // Nor does it show what was sent.
            if block.direction == Direction::Sent {
                return self.bell.ring(self);
            }
            self.room_for(block.bytes.len()).await;
        }
        let mut inner = self.inner();
        let before = inner.bytes;
        inner.bytes += block.bytes.len();
        let pressing = before / MANY_BYTES < inner.bytes / MANY_BYTES;
        inner.pieces += block.pieces.len();
        inner.records.push_back(Record::Block(block));
        while inner.bytes > self.budget || inner.pieces > MOST_PIECES {
            if !inner.drop_oldest_block() {
                break;
            }
        }
        drop(inner);
        self.bell.ring(self);
        if pressing {
            self.bell.pressed.notify_one();
        }
    }

    /// Whether what is sent needs only be counted: nobody looks at it.
    pub(crate) fn counts_sent_only(&self) -> bool {
        self.overflow == Overflow::Wait
    }

    /// Counts what was sent without a block of it, for a journal that only counts.
    pub(crate) fn sent(self: &Arc<Self>, totals: Totals) {
        self.meter.add(Direction::Sent, totals);
        self.bell.ring(self);
    }

    async fn room_for(&self, bytes: usize) {
        loop {
            let drained = self.drained.notified();
            if self.inner().admits(bytes, self.budget) {
                return;
            }
            drained.await;
        }
    }

    /// Tells a fact. Waits while [`MOST_NEWS`] are untold.
    pub(crate) async fn news(self: &Arc<Self>, news: News) {
        let at = Instant::now();
        loop {
            let drained = self.drained.notified();
            {
                let mut inner = self.inner();
                if inner.news < MOST_NEWS {
                    inner.news += 1;
                    inner.records.push_back(Record::News { at, news });
                    break;
                }
            }
            drained.await;
        }
        self.bell.ring(self);
    }

    /// Tells the last fact, with the exact totals.
    pub(crate) async fn closed(self: &Arc<Self>, how: crate::wire::How) {
        self.news(News::Closed { totals: self.totals(), how }).await;
    }

    /// Replaces what the kernel says.
    pub(crate) fn kernel(self: &Arc<Self>, view: KernelView) {
        let changed = self.inner().kernel.replace(view) != Some(view);
        if changed {
            self.bell.ring(self);
        }
    }

    /// Replaces what is measured of an HTTP body.
    pub(crate) fn http(self: &Arc<Self>, gauge: HttpGauge) {
        self.inner().http = Some(gauge);
        self.bell.ring(self);
    }

    /// Replaces the count of datagrams that the kernel dropped.
    pub(crate) fn dropped_datagrams(self: &Arc<Self>, count: u64) {
        self.inner().dropped_datagrams = Some(count);
        self.bell.ring(self);
    }

    fn read(&self) -> Reading {
        self.queued.store(false, Ordering::Release);
        let mut inner = self.inner();
        let mut records: Vec<Record> = Vec::with_capacity(inner.records.len() + 2);
        for direction in [Direction::Sent, Direction::Received] {
            let totals = std::mem::take(inner.dropped.of_mut(direction));
            if totals != Totals::default() {
                records.push(Record::NotKept { direction, totals });
            }
        }
        records.extend(inner.records.drain(..));
        inner.bytes = 0;
        inner.pieces = 0;
        inner.news = 0;
        let reading = Reading {
            id: self.id,
            totals: self.meter.totals(),
            records,
            kernel: inner.kernel,
            http: inner.http,
            dropped_datagrams: inner.dropped_datagrams,
            escapes: self.escapes.swap(0, Ordering::Relaxed),
        };
        drop(inner);
        self.drained.notify_waiters();
        reading
    }
}

impl Inner {
    fn admits(&self, bytes: usize, budget: usize) -> bool {
        self.bytes == 0 || self.bytes + bytes <= budget
    }

    /// Turns the oldest block into part of a gap; false where there is no block but the newest.
    fn drop_oldest_block(&mut self) -> bool {
        let Some(place) = self.records.iter().position(|record| matches!(record, Record::Block(_))) else {
            return false;
        };
        if place + 1 == self.records.len() {
            return false;
        }
        if let Some(Record::Block(block)) = self.records.remove(place) {
            self.bytes -= block.bytes.len();
            self.pieces -= block.pieces.len();
            self.dropped.of_mut(block.direction).merge(block.totals());
        }
        true
    }
}
