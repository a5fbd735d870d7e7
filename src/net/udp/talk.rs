//! An open UDP socket: reading, sending, orders, errors and the watch on silence, all at once in one task.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc, watch};

use super::datagram::{Batch, ROOM_BYTES};
use super::drops::{self, Drops};
use super::error_queue::{self, Found};
use super::send::{Job, jobs_of};
use super::{fault, group};
use crate::net::journal::Journal;
use crate::wire::spec::Script;
use crate::wire::{Class, Evidence, Failure, How, News, Verb};

/// How many jobs may wait for the sending half; then further orders stay in the session's own queue.
const MOST_JOBS: usize = 32;

/// How many ICMP errors are told before the others get their turn.
const MOST_ERRORS: usize = 64;

/// How many errors in a row, with nothing in the error queue that explains them, end the session.
const MOST_UNEXPLAINED: usize = 8;

/// How often the kernel's drop counter is looked at while nothing is read.
const DROPS_EVERY: Duration = Duration::from_millis(250);

/// How a session ends.
#[derive(Debug)]
pub(super) enum Ending {
    /// By the user's wish.
    Local,
    /// By a failure.
    Failed(Failure),
}

impl Ending {
    /// Tells it: the last news of the session.
    pub(super) async fn tell(self, journal: &Arc<Journal>) {
        let how = match self {
            Ending::Local => How::Local,
            Ending::Failed(failure) => {
                journal.news(News::Failed(failure)).await;
                How::Error
            }
        };
        journal.closed(how).await;
    }
}

/// An open UDP socket, and what its halves know in common.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) journal: Arc<Journal>,
    pub(super) socket: UdpSocket,
    pub(super) local: SocketAddr,
    /// The one peer of a conversation; none for a bound socket.
    pub(super) peer: Option<SocketAddr>,
    idle_timeout: Option<Duration>,
    heard: Mutex<Option<SocketAddr>>,
    heard_first: Notify,
    reading: watch::Sender<bool>,
    last_activity: Mutex<Instant>,
    /// True while the journal makes the reading half wait.
    held: AtomicBool,
    drops: Mutex<Drops>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Talk {
    /// A talk over `socket`; with one peer, where it is connected.
    pub(super) fn new(
        journal: Arc<Journal>,
        socket: UdpSocket,
        local: SocketAddr,
        peer: Option<SocketAddr>,
        idle_timeout: Option<Duration>,
    ) -> Self {
        Talk {
            journal,
            socket,
            local,
            peer,
            idle_timeout,
            heard: Mutex::default(),
            heard_first: Notify::new(),
            reading: watch::Sender::new(true),
            last_activity: Mutex::new(Instant::now()),
            held: AtomicBool::new(false),
            drops: Mutex::default(),
        }
    }

    /// Talks until it is over, and tells how it ended.
    pub(super) async fn run(self, orders: mpsc::Receiver<Verb>, early: VecDeque<Verb>, script: Script) {
        self.count_drops(None);
        let (job, jobs) = mpsc::channel(MOST_JOBS);
        let ending = tokio::select! {
            ending = self.take_orders(orders, early, job) => ending,
            ending = self.send_all(jobs_of(script), jobs) => ending,
            ending = self.read() => ending,
            ending = self.watch_errors() => ending,
            ending = self.watch_silence() => ending,
            ending = self.watch_drops() => ending,
        };
        self.tell_errors().await;
        self.count_drops(None);
        ending.tell(&self.journal).await;
    }

    /// To whom a plain send goes.
    pub(super) fn addressee(&self) -> Option<SocketAddr> {
        self.peer.or_else(|| *locked(&self.heard))
    }

    /// Waits until the first datagram was heard. Cancel-safe; one waiter.
    pub(super) async fn heard_somebody(&self) {
        self.heard_first.notified().await;
    }

    /// Something went over the wire just now.
    pub(super) fn active(&self) {
        *locked(&self.last_activity) = Instant::now();
    }

    async fn take_orders(
        &self,
        mut orders: mpsc::Receiver<Verb>,
        mut early: VecDeque<Verb>,
        jobs: mpsc::Sender<Job>,
    ) -> Ending {
        loop {
            let verb = match early.pop_front() {
                Some(verb) => Some(verb),
                None => orders.recv().await,
            };
            let job = match verb {
                None | Some(Verb::Reset) => return Ending::Local,
                Some(Verb::Send(bytes)) => Job::Datagram(None, bytes),
                Some(Verb::SendTo(to, bytes)) => Job::Datagram(Some(to), bytes),
                Some(Verb::SendFile(path)) => Job::File(path),
                Some(Verb::Close) => Job::Close,
                Some(Verb::FinishSending) => {
                    self.warn("finish", "UDP has no FIN: the peer cannot be told that nothing more comes").await;
                    continue;
                }
                Some(Verb::Limit(_)) => {
                    self.warn("limit", "a UDP socket has no connections to limit").await;
                    continue;
                }
                Some(Verb::SetOption(..) | Verb::ReadOptions | Verb::SampleEvery(_)) => {
                    self.warn("setsockopt", "only the options of TCP sockets can be set and watched").await;
                    continue;
                }
                Some(Verb::PauseReading) => {
                    self.set_reading(false).await;
                    continue;
                }
                Some(Verb::ContinueReading) => {
                    self.set_reading(true).await;
                    continue;
                }
                Some(Verb::Join(wanted)) => {
                    self.journal.news(group::join(&self.socket, &wanted)).await;
                    continue;
                }
                Some(Verb::Leave(left)) => {
                    self.journal.news(group::leave(&self.socket, &left)).await;
                    continue;
                }
            };
            if jobs.send(job).await.is_err() {
                return Ending::Local;
            }
        }
    }

    async fn warn(&self, operation: &'static str, message: &str) {
        let peer = self.peer.unwrap_or(self.local).to_string();
        self.journal.news(News::Warned(Failure::new(Class::Local, operation, peer, message))).await;
    }

    async fn set_reading(&self, on: bool) {
        let changed = self.reading.send_if_modified(|reading| std::mem::replace(reading, on) != on);
        if changed {
            self.active();
            self.journal.news(if on { News::ReadingContinued } else { News::ReadingPaused }).await;
        }
    }

    async fn read(&self) -> Ending {
        let mut reading = self.reading.subscribe();
        let mut batch = Batch::new(ROOM_BYTES);
        let mut unexplained = 0;
        loop {
            if !*reading.borrow_and_update() {
                if reading.changed().await.is_err() {
                    return Ending::Local;
                }
                continue;
            }
            let ready = tokio::select! {
                ready = self.socket.readable() => ready,
                _changed = reading.changed() => continue,
            };
            match ready.and_then(|()| batch.fill(&self.socket)) {
                Ok(()) => {
                    unexplained = 0;
                    self.hand_on(&mut batch).await;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    if self.tell_errors().await > 0 {
                        unexplained = 0;
                        continue;
                    }
                    let failure = fault::failure("read", self.peer.unwrap_or(self.local), &error);
                    // With an error queue a refusal was told from there, by whoever looked first.
                    if !(cfg!(target_os = "linux") && failure.class == Class::Refused) {
                        unexplained += 1;
                        if unexplained == MOST_UNEXPLAINED {
                            return Ending::Failed(failure);
                        }
                        self.journal.news(News::Warned(failure)).await;
                    }
                }
            }
        }
    }

    async fn hand_on(&self, batch: &mut Batch) {
        self.active();
        if let Some(counter) = batch.dropped.take() {
            self.count_drops(Some(counter));
        }
        if let Some(peer) = batch.last_peer().filter(|_| self.peer.is_none()) {
            let before = locked(&self.heard).replace(peer);
            if before.is_none() {
                self.heard_first.notify_one();
            }
        }
        self.held.store(true, Ordering::Relaxed);
        self.journal.block(batch.take(self.peer.is_none())).await;
        self.held.store(false, Ordering::Relaxed);
        self.active();
        // A flood never makes reading wait: the other halves get their turn here.
        tokio::task::yield_now().await;
    }

    async fn watch_errors(&self) -> Ending {
        loop {
            match error_queue::wait(&self.socket).await {
                Ok(Found::Icmp(icmp)) => self.journal.news(News::Icmp(icmp)).await,
                Ok(Found::Other | Found::Nothing) => {}
                Err(error) => return Ending::Failed(fault::failure("read", self.local, &error)),
            }
            tokio::task::yield_now().await;
        }
    }

    /// Empties the error queue, [`MOST_ERRORS`] entries at a time; how many it had.
    pub(super) async fn tell_errors(&self) -> usize {
        for told in 0..MOST_ERRORS {
            match error_queue::next(&self.socket) {
                Found::Icmp(icmp) => self.journal.news(News::Icmp(icmp)).await,
                Found::Other => {}
                Found::Nothing => return told,
            }
        }
        MOST_ERRORS
    }

    async fn watch_silence(&self) -> Ending {
        let Some(limit) = self.idle_timeout else { return std::future::pending().await };
        loop {
            let waited_for = self.held.load(Ordering::Relaxed) || !*self.reading.borrow();
            if waited_for {
                // It is not quiet: we do not listen.
                self.active();
            }
            let quiet = locked(&self.last_activity).elapsed();
            if quiet >= limit {
                let peer = self.peer.unwrap_or(self.local).to_string();
                let message = format!("nothing was sent or received for {limit:?}");
                let mut failure = Failure::new(Class::IdleTimeout, "read", peer, message);
                failure.evidence = Evidence::Seen;
                return Ending::Failed(failure);
            }
            tokio::time::sleep(limit - quiet).await;
        }
    }

    async fn watch_drops(&self) -> Ending {
        let mut ticks = tokio::time::interval(DROPS_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            self.count_drops(None);
        }
    }

    /// Looks at the kernel's drop counter; `beside` is what came with a datagram, for kernels that tell no other way.
    fn count_drops(&self, beside: Option<u32>) {
        if let Some(counter) = drops::counter(&self.socket).or(beside)
            && let Some(total) = locked(&self.drops).observe(counter)
        {
            self.journal.dropped_datagrams(total);
        }
    }
}
