//! What the halves of a stream session's task share.

use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::moved::ByteCounts;
use super::transport::StreamTransport;
use super::{activity, stamps, states};
use crate::net::capture::CaptureWatch;
use crate::net::journal::Journal;
use crate::net::{fault, kernel, order_queue};
use crate::sessions::order::OrderRefuser;
use crate::sessions::spec::Script;
use crate::wire::kernel::view::KernelView;
use crate::wire::option::SocketKind;
use crate::wire::tcp::state::TcpState;
use crate::wire::{FailedOperation, Failure};

/// How long a close waits for the peer to receive what is queued.
pub(in crate::net) const MOST_CLOSING: Duration = Duration::from_secs(5);

/// How many reads or writes one half does before it yields to the other half and to orders.
pub(super) const TURN: usize = 8;

/// An open connection to run.
pub(crate) struct StreamConnection {
    /// The transport, over a connected socket.
    pub(in crate::net) transport: StreamTransport,
    /// The peer's name in failures.
    pub(in crate::net) peer: String,
    /// What to do first.
    pub(in crate::net) script: Script,
    /// How long it may be quiet; `None` is forever.
    pub(in crate::net) idle_timeout: Option<Duration>,
    /// Orders that overtake queued sends: reset, close, pause, continue.
    pub(in crate::net) urgent: order_queue::OrderReceiver,
    /// The capture of its packets.
    pub(in crate::net) capture: Option<CaptureWatch>,
}

/// What the two halves and their watchers share.
#[derive(Debug)]
pub(super) struct SharedConnection {
    pub(super) transport: StreamTransport,
    pub(super) peer: String,
    pub(crate) journal: Arc<Journal>,
    pub(super) counts: ByteCounts,
    pub(super) state: watch::Sender<StreamState>,
    pub(super) gauge: activity::StreamActivity,
    pub(crate) way: states::StateReporter,
    pub(super) stamps: stamps::StampQueue,
    /// Bytes in the send queue at the last sample; [`u64::MAX`] if unknown.
    pub(super) queued: AtomicU64,
    pub(crate) v6: bool,
    pub(super) ends: Option<(SocketAddr, SocketAddr)>,
    pub(super) capture: Mutex<Option<CaptureWatch>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StreamState {
    pub(crate) wish: ShutdownIntent,
    pub(super) reading: ReadState,
    pub(super) we_finished: bool,
    pub(super) peer_finished: bool,
    /// An error is pending on the socket.
    pub(crate) broken: bool,
    /// Close the connection as soon as bytes are unread.
    pub(crate) close_unread: bool,
}

/// The values of a kernel sample that decide when to sample next.
#[derive(Clone, Copy, Debug)]
pub(super) struct KernelSample {
    pub(super) state: Option<TcpState>,
    /// It will change without any action of ours.
    pub(super) unsettled: bool,
    /// Queues, windows and probes: if one of them changed, the next sample is soon worth taking.
    pub(super) essence: [Option<u64>; 8],
    /// When the next timer fires, at either end.
    pub(super) timer: Option<Duration>,
    /// When our own end's timer fires.
    pub(super) own_timer: Option<Duration>,
}

/// What both halves are asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ShutdownIntent {
    #[default]
    Talk,
    /// Finish the queued orders, then end.
    Close,
    /// End now.
    Stop,
}

/// What the reading half does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReadState {
    #[default]
    Flowing,
    /// The user paused it.
    Paused,
    /// The connection is broken; bytes that arrived before are still read.
    Draining,
}

/// How a connection ends.
pub(super) enum ConnectionEnd {
    BothFinished,
    Closed,
    Reset,
    Failed(Failure),
}

impl SharedConnection {
    /// A connection that is open. `peer` names it in failures.
    pub(super) fn new(
        transport: StreamTransport,
        peer: String,
        journal: &Arc<Journal>,
        counts: ByteCounts,
        capture: Option<CaptureWatch>,
    ) -> Self {
        let socket = transport.socket();
        let ends = socket.ends();
        let way = if socket.is_tcp() {
            let cookies = kernel::SocketCookies::of(socket);
            states::StateReporter::established(Arc::clone(journal), counts.clone(), ends, cookies)
        } else {
            states::StateReporter::without_states(Arc::clone(journal), counts.clone())
        };
        SharedConnection {
            way,
            stamps: stamps::StampQueue::new(&transport),
            queued: AtomicU64::new(u64::MAX),
            v6: ends.is_some_and(|(local, _)| local.is_ipv6()),
            ends,
            capture: Mutex::new(capture),
            transport,
            peer,
            journal: Arc::clone(journal),
            counts,
            state: watch::Sender::new(StreamState::default()),
            gauge: activity::StreamActivity::new(Instant::now()),
        }
    }

    /// The kind of its socket.
    pub(super) fn kind(&self) -> SocketKind {
        if self.transport.socket().is_tcp() { SocketKind::Connection } else { SocketKind::Unix }
    }

    /// Who refuses an order that makes no sense for it.
    pub(super) fn refuser(&self) -> OrderRefuser {
        if self.transport.socket().is_tcp() { OrderRefuser::Connection } else { OrderRefuser::Unix }
    }

    /// Converts a system error of this connection.
    pub(super) fn fault(&self, operation: FailedOperation, error: &std::io::Error) -> Failure {
        #[cfg(unix)]
        if !self.transport.socket().is_tcp() {
            return fault::from_unix(operation, &self.peer, error, false);
        }
        fault::from_io(operation, &self.peer, error)
    }
}

/// Extracts from a kernel view what decides when to sample next.
pub(super) fn sample_of(view: &KernelView) -> KernelSample {
    let timers = [view.timer, view.peer_end.and_then(|end| end.timer)];
    KernelSample {
        state: view.state,
        unsettled: may_change_by_itself(view),
        essence: changing_values(view),
        own_timer: view.timer.map(|timer| timer.expires),
        timer: timers.into_iter().flatten().map(|timer| timer.expires).min(),
    }
}

/// The values that make another sample worth taking soon if they changed: queues, windows, probes.
fn changing_values(view: &KernelView) -> [Option<u64>; 8] {
    let tcp = view.tcp.unwrap_or_default();
    [
        view.send_queue_bytes,
        view.recv_queue_bytes,
        tcp.snd_wnd.map(u64::from),
        tcp.rcv_wnd.map(u64::from),
        tcp.probes.map(u64::from),
        tcp.backoff.map(u64::from),
        view.peer_end.map(|end| end.send_queue_bytes),
        view.peer_end.map(|end| end.recv_queue_bytes).or(view.unix.and_then(|unix| unix.peer_unread_bytes)),
    ]
}

/// Whether the kernel's view will change without any action of ours.
fn may_change_by_itself(view: &KernelView) -> bool {
    let queued = |bytes: Option<u64>| bytes.is_some_and(|bytes| bytes > 0);
    let closing = matches!(view.state, Some(TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck));
    let peer_unread = view.unix.and_then(|unix| unix.peer_unread_bytes);
    let unread = queued(view.recv_queue_bytes) || queued(peer_unread);
    view.state != Some(TcpState::Closed) && (queued(view.send_queue_bytes) || unread || closing)
}
