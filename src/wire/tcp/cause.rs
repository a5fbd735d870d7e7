//! Causes of a change of TCP state.

/// Cause of a change from one state of RFC 9293 to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateCause {
    /// We called `connect()`: a SYN goes out.
    Connect,
    /// We called `listen()`.
    Listen,
    /// A SYN arrived at a listener.
    SynArrived,
    /// SYN-ACK arrived: `connect()` returned.
    SynAckArrived,
    /// The handshake's last ACK arrived: `accept()` returned.
    Accepted,
    /// We called `shutdown(SHUT_WR)`: a FIN goes out.
    WeShutDown,
    /// We called `close()`: a FIN goes out, unless one did before; a listener stops listening.
    WeClosed,
    /// We closed with SO_LINGER at 0: a RST goes out.
    WeReset,
    /// We closed with bytes unread: the kernel sends RST, not FIN (RFC 2525 §2.17).
    ClosedUnread,
    /// The peer's FIN arrived.
    FinArrived,
    /// The peer acknowledged our FIN.
    AckOfFin,
    /// A RST arrived.
    RstArrived,
    /// The kernel gave up: no answer came.
    TimedOut,
    /// We gave up the connection before the kernel had an answer.
    GivenUp,
    /// Twice the maximum segment lifetime is over: the port is free.
    TimeWaitOver,
    /// An ICMP message ended the attempt to connect.
    IcmpArrived,
    /// `connect()` failed with an error of this machine: no route, a firewall.
    CallFailed,
}

impl StateCause {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            StateCause::Connect => "connect",
            StateCause::Listen => "listen",
            StateCause::SynArrived => "syn_arrived",
            StateCause::SynAckArrived => "syn_ack_arrived",
            StateCause::Accepted => "accepted",
            StateCause::WeShutDown => "we_shut_down",
            StateCause::WeClosed => "we_closed",
            StateCause::WeReset => "we_reset",
            StateCause::ClosedUnread => "closed_unread",
            StateCause::FinArrived => "fin_arrived",
            StateCause::AckOfFin => "ack_of_fin",
            StateCause::RstArrived => "rst_arrived",
            StateCause::TimedOut => "timed_out",
            StateCause::GivenUp => "given_up",
            StateCause::TimeWaitOver => "time_wait_over",
            StateCause::IcmpArrived => "icmp_arrived",
            StateCause::CallFailed => "call_failed",
        }
    }

    /// What happened, in a few words.
    pub fn text(self) -> &'static str {
        match self {
            StateCause::Connect => "connect() → SYN sent",
            StateCause::Listen => "listen()",
            StateCause::SynArrived => "SYN received → SYN-ACK sent",
            StateCause::SynAckArrived => "SYN-ACK received → ACK sent",
            StateCause::Accepted => "ACK of our SYN received, accept() returned",
            StateCause::WeShutDown => "shutdown(SHUT_WR) → FIN sent",
            StateCause::WeClosed => "close()",
            StateCause::WeReset => "close() with linger 0 → RST sent",
            StateCause::ClosedUnread => "close() with unread bytes → RST sent",
            StateCause::FinArrived => "FIN received → ACK sent",
            StateCause::AckOfFin => "ACK of our FIN received",
            StateCause::RstArrived => "RST received",
            StateCause::TimedOut => "nobody answered, the kernel gave up",
            StateCause::GivenUp => "given up before there was an answer",
            StateCause::TimeWaitOver => "2 MSL are over, the port is free",
            StateCause::IcmpArrived => "ICMP error received",
            StateCause::CallFailed => "connect() failed",
        }
    }
}
