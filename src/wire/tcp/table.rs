//! The table itself: 16 events × 11 states, each cell with its outcome and its place in RFC 9293.

use super::event::ReplySegment::{self, Ack, Data, Fin, Rst, Syn, SynAck};
use super::event::{STATES, TcpEvent};
use super::state::TcpState::{
    self, CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived, SynSent, TimeWait,
};
use EventOutcome::Never;

/// What an event does in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// The state changes.
    Moves {
        /// To which.
        to: TcpState,
        /// What is sent for it, where anything is.
        sends: Option<ReplySegment>,
    },
    /// The state stays.
    Stays {
        /// What is sent for it, where anything is.
        sends: Option<ReplySegment>,
    },
    /// A call fails; the words are the RFC's own.
    Refused(&'static str),
    /// It cannot happen in this state: the timer does not run.
    Never,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRow {
    /// The state before.
    pub from: TcpState,
    /// What happens.
    pub event: TcpEvent,
    /// What it does.
    pub outcome: EventOutcome,
    /// Where it leads instead if the connection began with a passive OPEN: one row only, RST in SYN-RECEIVED.
    pub passive_to: Option<TcpState>,
    /// Where that stands: `RFC 9293 §3.10.7.4`.
    pub cite: &'static str,
}

impl TransitionRow {
    /// The state after the event: the same one where it stays, is refused or cannot be.
    pub fn to(&self) -> TcpState {
        match self.outcome {
            EventOutcome::Moves { to, .. } => to,
            EventOutcome::Stays { .. } | EventOutcome::Refused(_) | EventOutcome::Never => self.from,
        }
    }
}

const fn to(to: TcpState, sends: ReplySegment) -> EventOutcome {
    EventOutcome::Moves { to, sends: Some(sends) }
}

const fn mute(to: TcpState) -> EventOutcome {
    EventOutcome::Moves { to, sends: None }
}

const fn stay(sends: ReplySegment) -> EventOutcome {
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
    (TcpEvent::PassiveOpen, [mute(Listen), EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS]),
    (TcpEvent::ActiveOpen, [to(SynSent, Syn), to(SynSent, Syn), EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS]),
    (TcpEvent::Send, [NONE, to(SynSent, Syn), STAY, STAY, stay(Data), CLOSING, CLOSING, stay(Data), CLOSING, CLOSING, CLOSING]),
    (TcpEvent::Close, [NONE, mute(Closed), mute(Closed), to(FinWait1, Fin), to(FinWait1, Fin), CLOSING, CLOSING, to(LastAck, Fin), CLOSING, CLOSING, CLOSING]),
    (TcpEvent::Abort, [NONE, mute(Closed), mute(Closed), to(Closed, Rst), to(Closed, Rst), to(Closed, Rst), to(Closed, Rst), to(Closed, Rst), mute(Closed), mute(Closed), mute(Closed)]),
    (TcpEvent::Syn, [stay(Rst), to(SynReceived, SynAck), to(SynReceived, SynAck), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack)]),
    (TcpEvent::SynAck, [stay(Rst), stay(Rst), to(Established, Ack), mute(Established), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack)]),
    (TcpEvent::AckOfSyn, [stay(Rst), stay(Rst), STAY, mute(Established), STAY, STAY, STAY, STAY, STAY, STAY, STAY]),
    (TcpEvent::Fin, [stay(Rst), stay(Rst), STAY, to(CloseWait, Ack), to(CloseWait, Ack), to(Closing, Ack), to(TimeWait, Ack), stay(Ack), stay(Ack), stay(Ack), stay(Ack)]),
    (TcpEvent::AckOfFin, [stay(Rst), stay(Rst), stay(Rst), stay(Rst), stay(Ack), mute(FinWait2), STAY, stay(Ack), mute(TimeWait), mute(Closed), STAY]),
    (TcpEvent::FinAckOfFin, [stay(Rst), stay(Rst), stay(Rst), stay(Rst), stay(Ack), to(TimeWait, Ack), to(TimeWait, Ack), stay(Ack), to(TimeWait, Ack), mute(Closed), stay(Ack)]),
    (TcpEvent::Rst, [STAY, STAY, mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed)]),
    (TcpEvent::TimeWaitOver, [Never, Never, Never, Never, Never, Never, Never, Never, Never, Never, mute(Closed)]),
    (TcpEvent::UserTimeout, [Never, mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed), mute(Closed)]),
    (TcpEvent::RetransmissionTimeout, [Never, Never, stay(Syn), stay(SynAck), stay(Data), stay(Fin), Never, stay(Data), stay(Fin), stay(Fin), Never]),
    (TcpEvent::GiveUp, [Never, Never, mute(Closed), mute(Closed), mute(Closed), mute(Closed), Never, mute(Closed), mute(Closed), mute(Closed), Never]),
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

/// What an event does in a state. Cost: a walk over the table, some 200 steps.
pub fn after(from: TcpState, event: TcpEvent) -> TransitionRow {
    let none = TransitionRow { from, event, outcome: Never, passive_to: None, cite: "RFC 9293 §3.10" };
    rows().find(|row| row.from == from && row.event == event).unwrap_or(none)
}

fn cite(from: TcpState, event: TcpEvent) -> &'static str {
    match event {
        TcpEvent::PassiveOpen | TcpEvent::ActiveOpen => "RFC 9293 §3.10.1",
        TcpEvent::Send => "RFC 9293 §3.10.2",
        TcpEvent::Close => "RFC 9293 §3.10.4",
        TcpEvent::Abort => "RFC 9293 §3.10.5",
        // Simultaneous open: the RFC's rule for a SYN in SYN-RECEIVED is about old ones; its figure shows this one.
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
