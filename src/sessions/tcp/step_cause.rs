//! Cause of a state change, and where we know it from.

use std::fmt;

use crate::wire::tcp::TcpEvent;
use crate::wire::tcp::cause::StateCause;

/// Cause of a state change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepCause {
    /// The session's task reported the step with its cause.
    Told(StateCause),
    /// Another fact of the session implies it: a call of ours returned, or the stream ended.
    Implied(StateCause),
    /// A RST answered our SYN.
    ImpliedRefusal,
    /// The kernel reported a later state: the event of the table that leads there.
    Sampled(TcpEvent),
}

impl StepCause {
    /// Whether `close()` caused it, not `shutdown()`.
    pub fn is_close(self) -> bool {
        match self {
            StepCause::Told(cause) | StepCause::Implied(cause) => {
                matches!(cause, StateCause::WeClosed | StateCause::WeReset | StateCause::ClosedUnread)
            }
            StepCause::ImpliedRefusal => false,
            StepCause::Sampled(event) => event == TcpEvent::Close,
        }
    }

    /// Whether an attempt to connect ended by itself: no call of ours ended it, and the failure tells it.
    pub fn is_failed_attempt(self) -> bool {
        match self {
            StepCause::Told(cause) | StepCause::Implied(cause) => {
                matches!(cause, StateCause::GivenUp | StateCause::IcmpArrived | StateCause::CallFailed)
            }
            StepCause::ImpliedRefusal => true,
            StepCause::Sampled(_) => false,
        }
    }

    /// What happened, in a few words: `shutdown(SHUT_WR) → FIN`.
    pub fn text(self) -> &'static str {
        match self {
            StepCause::Told(cause) => cause.text(),
            StepCause::Implied(cause) => implied_text(cause),
            StepCause::ImpliedRefusal => "RST arrived: refused",
            StepCause::Sampled(event) => event.name(),
        }
    }
}

impl fmt::Display for StepCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

fn implied_text(cause: StateCause) -> &'static str {
    match cause {
        StateCause::Connect => "connect() → SYN",
        StateCause::SynArrived => "SYN arrived → SYN-ACK",
        StateCause::SynAckArrived => "SYN-ACK arrived → ACK",
        StateCause::Accepted => "ACK arrived: accept()",
        StateCause::WeShutDown => "shutdown(SHUT_WR) → FIN",
        StateCause::WeClosed => "close() → FIN",
        StateCause::WeReset => "close with linger 0 → RST",
        StateCause::FinArrived => "FIN arrived: read() → 0",
        StateCause::AckOfFin => "ACK of our FIN",
        StateCause::RstArrived => "RST arrived",
        StateCause::TimedOut => "no answer in time",
        StateCause::IcmpArrived => "ICMP error: no way to the host",
        StateCause::CallFailed => "no way to the host",
        StateCause::TimeWaitOver => "2 MSL over: the port is free",
        StateCause::Listen | StateCause::ClosedUnread | StateCause::GivenUp => cause.text(),
    }
}
