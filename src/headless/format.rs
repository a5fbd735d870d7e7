//! What a format of standard output has to say of itself.

use std::collections::VecDeque;
use std::fmt::Debug;

use bytes::Bytes;

use super::job::OutputFormat;
use crate::net::OverflowPolicy;
use crate::sessions::{Reading, Record, Session, SessionId, Spec};

/// What was sampled and not yet rendered. Bounded by what the sessions keep: nothing is sampled while it holds
/// anything.
pub(crate) type PendingItems<T> = VecDeque<(SessionId, T)>;

/// How standard output shows what happens.
///
/// Records are rendered later than they are taken in, and perhaps on another thread. So what an item needs to know of
/// its session is asked when the session has just taken the record in, and goes with the item.
pub(crate) trait RecordFormat {
    /// Which one it is.
    const MANNER: OutputFormat;

    /// What happens with bytes while standard output is busy.
    const OVERFLOW: OverflowPolicy;

    /// Whether it tells what became of datagrams.
    const LEDGERS: bool;

    /// A record that waits to be rendered.
    type Item: Debug + Send + 'static;

    /// Whether name servers are asked by us too, beside the system's resolver.
    fn wants_second_opinion(&self) -> bool;

    /// Changes what a session is asked to be before it is opened.
    fn adjust_spec(&self, spec: &mut Spec);

    /// A reading's gauges, before the session takes them in.
    fn on_reading(&mut self, session: &Session, reading: &Reading);

    /// Whether it has something to write that is no record.
    fn has_output_waiting(&self) -> bool {
        false
    }

    /// What is to be rendered of a record that the session has just taken in.
    fn item(&self, session: &Session, record: Record) -> Self::Item;

    /// Whether rendering what comes next takes so long that it is done beside the loop.
    fn is_heavy(&self, _pending: &PendingItems<Self::Item>) -> bool {
        false
    }

    /// Takes one or more items off the queue: what they are on standard output. May be nothing.
    fn render(&mut self, pending: &mut PendingItems<Self::Item>) -> Bytes;
}
