//! An open UDP socket: reading, sending, orders, errors and the idle time-out, all in one task.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};

use super::drop_counter;
use super::open::OpenedSocket;
use super::orders::UdpOrders;
use super::receive::{ROOM_BYTES, ReceiveBatch};
use super::send::jobs_of;
use super::shared::{SamplingRest, SendTarget, SharedSocket, UdpEnding, UdpLimits, lock};
use super::strangers::StrangerWatch;
use crate::net::fault;
use crate::net::journal::Journal;
use crate::net::kernel::error_queue::{self, ErrorQueueEntry};
use crate::sessions::News;
use crate::sessions::news::UdpNews;
use crate::sessions::spec::Script;
use crate::wire::icmp::IcmpMessage;
use crate::wire::{Class, FailedOperation};

/// How many jobs may wait for the sending half; beyond it orders stay in the session's own queue.
const MOST_JOBS: usize = 32;

/// How many ICMP errors are reported before the other halves get their turn.
const MOST_ERRORS: usize = 64;

/// How many errors in a row, without an entry in the error queue that explains them, end the session.
const MOST_UNEXPLAINED: usize = 8;

/// How often the kernel's drop counter is read while no datagram is read.
const DROPS_EVERY: Duration = Duration::from_millis(250);

impl SharedSocket {
    /// The shared state for a socket.
    pub(super) fn new(journal: Arc<Journal>, opened: OpenedSocket, target: SendTarget, limits: UdpLimits) -> Self {
        let OpenedSocket { socket, local, merged } = opened;
        SharedSocket {
            journal,
            socket,
            local,
            merged,
            others: Vec::new(),
            target,
            limits,
            heard: Mutex::default(),
            heard_first: Notify::new(),
            sending: Mutex::default(),
            reading: watch::Sender::new(true),
            burst_stops: watch::Sender::new(0),
            last_activity: Mutex::new(Instant::now()),
            held: AtomicBool::new(false),
            drops: Mutex::default(),
            sent: Mutex::default(),
            looks: SamplingRest::default(),
            drops_unknown: AtomicBool::new(false),
        }
    }

    /// Runs the socket to its end, and reports how it ended.
    pub(super) async fn run(self, mut orders: UdpOrders, script: Script, mut strangers: StrangerWatch) {
        self.count_drops().await;
        let (job, mut jobs) = mpsc::channel(MOST_JOBS);
        let mut script = jobs_of(script);
        let mut batch = ReceiveBatch::new(ROOM_BYTES);
        let ending = tokio::select! {
            ending = self.take_orders(&mut orders, job) => ending,
            ending = self.send_all(&mut script, &mut jobs) => ending,
            ending = self.read(&mut batch) => ending,
            ending = self.watch_errors() => ending,
            ending = self.watch_silence() => ending,
            ending = self.watch_kernel() => ending,
            ending = self.watch_strangers(&mut strangers) => ending,
        };
        // Datagrams that were read but not recorded are counted, however suddenly the session ends.
        while let Some(block) = batch.next_block(false) {
            self.journal.add_gap(block.direction, block.totals());
        }
        self.report_errors().await;
        self.count_drops().await;
        self.report_other_strangers(&mut strangers).await;
        self.sample();
        if !matches!(ending, UdpEnding::Answered) {
            self.report_unsent(script, &mut jobs, &mut orders).await;
        }
        ending.naming_others(&self.others).report(&self.journal).await;
    }

    /// The one peer of a connected socket; `None` for a socket that hears every address.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        self.target.peer()
    }

    /// Where a plain send goes.
    pub(super) fn default_destination(&self) -> Option<SocketAddr> {
        self.target.address().or_else(|| *lock(&self.heard))
    }

    /// Waits for the first datagram. Cancel-safe; one waiter.
    pub(super) async fn first_datagram(&self) {
        self.heard_first.notified().await;
    }

    /// Ends the current burst or probe, if there is one.
    pub(super) fn stop_burst(&self) {
        self.burst_stops.send_modify(|stops| *stops += 1);
    }

    /// Records that a datagram was sent or received just now.
    pub(super) fn mark_activity(&self) {
        *lock(&self.last_activity) = Instant::now();
        self.looks.mark_activity();
    }

    /// Whether any datagram was sent or received since then.
    pub(super) fn moved_since(&self, then: Instant) -> bool {
        *lock(&self.last_activity) > then
    }

    /// Whether reading is not paused by the user.
    pub(super) fn is_reading(&self) -> bool {
        *self.reading.borrow()
    }

    pub(super) async fn set_reading(&self, on: bool) {
        let changed = self.reading.send_if_modified(|reading| std::mem::replace(reading, on) != on);
        if changed {
            self.mark_activity();
            self.journal.news(if on { News::ReadingContinued } else { News::ReadingPaused }).await;
        }
    }

    async fn read(&self, batch: &mut ReceiveBatch) -> UdpEnding {
        let mut reading = self.reading.subscribe();
        let mut unexplained = 0;
        let mut left = self.limits.answers.map_or(u64::MAX, NonZeroU64::get);
        loop {
            if left == 0 {
                return UdpEnding::Answered;
            }
            if !*reading.borrow_and_update() {
                if self.counting_drops(reading.changed()).await.is_err() {
                    return UdpEnding::Local;
                }
                continue;
            }
            let ready = tokio::select! {
                // A reported pause takes effect at once, whatever has arrived meanwhile.
                biased;
                _changed = reading.changed() => continue,
                ready = self.socket.readable() => ready,
            };
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            match ready.and_then(|()| batch.receive(&self.socket, most)) {
                Ok(()) => {
                    unexplained = 0;
                    left = left.saturating_sub(batch.message_count());
                    self.deliver(batch).await;
                }
                // A datagram with a wrong checksum makes the socket readable and is then dropped, so that there is
                // nothing to read.
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => self.count_drops().await,
                Err(error) => {
                    if self.report_errors().await > 0 {
                        unexplained = 0;
                        continue;
                    }
                    let failure =
                        fault::from_io(FailedOperation::Read, self.peer().unwrap_or(self.local).to_string(), &error);
                    // With an error queue, the refusal was already reported from there by whichever half read it first.
                    if !(cfg!(target_os = "linux") && failure.class == Class::Refused) {
                        unexplained += 1;
                        if unexplained == MOST_UNEXPLAINED {
                            return UdpEnding::Failed(failure);
                        }
                        self.journal.news(News::Warned(failure)).await;
                    }
                }
            }
        }
    }

    async fn deliver(&self, batch: &mut ReceiveBatch) {
        self.mark_activity();
        self.count_drops().await;
        if let Some(peer) = batch.last_peer().filter(|_| self.peer().is_none()) {
            let before = lock(&self.heard).replace(peer);
            if before.is_none() {
                self.heard_first.notify_one();
            }
        }
        self.held.store(true, Ordering::Relaxed);
        while let Some(block) = batch.next_block(self.peer().is_none()) {
            self.counting_drops(self.journal.block(block)).await;
        }
        self.held.store(false, Ordering::Relaxed);
        self.mark_activity();
        // In a flood reading never waits, so the other halves get their turn here.
        tokio::task::yield_now().await;
    }

    async fn watch_errors(&self) -> UdpEnding {
        loop {
            match error_queue::next_entry(&self.socket).await {
                Ok(ErrorQueueEntry::Icmp(icmp, quote)) => self.report_icmp(icmp, &quote).await,
                Ok(ErrorQueueEntry::Here(_) | ErrorQueueEntry::Nothing) => {}
                Err(error) => {
                    return UdpEnding::Failed(fault::from_io(FailedOperation::Read, self.local.to_string(), &error));
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Empties the error queue, [`MOST_ERRORS`] entries at a time; returns how many it had.
    pub(super) async fn report_errors(&self) -> usize {
        for told in 0..MOST_ERRORS {
            match error_queue::next(&self.socket) {
                ErrorQueueEntry::Icmp(icmp, quote) => self.report_icmp(icmp, &quote).await,
                ErrorQueueEntry::Here(_) => {}
                ErrorQueueEntry::Nothing => return told,
            }
        }
        MOST_ERRORS
    }

    /// Reports an ICMP message with the datagram that caused it, if that is one of ours.
    async fn report_icmp(&self, mut icmp: IcmpMessage, quote: &[u8]) {
        let to = self.peer().or(icmp.destination);
        icmp.about = lock(&self.sent).cause(to, quote, Instant::now());
        self.journal.news(News::Udp(UdpNews::Icmp(icmp))).await;
    }

    async fn watch_silence(&self) -> UdpEnding {
        let Some(limit) = self.limits.idle_timeout else { return std::future::pending().await };
        loop {
            let waited_for = self.held.load(Ordering::Relaxed) || !*self.reading.borrow();
            if waited_for {
                // This is not the peer's silence: we do not read.
                self.mark_activity();
            }
            let quiet = lock(&self.last_activity).elapsed();
            if quiet >= limit {
                let peer = self.peer().unwrap_or(self.local).to_string();
                return UdpEnding::Failed(fault::nothing_moved(peer, limit));
            }
            tokio::time::sleep(limit - quiet).await;
        }
    }

    /// Waits for `change`, and reads the drop counter meanwhile: no datagram is read, so the kernel's queue may be
    /// full. While we read this is not needed: the kernel drops a datagram only when others wait to be read.
    async fn counting_drops<T>(&self, change: impl Future<Output = T>) -> T {
        tokio::pin!(change);
        loop {
            tokio::select! {
                biased;
                changed = &mut change => return changed,
                () = tokio::time::sleep(DROPS_EVERY) => self.count_drops().await,
            }
        }
    }

    /// Reads the kernel's drop counter, and reports what changed.
    async fn count_drops(&self) {
        let Some(counter) = drop_counter::counter(&self.socket) else { return };
        let Some(total) = lock(&self.drops).observe(counter) else { return };
        if !self.merged || total == 0 {
            self.journal.dropped_datagrams(Some(total));
        } else if !self.drops_unknown.swap(true, Ordering::Relaxed) {
            self.journal.dropped_datagrams(None);
            let message = "the kernel drops trains of datagrams and counts each train as one: \
                           how many datagrams were dropped is not known from here on";
            self.warn(FailedOperation::Receive, message).await;
        }
    }
}
