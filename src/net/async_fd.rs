//! Waiting for a descriptor that no type of the runtime's is for.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Registers a descriptor with the runtime, to wait until it can be read or written.
///
/// # Errors
/// The system's own: no room for more.
#[expect(unsafe_code, reason = "tokio's safe constructors are deprecated, as they cannot know who owns the descriptor")]
pub(crate) fn registered(fd: impl Into<OwnedFd>, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd is open as long as it lives, its number never changes, and it moves in here.
    unsafe { AsyncFd::register_with_interest(fd.into(), interest) }.map_err(io::Error::from)
}
