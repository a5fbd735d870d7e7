//! A session's journal: what its task reports, in order, until the journal is read.
//!
//! Bytes and facts share one queue, which keeps them in the order in which they happened. Bytes have a budget, and
//! [`OverflowPolicy`] decides what happens beyond it. Facts are never dropped: at [`MOST_NEWS`] the task waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::escape_budget::HostileCounter;
use super::journal_state::{JournalState, MOST_OVERHEAD, MOST_PIECES, SendBegin, overhead_of};
use super::meter::Meter;
use crate::sessions::kinds::http::HttpGauge;
use crate::sessions::panic_guard;
use crate::sessions::reading::EscapeCounts;
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::socket_moves::SocketMoves;
use crate::sessions::{Block, CloseReason, News, Reading, Record, Retention, SessionId};
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::{CapturedSegment, MOST_SEGMENTS};
use crate::wire::{Both, Direction, Failure, Totals};

/// How many facts may wait to be read; with one more the task waits.
pub(crate) const MOST_NEWS: usize = 1024;

/// With this many unread facts, a journal asks to be read before the next frame.
const MANY_NEWS: usize = MOST_NEWS / 4;

/// With this many unread bytes, a journal asks to be read before the next frame.
const MANY_BYTES: usize = 4 * 1024 * 1024;

/// What happens with unread bytes beyond the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverflowPolicy {
    /// The oldest are dropped, and counted as a gap: for a screen and for `--json`.
    DropOldest,
    /// The task waits, and thereby the peer: for a pipe.
    Wait,
}

/// Which sessions have news, and the bell that signals it.
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

    /// Waits until a session has news. Cancel-safe; one waiter.
    pub(crate) async fn changed(&self) {
        if self.dirty.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            self.rung.notified().await;
        }
    }

    /// Waits until a session has so many unread bytes that it should be read before the next frame: otherwise kept and
    /// unread bytes could both grow to the budget. Cancel-safe; one waiter.
    pub(crate) async fn pressed(&self) {
        self.pressed.notified().await;
    }

    /// Reads at most `most` sessions with news: those that have waited longest, in the order of their numbers.
    pub(crate) fn sample(&self, most: usize) -> Vec<Reading> {
        let mut waiting = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(most);
        let later = waiting.split_off(count);
        let mut dirty = std::mem::replace(&mut *waiting, later);
        drop(waiting);
        dirty.sort_by_key(|journal| journal.id);
        dirty.iter().map(|journal| journal.read()).collect()
    }
}

/// The journal that one session's task writes.
#[derive(Debug)]
pub(crate) struct Journal {
    /// The session's number.
    pub(crate) id: SessionId,
    overflow: OverflowPolicy,
    meter: Meter,
    queued: AtomicBool,
    asks_beside: AtomicBool,
    bell: Arc<Bell>,
    inner: Mutex<JournalState>,
    /// Only the task that reports received bytes locks it.
    hostile: Mutex<HostileCounter>,
    drained: Notify,
}

impl Journal {
    /// An empty journal. With `of_datagrams`, each received piece is a datagram, and no part of a stream.
    pub(crate) fn new(
        id: SessionId,
        retention: Retention,
        of_datagrams: bool,
        overflow: OverflowPolicy,
        bell: Arc<Bell>,
    ) -> Arc<Self> {
        Arc::new(Journal {
            id,
            overflow,
            meter: Meter::default(),
            queued: AtomicBool::new(false),
            asks_beside: AtomicBool::new(false),
            bell,
            inner: Mutex::new(JournalState { retention, ..JournalState::default() }),
            hostile: Mutex::new(HostileCounter::new(of_datagrams)),
            drained: Notify::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, JournalState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hostile(&self) -> MutexGuard<'_, HostileCounter> {
        self.hostile.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much of the session is kept.
    pub(crate) fn retention(&self) -> Retention {
        self.lock().retention
    }

    /// Changes how much of the session is kept.
    pub(crate) fn set_retention(&self, retention: Retention) {
        self.lock().retention = retention;
        self.drained.notify_waiters();
    }

    /// The exact totals now.
    pub(crate) fn totals(&self) -> Both<Totals> {
        self.meter.totals()
    }

    /// Counts a block, and keeps it until it is read.
    ///
    /// Cost: two atomic adds, two short locks, and one pass over received bytes outside a flood, while they are still
    /// in the cache: the UI thread would have to load them from memory again. Waits only with [`OverflowPolicy::Wait`].
    pub(crate) async fn block(self: &Arc<Self>, mut block: Block) {
        panic_guard::panic_point("block");
        let (direction, totals) = (block.direction, block.totals());
        // Each direction has one task that reports it, so nothing is counted in between.
        block.first = self.meter.totals().of(direction).ops;
        self.meter.add(direction, totals);
        // A pipe shows nothing that would be sanitised.
        let shown = direction == Direction::Received && self.overflow == OverflowPolicy::DropOldest;
        let escapes = if shown { self.hostile().count(&block) } else { EscapeCounts::default() };
        if self.overflow == OverflowPolicy::Wait {
            // A pipe does not show sent bytes either.
            if direction == Direction::Sent {
                return;
            }
            // If this future is dropped while it waits (a reset, the end of the session), the block is dropped too.
            let counted = CountedBlock { journal: self, direction, totals, kept: false };
            self.room_for(block.bytes.len()).await;
            counted.store();
        }
        let mut inner = self.lock();
        let before = inner.bytes + inner.overhead;
        inner.escapes += escapes;
        inner.bytes += block.bytes.len();
        inner.overhead += overhead_of(&block);
        let many = MANY_BYTES.min(inner.most_bytes() / 3).max(1);
        let pressing = before / many < (inner.bytes + inner.overhead) / many;
        inner.pieces += block.pieces.len();
        inner.records.push_back(Record::Block(block));
        while inner.bytes > inner.most_bytes()
            || inner.overhead > MOST_OVERHEAD
            || inner.pieces > inner.retention.segments.min(MOST_PIECES)
        {
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

    /// Whether sent bytes are only counted: nobody sees them.
    pub(crate) fn counts_sent_only(&self) -> bool {
        self.overflow == OverflowPolicy::Wait
    }

    async fn room_for(&self, bytes: usize) {
        loop {
            let drained = self.drained.notified();
            if self.lock().has_room_for(bytes) {
                return;
            }
            drained.await;
        }
    }

    /// Reports a fact. Waits while [`MOST_NEWS`] facts are unread.
    pub(crate) async fn news(self: &Arc<Self>, news: News) {
        self.news_at(Instant::now(), news).await;
    }

    /// The same, of a fact that happened at a time a moment ago.
    pub(crate) async fn news_at(self: &Arc<Self>, at: Instant, news: News) {
        let over = matches!(news, News::Closed { .. });
        let many = loop {
            let drained = self.drained.notified();
            {
                let mut inner = self.lock();
                if inner.news < MOST_NEWS {
                    inner.news += 1;
                    inner.over |= over;
                    inner.records.push_back(Record::News { at, news });
                    break inner.news.is_multiple_of(MANY_NEWS);
                }
            }
            drained.await;
        };
        self.bell.ring(self);
        if many {
            self.bell.pressed.notify_one();
        }
        if over && self.totals().received.bytes >= MANY_BYTES as u64 {
            // At the end of a large transfer, have it read at once: the user waits to see that it is complete.
            self.bell.pressed.notify_one();
        }
    }

    /// Reports a fact that is no part of the session's own sequence and may be late: dropped if the session is over, or
    /// if [`MOST_NEWS`] facts are unread. Never waits.
    pub(crate) fn news_if_open(self: &Arc<Self>, news: News) {
        let mut inner = self.lock();
        if inner.over || inner.news >= MOST_NEWS {
            return;
        }
        inner.news += 1;
        inner.records.push_back(Record::News { at: Instant::now(), news });
        drop(inner);
        self.bell.ring(self);
    }

    /// Whether its last fact was reported.
    pub(crate) fn is_over(&self) -> bool {
        self.lock().over
    }

    /// Sets whether name servers are also queried, besides the system's resolver.
    pub(crate) fn set_second_opinion(&self, wanted: bool) {
        self.asks_beside.store(wanted, Ordering::Relaxed);
    }

    /// Whether name servers are also queried, besides the system's resolver: not in a pipe, where nobody would see it.
    pub(crate) fn wants_second_opinion(&self) -> bool {
        self.overflow == OverflowPolicy::DropOldest && self.asks_beside.load(Ordering::Relaxed)
    }

    /// Whether anybody sees more than the peer's bytes: not in a pipe.
    pub(crate) fn is_observed(&self) -> bool {
        self.overflow == OverflowPolicy::DropOldest
    }

    /// Reports the last fact, with the exact totals.
    pub(crate) async fn report_closed(self: &Arc<Self>, how: CloseReason) {
        self.news(News::Closed { totals: self.totals(), how }).await;
    }

    /// Reports how a session ended: its failure, if it failed, and the last fact.
    pub(crate) async fn report_end(self: &Arc<Self>, end: Result<CloseReason, Failure>) {
        let how = match end {
            Ok(how) => how,
            Err(failure) => {
                self.news(News::Failed(failure)).await;
                CloseReason::Error
            }
        };
        self.report_closed(how).await;
    }

    /// Replaces the kernel's view.
    pub(crate) fn kernel(self: &Arc<Self>, view: KernelView) {
        let mut inner = self.lock();
        if inner.kernel.as_ref().map(|(before, _)| &**before) != Some(&view) {
            inner.kernel = Some((Arc::new(view), Instant::now()));
            drop(inner);
            self.bell.ring(self);
        }
    }

    /// Drops the kernel's view: its socket is gone, and the next view is another socket's.
    pub(crate) fn forget_kernel(&self) {
        self.lock().kernel = None;
    }

    /// Reports a read or write of a connection that carries the session's bytes in another form.
    pub(crate) fn socket_moved(self: &Arc<Self>, direction: Direction, bytes: u64, at: Instant) {
        if self.is_observed() {
            SocketMoves::add_to(&mut self.lock().moves, direction, at, bytes);
            self.bell.ring(self);
        }
    }

    /// Replaces the gauge of an HTTP body.
    pub(crate) fn http(self: &Arc<Self>, gauge: HttpGauge) {
        self.lock().http = Some(gauge);
        self.bell.ring(self);
    }

    /// A file, or a request's body, begins to be sent: what is counted as sent from now on is of it, until the returned
    /// value is dropped.
    pub(crate) fn begin_sending(self: &Arc<Self>, total_bytes: Option<u64>) -> SendingReport {
        let (sent_before, began) = (self.totals().sent.bytes, Instant::now());
        let mut inner = self.lock();
        inner.sendings += 1;
        let number = inner.sendings;
        inner.sending = Some(SendBegin { number, total_bytes, sent_before, began });
        drop(inner);
        self.bell.ring(self);
        SendingReport { journal: Arc::clone(self), number }
    }

    /// Counts bytes that nobody sees: in the totals only, without a gap.
    pub(crate) fn count_unobserved(&self, direction: Direction, totals: Totals) {
        self.meter.add(direction, totals);
    }

    /// Replaces the reading of a repeat run; it is read once.
    pub(crate) fn repeat(self: &Arc<Self>, reading: Arc<RepeatReading>) {
        self.lock().repeat = Some(reading);
        self.bell.ring(self);
    }

    /// Records whether segments are captured from now on.
    pub(crate) fn report_capturing(self: &Arc<Self>, on: bool) {
        self.lock().capture.get_or_insert_default().on = on;
        self.bell.ring(self);
    }

    /// Keeps captured segments to be read, as many as there is room for; counts the others. Never waits.
    pub(crate) fn add_segments(self: &Arc<Self>, mut segments: Vec<CapturedSegment>) {
        let mut inner = self.lock();
        let capture = inner.capture.get_or_insert_default();
        let room = MOST_SEGMENTS.saturating_sub(capture.segments.len());
        capture.missed += segments.len().saturating_sub(room) as u64;
        segments.truncate(room);
        capture.segments.append(&mut segments);
        drop(inner);
        self.bell.ring(self);
    }

    /// Counts packets that were seen but could not be captured.
    pub(crate) fn count_missed(self: &Arc<Self>, packets: u64) {
        self.lock().capture.get_or_insert_default().missed += packets;
        self.bell.ring(self);
    }

    /// Replaces the count of datagrams that the kernel dropped; `None` if unknown.
    pub(crate) fn dropped_datagrams(self: &Arc<Self>, count: Option<u64>) {
        self.lock().dropped_datagrams = count;
        self.bell.ring(self);
    }

    /// Counts bytes that moved but cannot be kept, as a gap. Never waits.
    pub(crate) fn add_gap(self: &Arc<Self>, direction: Direction, totals: Totals) {
        self.meter.add(direction, totals);
        self.record_gap(direction, totals);
    }

    /// Records a gap, merged with a gap just before it.
    fn record_gap(self: &Arc<Self>, direction: Direction, totals: Totals) {
        let mut inner = self.lock();
        match inner.records.back_mut() {
            Some(Record::NotKept { direction: of, totals: gap }) if *of == direction => gap.merge(totals),
            _ => inner.records.push_back(Record::NotKept { direction, totals }),
        }
        drop(inner);
        self.bell.ring(self);
    }

    fn read(&self) -> Reading {
        self.queued.store(false, Ordering::Release);
        let mut inner = self.lock();
        for direction in [Direction::Received, Direction::Sent] {
            let totals = std::mem::take(inner.dropped.of_mut(direction));
            if totals != Totals::default() {
                inner.records.push_front(Record::NotKept { direction, totals });
            }
        }
        // Takes the allocation too: a journal without news needs no memory.
        let records = Vec::from(std::mem::take(&mut inner.records));
        inner.taken = inner.taken.saturating_add(inner.bytes);
        inner.bytes = 0;
        inner.overhead = 0;
        inner.pieces = 0;
        inner.news = 0;
        let totals = self.meter.totals();
        let reading = Reading {
            id: self.id,
            totals,
            records,
            kernel: inner.kernel.as_ref().map(|(view, _)| Arc::clone(view)),
            kernel_at: inner.kernel.as_ref().map(|(_, at)| *at),
            http: inner.http,
            moves: std::mem::take(&mut inner.moves),
            sending: inner.sending.map(|begin| begin.progress(totals.sent.bytes)),
            repeat: inner.repeat.take(),
            capture: inner.take_capture(),
            dropped_datagrams: inner.dropped_datagrams,
            escapes: std::mem::take(&mut inner.escapes),
        };
        drop(inner);
        self.drained.notify_waiters();
        reading
    }
}

/// The report that a file or body is being sent. Dropped, it ends, whether all was sent or not.
#[derive(Debug)]
#[must_use]
pub(crate) struct SendingReport {
    journal: Arc<Journal>,
    number: u64,
}

impl Drop for SendingReport {
    fn drop(&mut self) {
        let mut inner = self.journal.lock();
        // The body of a request that was given up may outlive the beginning of the next one.
        if inner.sending.is_some_and(|sending| sending.number == self.number) {
            inner.sending = None;
        }
        drop(inner);
        self.journal.bell.ring(&self.journal);
    }
}

/// A block that is counted but not yet kept; if dropped before that, it becomes part of a gap.
struct CountedBlock<'a> {
    journal: &'a Arc<Journal>,
    direction: Direction,
    totals: Totals,
    kept: bool,
}

impl CountedBlock<'_> {
    /// Marks the block as kept: there is room for it.
    fn store(mut self) {
        self.kept = true;
    }
}

impl Drop for CountedBlock<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.journal.record_gap(self.direction, self.totals);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::net::journal_state::MOST_BYTES;
    use crate::sessions::reading::EscapeCounts;
    use crate::text::sanitize::SanitizeCounts;

    fn received(bytes: &'static [u8]) -> Block {
        Block::single_piece(Direction::Received, Instant::now(), Bytes::from_static(bytes))
    }

    #[tokio::test]
    async fn escape_sequences_are_counted_but_for_what_comes_too_fast() {
        let journal =
            Journal::new(SessionId(1), Retention::from_bytes(4), false, OverflowPolicy::DropOldest, Arc::default());
        let begin = Instant::now();
        let later = begin + std::time::Duration::from_secs(1);
        let flood = Bytes::from(vec![0x1b; 40 << 20]);
        for (at, bytes) in
            [(begin, Bytes::from_static(b"\x1b[2J")), (begin, flood), (later, Bytes::from_static(b"\x1bc"))]
        {
            journal.block(Block::single_piece(Direction::Received, at, bytes)).await;
        }
        journal.block(Block::single_piece(Direction::Sent, later, Bytes::from_static(b"\x1b[2J"))).await;
        assert_eq!(
            journal.read().escapes,
            EscapeCounts {
                found: SanitizeCounts { escape_sequences: 2, ..SanitizeCounts::default() },
                unsearched: 40 << 20
            }
        );
        assert_eq!(journal.read().escapes, EscapeCounts::default());
    }

    #[tokio::test]
    async fn sending_is_over_with_its_report_and_an_older_one_does_not_end_a_newer_one() {
        let journal =
            Journal::new(SessionId(1), Retention::from_bytes(4), false, OverflowPolicy::DropOldest, Arc::default());
        let older = journal.begin_sending(Some(3));
        let newer = journal.begin_sending(Some(7));
        drop(older);
        assert_eq!(journal.read().sending.and_then(|sending| sending.total_bytes), Some(7));
        drop(newer);
        assert_eq!(journal.read().sending, None);
    }

    #[tokio::test]
    async fn what_is_kept_as_a_whole_is_not_lost_before_somebody_looks() {
        let journal = Journal::new(
            SessionId(1),
            Retention::from_bytes(3 * MOST_BYTES),
            false,
            OverflowPolicy::DropOldest,
            Arc::default(),
        );
        let tell = async |mib| {
            for _ in 0..mib {
                journal.block(received(&[0; 1 << 20])).await;
            }
        };
        let gaps = || {
            let records = journal.read().records;
            records.into_iter().filter(|record| matches!(record, Record::NotKept { .. })).count()
        };
        tell(20).await;
        assert_eq!(gaps(), 0);
        tell(8).await;
        assert_eq!(gaps(), 0);
        tell(9).await;
        assert_eq!(gaps(), 1, "as much was looked at as is kept: no more than {MOST_BYTES} wait");
    }

    #[tokio::test]
    async fn a_block_that_is_given_up_while_it_waits_is_counted_and_told_as_a_gap_in_its_place() {
        let bell: Arc<Bell> = Arc::default();
        let journal =
            Journal::new(SessionId(1), Retention::from_bytes(4), false, OverflowPolicy::Wait, Arc::clone(&bell));
        journal.block(received(b"kept")).await;
        for bytes in [&b"given up"[..], b"too"] {
            let mut waiting = std::pin::pin!(journal.block(received(bytes)));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(waiting.as_mut().poll(&mut context).is_pending(), "there is no room");
        }
        journal.report_closed(CloseReason::Rst).await;
        let readings = bell.sample(usize::MAX);
        let all = Totals { bytes: 15, ops: 3 };
        assert_eq!(readings[0].totals.received, all);
        let [Record::Block(kept), Record::NotKept { direction, totals }, Record::News { news, .. }] =
            &readings[0].records[..]
        else {
            unreachable!("{:?}", readings[0].records);
        };
        assert_eq!((&kept.bytes[..], *direction), (&b"kept"[..], Direction::Received));
        assert_eq!(*totals, Totals { bytes: 11, ops: 2 });
        assert!(matches!(news, News::Closed { totals, .. } if totals.received == all));
    }
}
