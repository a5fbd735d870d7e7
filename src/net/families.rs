//! The families of a listening socket: `[::]` takes IPv6 alone, or IPv4 too.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use socket2::SockRef;

use super::journal::Journal;
use crate::sessions::News;
use crate::sessions::news::ListenerNews;
use crate::sessions::spec::IpFamily;
use crate::sessions::spec::target::is_everywhere;
use crate::wire::{Class, FailedOperation, Failure, errno};

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

/// Opens a socket at an address; with `falls_back`, at `0.0.0.0` instead where the failure says that this host has no
/// IPv6. Returns also whether it did so.
pub(super) fn open_or_v4<T>(
    local: SocketAddr,
    falls_back: bool,
    open: impl Fn(SocketAddr) -> Result<T, Failure>,
) -> Result<(T, bool), Failure> {
    match open(local) {
        Err(failure) if falls_back && matches!(failure.os_code, Some(errno::EAFNOSUPPORT | errno::EADDRNOTAVAIL)) => {
            let v4 = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), local.port());
            open(v4).map(|opened| (opened, true))
        }
        opened => opened.map(|opened| (opened, false)),
    }
}

/// Reports a listening socket, and, with the operation that failed, that it has IPv4 alone.
pub(super) async fn report_listening(
    journal: &Arc<Journal>,
    local: SocketAddr,
    family: IpFamily,
    without_ipv6: Option<FailedOperation>,
) {
    journal.news(News::Listener(ListenerNews::Listening { local, family })).await;
    if let Some(operation) = without_ipv6 {
        let message = "this host has no IPv6: only IPv4 peers can come";
        journal.news(News::Warned(Failure::new(Class::Local, operation, local.to_string(), message))).await;
    }
}
