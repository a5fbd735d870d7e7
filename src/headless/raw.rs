//! `--raw`: what the peer says, untouched, and one line on standard error for what did not work.

use bytes::Bytes;

use super::complain;
use super::drive::{Format, Pending};
use crate::wire::spec::{Spec, What};
use crate::wire::{Direction, News, Reading, Record, SessionId};

/// How many bytes may wait for standard output in a session: 4 MiB; then the peer waits. Nothing is kept to be looked
/// at, so that more would only be memory.
const BUFFER: usize = 4 * 1024 * 1024;

/// The pipe. It holds nothing: bytes go from the records to standard output.
#[derive(Debug)]
pub(crate) struct Raw;

impl Format for Raw {
    const OVERFLOW: crate::net::Overflow = crate::net::Overflow::Wait;

    fn prepare(&self, spec: &mut Spec) {
        spec.retain = BUFFER;
    }

    fn opened(&mut self, _id: SessionId, _spec: &Spec) {}

    fn measured(&mut self, _reading: &Reading) {}

    fn render(&mut self, pending: &mut Pending) -> Bytes {
        while let Some((_, record)) = pending.pop_front() {
            match record {
                Record::Block(block) if block.direction == Direction::Received && !block.bytes.is_empty() => {
                    return block.bytes;
                }
                Record::Block(_) | Record::NotKept { .. } => {}
                Record::News { news, .. } => tell(&news),
            }
        }
        Bytes::new()
    }
}

/// What a person at the other end of standard error wants to know.
fn tell(news: &News) {
    match news {
        News::Failed(failure) | News::Warned(failure) | News::AcceptFailed(failure) => complain(&failure.to_string()),
        News::Retrying { attempt, of, after, because } => {
            let wait = crate::wire::quantity::duration(*after);
            complain(&format!("{because}; attempt {attempt} of {of} in {wait}"));
        }
        News::Listening { local } => complain(&format!("listening on {local}")),
        News::Resolving { .. }
        | News::Resolved { .. }
        | News::Connecting { .. }
        | News::AttemptFailed { .. }
        | News::Connected { .. }
        | News::Accepted { .. }
        | News::TurnedAway { .. }
        | News::ChildEnded { .. }
        | News::WeFinished
        | News::PeerFinished { .. }
        | News::ReadingPaused
        | News::ReadingContinued
        | News::Joined { .. }
        | News::Left { .. }
        | News::Icmp(_)
        | News::FileSent { .. }
        | News::Request(_)
        | News::Response(_)
        | News::Redirect { .. }
        | News::Closed { .. } => {}
    }
}

/// Whether a session's bytes are to be told datagram by datagram.
pub(crate) fn is_datagrams(spec: &Spec) -> bool {
    matches!(spec.what, What::Udp(_) | What::UdpBound(_))
}
