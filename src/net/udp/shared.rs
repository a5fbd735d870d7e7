//! What the halves of a UDP session's task share.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::{Notify, watch};

use super::drop_counter::DropCounter;
use super::recent_sends::RecentSends;
use crate::net::journal::Journal;
use crate::sessions::{CloseReason, News};
use crate::wire::Failure;

/// How a session ends.
#[derive(Debug)]
pub(super) enum UdpEnding {
    /// By the user's wish.
    Local,
    /// By a failure.
    Failed(Failure),
}

impl UdpEnding {
    /// Tells it: the last news of the session.
    pub(super) async fn report(self, journal: &Arc<Journal>) {
        let how = match self {
            UdpEnding::Local => CloseReason::Local,
            UdpEnding::Failed(failure) => {
                journal.news(News::Failed(failure)).await;
                CloseReason::Error
            }
        };
        journal.report_closed(how).await;
    }
}

/// An open UDP socket, and what its halves know in common.
#[derive(Debug)]
pub(super) struct SharedSocket {
    pub(super) journal: Arc<Journal>,
    pub(super) socket: UdpSocket,
    pub(super) local: SocketAddr,
    /// The one peer of a conversation; none for a bound socket.
    pub(super) peer: Option<SocketAddr>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) heard: Mutex<Option<SocketAddr>>,
    pub(super) heard_first: Notify,
    pub(super) reading: watch::Sender<bool>,
    /// Grows with every wish to end the burst that is being sent.
    pub(super) burst_stops: watch::Sender<u64>,
    /// The kernel hands over several datagrams as one message, and counts such a message as one when it drops it.
    pub(super) merged: bool,
    pub(super) last_activity: Mutex<Instant>,
    /// True while the journal makes the reading half wait.
    pub(super) held: AtomicBool,
    pub(super) drops: Mutex<DropCounter>,
    /// What we sent of late.
    pub(super) sent: Mutex<RecentSends>,
    pub(super) looks: SamplingRest,
    /// Trains were dropped, and it was told that their datagrams cannot be counted.
    pub(super) drops_unknown: AtomicBool,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the looks rest, and the bell that wakes them.
#[derive(Debug, Default)]
pub(super) struct SamplingRest {
    pub(super) resting: AtomicBool,
    pub(super) bell: Notify,
}

impl SamplingRest {
    /// Something moved. Cost: one load, but for the first time after a rest.
    pub(super) fn mark_activity(&self) {
        if self.resting.load(Ordering::Relaxed) && self.resting.swap(false, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }
}
