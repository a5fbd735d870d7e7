//! What the kernel tells of a TCP socket, without privileges: TCP_INFO, SIOCINQ, SIOCOUTQ, the peer's SYN, TIME-WAIT.
//!
//! Linux tells; on other systems everything compiles, and is `None`.

use std::os::fd::AsFd;

use crate::wire::kernel::TcpInfo;
use crate::wire::reading::KernelView;

#[cfg(target_os = "linux")]
pub(crate) mod diag;
#[cfg(target_os = "linux")]
mod raw;
#[cfg(target_os = "linux")]
pub(crate) mod stamp;
pub(crate) mod syn;

#[cfg(target_os = "linux")]
pub(crate) use raw::{int, set_int};

/// What the kernel says of this socket now. What cannot be known is `None`.
///
/// Cost: three system calls, 1 to 2 µs together.
#[cfg(target_os = "linux")]
pub(crate) fn view(socket: &impl AsFd) -> KernelView {
    let mut bytes = [0; TcpInfo::LEN];
    let filled = raw::get(socket.as_fd(), libc::IPPROTO_TCP, libc::TCP_INFO, &mut bytes).unwrap_or(0);
    let info = TcpInfo::parse(&bytes[..filled]);
    KernelView {
        state: info.state,
        rtt: info.rtt,
        send_queue_bytes: raw::send_queue(socket.as_fd()),
        recv_queue_bytes: rustix::io::ioctl_fionread(socket).ok(),
        tcp: (filled > 0).then_some(info),
    }
}

/// What the kernel says of this socket now: on this system, nothing that we ask for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn view(_socket: &impl AsFd) -> KernelView {
    KernelView::default()
}
