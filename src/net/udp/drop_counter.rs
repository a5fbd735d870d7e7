//! Counts datagrams that the kernel dropped because we did not read in time.
//!
//! `SO_MEMINFO` returns the socket's drop counter at any time. `SO_RXQ_OVFL` gives it only with a datagram, as of when
//! that datagram was queued, so drops after the last datagram would stay unknown.

/// The kernel's counter has 32 bits and wraps; this one does not.
#[derive(Debug, Default)]
pub(super) struct DropCounter {
    total: u64,
    last: u32,
    known: bool,
}

impl DropCounter {
    /// Updates the total from the counter's value; returns the total if it changed, and for the first value.
    pub(super) fn observe(&mut self, counter: u32) -> Option<u64> {
        let more = u64::from(counter.wrapping_sub(self.last));
        let news = more > 0 || !self.known;
        self.last = counter;
        self.total += more;
        self.known = true;
        news.then_some(self.total)
    }
}

#[cfg(target_os = "linux")]
pub(super) use crate::net::kernel::drops as counter;

/// The socket's drop counter: not available on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn counter(_socket: &impl crate::net::system::AsFd) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_wraps_goes_on_counting() {
        let mut drops = DropCounter::default();
        assert_eq!(drops.observe(0), Some(0), "the first value is news even where nothing was dropped");
        assert_eq!(drops.observe(0), None);
        assert_eq!(drops.observe(u32::MAX), Some(u64::from(u32::MAX)));
        assert_eq!(drops.observe(2), Some(u64::from(u32::MAX) + 3));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_fresh_socket_dropped_nothing() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert_eq!(counter(&socket), Some(0));
    }
}
