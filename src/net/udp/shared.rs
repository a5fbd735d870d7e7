//! What the halves of a UDP session's task share.

use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU64};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::{Notify, watch};

use super::drop_counter::DropCounter;
use super::recent_sends::RecentSends;
use crate::net::journal::Journal;
use crate::sessions::CloseReason;
use crate::sessions::spec::Script;
use crate::wire::{Class, Failure};

/// How many other addresses of a name a message lists.
const MOST_NAMED: usize = 4;

/// How a session ends.
#[derive(Debug)]
pub(super) enum UdpEnding {
    /// The user closed it.
    Local,
    /// It received all the datagrams that were asked for.
    Answered,
    /// It failed.
    Failed(Failure),
}

impl UdpEnding {
    /// A refusal names the other addresses of the peer's name: nobody was asked there.
    pub(super) fn naming_others(self, others: &[SocketAddr]) -> Self {
        match self {
            UdpEnding::Failed(mut failure) if failure.class == Class::Refused && !others.is_empty() => {
                let named: Vec<String> = others.iter().take(MOST_NAMED).map(|other| other.ip().to_string()).collect();
                let more = if others.len() > MOST_NAMED { ", …" } else { "" };
                failure.message += &format!("; the name also has {}{more}, not asked", named.join(", "));
                UdpEnding::Failed(failure)
            }
            other => other,
        }
    }

    /// Reports the end: the last news of the session.
    pub(super) async fn report(self, journal: &Arc<Journal>) {
        journal
            .report_end(match self {
                UdpEnding::Local | UdpEnding::Answered => Ok(CloseReason::Local),
                UdpEnding::Failed(failure) => Err(failure),
            })
            .await;
    }
}

/// What to send automatically, and after how many received datagrams the session ends.
pub(crate) type UdpPlan = (Script, Option<NonZeroU64>);

/// What a UDP session was told when it was opened: when it ends by itself, and how it cuts files.
#[derive(Clone, Copy, Debug)]
pub(super) struct UdpLimits {
    /// It fails after both directions were idle for this long.
    pub(super) idle_timeout: Option<Duration>,
    /// It ends after it received this many datagrams, and receives no more.
    pub(super) answers: Option<NonZeroU64>,
    /// The size in bytes of the datagrams into which files are cut; `None`: a file is one datagram.
    pub(super) datagram_size: Option<NonZeroU16>,
}

/// Where a plain send goes, and who is heard.
#[derive(Clone, Copy, Debug)]
pub(super) enum SendTarget {
    /// To the one peer of a connected socket; nobody else is heard.
    Peer(SocketAddr),
    /// To this address; every address is heard.
    Address(SocketAddr),
    /// To the peer that sent the last datagram; every address is heard.
    LastHeard,
}

impl SendTarget {
    /// The one peer of a connected socket; `None` for a socket that hears every address.
    pub(super) fn peer(self) -> Option<SocketAddr> {
        match self {
            SendTarget::Peer(peer) => Some(peer),
            SendTarget::Address(_) | SendTarget::LastHeard => None,
        }
    }

    /// The address, if it is fixed.
    pub(super) fn address(self) -> Option<SocketAddr> {
        match self {
            SendTarget::Peer(address) | SendTarget::Address(address) => Some(address),
            SendTarget::LastHeard => None,
        }
    }

    /// Whether it is a multicast group.
    pub(super) fn is_group(self) -> bool {
        self.address().is_some_and(|address| address.ip().is_multicast())
    }
}

/// An open UDP socket, and the state that its halves share.
#[derive(Debug)]
pub(super) struct SharedSocket {
    pub(super) journal: Arc<Journal>,
    pub(super) socket: UdpSocket,
    pub(super) local: SocketAddr,
    /// The other addresses of the peer's name, which are not used; the first one won without an answer.
    pub(super) others: Vec<SocketAddr>,
    pub(super) target: SendTarget,
    pub(super) limits: UdpLimits,
    pub(super) heard: Mutex<Option<SocketAddr>>,
    pub(super) heard_first: Notify,
    /// Bytes of the send that is being carried out; `None` between two sends. A file counts 0 bytes.
    pub(super) sending: Mutex<Option<usize>>,
    pub(super) reading: watch::Sender<bool>,
    /// The stop counter: grows with every request to end the current burst or probe.
    pub(super) burst_stops: watch::Sender<u64>,
    /// The kernel merges several datagrams into one message, and counts a dropped message as one drop.
    pub(super) merged: bool,
    pub(super) last_activity: Mutex<Instant>,
    /// True while the journal makes the reading half wait.
    pub(super) held: AtomicBool,
    pub(super) drops: Mutex<DropCounter>,
    /// Recently sent datagrams.
    pub(super) sent: Mutex<RecentSends>,
    pub(super) looks: SamplingRest,
    /// Merged messages were dropped, and it was reported that their datagrams cannot be counted.
    pub(super) drops_unknown: AtomicBool,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether sampling is paused, and the bell that resumes it.
#[derive(Debug, Default)]
pub(super) struct SamplingRest {
    pub(super) resting: AtomicBool,
    pub(super) bell: Notify,
}

impl SamplingRest {
    /// Records that something moved. Cost: one load, except for the first time after a pause.
    pub(super) fn mark_activity(&self) {
        if self.resting.load(Ordering::Relaxed) && self.resting.swap(false, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::FailedOperation;

    #[test]
    fn a_refusal_says_which_other_addresses_the_name_has() {
        let refused = || Failure::new(Class::Refused, FailedOperation::Send, "[::1]:9", "refused");
        let told = |failure: Failure, others: &[SocketAddr]| match UdpEnding::Failed(failure).naming_others(others) {
            UdpEnding::Failed(failure) => failure.message,
            UdpEnding::Local | UdpEnding::Answered => String::new(),
        };
        let v4: SocketAddr = "127.0.0.1:9".parse().unwrap();
        assert_eq!(told(refused(), &[v4]), "refused; the name also has 127.0.0.1, not asked");
        assert_eq!(told(refused(), &[]), "refused");
        assert_eq!(told(refused(), &[v4; 9]).matches("127.0.0.1").count(), MOST_NAMED);
        let silent = Failure::new(Class::IdleTimeout, FailedOperation::Read, "", "silent");
        assert_eq!(told(silent, &[v4]), "silent");
    }
}
