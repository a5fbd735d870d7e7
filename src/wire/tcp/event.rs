//! Events of a TCP connection, and the segments that it sends in reply.

use super::state::TcpState;

/// Every state, in the order of a connection's life.
pub const STATES: [TcpState; 11] = [
    TcpState::Closed,
    TcpState::Listen,
    TcpState::SynSent,
    TcpState::SynReceived,
    TcpState::Established,
    TcpState::FinWait1,
    TcpState::FinWait2,
    TcpState::CloseWait,
    TcpState::Closing,
    TcpState::LastAck,
    TcpState::TimeWait,
];

/// An event of a connection: a call of its user, an arriving segment, a timer.
///
/// A segment is named by what is new in it; every segment except the first SYN has an ACK, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpEvent {
    /// `listen()`: wait for a connection from any peer.
    PassiveOpen,
    /// `connect()`: open a connection to a peer.
    ActiveOpen,
    /// `write()`: send bytes.
    Send,
    /// `shutdown(SHUT_WR)` or `close()`: no more data to send.
    Close,
    /// A close with linger 0: reset the connection.
    Abort,
    /// A SYN without an ACK arrives.
    Syn,
    /// A SYN arrives that acknowledges ours.
    SynAck,
    /// An ACK arrives for our SYN and nothing after it.
    AckOfSyn,
    /// A FIN arrives without an ACK of ours.
    Fin,
    /// An ACK of our FIN arrives.
    AckOfFin,
    /// A FIN arrives with an ACK of our FIN.
    FinAckOfFin,
    /// A valid RST arrives.
    Rst,
    /// Twice the maximum segment lifetime is over.
    TimeWaitOver,
    /// The user timeout for unacknowledged data is over.
    UserTimeout,
    /// The oldest segment was not acknowledged in time.
    RetransmissionTimeout,
    /// The oldest segment is still not acknowledged after all retransmissions.
    GiveUp,
}

impl TcpEvent {
    /// Every event.
    pub const ALL: [TcpEvent; 16] = [
        TcpEvent::PassiveOpen,
        TcpEvent::ActiveOpen,
        TcpEvent::Send,
        TcpEvent::Close,
        TcpEvent::Abort,
        TcpEvent::Syn,
        TcpEvent::SynAck,
        TcpEvent::AckOfSyn,
        TcpEvent::Fin,
        TcpEvent::AckOfFin,
        TcpEvent::FinAckOfFin,
        TcpEvent::Rst,
        TcpEvent::TimeWaitOver,
        TcpEvent::UserTimeout,
        TcpEvent::RetransmissionTimeout,
        TcpEvent::GiveUp,
    ];

    /// What happened, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            TcpEvent::PassiveOpen => "listen()",
            TcpEvent::ActiveOpen => "connect()",
            TcpEvent::Send => "write()",
            TcpEvent::Close => "close",
            TcpEvent::Abort => "abort",
            TcpEvent::Syn => "SYN arrives",
            TcpEvent::SynAck => "SYN-ACK arrives",
            TcpEvent::AckOfSyn => "ACK of SYN",
            TcpEvent::Fin => "FIN arrives",
            TcpEvent::AckOfFin => "ACK of FIN",
            TcpEvent::FinAckOfFin => "FIN+ACK of FIN",
            TcpEvent::Rst => "RST arrives",
            TcpEvent::TimeWaitOver => "2 MSL over",
            TcpEvent::UserTimeout => "user timeout",
            TcpEvent::RetransmissionTimeout => "RTO",
            TcpEvent::GiveUp => "gave up",
        }
    }

    /// Whether it is an arriving segment.
    pub fn is_segment(self) -> bool {
        matches!(
            self,
            TcpEvent::Syn
                | TcpEvent::SynAck
                | TcpEvent::AckOfSyn
                | TcpEvent::Fin
                | TcpEvent::AckOfFin
                | TcpEvent::FinAckOfFin
                | TcpEvent::Rst
        )
    }
}

/// A segment sent in reply to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplySegment {
    /// A SYN alone.
    Syn,
    /// A SYN with an ACK of the peer's SYN.
    SynAck,
    /// An ACK alone.
    Ack,
    /// Bytes.
    Data,
    /// A FIN, with an ACK as always.
    Fin,
    /// A RST.
    Rst,
}

impl ReplySegment {
    /// The name on a ladder.
    pub fn name(self) -> &'static str {
        match self {
            ReplySegment::Syn => "SYN",
            ReplySegment::SynAck => "SYN-ACK",
            ReplySegment::Ack => "ACK",
            ReplySegment::Data => "data",
            ReplySegment::Fin => "FIN",
            ReplySegment::Rst => "RST",
        }
    }
}
