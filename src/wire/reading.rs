//! What a session shows when it is looked at, once a frame.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use super::direction::{Both, Totals};
use super::http::HttpGauge;
use super::id::SessionId;
use super::kernel::TcpInfo;
use super::news::News;
use super::record::Record;
use super::segment::CaptureReading;
use super::udp::SocketView;

/// One look at one session: its counters as they stand, and all that happened since the last look, in order.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Whose.
    pub id: SessionId,
    /// The exact totals now.
    pub totals: Both<Totals>,
    /// What happened since the last look.
    pub records: Vec<Record>,
    /// What the kernel says of the socket, where it says anything.
    pub kernel: Option<Arc<KernelView>>,
    /// What is measured of an HTTP body.
    pub http: Option<HttpGauge>,
    /// What is measured of a run of many, where there is something new.
    pub repeat: Option<Arc<super::repeat::RepeatReading>>,
    /// What was captured, where segments are captured or that has just ended.
    pub capture: Option<Box<CaptureReading>>,
    /// Datagrams that the kernel dropped before we could read them (SO_RXQ_OVFL).
    pub dropped_datagrams: Option<u64>,
    /// Escape sequences that started in what was received since the last look, kept or not.
    pub escapes: Escapes,
}

/// Escape sequences that started in what was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Escapes {
    /// How many, as [`crate::wire::neutral::count_escapes`] counts them.
    pub found: u64,
    /// Octets that a flood brought too fast for them to be searched.
    pub unsearched: u64,
}

impl AddAssign for Escapes {
    fn add_assign(&mut self, more: Escapes) {
        self.found += more.found;
        self.unsearched += more.unsearched;
    }
}

impl Reading {
    /// A look at a session in which nothing happened yet.
    pub fn empty(id: SessionId) -> Self {
        Reading {
            id,
            totals: Both::default(),
            records: Vec::new(),
            kernel: None,
            http: None,
            repeat: None,
            capture: None,
            dropped_datagrams: None,
            escapes: Escapes::default(),
        }
    }

    /// Whether it has the session's last fact.
    pub fn tells_the_end(&self) -> bool {
        self.records.iter().any(|record| matches!(record, Record::News { news: News::Closed { .. }, .. }))
    }
}

/// What the kernel tells of a socket. `None`: this system cannot know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelView {
    /// The state as the kernel has it, by its RFC 9293 name.
    pub state: Option<TcpState>,
    /// Smoothed round-trip time.
    pub rtt: Option<Duration>,
    /// Octets in the send queue: written by us, not yet acknowledged.
    pub send_queue_bytes: Option<u64>,
    /// Octets in the receive queue: arrived, not yet read by us.
    pub recv_queue_bytes: Option<u64>,
    /// All that TCP_INFO tells.
    pub tcp: Option<TcpInfo>,
    /// What the kernel tells of a UDP socket.
    pub udp: Option<SocketView>,
    /// The timer that runs, as sock_diag tells it; asked for while a connection stands still.
    pub timer: Option<Timer>,
    /// The other end of the connection, where this host has that too.
    pub peer_end: Option<PeerEnd>,
}

impl KernelView {
    /// Whether a timer is what will move the connection next: a window is closed, something was sent again or probed,
    /// or nothing came for a second.
    pub fn stands_still(&self) -> bool {
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
pub struct Timer {
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
    /// Octets that the peer wrote and we have not acknowledged.
    pub send_queue_bytes: u64,
    /// Octets that arrived at the peer and that it has not read.
    pub recv_queue_bytes: u64,
    /// The timer of it that runs.
    pub timer: Option<Timer>,
    /// All that TCP_INFO tells of it; TIME-WAIT has none.
    pub tcp: Option<TcpInfo>,
}

/// The states of RFC 9293 §3.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpState {
    /// Waiting for a connection request.
    Listen,
    /// A SYN was sent.
    SynSent,
    /// A SYN was received, and ours sent.
    SynReceived,
    /// Open: data flows both ways.
    Established,
    /// We sent FIN.
    FinWait1,
    /// The peer acknowledged our FIN.
    FinWait2,
    /// The peer sent FIN; we may still send.
    CloseWait,
    /// Both sent FIN; ours is not acknowledged yet.
    Closing,
    /// The peer sent FIN, then we did; ours is not acknowledged yet.
    LastAck,
    /// Both are done; the port rests.
    TimeWait,
    /// No connection.
    Closed,
}

impl TcpState {
    /// The name as RFC 9293 writes it.
    pub fn name(self) -> &'static str {
        match self {
            TcpState::Listen => "LISTEN",
            TcpState::SynSent => "SYN-SENT",
            TcpState::SynReceived => "SYN-RECEIVED",
            TcpState::Established => "ESTABLISHED",
            TcpState::FinWait1 => "FIN-WAIT-1",
            TcpState::FinWait2 => "FIN-WAIT-2",
            TcpState::CloseWait => "CLOSE-WAIT",
            TcpState::Closing => "CLOSING",
            TcpState::LastAck => "LAST-ACK",
            TcpState::TimeWait => "TIME-WAIT",
            TcpState::Closed => "CLOSED",
        }
    }
}
