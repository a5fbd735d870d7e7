//! The table in words, for a person who learns: one sentence for each state and each event.

use super::event::{ReplySegment, TcpEvent};
use super::state::TcpState;
use super::table::{EventOutcome, TransitionRow};

/// The meaning of this state.
pub fn state(state: TcpState) -> &'static str {
    match state {
        TcpState::Closed => "No connection: nothing is remembered, and whatever arrives is answered with a RST.",
        TcpState::Listen => "Waiting for a SYN from anybody; each one makes a connection of its own.",
        TcpState::SynSent => "We sent our SYN and wait for the peer's; until then nobody has promised anything.",
        TcpState::SynReceived => "Both SYNs are out; ours is not acknowledged yet, so the peer may not be real.",
        TcpState::Established => "Both SYNs are acknowledged: data flows both ways.",
        TcpState::FinWait1 => "We said that we have no more to send; the peer has not acknowledged it yet.",
        TcpState::FinWait2 => "The peer has our FIN and has not sent its own: it may still talk, we listen.",
        TcpState::CloseWait => "The peer has finished, we have not: we may send, and must close some time.",
        TcpState::Closing => "Both sent FIN at the same time; the peer has not acknowledged ours yet.",
        TcpState::LastAck => "The peer finished first, then we did; only the ACK of our FIN is missing.",
        TcpState::TimeWait => {
            "Both are done. We wait so that the peer can repeat its FIN, and no late segment meets a new connection."
        }
    }
}

impl TransitionRow {
    /// The meaning of this row, as a sentence for a person who learns.
    pub fn explain(&self) -> &'static str {
        row(self)
    }
}

fn row(row: &TransitionRow) -> &'static str {
    use super::state::TcpState::{Closed, Closing, FinWait1, LastAck, Listen, SynReceived, SynSent, TimeWait};
    match (row.event, row.from, row.outcome) {
        (_, _, EventOutcome::Never) => "No timer of this kind runs in this state.",
        (TcpEvent::PassiveOpen, Closed, _) => "The socket waits for connections; nothing is sent.",
        (TcpEvent::ActiveOpen, Listen, _) => "A listening socket connects by itself; Linux does not offer that.",
        (TcpEvent::ActiveOpen, Closed, _) => "We ask for a connection: a SYN carries our first sequence number.",
        (TcpEvent::PassiveOpen | TcpEvent::ActiveOpen, ..) => "There is a connection already: a socket has only one.",
        (TcpEvent::Send, Listen, _) => "The RFC lets a send open the connection; Linux answers ENOTCONN.",
        (TcpEvent::Send, SynSent | SynReceived, _) => "The bytes wait in the queue until the connection stands.",
        (TcpEvent::Send, _, EventOutcome::Stays { .. }) => {
            "The bytes are queued, and sent as far as the windows allow."
        }
        (TcpEvent::Send, ..) => "We said that we have no more to send, or have no connection: the call fails.",
        (TcpEvent::Close, Listen | SynSent, _) => {
            "There is no connection yet, so the socket is closed and nothing is sent."
        }
        (TcpEvent::Close, _, EventOutcome::Moves { to: LastAck, .. }) => {
            "The peer finished before; now our FIN ends the other half."
        }
        (TcpEvent::Close, _, EventOutcome::Moves { .. }) => {
            "Our FIN goes behind the last byte: we will send no more, but still read."
        }
        (TcpEvent::Close, ..) => "We have closed already, or there is nothing to close.",
        (TcpEvent::Abort, _, EventOutcome::Moves { sends: Some(ReplySegment::Rst), .. }) => {
            "A RST ends the connection at once; what is in flight is lost."
        }
        (TcpEvent::Abort, ..) => "The connection is forgotten; nothing has to be told.",
        (TcpEvent::Syn, Closed, _) | (TcpEvent::SynAck, Closed | Listen, _) => {
            "Nobody here knows of such a connection: a RST says so. This is what \"refused\" is."
        }
        (TcpEvent::Syn, Listen, _) => "Somebody asks: we answer with our own SYN and acknowledge theirs.",
        (TcpEvent::Syn, SynSent, _) => "Simultaneous open: both sent SYN, neither knew of the other's.",
        (TcpEvent::SynAck, SynReceived, _) => "The other half of a simultaneous open: both SYNs are acknowledged.",
        (TcpEvent::SynAck, SynSent, _) => {
            "The peer agrees: its SYN acknowledges ours, our ACK completes the handshake."
        }
        (TcpEvent::Syn | TcpEvent::SynAck, ..) => {
            "A SYN in a standing connection is old or forged: an ACK says where we really are (RFC 5961)."
        }
        (TcpEvent::AckOfSyn, _, EventOutcome::Moves { .. }) => {
            "Our SYN is acknowledged: the peer is real, the handshake complete."
        }
        (TcpEvent::AckOfSyn | TcpEvent::AckOfFin, _, EventOutcome::Stays { sends: None }) => "It says nothing new.",
        (TcpEvent::Fin, SynSent, _) => "A FIN before any SYN cannot be placed: it is dropped.",
        (TcpEvent::Fin, FinWait1, _) => "Simultaneous close: both sent FIN, neither is acknowledged yet.",
        (TcpEvent::Fin, _, EventOutcome::Moves { to: TimeWait, .. }) => {
            "The peer is done too: we acknowledge and wait 2 MSL."
        }
        (TcpEvent::Fin, _, EventOutcome::Moves { .. }) => {
            "The peer will send no more; we may. Reads return 0 from here on."
        }
        (TcpEvent::Fin | TcpEvent::FinAckOfFin, TimeWait, _) => {
            "The peer did not get our last ACK: it is sent again, the wait begins anew."
        }
        (TcpEvent::Fin, Closed | Listen, _) => "There is no such connection: a RST says so.",
        (TcpEvent::Fin, ..) => "The FIN was here before: it is acknowledged again.",
        (TcpEvent::AckOfFin, FinWait1, _) => "The peer has our FIN. It may still send; we listen.",
        (TcpEvent::AckOfFin, Closing, _) => "Both FINs are acknowledged: 2 MSL of rest.",
        (TcpEvent::AckOfFin | TcpEvent::FinAckOfFin, LastAck, _) => {
            "Our FIN is acknowledged, and the peer finished long ago: all is over."
        }
        (TcpEvent::FinAckOfFin, _, EventOutcome::Moves { .. }) => {
            "The peer acknowledges our FIN and sends its own in one segment."
        }
        (
            TcpEvent::AckOfSyn | TcpEvent::AckOfFin | TcpEvent::FinAckOfFin,
            _,
            EventOutcome::Stays { sends: Some(ReplySegment::Rst) },
        ) => "It acknowledges what we never sent, and no connection stands: a RST says so.",
        (TcpEvent::AckOfSyn | TcpEvent::AckOfFin | TcpEvent::FinAckOfFin, ..) => {
            "It acknowledges what we never sent: an ACK says where we really are, and it is dropped."
        }
        (TcpEvent::Rst, Closed | Listen, _) => "There is nothing to reset.",
        (TcpEvent::Rst, SynSent, _) => "The host answers, but nothing listens there: connection refused.",
        (TcpEvent::Rst, SynReceived, _) => "The peer takes its request back; a listener goes on waiting.",
        (TcpEvent::Rst, ..) => "The peer threw the connection away: what was under way is lost.",
        (TcpEvent::TimeWaitOver, ..) => "No old segment can be under way any more: the port is free.",
        (TcpEvent::UserTimeout, ..) => "What we sent stayed unacknowledged for longer than was allowed.",
        (TcpEvent::RetransmissionTimeout, ..) => {
            "No ACK came in time: the oldest segment goes out again, the wait doubles."
        }
        (TcpEvent::GiveUp, ..) => "All retransmissions stayed without an ACK: the connection is given up.",
    }
}
