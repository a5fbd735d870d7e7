//! SO_TIMESTAMPING: when the kernel queued the last byte of each write, sent it, and saw it acknowledged.
//!
//! The timestamps arrive on the socket's error queue, each with the number of its byte.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use nix::sys::socket::{ControlMessageOwned, MsgFlags, TimestampingFlag, recvmsg, setsockopt, sockopt};

/// The event that a timestamp marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StampPoint {
    /// The byte entered the queue of the network device.
    Scheduled,
    /// The byte was passed to the device.
    Sent,
    /// The peer acknowledged it.
    Acked,
}

/// One timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KernelStamp {
    /// The event.
    pub(crate) point: StampPoint,
    /// The byte's number, counted from 0 at the first request, modulo 2³².
    pub(crate) byte: u32,
    /// The time since 1970 by the system's clock.
    pub(crate) at: Duration,
}

/// Requests timestamps for later writes (`generate`), or only for those still outstanding.
///
/// Bytes are numbered from the first call, which must come before the first write.
///
/// # Errors
/// Returns the system's error.
pub(crate) fn request_timestamps(socket: &impl AsFd, generate: bool) -> io::Result<()> {
    let mut bits = libc::SOF_TIMESTAMPING_SOFTWARE | libc::SOF_TIMESTAMPING_OPT_ID | libc::SOF_TIMESTAMPING_OPT_TSONLY;
    if generate {
        bits |= libc::SOF_TIMESTAMPING_TX_SCHED | libc::SOF_TIMESTAMPING_TX_SOFTWARE | libc::SOF_TIMESTAMPING_TX_ACK;
    }
    setsockopt(socket, sockopt::Timestamping, &TimestampingFlag::from_bits_retain(bits)).map_err(io::Error::from)
}

/// The oldest entry of the error queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StampQueueEntry {
    /// A timestamp.
    Stamp(KernelStamp),
    /// Another entry; it is removed.
    Other,
    /// The queue is empty.
    Nothing,
}

/// Takes the oldest entry of the error queue. One system call; never waits.
pub(crate) fn next(socket: &impl AsFd) -> StampQueueEntry {
    let mut control = nix::cmsg_space!([libc::timespec; 3], libc::sock_extended_err, libc::sockaddr_in6, [u64; 8]);
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let Ok(message) = recvmsg::<()>(socket.as_fd().as_raw_fd(), &mut [], Some(&mut control), flags) else {
        return StampQueueEntry::Nothing;
    };
    let Ok(controls) = message.cmsgs() else { return StampQueueEntry::Other };
    let (mut at, mut what) = (None, None);
    for control in controls {
        match control {
            ControlMessageOwned::ScmTimestampsns(stamps) => at = since_1970(stamps.system),
            ControlMessageOwned::Ipv4RecvErr(error, _) | ControlMessageOwned::Ipv6RecvErr(error, _)
                if error.ee_origin == libc::SO_EE_ORIGIN_TIMESTAMPING =>
            {
                what = point(error.ee_info).map(|point| (point, error.ee_data));
            }
            _ => {}
        }
    }
    match (at, what) {
        (Some(at), Some((point, byte))) => StampQueueEntry::Stamp(KernelStamp { point, byte, at }),
        _ => StampQueueEntry::Other,
    }
}

/// `SCM_TSTAMP_*` of linux/errqueue.h.
fn point(info: u32) -> Option<StampPoint> {
    match info {
        0 => Some(StampPoint::Sent),
        1 => Some(StampPoint::Scheduled),
        2 => Some(StampPoint::Acked),
        _ => None,
    }
}

fn since_1970(at: nix::sys::time::TimeSpec) -> Option<Duration> {
    let (seconds, nanos) = (u64::try_from(at.tv_sec()).ok()?, u32::try_from(at.tv_nsec()).ok()?);
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}
