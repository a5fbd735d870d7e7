//! What can happen to a TCP connection, and what it sends for it.

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

/// What happens to a connection: a call of its user, a segment that arrives, a timer.
///
/// A segment's name says what is new in it; every segment but the first SYN carries an ACK too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpEvent {
    /// `listen()`: wait for anybody.
    PassiveOpen,
    /// `connect()`: go to somebody.
    ActiveOpen,
    /// `write()`: have bytes sent.
    Send,
    /// `shutdown(SHUT_WR)` or `close()`: we have said all.
    Close,
    /// A close with linger 0: end it at once.
    Abort,
    /// A SYN without an ACK arrives.
    Syn,
    /// A SYN arrives that acknowledges ours.
    SynAck,
    /// An ACK arrives that covers our SYN and nothing that came after it.
    AckOfSyn,
    /// A FIN arrives that does not acknowledge ours.
    Fin,
    /// An ACK arrives that covers our FIN.
    AckOfFin,
    /// A FIN arrives that acknowledges ours.
    FinAckOfFin,
    /// A RST arrives that is valid in its place.
    Rst,
    /// Twice the maximum segment lifetime is over.
    TimeWaitOver,
    /// The user's own bound for an unacknowledged send is over.
    UserTimeout,
    /// The oldest segment was not acknowledged in time.
    RetransmissionTimeout,
    /// It was not acknowledged after all retransmissions either.
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

    /// Whether it is a segment that arrives.
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

/// A segment that a state sends in answer to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplySegment {
    /// A SYN alone.
    Syn,
    /// A SYN that acknowledges the peer's.
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
