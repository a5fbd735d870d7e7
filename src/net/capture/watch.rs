//! A session's share of a capture.

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

/// How long a session's end waits for its last segments.
const MOST_SETTLING: Duration = Duration::from_millis(250);

/// How long last segments are awaited after a session's end: the peer's FIN, the ACK of ours.
const MOST_LINGERING: Duration = Duration::from_secs(10);

/// A capture for one session.
#[derive(Clone, Debug)]
pub(crate) struct CaptureWatch {
    tap: CaptureTap,
    journal: Arc<Journal>,
}

impl CaptureWatch {
    /// Starts to capture for a session, if requested; a failure is reported.
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

    /// A session's share of a running capture.
    pub(crate) fn new(tap: &CaptureTap, journal: &Arc<Journal>) -> CaptureWatch {
        journal.report_capturing(true);
        CaptureWatch { tap: tap.clone(), journal: Arc::clone(journal) }
    }

    /// Assigns segments between these addresses to the session.
    pub(crate) fn assign(&self, local: SocketAddr, peer: SocketAddr, hint: FlowHint) {
        self.tap.assign(local, peer, &self.journal, hint);
    }

    /// Captures only segments between these ports from now on.
    pub(crate) fn narrow_to(&self, local: SocketAddr, peer: SocketAddr) {
        self.tap.set_filter(CapturePorts::Pair(local.port(), peer.port()));
    }

    /// Delivers the segments captured so far.
    pub(crate) fn deliver(&self) {
        self.tap.deliver();
    }

    /// Ends the capture for the session's user.
    pub(crate) fn stop_by_user(self, local: SocketAddr, peer: SocketAddr) {
        self.tap.deliver();
        self.tap.unassign(local, peer);
        self.journal.report_capturing(false);
    }

    /// Call when the session ends: waits a short time for its last segments, then longer in the background.
    pub(crate) async fn finish(self, local: SocketAddr, peer: SocketAddr) {
        self.tap.wait_for_last(local, peer, MOST_SETTLING).await;
        tokio::spawn(async move {
            self.tap.wait_for_last(local, peer, MOST_LINGERING).await;
            self.tap.unassign(local, peer);
        });
    }
}

/// Reports that there will be no capture.
pub(crate) async fn report_refusal(failure: Failure, journal: &Arc<Journal>) {
    journal.news(News::Warned(failure)).await;
}
