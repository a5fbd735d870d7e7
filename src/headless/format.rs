//! What a format of standard output has to say of itself.

use std::collections::VecDeque;

use bytes::Bytes;

use super::job::OutputFormat;
use crate::net::OverflowPolicy;
use crate::sessions::{Reading, Record, SessionId, Spec};

/// What was sampled and not yet rendered. Bounded by what the sessions keep: nothing is sampled while it holds
/// anything.
pub(crate) type PendingRecords = VecDeque<(SessionId, Record)>;

/// How standard output shows what happens.
pub(crate) trait RecordFormat {
    /// Which one it is.
    const MANNER: OutputFormat;

    /// What happens with bytes while standard output is busy.
    const OVERFLOW: OverflowPolicy;

    /// Whether name servers are asked by us too, beside the system's resolver.
    fn asks_beside(&self) -> bool;

    /// Changes what a session is asked to be before it is opened.
    fn prepare(&self, spec: &mut Spec);

    /// A session was opened by the command line.
    fn opened(&mut self, id: SessionId, spec: &Spec);

    /// A session's gauges, before its records.
    fn measured(&mut self, reading: &Reading);

    /// Whether it has something to write that is no record.
    fn waiting(&self) -> bool {
        false
    }

    /// Whether rendering what comes next takes so long that it is done beside the loop.
    fn is_heavy(&self, _pending: &PendingRecords) -> bool {
        false
    }

    /// Takes one or more records off the queue: what they are on standard output. May be nothing.
    fn render(&mut self, pending: &mut PendingRecords) -> Bytes;
}
