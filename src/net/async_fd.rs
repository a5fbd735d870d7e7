//! Waits for descriptors that have no type in the runtime.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Registers a descriptor with the runtime, to wait until it can be read or written.
///
/// # Errors
/// Returns the system's error: there is no room for more.
#[expect(unsafe_code, reason = "tokio's safe constructors are deprecated, as they cannot know who owns the descriptor")]
pub(crate) fn registered(fd: impl Into<OwnedFd>, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd is open while it lives, its number never changes, and it is moved in here.
    unsafe { AsyncFd::register_with_interest(fd.into(), interest) }.map_err(io::Error::from)
}
