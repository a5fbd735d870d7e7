//! The packet socket: cooked, non-blocking, with the kernel's timestamps.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockProtocol, SockType, recvmmsg,
    setsockopt, socket, sockopt,
};
use nix::sys::time::TimeSpec;

use super::filter::SNAP;
use super::ports::CapturePorts;
use crate::net::kernel;

/// The most packets that one call reads.
pub(super) const MOST_AT_ONCE: usize = 64;

/// The kernel's queue for unread packets: when it is full, the kernel drops and counts.
const QUEUE: usize = 4 * 1024 * 1024;

/// The captured part of one packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct CapturedPacket<'a> {
    /// From its IP header on.
    pub(super) bytes: &'a [u8],
    /// When the kernel saw it, since 1970 by the system's clock.
    pub(super) at: Duration,
    /// The interface's index.
    pub(super) interface: usize,
}

/// A packet socket, and the memory that calls read into.
#[derive(Debug)]
pub(super) struct PacketSocket {
    fd: OwnedFd,
    slots: Box<[[u8; SNAP]; MOST_AT_ONCE]>,
}

impl PacketSocket {
    /// Opens a socket for these packets, on all interfaces.
    ///
    /// # Errors
    /// Returns the system's error: EPERM if CAP_NET_RAW is missing.
    pub(super) fn open(wanted: CapturePorts) -> io::Result<Self> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let fd = socket(AddressFamily::Packet, SockType::Datagram, flags, SockProtocol::EthAll)?;
        // More than the system's limit needs another privilege; without it we get the limit.
        if setsockopt(&fd, sockopt::RcvBufForce, &QUEUE).is_err() {
            setsockopt(&fd, sockopt::RcvBuf, &QUEUE)?;
        }
        setsockopt(&fd, sockopt::ReceiveTimestampns, &true)?;
        let mut packets = PacketSocket { fd, slots: Box::new([[0; SNAP]; MOST_AT_ONCE]) };
        packets.set_filter(wanted)?;
        // Discard what arrived before the filter was set.
        while packets.read(|_| {}).is_ok_and(|count| count == MOST_AT_ONCE) {}
        packets.take_dropped();
        Ok(packets)
    }

    /// A second descriptor of the same socket, to wait on.
    ///
    /// # Errors
    /// Fails if no descriptors are left.
    pub(super) fn duplicate_fd(&self) -> io::Result<OwnedFd> {
        self.fd.try_clone()
    }

    /// Changes which packets are wanted, from the next one on.
    pub(super) fn set_filter(&self, wanted: CapturePorts) -> io::Result<()> {
        socket2::SockRef::from(&self.fd).attach_filter(&wanted.program())
    }

    /// Reads what has arrived, at most [`MOST_AT_ONCE`] packets; returns how many. Never waits.
    ///
    /// # Errors
    /// Returns the system's error: `WouldBlock` if nothing has arrived.
    pub(super) fn read(&mut self, mut each: impl FnMut(CapturedPacket<'_>)) -> io::Result<usize> {
        let mut vectors: Vec<[IoSliceMut<'_>; 1]> = self.slots.iter_mut().map(|slot| [IoSliceMut::new(slot)]).collect();
        let mut found: [(usize, Option<Duration>, usize); MOST_AT_ONCE] = [(0, None, 0); MOST_AT_ONCE];
        let mut count = 0;
        let mut headers = MultiHeaders::<LinkAddr>::preallocate(MOST_AT_ONCE, Some(nix::cmsg_space!(TimeSpec)));
        let messages = recvmmsg(self.fd.as_raw_fd(), &mut headers, vectors.iter_mut(), MsgFlags::MSG_DONTWAIT, None)?;
        for (message, found) in messages.zip(&mut found) {
            let at = message.cmsgs().ok().and_then(|mut all| all.find_map(|control| timestamp(&control)));
            *found = (message.bytes, at, message.address.map_or(0, |address| address.ifindex()));
            count += 1;
        }
        never_later_than_the_next(found.iter_mut().take(count).filter_map(|(_, at, _)| at.as_mut()));
        for (slot, (len, at, interface)) in self.slots.iter().zip(found).take(count) {
            if let (Some(bytes), Some(at)) = (slot.get(..len), at) {
                each(CapturedPacket { bytes, at, interface });
            }
        }
        Ok(count)
    }

    /// How many wanted packets the kernel dropped since the last call.
    pub(super) fn take_dropped(&self) -> u64 {
        // struct tpacket_stats of linux/if_packet.h: packets, then drops.
        let mut bytes = [0; 8];
        let read = kernel::get(self.fd.as_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS, &mut bytes);
        let [_, _, _, _, a, b, c, d] = bytes;
        if read.is_ok_and(|read| read == bytes.len()) { u32::from_ne_bytes([a, b, c, d]).into() } else { 0 }
    }
}

/// Lowers each time to at most the time of the packet after it.
///
/// The kernel enables its packet timestamps with a delay (a static key that a worker flips: net/core/dev.c,
/// `net_enable_timestamp`). A packet that arrived before that has no timestamp until it is read, and its time would be
/// later than that of packets timestamped on arrival. Packets are queued in order of arrival, so the next packet's
/// timestamp is the latest time at which it can have arrived.
fn never_later_than_the_next<'a>(times: impl DoubleEndedIterator<Item = &'a mut Duration>) {
    let mut next = Duration::MAX;
    for time in times.rev() {
        next = next.min(*time);
        *time = next;
    }
}

fn timestamp(control: &ControlMessageOwned) -> Option<Duration> {
    let ControlMessageOwned::ScmTimestampns(at) = control else { return None };
    let (seconds, nanos) = (u64::try_from(at.tv_sec()).ok()?, u32::try_from(at.tv_nsec()).ok()?);
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_that_was_stamped_late_is_no_later_than_the_one_behind_it() {
        let mut times = [90, 95, 20, 30, 30, 25, 40].map(Duration::from_micros);
        never_later_than_the_next(times.iter_mut());
        assert_eq!(times, [20, 20, 20, 25, 25, 25, 40].map(Duration::from_micros));
    }
}
