//! The segments behind a step of the state, and behind a failure.

use std::time::{Duration, Instant};

use super::ladder::Ladder;
use super::rung::{Call, Label, Rung};
use crate::sessions::tcp::states::Step;
use crate::wire::tcp::Event;
use crate::wire::{Class, Direction, Evidence, Failure};

/// After as long a SYN without an answer is sent again: RFC 6298 §2, (2.1).
const FIRST_RTO: Duration = Duration::from_secs(1);

impl Ladder {
    /// The rung that a failure is; one that sends a SYN again where nobody answered goes before it.
    pub(super) fn failure(&mut self, failure: &Failure, at: Instant) -> Option<Rung> {
        let call = Call::Other(format!("→ {}", brief(failure.class)));
        let rung = match failure.class {
            Class::Refused => self.rung(at, Label::Rst, Evidence::Inferred).going(Direction::Received),
            Class::Reset => self.rung(at, Label::Rst, failure.evidence).going(Direction::Received),
            Class::ConnectTimeout => {
                // Linux sends a SYN again after 1 s; where it counted for us, the count stands already.
                let first = self.last_at.map(|last| last + FIRST_RTO).filter(|first| *first < at);
                if let (Some(first), 0) = (first, self.counters.retransmits.unwrap_or(0)) {
                    let again = Label::Again { what: "SYN", times: None };
                    let again = self.rung(first, again, Evidence::Inferred).going(Direction::Sent);
                    self.push(again);
                }
                self.rung(at, Label::NoAnswer, Evidence::Seen)
            }
            Class::Unreachable => {
                let label = Label::Unreachable(failure.message.clone());
                self.rung(at, label, failure.evidence).going(Direction::Received)
            }
            _ => return None,
        };
        Some(rung.by(call))
    }

    /// Adds the segments that a step of the state stands for; `entry` is the fact that told it.
    pub fn stepped(&mut self, step: &Step, entry: Option<u64>) {
        use crate::wire::Direction::{Received, Sent};
        let (at, sure) = (step.at, step.evidence);
        // Where a call of ours told the step, the segment behind it is inferred.
        let segment = if sure == Evidence::Seen { Evidence::Inferred } else { sure };
        let mut rungs = Vec::with_capacity(2);
        match step.event {
            Event::SynAck => {
                rungs.push(self.rung(at, Label::SynAck, Evidence::Inferred).going(Received));
                rungs.push(self.rung(at, Label::HandshakeAck, segment).going(Sent).by(Call::Connected));
            }
            Event::Syn => {
                rungs.push(self.rung(at, Label::Syn(String::new()), segment).going(Received));
                rungs.push(self.rung(at, Label::SynAck, segment).going(Sent));
            }
            Event::AckOfSyn => {
                rungs.push(self.rung(at, Label::HandshakeAck, segment).going(Received).by(Call::Accept));
            }
            Event::Close => {
                let call = if step.cause.starts_with("close") { Call::Close } else { Call::Shutdown };
                rungs.push(self.rung(at, Label::Fin, segment).going(Sent).by(call));
            }
            Event::Fin | Event::FinAckOfFin => {
                let label = if step.event == Event::Fin { Label::Fin } else { Label::FinAck };
                let rung = self.rung(at, label, sure).going(Received);
                rungs.push(if sure == Evidence::Seen { rung.by(Call::Read(0)) } else { rung });
            }
            Event::AckOfFin => rungs.push(self.rung(at, Label::AckOfFin, sure).going(Received)),
            Event::Abort => rungs.push(self.rung(at, Label::Rst, segment).going(Sent).by(Call::Abort)),
            Event::TimeWaitOver => rungs.push(self.rung(at, Label::State, sure)),
            // Attempts and failures come from their own facts, which know more.
            Event::PassiveOpen
            | Event::ActiveOpen
            | Event::Send
            | Event::Rst
            | Event::UserTimeout
            | Event::RetransmissionTimeout
            | Event::GiveUp => return,
        }
        if let Some(last) = rungs.last_mut() {
            last.state = Some(step.to);
        }
        for rung in rungs {
            self.push(Rung { entry, ..rung });
        }
    }
}

fn brief(class: Class) -> &'static str {
    match class {
        Class::Refused => "refused",
        Class::Reset => "reset",
        Class::ConnectTimeout => "timed out",
        Class::Unreachable => "no route",
        _ => "failed",
    }
}
