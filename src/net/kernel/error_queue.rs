//! The socket's error queue (`IP_RECVERR`, `IPV6_RECVERR`; ip(7)): ICMP errors with their sender, and the datagram that
//! each quotes.
//!
//! A TCP socket also has one while it waits for its SYN-ACK (Linux 5.9 and newer).

use crate::net::system::AsFd;
use std::net::IpAddr;
use std::net::SocketAddr;

use bytes::Bytes;
use tokio::net::UdpSocket;

use crate::wire::icmp::IcmpMessage;

/// Requests that ICMP errors are queued. Best effort: without it they arrive only as error numbers.
#[cfg(target_os = "linux")]
pub(in crate::net) fn enable(socket: &impl AsFd, v6: bool) {
    use nix::sys::socket::{setsockopt, sockopt};

    if v6 {
        setsockopt(socket, sockopt::Ipv6RecvErr, &true).ok();
    }
    // An IPv6 socket may use IPv4 too.
    setsockopt(socket, sockopt::Ipv4RecvErr, &true).ok();
}

/// Requests that ICMP errors are no longer queued.
#[cfg(target_os = "linux")]
pub(in crate::net) fn disable(socket: &impl AsFd, v6: bool) {
    use nix::sys::socket::{setsockopt, sockopt};

    if v6 {
        setsockopt(socket, sockopt::Ipv6RecvErr, &false).ok();
    }
    setsockopt(socket, sockopt::Ipv4RecvErr, &false).ok();
}

/// Does nothing: nothing was enabled.
#[cfg(not(target_os = "linux"))]
pub(in crate::net) fn disable(_socket: &impl AsFd, _v6: bool) {}

/// Does nothing: this system has no error queue.
#[cfg(not(target_os = "linux"))]
pub(in crate::net) fn enable(_socket: &impl AsFd, _v6: bool) {}

/// Waits for the next entry of the queue. Cancel-safe: an entry is taken only when this returns.
#[cfg(target_os = "linux")]
pub(crate) async fn next_entry(socket: &UdpSocket) -> std::io::Result<ErrorQueueEntry> {
    use tokio::io::Interest;

    loop {
        socket.ready(Interest::ERROR).await?;
        // `WouldBlock` makes the runtime wait for the next event.
        let looked = socket.try_io(Interest::ERROR, || match next(socket) {
            ErrorQueueEntry::Nothing => Err(std::io::ErrorKind::WouldBlock.into()),
            found => Ok(found),
        });
        match looked {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => tokio::task::yield_now().await,
            looked => return looked,
        }
    }
}

/// Waits forever: this system has no error queue.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn next_entry(_socket: &UdpSocket) -> std::io::Result<ErrorQueueEntry> {
    std::future::pending().await
}

/// The result of one read of the queue.
#[derive(Debug)]
pub(in crate::net) enum ErrorQueueEntry {
    /// An ICMP error, and the part of our datagram's payload that it quotes.
    Icmp(IcmpMessage, Bytes),
    /// An error from this machine; the call that caused it returned it too. With the path's MTU if the datagram was too
    /// large.
    Here(Option<u32>),
    /// Nothing more is queued.
    Nothing,
}

/// Takes the oldest entry of the queue. One system call; never waits.
#[cfg(target_os = "linux")]
pub(in crate::net) fn next(socket: &impl std::os::fd::AsRawFd) -> ErrorQueueEntry {
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
    use std::io::IoSliceMut;
    use std::net::IpAddr;

    let mut payload = [0_u8; MOST_QUOTED];
    let mut spaces = [IoSliceMut::new(&mut payload)];
    let mut control = nix::cmsg_space!(libc::sock_extended_err, libc::sockaddr_in6, u32, [u64; 8]);
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let looked = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut spaces, Some(&mut control), flags);
    let Ok(message) = looked else { return ErrorQueueEntry::Nothing };
    let destination = message.address.as_ref().and_then(address).map(canonical);
    let quoted = message.bytes.min(MOST_QUOTED);
    let Ok(controls) = message.cmsgs() else { return ErrorQueueEntry::Here(None) };
    let mut found = ErrorQueueEntry::Here(None);
    for control in controls {
        let (error, offender) = match control {
            ControlMessageOwned::Ipv4RecvErr(error, offender) => {
                (error, offender.map(|from| IpAddr::from(from.sin_addr.s_addr.to_ne_bytes())))
            }
            ControlMessageOwned::Ipv6RecvErr(error, offender) => {
                (error, offender.map(|from| IpAddr::from(from.sin6_addr.s6_addr).to_canonical()))
            }
            _ => continue,
        };
        let v6 = error.ee_origin == libc::SO_EE_ORIGIN_ICMP6;
        let os_code = i32::try_from(error.ee_errno).unwrap_or_default();
        let mtu = Some(error.ee_info).filter(|mtu| os_code == libc::EMSGSIZE && *mtu > 0);
        let (kind, code) = (error.ee_type, error.ee_code);
        found = if v6 || error.ee_origin == libc::SO_EE_ORIGIN_ICMP {
            ErrorQueueEntry::Icmp(
                IcmpMessage { kind, code, v6, offender, destination, os_code, mtu, about: None },
                Bytes::new(),
            )
        } else {
            ErrorQueueEntry::Here(mtu)
        };
        break;
    }
    match found {
        ErrorQueueEntry::Icmp(icmp, _) => ErrorQueueEntry::Icmp(icmp, Bytes::copy_from_slice(&payload[..quoted])),
        other => other,
    }
}

/// How many bytes of a quoted payload are read: a Linux host quotes at most 548, with IPv6 1,232.
#[cfg(target_os = "linux")]
const MOST_QUOTED: usize = 2_048;

/// Returns nothing: this system has no error queue.
#[cfg(not(target_os = "linux"))]
pub(in crate::net) fn next<S>(_socket: &S) -> ErrorQueueEntry {
    ErrorQueueEntry::Nothing
}

/// Converts the system's address to the standard library's.
#[cfg(target_os = "linux")]
pub(super) fn address(from: &nix::sys::socket::SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = from.as_sockaddr_in() {
        return Some(SocketAddr::from(std::net::SocketAddrV4::from(*v4)));
    }
    from.as_sockaddr_in6().map(|v6| SocketAddr::from(std::net::SocketAddrV6::from(*v6)))
}

/// An address in its usual form: IPv4 within IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}
