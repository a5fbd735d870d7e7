//! Starts and stops packet capture while the connection is open.

use std::sync::PoisonError;

use super::shared::SharedConnection;
use crate::net::capture::{CapturePorts, CaptureWatch};
use crate::net::kernel;
use crate::wire::Both;
use crate::wire::segment::FlowHint;
use crate::wire::tcp::state::TcpState;

/// Starts to capture, unless capture already runs; a failure is reported.
pub(super) async fn start(shared: &SharedConnection) {
    if lock_watch(shared).is_some() {
        return;
    }
    let Some((local, peer)) = shared.ends else { return };
    let wanted = CapturePorts::Pair(local.port(), peer.port());
    if let Some(begun) = CaptureWatch::start(true, wanted, &shared.journal).await {
        begun.assign(local, peer, hint(shared));
        *lock_watch(shared) = Some(begun);
    }
}

/// Stops capture.
pub(super) fn stop_capture(shared: &SharedConnection) {
    let running = lock_watch(shared).take();
    if let (Some(running), Some((local, peer))) = (running, shared.ends) {
        running.stop_by_user(local, peer);
    }
}

fn lock_watch(shared: &SharedConnection) -> std::sync::MutexGuard<'_, Option<CaptureWatch>> {
    shared.capture.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the missed SYNs would have shown. Stream offsets are known only if no bytes are in flight.
fn hint(shared: &SharedConnection) -> FlowHint {
    let before = shared.counts.bytes();
    let view = kernel::sample_socket(shared.transport.socket());
    let after = shared.counts.bytes();
    let still = before == after && view.state == Some(TcpState::Established) && view.send_queue_bytes == Some(0);
    let bytes = match view.recv_queue_bytes.filter(|_| still) {
        Some(unread) => Both { sent: Some(after.sent), received: Some(after.received + unread) },
        None => Both::default(),
    };
    let tcp = view.tcp.unwrap_or_default();
    // TCP_INFO names each shift by the window it applies to; the shift for received bytes is the peer's.
    let shifts = Both { sent: tcp.rcv_wscale, received: tcp.snd_wscale };
    FlowHint { bytes, shifts, most_sent: tcp.snd_mss }
}
