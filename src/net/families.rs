//! The families of a listening socket: `[::]` takes IPv6 alone, or IPv4 too.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use socket2::SockRef;

use crate::sessions::News;
use crate::sessions::spec::IpFamily;
use crate::wire::{Class, FailedOperation, Failure, errno};

fn is_everywhere(local: SocketAddr) -> bool {
    local.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
}

/// Decides, before `bind()`, whether a socket at `[::]` takes IPv4 too (RFC 3493 §5.3), whatever the system's default
/// is. Other addresses have one family.
///
/// # Errors
/// Fails with the system's error if IPv4 could not be left out. A system that cannot let it in has an IPv6 socket, and
/// [`taken_family`] says so.
pub(super) fn choose_family(socket: &socket2::Socket, local: SocketAddr, family: IpFamily) -> std::io::Result<()> {
    match family {
        _ if !is_everywhere(local) => Ok(()),
        IpFamily::V6 => socket.set_only_v6(true),
        IpFamily::Any | IpFamily::V4 => {
            socket.set_only_v6(false).ok();
            Ok(())
        }
    }
}

/// The families of the peers that a bound socket takes, as the socket says.
pub(super) fn taken_family<'a>(socket: impl Into<SockRef<'a>>, local: SocketAddr) -> IpFamily {
    match local {
        SocketAddr::V4(_) => IpFamily::V4,
        SocketAddr::V6(_) if is_everywhere(local) && socket.into().only_v6().is_ok_and(|only| !only) => IpFamily::Any,
        SocketAddr::V6(_) => IpFamily::V6,
    }
}

/// The family in which an address of this socket is used: an IPv6 socket shows an IPv4 peer as `::ffff:192.0.2.1`.
pub(super) fn unmapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V6(v6) if v6.ip().to_ipv4_mapped().is_some() => SocketAddr::new(v6.ip().to_canonical(), v6.port()),
        other => other,
    }
}

/// The address to use instead, where a failure says that this host has no IPv6.
pub(super) fn fallback_for(failure: &Failure, without_ipv6: Option<SocketAddr>) -> Option<SocketAddr> {
    let is_missing = matches!(failure.os_code, Some(errno::EAFNOSUPPORT | errno::EADDRNOTAVAIL));
    without_ipv6.filter(|_| is_missing)
}

/// The warning that an IPv4 address was used instead.
pub(super) fn no_ipv6_news(operation: FailedOperation, used: SocketAddr) -> News {
    let message = "this host has no IPv6: only IPv4 peers can come";
    News::Warned(Failure::new(Class::Local, operation, used.to_string(), message))
}
