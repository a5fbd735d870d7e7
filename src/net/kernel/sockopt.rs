//! Socket system calls that no crate wraps, or not for every option; all `unsafe` of this folder is here.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

/// Reads an option into `bytes`; returns how many bytes the kernel filled, which may be fewer.
///
/// # Errors
/// Returns the system's error: the option does not exist here, or does not apply to this socket.
#[expect(unsafe_code, reason = "no crate reads TCP_INFO by the returned length, nor TCP_SAVED_SYN at all")]
pub(crate) fn get(socket: BorrowedFd<'_>, level: i32, name: i32, bytes: &mut [u8]) -> io::Result<usize> {
    let mut len = libc::socklen_t::try_from(bytes.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: the descriptor is borrowed for the call; the kernel writes at most `len` bytes, which `bytes` has, and
    // sets `len` to how many it wrote.
    let answer = unsafe { libc::getsockopt(socket.as_raw_fd(), level, name, bytes.as_mut_ptr().cast(), &raw mut len) };
    match answer {
        0 => Ok(usize::try_from(len).unwrap_or(0).min(bytes.len())),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Sets an option whose value is an `int`.
///
/// # Errors
/// Returns the system's error: the value is out of bounds, or a privilege is missing.
#[expect(unsafe_code, reason = "no crate sets TCP_SAVE_SYN or TCP_SYNCNT, and a table of options needs one door")]
pub(crate) fn set_int(socket: &impl AsFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    let len = size_of::<i32>() as libc::socklen_t;
    // SAFETY: the descriptor is borrowed for the call; the kernel reads `len` bytes, the size of `value`.
    let answer = unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, name, (&raw const value).cast(), len) };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Chooses the interface, by its index, for what is sent to IPv4 groups (`IP_MULTICAST_IF`).
///
/// # Errors
/// Returns the system's error: there is no such interface.
#[expect(unsafe_code, reason = "socket2 chooses the interface by one of its addresses only")]
pub(crate) fn set_multicast_interface_v4(socket: &impl AsFd, index: u32) -> io::Result<()> {
    let nowhere = libc::in_addr { s_addr: 0 };
    let value = libc::ip_mreqn { imr_multiaddr: nowhere, imr_address: nowhere, imr_ifindex: index.cast_signed() };
    let len = size_of::<libc::ip_mreqn>() as libc::socklen_t;
    let (level, name) = (libc::IPPROTO_IP, libc::IP_MULTICAST_IF);
    // SAFETY: the descriptor is borrowed for the call; the kernel reads `len` bytes, the size of `value`.
    let answer = unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, name, (&raw const value).cast(), len) };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Reads an option whose value is an `int`.
///
/// # Errors
/// Returns the system's error, or fails if the option is not an `int`.
pub(crate) fn read_int(socket: &impl AsFd, level: i32, name: i32) -> io::Result<i32> {
    let mut bytes = [0; size_of::<i32>()];
    match get(socket.as_fd(), level, name, &mut bytes)? {
        filled if filled == bytes.len() => Ok(i32::from_ne_bytes(bytes)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Bytes that we wrote and the peer has not acknowledged; an unacknowledged FIN counts as one.
#[expect(unsafe_code, reason = "no crate offers SIOCOUTQ")]
pub(super) fn send_queue(socket: BorrowedFd<'_>) -> Option<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: SIOCOUTQ (the same number as TIOCOUTQ) writes one int to the pointer, which is valid.
    let answer = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    (answer == 0).then(|| u64::try_from(bytes).unwrap_or(0))
}
