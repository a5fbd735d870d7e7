//! The kernel's view of a socket at one moment.

use std::time::Duration;

use super::tcp_info::TcpInfo;
use super::udp_info::UdpInfo;
use crate::wire::tcp::state::TcpState;
use crate::wire::unix::{AcceptQueue, UnixQueues};

/// The kernel's view of a socket. `None`: this system does not report it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelView {
    /// The kernel's TCP state, by its RFC 9293 name.
    pub state: Option<TcpState>,
    /// Smoothed round-trip time.
    pub rtt: Option<Duration>,
    /// Bytes in the send queue: written by us, not yet acknowledged.
    pub send_queue_bytes: Option<u64>,
    /// Bytes in the receive queue: arrived, not yet read by us.
    pub recv_queue_bytes: Option<u64>,
    /// All fields of TCP_INFO.
    pub tcp: Option<TcpInfo>,
    /// The kernel's view of a UDP socket.
    pub udp: Option<UdpInfo>,
    /// The running timer, from sock_diag; only queried while the connection makes no progress.
    pub timer: Option<KernelTimer>,
    /// The other end of the connection, if it is on this host.
    pub peer_end: Option<PeerEnd>,
    /// The kernel's view of a socket of the Unix domain.
    pub unix: Option<UnixQueues>,
    /// A listener's queue of connections that wait to be accepted.
    pub accept_queue: Option<AcceptQueue>,
}

impl KernelView {
    /// Whether the connection waits for a timer: a window is closed, something was sent again or probed, or no ACK came
    /// for a second.
    pub fn is_waiting_on_timer(&self) -> bool {
        const QUIET: Duration = Duration::from_secs(1);
        let Some(tcp) = &self.tcp else { return false };
        let some = |count: Option<u8>| count.is_some_and(|count| count > 0);
        let stalled = tcp.snd_wnd == Some(0) && self.send_queue_bytes.is_some_and(|bytes| bytes > 0);
        let quiet = tcp.last_ack_recv.is_some_and(|time| time >= QUIET);
        stalled || quiet || some(tcp.probes) || some(tcp.backoff) || some(tcp.retransmits)
    }
}

/// The running timer of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelTimer {
    /// Its purpose.
    pub kind: TimerKind,
    /// The time until it fires.
    pub expires: Duration,
}

/// Purpose of a timer: Linux has one at a time for each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// To retransmit the oldest segment (RFC 6298), or to probe for a loss of the tail (RFC 8985).
    Retransmit,
    /// To probe an idle peer, or another purpose of the keepalive timer.
    Keepalive,
    /// To free the port of a closed connection.
    TimeWait,
    /// To probe the peer's closed window (RFC 9293 §3.8.6.1).
    Probe,
}

impl TimerKind {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            TimerKind::Retransmit => "retransmit",
            TimerKind::Keepalive => "keepalive",
            TimerKind::TimeWait => "time_wait",
            TimerKind::Probe => "probe",
        }
    }
}

/// The kernel's view of the other end of a connection within this host (sock_diag).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerEnd {
    /// Its state.
    pub state: TcpState,
    /// Bytes that the peer wrote and we have not acknowledged.
    pub send_queue_bytes: u64,
    /// Bytes that arrived at the peer and that it has not read.
    pub recv_queue_bytes: u64,
    /// Its running timer.
    pub timer: Option<KernelTimer>,
    /// Its TCP_INFO; TIME-WAIT has none.
    pub tcp: Option<TcpInfo>,
}
