//! What a session shows when it is looked at, once a frame.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Instant;

use super::id::SessionId;
use super::news::News;
use super::record::Record;
use super::spec::AcceptedSpec;
use crate::sessions::kinds::http::HttpGauge;
use crate::sessions::news::ListenerNews;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;
use crate::wire::{Both, Totals};

/// One look at one session: its counters as they stand, and all that happened since the last look, in order.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Whose.
    pub id: SessionId,
    /// The exact totals now.
    pub totals: Both<Totals>,
    /// What happened since the last look.
    pub records: Vec<Record>,
    /// What the kernel says of the socket, where it says anything.
    pub kernel: Option<Arc<KernelView>>,
    /// What is measured of an HTTP body.
    pub http: Option<HttpGauge>,
    /// What is measured of a run of many, where there is something new.
    pub repeat: Option<Arc<crate::sessions::repeat::run::RepeatReading>>,
    /// What was captured, where segments are captured or that has just ended.
    pub capture: Option<Box<CaptureReading>>,
    /// Datagrams that the kernel dropped before we could read them (SO_RXQ_OVFL).
    pub dropped_datagrams: Option<u64>,
    /// Escape sequences that started in what was received since the last look, kept or not.
    pub escapes: EscapeCounts,
}

/// Escape sequences that started in what was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EscapeCounts {
    /// How many, as [`crate::text::sanitize::count_escapes`] counts them.
    pub found: u64,
    /// Bytes that a flood brought too fast for them to be searched.
    pub unsearched: u64,
}

impl AddAssign for EscapeCounts {
    fn add_assign(&mut self, more: EscapeCounts) {
        self.found += more.found;
        self.unsearched += more.unsearched;
    }
}

impl Reading {
    /// A look at a session in which nothing happened yet.
    pub fn empty(id: SessionId) -> Self {
        Reading {
            id,
            totals: Both::default(),
            records: Vec::new(),
            kernel: None,
            http: None,
            repeat: None,
            capture: None,
            dropped_datagrams: None,
            escapes: EscapeCounts::default(),
        }
    }

    /// When and by whom the session was accepted, where this reading tells it: a session that a listener accepted tells
    /// its own birth.
    pub fn accepted(&self) -> Option<(Instant, AcceptedSpec)> {
        self.records.iter().find_map(|record| match record {
            Record::News { at, news: News::Listener(ListenerNews::Accepted { listener, local, peer }) } => {
                Some((*at, AcceptedSpec { listener: *listener, local: *local, peer: *peer }))
            }
            Record::News { .. } | Record::Block(_) | Record::NotKept { .. } => None,
        })
    }

    /// Whether it has the session's last fact.
    pub fn has_end(&self) -> bool {
        self.records.iter().any(|record| matches!(record, Record::News { news: News::Closed { .. }, .. }))
    }
}
