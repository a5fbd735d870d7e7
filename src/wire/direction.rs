//! Direction of bytes, and counters for each direction.

/// Sent by us, or received from the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From us to the peer: `▲`.
    Sent,
    /// From the peer to us: `▼`.
    Received,
}

/// One value for each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Both<T> {
    /// What we sent.
    pub sent: T,
    /// What we received.
    pub received: T,
}

impl<T> Both<T> {
    /// The value of one direction.
    pub fn of(&self, direction: Direction) -> &T {
        match direction {
            Direction::Sent => &self.sent,
            Direction::Received => &self.received,
        }
    }

    /// The value of one direction, mutable.
    pub fn of_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        }
    }
}

/// Exact counts of one direction.
///
/// `bytes` are payload bytes that the kernel accepted from us or delivered to us. "Accepted" is not "delivered to the
/// peer": TCP may still hold them (RFC 9293 §3.9.1, SEND).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Totals {
    /// Payload bytes.
    pub bytes: u64,
    /// Read or write calls of a stream, datagrams of UDP.
    pub ops: u64,
}

impl Totals {
    /// Adds one operation that moved `bytes`.
    pub fn add(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.ops = self.ops.saturating_add(1);
    }

    /// Adds another count to this one.
    pub fn merge(&mut self, other: Totals) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.ops = self.ops.saturating_add(other.ops);
    }
}
