//! Samples the kernel's view of the socket: while something moves, and once after it stops.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::shared::{SharedSocket, UdpEnding};
#[cfg(target_os = "linux")]
use crate::wire::kernel::view::KernelView;

/// Interval between two samples.
const EVERY: Duration = Duration::from_millis(250);

impl SharedSocket {
    /// Samples the kernel's view, and reports what changed.
    pub(super) fn sample(&self) {
        #[cfg(target_os = "linux")]
        self.journal.kernel(self.kernel_view());
    }

    #[cfg(target_os = "linux")]
    fn kernel_view(&self) -> KernelView {
        let udp = crate::net::kernel::udp_view(&self.socket, self.local.is_ipv6());
        KernelView {
            send_queue_bytes: udp.send_queue_bytes,
            recv_queue_bytes: udp.receive_memory_bytes,
            udp: Some(udp),
            ..KernelView::default()
        }
    }

    /// Samples while something moves; never ends.
    pub(super) async fn watch_kernel(&self) -> UdpEnding {
        loop {
            let looked = Instant::now();
            self.sample();
            tokio::time::sleep(EVERY).await;
            // While nothing is read, the kernel's queue fills without any action of ours.
            if self.moved_since(looked) || !self.is_reading() {
                continue;
            }
            self.looks.resting.store(true, Ordering::Release);
            self.sample();
            if !self.moved_since(looked) {
                self.looks.bell.notified().await;
            }
            self.looks.resting.store(false, Ordering::Relaxed);
        }
    }
}
