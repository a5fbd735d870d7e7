//! The states of a TCP connection (RFC 9293 §3.3.2).

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
    /// Both finished; the port is still reserved.
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
