//! How many datagrams the kernel dropped because we did not read in time.
//!
//! `SO_MEMINFO` tells the socket's drop counter at any time: the one that `SO_RXQ_OVFL` tells beside a datagram, as it
//! stood when that datagram was queued, so that what was dropped after the last one would stay unknown.

use std::os::fd::AsFd;

/// The kernel's counter has 32 bits and wraps; this one does not.
#[derive(Debug, Default)]
pub(super) struct Drops {
    total: u64,
    last: u32,
    known: bool,
}

impl Drops {
    /// Takes the counter's value; the new total where it is news, the first value included.
    pub(super) fn observe(&mut self, counter: u32) -> Option<u64> {
        let more = u64::from(counter.wrapping_sub(self.last));
        let news = more > 0 || !self.known;
        self.last = counter;
        self.total += more;
        self.known = true;
        news.then_some(self.total)
    }
}

/// The socket's drop counter now; `None` where the system does not tell.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no safe crate offers SO_MEMINFO")]
pub(super) fn counter(socket: &impl AsFd) -> Option<u32> {
    use std::os::fd::AsRawFd;

    const WORDS: usize = libc::SK_MEMINFO_DROPS as usize + 1;
    let mut words = [0_u32; WORDS];
    let whole = size_of_val(&words) as libc::socklen_t;
    let mut length = whole;
    // SAFETY: the descriptor is open while it is borrowed; `words` and `length` live until the call is over,
    // and the kernel writes `length` octets at the most (socket(7), getsockopt(2)).
    let result = unsafe {
        let (words, length) = (words.as_mut_ptr().cast(), &raw mut length);
        libc::getsockopt(socket.as_fd().as_raw_fd(), libc::SOL_SOCKET, libc::SO_MEMINFO, words, length)
    };
    (result == 0 && length == whole).then_some(words[WORDS - 1])
}

/// The socket's drop counter now: unknown on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn counter(_socket: &impl AsFd) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_wraps_goes_on_counting() {
        let mut drops = Drops::default();
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
