//! Whether a SYN could leave: what the kernel knew of the next hop when a `connect()` began.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::route::is_next_hop_silent;

/// Whether the kernel had no address of the next hop when a `connect()` began. Copies share what was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct HopAtBegin(Arc<AtomicBool>);

impl HopAtBegin {
    /// How long after `connect()` an attempt that is still pending looks: what is answered sooner needs no look, and the
    /// kernel asks for much longer before it gives an entry up.
    pub(crate) const LOOK_AFTER: Duration = Duration::from_millis(20);

    /// Asks the kernel. Two short queries.
    pub(crate) fn look(&self, peer: SocketAddr) {
        self.0.store(is_next_hop_silent(peer.ip()), Ordering::Relaxed);
    }

    /// Whether it had none, as far as was looked.
    pub(crate) fn was_silent(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether no packet to the peer has left this machine: the next hop was not known when the attempt began, and is
    /// not known now. An entry that was known once had an address, right or wrong, and SYNs went there.
    pub(crate) fn is_unreached(&self, peer: SocketAddr) -> bool {
        self.was_silent() && is_next_hop_silent(peer.ip())
    }
}
