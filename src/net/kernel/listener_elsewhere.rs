//! What other systems than Linux tell of listeners and sockets of the Unix domain: nothing.

use crate::net::system::AsFd;
use crate::wire::kernel::view::KernelView;

/// Counters of full queues; there are none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListenCounters {
    /// How often a queue was full.
    pub(crate) overflows: u64,
    /// How many packets to listeners were dropped.
    pub(crate) drops: u64,
}

/// An empty view.
pub(crate) fn tcp_listener_view(_socket: &impl AsFd) -> KernelView {
    KernelView::default()
}

/// An empty view.
pub(crate) fn unix_listener_view(_socket: &impl AsFd) -> KernelView {
    KernelView::default()
}

/// An empty view.
pub(crate) fn sample_unix(_socket: &impl AsFd) -> KernelView {
    KernelView::default()
}

/// Unknown.
pub(crate) fn listen_counters() -> Option<ListenCounters> {
    None
}
