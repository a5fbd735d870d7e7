//! One reading of a session, taken once a frame.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Instant;

use super::id::SessionId;
use super::news::News;
use super::record::Record;
use super::send_progress::SendProgress;
use super::socket_moves::SocketMoves;
use super::spec::{AcceptedSpec, SpecKind, UnixAcceptedSpec};
use crate::sessions::kinds::http::HttpGauge;
use crate::sessions::news::{ListenerNews, UnixNews};
use crate::text::sanitize::SanitizeCounts;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;
use crate::wire::{Both, Totals};

/// One reading of one session: its counters, and all records since the last reading, in order.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The session.
    pub id: SessionId,
    /// The exact totals now.
    pub totals: Both<Totals>,
    /// The records since the last reading.
    pub records: Vec<Record>,
    /// The kernel's view of the socket, if there is one.
    pub kernel: Option<Arc<KernelView>>,
    /// When the kernel was asked for that view; `None`: when the reading was taken.
    pub kernel_at: Option<Instant>,
    /// Counters of an HTTP body.
    pub http: Option<HttpGauge>,
    /// Reads and writes since the last reading of a connection that carries the session's bytes in another form.
    pub moves: Vec<SocketMoves>,
    /// The file or body that is being sent, if there is one.
    pub sending: Option<SendProgress>,
    /// Counters of a repeat run, if they changed.
    pub repeat: Option<Arc<crate::sessions::repeat::run::RepeatReading>>,
    /// Captured segments, while capture is on or has just ended.
    pub capture: Option<Box<CaptureReading>>,
    /// Datagrams that the kernel dropped before we could read them (SO_RXQ_OVFL).
    pub dropped_datagrams: Option<u64>,
    /// What was neutralised in the bytes received since the last reading, kept or not.
    pub escapes: EscapeCounts,
}

/// Counter of what was neutralised in received bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EscapeCounts {
    /// How many of each kind.
    pub found: SanitizeCounts,
    /// Bytes that were not searched, because a flood exceeded the search budget.
    pub unsearched: u64,
}

impl AddAssign for EscapeCounts {
    fn add_assign(&mut self, more: EscapeCounts) {
        self.found += more.found;
        self.unsearched += more.unsearched;
    }
}

impl Reading {
    /// A reading of a session in which nothing happened yet.
    pub fn empty(id: SessionId) -> Self {
        Reading {
            id,
            totals: Both::default(),
            records: Vec::new(),
            kernel: None,
            kernel_at: None,
            http: None,
            moves: Vec::new(),
            sending: None,
            repeat: None,
            capture: None,
            dropped_datagrams: None,
            escapes: EscapeCounts::default(),
        }
    }

    /// When the session was accepted, and its spec, if this reading has that news: an accepted session reports its own
    /// creation.
    pub fn accepted(&self) -> Option<(Instant, SpecKind)> {
        self.records.iter().find_map(|record| match record {
            Record::News { at, news: News::Listener(ListenerNews::Accepted { listener, local, peer }) } => {
                let spec = AcceptedSpec { listener: *listener, local: *local, peer: *peer };
                Some((*at, SpecKind::Accepted(spec)))
            }
            Record::News { at, news: News::Unix(UnixNews::Accepted { listener, local, peer, credentials }) } => {
                let (local, peer, credentials) = (local.clone(), peer.clone(), *credentials);
                let spec = UnixAcceptedSpec { listener: *listener, local, peer, credentials };
                Some((*at, SpecKind::UnixAccepted(spec)))
            }
            Record::News { .. } | Record::Block(_) | Record::NotKept { .. } => None,
        })
    }

    /// Whether this reading has the session's last fact.
    pub fn has_end(&self) -> bool {
        self.records.iter().any(|record| matches!(record, Record::News { news: News::Closed { .. }, .. }))
    }
}
