//! What the sockets need of the system, and what differs from system to system: handles, interfaces, queues.

/// The handle of a socket, and a type that has one. Windows keeps sockets apart from files.
#[cfg(unix)]
pub(crate) use std::os::fd::{AsFd, OwnedFd};
#[cfg(windows)]
pub(crate) use std::os::windows::io::{AsSocket as AsFd, OwnedSocket as OwnedFd};

/// The index of the interface with this name or this number. `None`: this host has no such interface.
///
/// Windows writes zones as numbers, which are not checked here.
pub(crate) fn interface_index(zone: &str) -> Option<u32> {
    zone.parse().ok().or_else(|| index_of_name(zone))
}

#[cfg(unix)]
fn index_of_name(name: &str) -> Option<u32> {
    nix::net::if_::if_nametoindex(name).ok()
}

#[cfg(not(unix))]
fn index_of_name(_name: &str) -> Option<u32> {
    None
}

/// The name of the interface with this index, if the system tells it.
#[cfg(unix)]
pub(crate) fn interface_name(index: u32) -> Option<String> {
    nix::net::if_::if_indextoname(index).ok().map(|name| name.to_string_lossy().into_owned())
}

/// The name of the interface with this index: not known on this system.
#[cfg(not(unix))]
pub(crate) fn interface_name(_index: u32) -> Option<String> {
    None
}

/// The interfaces as they are now: name and index. None if the system does not tell.
#[cfg(not(unix))]
pub(crate) fn interfaces() -> Vec<(String, u32)> {
    Vec::new()
}

/// The interfaces as they are now: name and index. None if the system does not tell.
#[cfg(unix)]
pub(crate) fn interfaces() -> Vec<(String, u32)> {
    let found = nix::net::if_::if_nameindex();
    let named = |interfaces: nix::net::if_::Interfaces| {
        let all = interfaces.iter().map(|one| (one.name().to_string_lossy().into_owned(), one.index()));
        all.collect()
    };
    found.map_or_else(|_| Vec::new(), named)
}

/// How many bytes a read would return now (FIONREAD). `None`: the system does not tell.
#[cfg(unix)]
pub(crate) fn readable_bytes(socket: &impl AsFd) -> Option<u64> {
    rustix::io::ioctl_fionread(socket).ok()
}

/// Removes the files of our Unix sockets: there are none.
#[cfg(not(unix))]
pub(crate) fn remove_socket_files() {}

/// How many bytes a read would return now: not known on this system.
#[cfg(not(unix))]
pub(crate) fn readable_bytes(_socket: &impl AsFd) -> Option<u64> {
    None
}
