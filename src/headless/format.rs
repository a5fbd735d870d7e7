//! The interface of an output format.

use std::collections::VecDeque;
use std::fmt::Debug;

use bytes::Bytes;

use super::job::OutputFormat;
use crate::net::OverflowPolicy;
use crate::sessions::{Reading, Record, Session, SessionId, Spec};

/// Items that were sampled and are not rendered yet. Bounded by what the sessions keep: no session is sampled while
/// this queue holds an item.
pub(crate) type PendingItems<T> = VecDeque<(SessionId, T)>;

/// How records are written to standard output.
///
/// Records are rendered later than they are applied, possibly on another thread. So an item copies what it needs of its
/// session as soon as the session has applied the record.
pub(crate) trait RecordFormat {
    /// The format.
    const MANNER: OutputFormat;

    /// What happens to bytes while standard output is busy.
    const OVERFLOW: OverflowPolicy;

    /// Whether it reports what became of datagrams.
    const LEDGERS: bool;

    /// A record that waits to be rendered.
    type Item: Debug + Send + 'static;

    /// Whether new sessions also query name servers directly, in addition to the system's resolver.
    fn wants_second_opinion(&self) -> bool;

    /// Changes the spec of a session before it is opened.
    fn adjust_spec(&mut self, spec: &mut Spec);

    /// Reads the measurements of a reading, before the session applies them.
    fn on_reading(&mut self, session: &Session, reading: &Reading);

    /// Whether it has something to write that is not a record.
    fn has_output_waiting(&self) -> bool {
        false
    }

    /// The item to be rendered for a record that the session has just applied.
    fn item(&self, session: &Session, record: Record) -> Self::Item;

    /// Whether rendering the next block takes so long that it is done on another thread.
    fn is_heavy(&self, _pending: &PendingItems<Self::Item>) -> bool {
        false
    }

    /// Takes one or more items off the queue, and returns them as bytes for standard output. May be empty.
    fn render(&mut self, pending: &mut PendingItems<Self::Item>) -> Bytes;
}
