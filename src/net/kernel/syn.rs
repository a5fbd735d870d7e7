//! TCP_SAVE_SYN and TCP_SAVED_SYN (tcp(7)): a listener's kernel keeps each peer's SYN; it can be read once.

use crate::net::system::AsFd;

use crate::wire::tcp::syn::SynView;

/// Makes the kernel keep SYNs; call it before `listen()`. Best effort: without it, SYNs are not seen.
#[cfg(target_os = "linux")]
pub(crate) fn enable_saved_syn(listener: &impl AsFd) {
    super::sockopt::set_int(listener, libc::IPPROTO_TCP, libc::TCP_SAVE_SYN, 1).ok();
}

/// Does nothing: this system keeps no SYNs.
#[cfg(not(target_os = "linux"))]
pub(crate) fn enable_saved_syn(_listener: &impl AsFd) {}

/// The SYN that opened an accepted connection; the kernel returns it once.
#[cfg(target_os = "linux")]
pub(crate) fn saved_syn(accepted: &impl AsFd) -> Option<SynView> {
    // IPv4 and TCP headers have at most 60 bytes each; IPv6 has extensions.
    let mut bytes = [0; 512];
    let len = super::sockopt::get(accepted.as_fd(), libc::IPPROTO_TCP, libc::TCP_SAVED_SYN, &mut bytes).ok()?;
    SynView::parse(&bytes[..len])
}

/// Returns `None`: this system keeps no SYNs.
#[cfg(not(target_os = "linux"))]
pub(crate) fn saved_syn(_accepted: &impl AsFd) -> Option<SynView> {
    None
}
