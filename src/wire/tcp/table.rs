//! The transition table: 16 events × 11 states, each cell with its outcome and its section of RFC 9293.

use super::event::ReplySegment::{self, Ack, Data, Fin, Rst, Syn, SynAck};
use super::event::{STATES, TcpEvent};
use super::state::TcpState::{
    self, CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived, SynSent, TimeWait,
};
use EventOutcome::Never;

/// Outcome of an event in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// The state changes.
    Moves {
        /// The new state.
        to: TcpState,
        /// The segment sent in reply, if any.
        sends: Option<ReplySegment>,
    },
    /// The state stays the same.
    Stays {
        /// The segment sent in reply, if any.
        sends: Option<ReplySegment>,
    },
    /// The call fails, with the RFC's words.
    Refused(&'static str),
    /// The event cannot happen in this state: the timer does not run.
    Never,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRow {
    /// The state before.
    pub from: TcpState,
    /// The event.
    pub event: TcpEvent,
    /// The outcome.
    pub outcome: EventOutcome,
    /// The new state instead if the connection began with a passive OPEN: one row only, RST in SYN-RECEIVED.
    pub passive_to: Option<TcpState>,
    /// The source: `RFC 9293 §3.10.7.4`.
    pub cite: &'static str,
}

impl TransitionRow {
    /// The state after the event; the same state unless it moves.
    pub fn next_state(&self) -> TcpState {
        match self.outcome {
            EventOutcome::Moves { to, .. } => to,
            EventOutcome::Stays { .. } | EventOutcome::Refused(_) | EventOutcome::Never => self.from,
        }
    }
}

const fn moves_sending(to: TcpState, sends: ReplySegment) -> EventOutcome {
    EventOutcome::Moves { to, sends: Some(sends) }
}

const fn moves_silently(to: TcpState) -> EventOutcome {
    EventOutcome::Moves { to, sends: None }
}

const fn stays_sending(sends: ReplySegment) -> EventOutcome {
    EventOutcome::Stays { sends: Some(sends) }
}

const STAY: EventOutcome = EventOutcome::Stays { sends: None };
const EXISTS: EventOutcome = EventOutcome::Refused("connection already exists");
const NONE: EventOutcome = EventOutcome::Refused("connection does not exist");
const CLOSING: EventOutcome = EventOutcome::Refused("connection closing");

/// Outcomes by event, the states in the order of [`STATES`]: CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED,
/// FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT.
#[rustfmt::skip]
const TABLE: [(TcpEvent, [EventOutcome; 11]); 16] = [
    (TcpEvent::PassiveOpen, [moves_silently(Listen), EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS]),
    (TcpEvent::ActiveOpen, [moves_sending(SynSent, Syn), moves_sending(SynSent, Syn), EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS]),
    (TcpEvent::Send, [NONE, moves_sending(SynSent, Syn), STAY, STAY, stays_sending(Data), CLOSING, CLOSING, stays_sending(Data), CLOSING, CLOSING, CLOSING]),
    (TcpEvent::Close, [NONE, moves_silently(Closed), moves_silently(Closed), moves_sending(FinWait1, Fin), moves_sending(FinWait1, Fin), CLOSING, CLOSING, moves_sending(LastAck, Fin), CLOSING, CLOSING, CLOSING]),
    (TcpEvent::Abort, [NONE, moves_silently(Closed), moves_silently(Closed), moves_sending(Closed, Rst), moves_sending(Closed, Rst), moves_sending(Closed, Rst), moves_sending(Closed, Rst), moves_sending(Closed, Rst), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed)]),
    (TcpEvent::Syn, [stays_sending(Rst), moves_sending(SynReceived, SynAck), moves_sending(SynReceived, SynAck), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack)]),
    (TcpEvent::SynAck, [stays_sending(Rst), stays_sending(Rst), moves_sending(Established, Ack), moves_silently(Established), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack)]),
    (TcpEvent::AckOfSyn, [stays_sending(Rst), stays_sending(Rst), STAY, moves_silently(Established), STAY, STAY, STAY, STAY, STAY, STAY, STAY]),
    (TcpEvent::Fin, [stays_sending(Rst), stays_sending(Rst), STAY, moves_sending(CloseWait, Ack), moves_sending(CloseWait, Ack), moves_sending(Closing, Ack), moves_sending(TimeWait, Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack), stays_sending(Ack)]),
    (TcpEvent::AckOfFin, [stays_sending(Rst), stays_sending(Rst), stays_sending(Rst), stays_sending(Rst), stays_sending(Ack), moves_silently(FinWait2), STAY, stays_sending(Ack), moves_silently(TimeWait), moves_silently(Closed), STAY]),
    (TcpEvent::FinAckOfFin, [stays_sending(Rst), stays_sending(Rst), stays_sending(Rst), stays_sending(Rst), stays_sending(Ack), moves_sending(TimeWait, Ack), moves_sending(TimeWait, Ack), stays_sending(Ack), moves_sending(TimeWait, Ack), moves_silently(Closed), stays_sending(Ack)]),
    (TcpEvent::Rst, [STAY, STAY, moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed)]),
    (TcpEvent::TimeWaitOver, [Never, Never, Never, Never, Never, Never, Never, Never, Never, Never, moves_silently(Closed)]),
    (TcpEvent::UserTimeout, [Never, moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed)]),
    (TcpEvent::RetransmissionTimeout, [Never, Never, stays_sending(Syn), stays_sending(SynAck), stays_sending(Data), stays_sending(Fin), Never, stays_sending(Data), stays_sending(Fin), stays_sending(Fin), Never]),
    (TcpEvent::GiveUp, [Never, Never, moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), Never, moves_silently(Closed), moves_silently(Closed), moves_silently(Closed), Never]),
];

/// All rows, by event and then by state.
pub fn rows() -> impl Iterator<Item = TransitionRow> {
    TABLE.iter().flat_map(|(event, outcomes)| {
        STATES.iter().zip(outcomes).map(|(from, outcome)| TransitionRow {
            from: *from,
            event: *event,
            outcome: *outcome,
            passive_to: (*from == SynReceived && *event == TcpEvent::Rst).then_some(Listen),
            cite: cite(*from, *event),
        })
    })
}

/// The outcome of an event in a state. Cost: a walk over the table, some 200 steps.
pub fn transition(from: TcpState, event: TcpEvent) -> TransitionRow {
    let none = TransitionRow { from, event, outcome: Never, passive_to: None, cite: "RFC 9293 §3.10" };
    rows().find(|row| row.from == from && row.event == event).unwrap_or(none)
}

fn cite(from: TcpState, event: TcpEvent) -> &'static str {
    match event {
        TcpEvent::PassiveOpen | TcpEvent::ActiveOpen => "RFC 9293 §3.10.1",
        TcpEvent::Send => "RFC 9293 §3.10.2",
        TcpEvent::Close => "RFC 9293 §3.10.4",
        TcpEvent::Abort => "RFC 9293 §3.10.5",
        // Simultaneous open: the RFC's rule for a SYN in SYN-RECEIVED is about old SYNs; its figure shows this case.
        TcpEvent::SynAck if from == SynReceived => "RFC 9293 §3.5, figure 7",
        _ if event.is_segment() => match from {
            Closed => "RFC 9293 §3.10.7.1",
            Listen => "RFC 9293 §3.10.7.2",
            SynSent => "RFC 9293 §3.10.7.3",
            _ => "RFC 9293 §3.10.7.4",
        },
        TcpEvent::GiveUp => "RFC 9293 §3.8.3",
        _ => "RFC 9293 §3.10.8",
    }
}
