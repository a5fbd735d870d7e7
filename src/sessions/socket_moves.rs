//! Reads and writes of a connection whose bytes are not the session's own: HTTP is one, whose session has bodies.

use std::time::{Duration, Instant};

use crate::wire::{Direction, Totals};

/// How many of them wait to be read; further ones are added to the last of their direction.
pub const MOST_SOCKET_MOVES: usize = 256;

/// Reads or writes of one direction, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketMoves {
    /// Their direction.
    pub direction: Direction,
    /// When the first happened.
    pub at: Instant,
    /// From the first to the last.
    pub lasted: Duration,
    /// How many there were, and of how many bytes.
    pub totals: Totals,
}

impl SocketMoves {
    /// One read or write.
    pub fn single(direction: Direction, at: Instant, bytes: u64) -> Self {
        SocketMoves { direction, at, lasted: Duration::ZERO, totals: Totals { bytes, ops: 1 } }
    }

    /// Adds a read or write to a list, which has at most [`MOST_SOCKET_MOVES`].
    pub fn add_to(moves: &mut Vec<SocketMoves>, direction: Direction, at: Instant, bytes: u64) {
        if moves.len() >= MOST_SOCKET_MOVES
            && let Some(last) = moves.iter_mut().rev().find(|last| last.direction == direction)
        {
            last.totals.merge(Totals { bytes, ops: 1 });
            last.lasted = at.saturating_duration_since(last.at);
            return;
        }
        // One more than the bound, where all so far are of the other direction.
        moves.push(SocketMoves::single(direction, at, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_bound_moves_are_added_to_the_last_of_their_direction() {
        let mut moves = Vec::new();
        let start = Instant::now();
        for number in 0..1_000 {
            SocketMoves::add_to(&mut moves, Direction::Sent, start + Duration::from_millis(number), 3);
        }
        SocketMoves::add_to(&mut moves, Direction::Received, start, 5);
        SocketMoves::add_to(&mut moves, Direction::Received, start + Duration::from_millis(1), 7);
        assert_eq!(moves.len(), MOST_SOCKET_MOVES + 1);
        let sent = moves[MOST_SOCKET_MOVES - 1];
        assert_eq!(sent.totals, Totals { bytes: 3 * 745, ops: 745 });
        assert_eq!(sent.lasted, Duration::from_millis(744));
        let received = moves[MOST_SOCKET_MOVES];
        assert_eq!((received.totals, received.lasted), (Totals { bytes: 12, ops: 2 }, Duration::from_millis(1)));
    }
}
