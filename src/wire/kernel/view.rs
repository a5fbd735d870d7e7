//! What the kernel reports about a TCP socket at one moment.

use std::time::Duration;

use super::tcp_info::TcpInfo;
use super::udp_info::UdpInfo;
use crate::wire::tcp::state::TcpState;

/// What the kernel tells of a socket. `None`: this system cannot know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelView {
    /// The state as the kernel has it, by its RFC 9293 name.
    pub state: Option<TcpState>,
    /// Smoothed round-trip time.
    pub rtt: Option<Duration>,
    /// Bytes in the send queue: written by us, not yet acknowledged.
    pub send_queue_bytes: Option<u64>,
    /// Bytes in the receive queue: arrived, not yet read by us.
    pub recv_queue_bytes: Option<u64>,
    /// All that TCP_INFO tells.
    pub tcp: Option<TcpInfo>,
    /// What the kernel tells of a UDP socket.
    pub udp: Option<UdpInfo>,
    /// The timer that runs, as sock_diag tells it; asked for while a connection stands still.
    pub timer: Option<KernelTimer>,
    /// The other end of the connection, where this host has that too.
    pub peer_end: Option<PeerEnd>,
}

impl KernelView {
    /// Whether a timer is what will move the connection next: a window is closed, something was sent again or probed,
    /// or nothing came for a second.
    pub fn is_waiting_on_timer(&self) -> bool {
        const QUIET: Duration = Duration::from_secs(1);
        let Some(tcp) = &self.tcp else { return false };
        let some = |count: Option<u8>| count.is_some_and(|count| count > 0);
        let stalled = tcp.snd_wnd == Some(0) && self.send_queue_bytes.is_some_and(|bytes| bytes > 0);
        let quiet = tcp.last_ack_recv.is_some_and(|time| time >= QUIET);
        stalled || quiet || some(tcp.probes) || some(tcp.backoff) || some(tcp.retransmits)
    }
}

/// A timer of a TCP connection that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelTimer {
    /// What it is for.
    pub kind: TimerKind,
    /// How long until it fires.
    pub expires: Duration,
}

/// What a timer is for: Linux has one at a time for each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// The oldest segment is sent again (RFC 6298), or a tail is probed for a loss (RFC 8985).
    Retransmit,
    /// A quiet peer is asked whether it is there, or something else that the keepalive's timer serves.
    Keepalive,
    /// The port of a closed connection rests.
    TimeWait,
    /// The window of a peer that has no room is probed (RFC 9293 §3.8.6.1).
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

/// What the kernel tells of the other end of a connection within one host (sock_diag).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerEnd {
    /// Its state.
    pub state: TcpState,
    /// Bytes that the peer wrote and we have not acknowledged.
    pub send_queue_bytes: u64,
    /// Bytes that arrived at the peer and that it has not read.
    pub recv_queue_bytes: u64,
    /// The timer of it that runs.
    pub timer: Option<KernelTimer>,
    /// All that TCP_INFO tells of it; TIME-WAIT has none.
    pub tcp: Option<TcpInfo>,
}
