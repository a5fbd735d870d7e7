//! Addresses of the Unix domain, as the system's structures.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;

use socket2::SockAddr;

use crate::wire::unix::UnixAddress;

/// The address as `struct sockaddr_un`.
///
/// # Errors
/// Fails for an unnamed address, which nobody can connect to or bind.
pub(super) fn to_system(address: &UnixAddress) -> io::Result<SockAddr> {
    match address {
        UnixAddress::Unnamed => Err(io::ErrorKind::AddrNotAvailable.into()),
        UnixAddress::Path(path) => SockAddr::unix(OsStr::from_bytes(path)),
        UnixAddress::Abstract(name) => {
            // The kernel knows an abstract name by its leading 0.
            let mut bytes = vec![0];
            bytes.extend_from_slice(name);
            SockAddr::unix(OsStr::from_bytes(&bytes))
        }
    }
}

/// An address that the system returned.
pub(super) fn from_system(address: &SockAddr) -> UnixAddress {
    if let Some(path) = address.as_pathname() {
        return UnixAddress::Path(path.as_os_str().as_bytes().into());
    }
    match address.as_abstract_namespace() {
        Some(name) if !name.is_empty() => UnixAddress::Abstract(name.into()),
        _ => UnixAddress::Unnamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_as_it_was() {
        for text in ["unix:/run/a.sock", "unix:a", "unix:@bus"] {
            let Some(Ok(address)) = UnixAddress::parse(text) else { continue };
            assert_eq!(from_system(&to_system(&address).unwrap()), address);
        }
        assert!(to_system(&UnixAddress::Unnamed).is_err());
    }
}
