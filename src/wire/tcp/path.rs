//! The shortest path from one state to another.

use super::event::TcpEvent;
use super::state::TcpState;
use super::table::{EventOutcome, TransitionRow, rows};

/// The rows that lead from a state to another.
pub fn rows_from(from: TcpState) -> impl Iterator<Item = TransitionRow> {
    rows().filter(move |row| row.from == from && matches!(row.outcome, EventOutcome::Moves { .. }))
}

/// The shortest path of events from one state to another on a connection where nothing fails: empty for the same state,
/// `None` if there is no path. Resets, aborts and timeouts are used only if they are a single step and no other path is
/// as short; no path passes through CLOSED.
pub fn path(from: TcpState, to: TcpState) -> Option<Vec<TransitionRow>> {
    let mut ways: Vec<(TcpState, Vec<TransitionRow>)> = vec![(from, Vec::new())];
    let mut known = vec![from];
    while !ways.is_empty() {
        if let Some((_, way)) = ways.iter().find(|(state, _)| *state == to) {
            return Some(way.clone());
        }
        let mut next = Vec::new();
        for (state, way) in &ways {
            if *state == TcpState::Closed && !way.is_empty() {
                continue;
            }
            for row in rows_from(*state).filter(|row| is_usual(row, to)) {
                if !known.contains(&row.next_state()) {
                    known.push(row.next_state());
                    next.push((row.next_state(), way.iter().copied().chain([row]).collect()));
                }
            }
        }
        ways = next;
    }
    rows_from(from).find(|row| row.next_state() == to).map(|row| vec![row])
}

fn is_usual(row: &TransitionRow, to: TcpState) -> bool {
    match (row.from, row.event) {
        // A simultaneous open is rare: assume it only where the path ends in SYN-RECEIVED.
        (TcpState::SynSent, TcpEvent::Syn) => to == TcpState::SynReceived,
        (TcpState::SynReceived, TcpEvent::Fin | TcpEvent::Close) => false,
        (_, event) => !matches!(
            event,
            TcpEvent::Rst | TcpEvent::Abort | TcpEvent::UserTimeout | TcpEvent::GiveUp | TcpEvent::Send
        ),
    }
}
