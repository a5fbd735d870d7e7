//! Rungs for state changes and failures.

use std::time::{Duration, Instant};

use super::ladder::Ladder;
use super::rung::{Rung, RungLabel, SystemCall};
use crate::sessions::tcp::states::StateChange;
use crate::wire::tcp::TcpEvent;
use crate::wire::{Class, Direction, Evidence, Failure};

/// A SYN without an answer is sent again after this time: RFC 6298 §2, (2.1).
const FIRST_RTO: Duration = Duration::from_secs(1);

impl Ladder {
    /// The rung of a failure; if there was no answer, a rung for the repeated SYN is added before it.
    pub(super) fn failure(&mut self, failure: &Failure, at: Instant) -> Option<Rung> {
        let call = SystemCall::Failed(failure.class);
        let rung = match failure.class {
            Class::Refused => self.rung(at, RungLabel::Rst, Evidence::Inferred).with_direction(Direction::Received),
            Class::Reset => self.rung(at, RungLabel::Rst, failure.evidence).with_direction(Direction::Received),
            Class::ConnectTimeout => {
                // Linux sends a SYN again after 1 s; if the kernel counted it, its rung exists already.
                let first = self.last_at.map(|last| last + FIRST_RTO).filter(|first| *first < at);
                if let (Some(first), 0) = (first, self.counters.retransmits.unwrap_or(0)) {
                    let again = RungLabel::Again { what: "SYN", times: None };
                    let again = self.rung(first, again, Evidence::Inferred).with_direction(Direction::Sent);
                    self.push(again);
                }
                self.rung(at, RungLabel::NoAnswer, Evidence::Seen)
            }
            Class::Unreachable => {
                let label = RungLabel::Unreachable(failure.message.clone());
                self.rung(at, label, failure.evidence).with_direction(Direction::Received)
            }
            _ => return None,
        };
        Some(rung.with_call(call))
    }

    /// Adds rungs for the segments that a state change implies; `entry` is the transcript entry of the fact behind it.
    pub fn on_state_change(&mut self, step: &StateChange, entry: Option<u64>) {
        use crate::wire::Direction::{Received, Sent};
        let (at, sure) = (step.at, step.evidence);
        // If a call of ours shows the change, the segment behind it is inferred.
        let segment = if sure == Evidence::Seen { Evidence::Inferred } else { sure };
        let mut rungs = Vec::with_capacity(2);
        match step.event {
            TcpEvent::SynAck => {
                rungs.push(self.rung(at, RungLabel::SynAck, Evidence::Inferred).with_direction(Received));
                rungs.push(
                    self.rung(at, RungLabel::HandshakeAck, segment)
                        .with_direction(Sent)
                        .with_call(SystemCall::Connected),
                );
            }
            TcpEvent::Syn => {
                rungs.push(self.rung(at, RungLabel::Syn(String::new()), segment).with_direction(Received));
                rungs.push(self.rung(at, RungLabel::SynAck, segment).with_direction(Sent));
            }
            TcpEvent::AckOfSyn => {
                rungs.push(
                    self.rung(at, RungLabel::HandshakeAck, segment)
                        .with_direction(Received)
                        .with_call(SystemCall::Accept),
                );
            }
            TcpEvent::Close => {
                let call = if step.cause.is_close() { SystemCall::Close } else { SystemCall::Shutdown };
                rungs.push(self.rung(at, RungLabel::Fin, segment).with_direction(Sent).with_call(call));
            }
            TcpEvent::Fin | TcpEvent::FinAckOfFin => {
                let label = if step.event == TcpEvent::Fin { RungLabel::Fin } else { RungLabel::FinAck };
                let rung = self.rung(at, label, sure).with_direction(Received);
                rungs.push(if sure == Evidence::Seen { rung.with_call(SystemCall::Read(0)) } else { rung });
            }
            TcpEvent::AckOfFin => rungs.push(self.rung(at, RungLabel::AckOfFin, sure).with_direction(Received)),
            TcpEvent::Abort => {
                rungs.push(self.rung(at, RungLabel::Rst, segment).with_direction(Sent).with_call(SystemCall::Abort));
            }
            TcpEvent::TimeWaitOver => rungs.push(self.rung(at, RungLabel::State, sure)),
            // Attempts and failures have rungs from their own facts, which contain more.
            TcpEvent::PassiveOpen
            | TcpEvent::ActiveOpen
            | TcpEvent::Send
            | TcpEvent::Rst
            | TcpEvent::UserTimeout
            | TcpEvent::RetransmissionTimeout
            | TcpEvent::GiveUp => return,
        }
        if let Some(last) = rungs.last_mut() {
            last.state = Some(step.to);
        }
        for rung in rungs {
            self.push(Rung { entry, ..rung });
        }
    }
}
