//! NETLINK_SOCK_DIAG (sock_diag(7)): what the kernel has for a pair of addresses, be there a descriptor or not.
//!
//! One question by its exact addresses costs the same on a host with any number of sockets, other than
//! `/proc/net/tcp`, which lists them all. It needs no privilege.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::sys::socket::{AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket};

use crate::wire::kernel;
use crate::wire::reading::TcpState;

/// What the kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The state.
    pub(crate) state: TcpState,
    /// How long until its timer fires, where one runs; for TIME-WAIT, until the port is free.
    pub(crate) timer: Option<Duration>,
}

/// `struct nlmsghdr`.
const HEADER: usize = 16;
/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;

/// Asks for the socket with these two addresses; `None`: there is none. Never waits: the kernel answers within the
/// call that asks.
///
/// # Errors
/// The system's own, where it has no such interface.
pub(crate) fn look_up(local: SocketAddr, peer: SocketAddr) -> io::Result<Option<Held>> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(AddressFamily::Netlink, SockType::Datagram, flags, SockProtocol::NetlinkSockDiag)?;
    let question = request(local, peer);
    sendto(socket.as_raw_fd(), &question, &NetlinkAddr::new(0, 0), MsgFlags::empty())?;
    let mut answer = [0; 1024];
    let len = recv(socket.as_raw_fd(), &mut answer, MsgFlags::MSG_DONTWAIT)?;
    read(&answer[..len])
}

fn request(local: SocketAddr, peer: SocketAddr) -> Vec<u8> {
    let family = if local.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    let interface = match local {
        SocketAddr::V6(local) => local.scope_id(),
        SocketAddr::V4(_) => 0,
    };
    let mut out = Vec::with_capacity(REQUEST);
    out.extend((REQUEST as u32).to_ne_bytes());
    out.extend(20_u16.to_ne_bytes()); // SOCK_DIAG_BY_FAMILY
    out.extend((libc::NLM_F_REQUEST as u16).to_ne_bytes());
    out.extend([0; 8]); // sequence number, sender: the kernel fills ours in
    out.extend([family as u8, libc::IPPROTO_TCP as u8, 0, 0]); // no extensions
    out.extend(u32::MAX.to_ne_bytes()); // any state
    out.extend(local.port().to_be_bytes());
    out.extend(peer.port().to_be_bytes());
    for address in [local.ip(), peer.ip()] {
        let octets = match address {
            IpAddr::V4(v4) => {
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&v4.octets());
                octets
            }
            IpAddr::V6(v6) => v6.octets(),
        };
        out.extend(octets);
    }
    out.extend(interface.to_ne_bytes());
    out.extend([0xff; 8]); // INET_DIAG_NOCOOKIE: any socket of these addresses
    out
}

fn read(answer: &[u8]) -> io::Result<Option<Held>> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let kind = answer.get(4..6).and_then(|octets| octets.try_into().ok()).map(u16::from_ne_bytes).ok_or_else(short)?;
    let body = answer.get(HEADER..).ok_or_else(short)?;
    let word = |offset: usize| {
        let octets = body.get(offset..offset + 4)?;
        Some(u32::from_ne_bytes(octets.try_into().ok()?))
    };
    if i32::from(kind) == libc::NLMSG_ERROR {
        return match word(0).ok_or_else(short)?.cast_signed().wrapping_neg() {
            libc::ENOENT => Ok(None),
            code => Err(io::Error::from_raw_os_error(code)),
        };
    }
    // `struct inet_diag_msg`: family, state, timer, retransmits, 48 octets of addresses, the timer in milliseconds.
    let (Some(state), Some(timer), Some(millis)) = (body.get(1), body.get(2), word(52)) else { return Err(short()) };
    let Some(state) = kernel::state(*state) else { return Ok(None) };
    let timer = (*timer != 0).then(|| Duration::from_millis(u64::from(millis)));
    Ok(Some(Held { state, timer }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_cut_short_is_an_error() {
        for len in 0..HEADER + 56 {
            let mut answer = vec![0_u8; len];
            if len > 5 {
                answer[4] = 20;
            }
            assert!(read(&answer).is_err(), "{len} octets");
        }
    }

    #[test]
    fn the_kernel_is_asked_by_both_addresses() {
        for any in ["127.0.0.1:0", "[::1]:0"] {
            let listener = std::net::TcpListener::bind(any).unwrap();
            let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (local, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
            assert_eq!(look_up(local, peer).unwrap().unwrap().state, TcpState::Established);
            let nobody = SocketAddr::new(peer.ip(), 1);
            assert_eq!(look_up(local, nobody).unwrap(), None);
        }
    }
}
