//! A session's part of a capture.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::ports::CapturePorts;
#[cfg(target_os = "linux")]
use super::tap::CaptureTap;
#[cfg(not(target_os = "linux"))]
use super::unsupported::CaptureTap;
use crate::net::journal::Journal;
use crate::sessions::News;
use crate::wire::Failure;
use crate::wire::segment::FlowHint;

/// How long the end of a session waits for its last segments.
const MOST_SETTLING: Duration = Duration::from_millis(250);

/// How long the last segments are still looked for behind a session's end: the peer's FIN, the ACK of ours.
const MOST_LINGERING: Duration = Duration::from_secs(10);

/// A capture for one session.
#[derive(Clone, Debug)]
pub(crate) struct CaptureWatch {
    tap: CaptureTap,
    journal: Arc<Journal>,
}

impl CaptureWatch {
    /// Begins to capture for a session, where that was asked for and can be; where it cannot, that is told.
    pub(crate) async fn start(asked: bool, wanted: CapturePorts, journal: &Arc<Journal>) -> Option<CaptureWatch> {
        if !asked {
            return None;
        }
        match CaptureTap::open(wanted) {
            Ok(tap) => Some(CaptureWatch::new(&tap, journal)),
            Err(failure) => {
                report_refusal(failure, journal).await;
                None
            }
        }
    }

    /// A session's part of a capture that runs.
    pub(crate) fn new(tap: &CaptureTap, journal: &Arc<Journal>) -> CaptureWatch {
        journal.report_capturing(true);
        CaptureWatch { tap: tap.clone(), journal: Arc::clone(journal) }
    }

    /// Segments between these addresses are the session's.
    pub(crate) fn assign(&self, local: SocketAddr, peer: SocketAddr, hint: FlowHint) {
        self.tap.assign(local, peer, &self.journal, hint);
    }

    /// Only segments between these addresses are wanted from now on.
    pub(crate) fn narrow_to(&self, local: SocketAddr, peer: SocketAddr) {
        self.tap.set_filter(CapturePorts::Pair(local.port(), peer.port()));
    }

    /// Tells what was captured up to now.
    pub(crate) fn deliver(&self) {
        self.tap.deliver();
    }

    /// The session's user wants no more of it.
    pub(crate) fn stop_by_user(self, local: SocketAddr, peer: SocketAddr) {
        self.tap.deliver();
        self.tap.unassign(local, peer);
        self.journal.report_capturing(false);
    }

    /// The session ends: its last segments are waited for, a little while here, and longer behind its end.
    pub(crate) async fn finish(self, local: SocketAddr, peer: SocketAddr) {
        self.tap.wait_for_last(local, peer, MOST_SETTLING).await;
        tokio::spawn(async move {
            self.tap.wait_for_last(local, peer, MOST_LINGERING).await;
            self.tap.unassign(local, peer);
        });
    }
}

/// Tells that there will be no capture.
pub(crate) async fn report_refusal(failure: Failure, journal: &Arc<Journal>) {
    journal.news(News::Warned(failure)).await;
}
