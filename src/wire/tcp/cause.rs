//! How a connection came from one state to the next, what our calls gave back, and the peer's own SYN.

/// What brought a connection from one state of RFC 9293 to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
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
    /// We called `close()`: a FIN goes out, if none did before; a listener listens no more.
    WeClosed,
    /// We closed with SO_LINGER at 0: a RST goes out.
    WeReset,
    /// We closed with octets unread: the kernel sends RST, not FIN (RFC 2525 §2.17).
    ClosedUnread,
    /// The peer's FIN arrived.
    FinArrived,
    /// The peer acknowledged our FIN.
    AckOfFin,
    /// A RST arrived.
    RstArrived,
    /// The kernel gave up: nobody answered.
    TimedOut,
    /// The state was given up by us before the kernel had an answer.
    GivenUp,
    /// Twice the maximum segment lifetime is over: the port is free.
    TimeWaitOver,
    /// The connection could not be: no route, a firewall, no free port.
    Refused,
}

impl Cause {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Connect => "connect",
            Cause::Listen => "listen",
            Cause::SynArrived => "syn_arrived",
            Cause::SynAckArrived => "syn_ack_arrived",
            Cause::Accepted => "accepted",
            Cause::WeShutDown => "we_shut_down",
            Cause::WeClosed => "we_closed",
            Cause::WeReset => "we_reset",
            Cause::ClosedUnread => "closed_unread",
            Cause::FinArrived => "fin_arrived",
            Cause::AckOfFin => "ack_of_fin",
            Cause::RstArrived => "rst_arrived",
            Cause::TimedOut => "timed_out",
            Cause::GivenUp => "given_up",
            Cause::TimeWaitOver => "time_wait_over",
            Cause::Refused => "refused",
        }
    }

    /// What happened, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Cause::Connect => "connect() → SYN sent",
            Cause::Listen => "listen()",
            Cause::SynArrived => "SYN received → SYN-ACK sent",
            Cause::SynAckArrived => "SYN-ACK received → ACK sent",
            Cause::Accepted => "ACK of our SYN received, accept() returned",
            Cause::WeShutDown => "shutdown(SHUT_WR) → FIN sent",
            Cause::WeClosed => "close()",
            Cause::WeReset => "close() with linger 0 → RST sent",
            Cause::ClosedUnread => "close() with unread octets → RST sent",
            Cause::FinArrived => "FIN received → ACK sent",
            Cause::AckOfFin => "ACK of our FIN received",
            Cause::RstArrived => "RST received",
            Cause::TimedOut => "nobody answered, the kernel gave up",
            Cause::GivenUp => "given up before there was an answer",
            Cause::TimeWaitOver => "2 MSL are over, the port is free",
            Cause::Refused => "the system refused",
        }
    }
}
