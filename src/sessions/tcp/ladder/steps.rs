//! Rungs for state changes and failures.

use std::time::{Duration, Instant};

use super::ladder::{LATE, Ladder};
use super::rung::{Rung, RungLabel, SystemCall};
use crate::sessions::tcp::states::StateChange;
use crate::sessions::tcp::step_cause::StepCause;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::{EventOutcome, TcpEvent, transition};
use crate::wire::{Class, Direction, Evidence, FailedOperation, Failure, FailureReason};

/// A SYN without an answer is sent again after this time: RFC 6298 §2, (2.1).
const FIRST_RTO: Duration = Duration::from_secs(1);

impl Ladder {
    /// The rung of a failure; if there was no answer, a rung for the repeated SYN is added before it. `of_address`: it
    /// is told of one address, not of the whole attempt or session.
    pub(super) fn failure(&mut self, failure: &Failure, of_address: bool, at: Instant) -> Option<Rung> {
        let rung = match (failure.class, failure.reason) {
            (_, Some(FailureReason::ConnectNotBegun)) => {
                // Told again of the attempt or the session, it would stand beside another address's SYN.
                let label = RungLabel::NothingSent(failure.message.clone());
                return of_address.then(|| self.rung(at, label, failure.evidence).with_call(SystemCall::Connect));
            }
            // No segment ended it: the socket had connected to itself, and we closed it.
            (Class::Refused, Some(FailureReason::SelfConnected)) => self.rung(at, RungLabel::State, Evidence::Seen),
            (_, Some(FailureReason::NoNeighbour)) => {
                self.syn_never_left();
                self.rung(at, RungLabel::NoWay(failure.message.clone()), failure.evidence)
            }
            // Only ICMP is known from the kernel's error queue; a RST from the call's error.
            (Class::Refused | Class::Unreachable, _) if failure.evidence == Evidence::Kernel => {
                let label = RungLabel::Unreachable(failure.message.clone());
                self.rung(at, label, failure.evidence).with_direction(Direction::Received)
            }
            (Class::Refused | Class::Reset, _) => {
                self.rung(at, RungLabel::Rst, failure.evidence).with_direction(Direction::Received)
            }
            (Class::ConnectTimeout, _) => {
                // Linux sends a SYN again after 1 s; if the kernel counted it, its rung exists already.
                let first = self.last_at.map(|last| last + FIRST_RTO).filter(|first| *first < at);
                if let (Some(first), 0) = (first, self.counters.retransmits.unwrap_or(0)) {
                    let again = RungLabel::Again { what: "SYN", times: None };
                    let again = self.rung(first, again, Evidence::Inferred).with_direction(Direction::Sent);
                    self.push(again);
                }
                self.rung(at, RungLabel::NoAnswer, Evidence::Seen)
            }
            // Linux sends a RST when keepalive probes stay unanswered, and none when data does (`tcp_keepalive_timer`).
            (Class::Unreachable, Some(FailureReason::KeepaliveTimeout)) => self.last_reset(at),
            (Class::Unreachable, Some(FailureReason::UserTimeout)) if self.counters.probes > Some(0) => {
                self.last_reset(at)
            }
            (Class::Unreachable, _) => self.rung(at, RungLabel::NoWay(failure.message.clone()), failure.evidence),
            _ => return None,
        };
        // On an open connection no route was missing: a timer of the kernel ran out.
        let timed_out = failure.class == Class::Unreachable && failure.operation != FailedOperation::Connect;
        let class = if timed_out { Class::ConnectTimeout } else { failure.class };
        Some(rung.with_call(SystemCall::Failed(class)))
    }

    /// Takes back the newest attempt's SYN, which waited in this machine for the next hop's address.
    fn syn_never_left(&mut self) {
        let syn = |rung: &&mut Rung| {
            rung.call == Some(SystemCall::Connect)
                && matches!(rung.label, RungLabel::Syn(_) | RungLabel::NothingSent(_))
        };
        if let Some(rung) = self.rungs.iter_mut().rev().take(LATE).find(syn) {
            rung.direction = None;
            rung.label = RungLabel::NothingSent("the SYN waits for the next hop's address (ARP, NDP)".to_owned());
        }
        let again = |rung: &Rung| matches!(rung.label, RungLabel::Again { what: "SYN", .. });
        while self.rungs.back().is_some_and(|rung| again(rung) || matches!(rung.label, RungLabel::Silence(_))) {
            self.rungs.pop_back();
        }
    }

    /// The RST that our kernel sends as it gives up.
    fn last_reset(&mut self, at: Instant) -> Rung {
        self.rung(at, RungLabel::Rst, Evidence::Inferred).with_direction(Direction::Sent)
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
            // RFC 9293 §3.10.4 and §3.10.5: in some states, as in SYN-SENT, the end of a connection sends nothing.
            TcpEvent::Close | TcpEvent::Abort if !sends_segment(step) => {
                if step.cause.is_failed_attempt() {
                    return;
                }
                rungs.push(self.rung(at, RungLabel::State, sure).with_call(end_call(step.cause)));
            }
            TcpEvent::Close => {
                let call = if step.cause.is_close() { SystemCall::Close } else { SystemCall::Shutdown };
                rungs.push(self.rung(at, RungLabel::Fin, segment).with_direction(Sent).with_call(call));
            }
            TcpEvent::Fin | TcpEvent::FinAckOfFin => {
                let label = if step.event == TcpEvent::Fin { RungLabel::Fin } else { RungLabel::FinAck };
                let rung = self.rung(at, label, sure).with_direction(Received);
                rungs.push(if sure == Evidence::Seen { rung.with_call(SystemCall::Read(0)) } else { rung });
                // RFC 9293 §3.10.7.4: in FIN-WAIT the FIN is acknowledged at once. In ESTABLISHED the kernel may wait up
                // to 40 ms for a segment of ours that carries the ACK.
                if step.to == TcpState::TimeWait {
                    let ack = RungLabel::AckOfFin;
                    rungs.push(self.rung(at, ack, Evidence::Inferred).with_direction(Sent));
                }
            }
            TcpEvent::AckOfFin => rungs.push(self.rung(at, RungLabel::AckOfFin, sure).with_direction(Received)),
            TcpEvent::Abort => {
                rungs.push(self.rung(at, RungLabel::Rst, segment).with_direction(Sent).with_call(end_call(step.cause)));
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

/// Whether the change sends a segment, by the transition table.
fn sends_segment(step: &StateChange) -> bool {
    matches!(transition(step.from, step.event).outcome, EventOutcome::Moves { sends: Some(_), .. })
}

/// The call that ended the connection: only a reset sets linger to 0, by our order or by the option.
fn end_call(cause: StepCause) -> SystemCall {
    match cause {
        StepCause::Told(StateCause::WeReset) | StepCause::Implied(StateCause::WeReset) => SystemCall::Abort,
        _ => SystemCall::Close,
    }
}
