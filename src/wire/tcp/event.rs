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
pub enum Event {
    /// `listen()`: wait for anybody.
    PassiveOpen,
    /// `connect()`: go to somebody.
    ActiveOpen,
    /// `write()`: have octets sent.
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

impl Event {
    /// Every event.
    pub const ALL: [Event; 16] = [
        Event::PassiveOpen,
        Event::ActiveOpen,
        Event::Send,
        Event::Close,
        Event::Abort,
        Event::Syn,
        Event::SynAck,
        Event::AckOfSyn,
        Event::Fin,
        Event::AckOfFin,
        Event::FinAckOfFin,
        Event::Rst,
        Event::TimeWaitOver,
        Event::UserTimeout,
        Event::RetransmissionTimeout,
        Event::GiveUp,
    ];

    /// What happened, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Event::PassiveOpen => "listen()",
            Event::ActiveOpen => "connect()",
            Event::Send => "write()",
            Event::Close => "close",
            Event::Abort => "abort",
            Event::Syn => "SYN arrives",
            Event::SynAck => "SYN-ACK arrives",
            Event::AckOfSyn => "ACK of SYN",
            Event::Fin => "FIN arrives",
            Event::AckOfFin => "ACK of FIN",
            Event::FinAckOfFin => "FIN+ACK of FIN",
            Event::Rst => "RST arrives",
            Event::TimeWaitOver => "2 MSL over",
            Event::UserTimeout => "user timeout",
            Event::RetransmissionTimeout => "RTO",
            Event::GiveUp => "gave up",
        }
    }

    /// Whether it is a segment that arrives.
    pub fn is_segment(self) -> bool {
        matches!(
            self,
            Event::Syn
                | Event::SynAck
                | Event::AckOfSyn
                | Event::Fin
                | Event::AckOfFin
                | Event::FinAckOfFin
                | Event::Rst
        )
    }
}

/// A segment that a state sends in answer to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// A SYN alone.
    Syn,
    /// A SYN that acknowledges the peer's.
    SynAck,
    /// An ACK alone.
    Ack,
    /// Octets.
    Data,
    /// A FIN, with an ACK as always.
    Fin,
    /// A RST.
    Rst,
}

impl Segment {
    /// The name on a ladder.
    pub fn name(self) -> &'static str {
        match self {
            Segment::Syn => "SYN",
            Segment::SynAck => "SYN-ACK",
            Segment::Ack => "ACK",
            Segment::Data => "data",
            Segment::Fin => "FIN",
            Segment::Rst => "RST",
        }
    }
}
