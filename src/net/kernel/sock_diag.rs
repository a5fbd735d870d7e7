//! NETLINK_SOCK_DIAG (sock_diag(7)): the kernel's record for a pair of addresses, with or without a descriptor.
//!
//! A query by exact addresses costs the same on a host with any number of sockets; `/proc/net/tcp` lists them all. It
//! needs no privilege.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use nix::sys::socket::{AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket};

use crate::wire::kernel::tcp_info::{self, TcpInfo};
use crate::wire::kernel::view::{KernelTimer, PeerEnd, TimerKind};
use crate::wire::tcp::state::TcpState;

/// The kernel's record of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SocketDiag {
    /// The kernel's number of this socket (SO_COOKIE), which no other one ever has; TIME-WAIT keeps it.
    pub(crate) cookie: u64,
    /// The state.
    pub(crate) state: TcpState,
    /// The running timer, if any; for TIME-WAIT it fires when the port becomes free.
    pub(crate) timer: Option<KernelTimer>,
    /// Bytes in the receive queue.
    pub(crate) recv_queue_bytes: u64,
    /// Bytes in the send queue.
    pub(crate) send_queue_bytes: u64,
    /// The content of TCP_INFO; `None` in TIME-WAIT.
    pub(crate) tcp: Option<TcpInfo>,
}

impl SocketDiag {
    /// The same record, as the other end of a connection.
    pub(crate) fn peer_end(self) -> PeerEnd {
        PeerEnd {
            state: self.state,
            send_queue_bytes: self.send_queue_bytes,
            recv_queue_bytes: self.recv_queue_bytes,
            timer: self.timer,
            tcp: self.tcp,
        }
    }
}

/// `struct nlmsghdr`.
pub(super) const HEADER: usize = 16;
/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;
/// The length of `struct inet_diag_msg`, which precedes the attributes.
const MESSAGE: usize = 72;
/// `SOCK_DIAG_BY_FAMILY`: the type of the query, and of its answer.
const BY_FAMILY: u16 = 20;
/// `INET_DIAG_INFO`: the attribute that holds `struct tcp_info`.
const INFO: u16 = 2;

/// Queries the socket with these two addresses; `None` if there is none. Never waits: the kernel answers within the
/// call that sends the query.
///
/// Where the connection is gone, the kernel answers with the listener at `local`: such an answer is `None`, too.
///
/// # Errors
/// Returns the system's error, for example if it has no such interface.
pub(crate) fn query(local: SocketAddr, peer: SocketAddr) -> io::Result<Option<SocketDiag>> {
    let mut answer = [0; 1024];
    let len = ask(&request(local, peer), &mut answer)?;
    read(&answer[..len], local, peer)
}

/// Sends a query, and returns the length of the answer.
///
/// # Errors
/// Returns the system's error.
pub(super) fn ask(request: &[u8], answer: &mut [u8]) -> io::Result<usize> {
    ASKING.with_borrow_mut(|kept| {
        let socket = match kept.take() {
            Some(socket) => socket,
            None => {
                let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
                socket(AddressFamily::Netlink, SockType::Datagram, flags, SockProtocol::NetlinkSockDiag)?
            }
        };
        sendto(socket.as_raw_fd(), request, &NetlinkAddr::new(0, 0), MsgFlags::empty())?;
        let len = recv(socket.as_raw_fd(), answer, MsgFlags::MSG_DONTWAIT)?;
        // Keep the socket only after success: otherwise a late answer would be taken for the next query's.
        *kept = Some(socket);
        Ok(len)
    })
}

thread_local! {
    /// The thread's own query socket, so that a sample does not open and close one.
    static ASKING: RefCell<Option<OwnedFd>> = const { RefCell::new(None) };
}

fn request(local: SocketAddr, peer: SocketAddr) -> Vec<u8> {
    let family = if local.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    let interface = match local {
        SocketAddr::V6(local) => local.scope_id(),
        SocketAddr::V4(_) => 0,
    };
    let mut out = header(REQUEST);
    out.extend([family as u8, libc::IPPROTO_TCP as u8, 1 << (INFO - 1), 0]);
    out.extend(u32::MAX.to_ne_bytes()); // any state
    out.extend(local.port().to_be_bytes());
    out.extend(peer.port().to_be_bytes());
    for address in [local.ip(), peer.ip()] {
        let bytes = match address {
            IpAddr::V4(v4) => {
                let mut bytes = [0; 16];
                bytes[..4].copy_from_slice(&v4.octets());
                bytes
            }
            IpAddr::V6(v6) => v6.octets(),
        };
        out.extend(bytes);
    }
    out.extend(interface.to_ne_bytes());
    out.extend([0xff; 8]); // INET_DIAG_NOCOOKIE: any socket of these addresses
    out
}

/// The header of a query of this length, with room for the rest.
pub(super) fn header(length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length);
    out.extend(u32::try_from(length).unwrap_or(0).to_ne_bytes());
    out.extend(BY_FAMILY.to_ne_bytes());
    out.extend((libc::NLM_F_REQUEST as u16).to_ne_bytes());
    out.extend([0; 8]); // sequence number, sender: the kernel fills ours in
    out
}

/// The body of an answer; `None` if it is an error, or cut short.
pub(super) fn answer_body(answer: &[u8]) -> Option<&[u8]> {
    let kind = answer.get(4..6)?.try_into().ok().map(u16::from_ne_bytes)?;
    answer.get(HEADER..).filter(|_| kind == BY_FAMILY)
}

/// Reads the answer to a query for these two addresses.
fn read(answer: &[u8], local: SocketAddr, peer: SocketAddr) -> io::Result<Option<SocketDiag>> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let kind = answer.get(4..6).and_then(|bytes| bytes.try_into().ok()).map(u16::from_ne_bytes).ok_or_else(short)?;
    let body = answer.get(HEADER..).ok_or_else(short)?;
    let word = |offset: usize| {
        let bytes = body.get(offset..offset + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    };
    if i32::from(kind) == libc::NLMSG_ERROR {
        return match word(0).ok_or_else(short)?.cast_signed().wrapping_neg() {
            libc::ENOENT => Ok(None),
            code => Err(io::Error::from_raw_os_error(code)),
        };
    }
    if kind != BY_FAMILY {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // `struct inet_diag_msg`: family, state, timer, retransmits, 48 bytes of addresses, the timer in milliseconds,
    // the queues, user and inode.
    let (Some(state), Some(timer), Some(millis)) = (body.get(1), body.get(2), word(52)) else { return Err(short()) };
    let (Some(recv_queue), Some(send_queue)) = (word(56), word(60)) else { return Err(short()) };
    let Some(state) = tcp_info::state(*state) else { return Ok(None) };
    if state == TcpState::Listen || addresses(body) != Some((end(local), end(peer))) {
        return Ok(None);
    }
    let (Some(low), Some(high)) = (word(44), word(48)) else { return Err(short()) };
    let kind = match timer {
        1 => Some(TimerKind::Retransmit),
        2 => Some(TimerKind::Keepalive),
        3 => Some(TimerKind::TimeWait),
        4 => Some(TimerKind::Probe),
        _ => None,
    };
    Ok(Some(SocketDiag {
        cookie: u64::from(high) << 32 | u64::from(low),
        state,
        timer: kind.map(|kind| KernelTimer { kind, expires: Duration::from_millis(u64::from(millis)) }),
        recv_queue_bytes: u64::from(recv_queue),
        send_queue_bytes: u64::from(send_queue),
        tcp: attribute(body.get(MESSAGE..).unwrap_or_default(), INFO).map(TcpInfo::parse),
    }))
}

/// An address and a port without what the answer does not repeat: an IPv4 address has one form, and zones are left out.
fn end(address: SocketAddr) -> (IpAddr, u16) {
    (address.ip().to_canonical(), address.port())
}

/// The two ends of a `struct inet_diag_msg`: its own and its peer's; `None` if it is cut short or of another family.
fn addresses(body: &[u8]) -> Option<((IpAddr, u16), (IpAddr, u16))> {
    let port = |offset: usize| Some(u16::from_be_bytes(body.get(offset..offset + 2)?.try_into().ok()?));
    let family = i32::from(*body.first()?);
    let ip = |offset: usize| {
        let bytes: [u8; 16] = body.get(offset..offset + 16)?.try_into().ok()?;
        match family {
            libc::AF_INET => Some(IpAddr::from([bytes[0], bytes[1], bytes[2], bytes[3]])),
            // A socket for both families has IPv4 peers at mapped addresses.
            libc::AF_INET6 => Some(IpAddr::from(bytes).to_canonical()),
            _ => None,
        }
    };
    Some(((ip(8)?, port(4)?), (ip(24)?, port(6)?)))
}

/// The payload of the first attribute of this type (`struct rtattr`); `None` if it is missing or cut short.
pub(super) fn attribute(mut rest: &[u8], wanted: u16) -> Option<&[u8]> {
    const HEAD: usize = 4;
    while let Some((head, _)) = rest.split_first_chunk::<HEAD>() {
        let len = usize::from(u16::from_ne_bytes([head[0], head[1]]));
        if u16::from_ne_bytes([head[2], head[3]]) == wanted {
            return rest.get(HEAD..len);
        }
        rest = rest.get(len.max(HEAD).next_multiple_of(HEAD)..)?;
    }
    None
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
            let any = SocketAddr::from(([127, 0, 0, 1], 1));
            assert!(read(&answer, any, any).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn the_kernel_is_asked_by_both_addresses() {
        for any in ["127.0.0.1:0", "[::1]:0"] {
            let listener = std::net::TcpListener::bind(any).unwrap();
            let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (local, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
            assert_eq!(query(local, peer).unwrap().unwrap().state, TcpState::Established);
            let nobody = SocketAddr::new(peer.ip(), 1);
            assert_eq!(query(local, nobody).unwrap(), None);
        }
    }

    #[test]
    fn a_listener_is_no_answer_for_a_connection_that_is_gone() {
        // The address of the listener, and the address at which it is reached.
        let pairs =
            [("127.0.0.1:0", "127.0.0.1"), ("0.0.0.0:0", "127.0.0.2"), ("[::1]:0", "::1"), ("[::]:0", "127.0.0.1")];
        for (any, reached) in pairs {
            let listener = std::net::TcpListener::bind(any).unwrap();
            let there = SocketAddr::new(reached.parse().unwrap(), listener.local_addr().unwrap().port());
            let stream = std::net::TcpStream::connect(there).unwrap();
            let (local, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
            let accepted = listener.accept().unwrap().0;
            let theirs = query(peer, local).unwrap().map(|found| found.state);
            assert_eq!(theirs, Some(TcpState::Established), "{any}: a socket that is there is found");
            // Closed with SO_LINGER at 0: both ends are gone at once, the listener stays.
            socket2::SockRef::from(&accepted).set_linger(Some(Duration::ZERO)).unwrap();
            drop(accepted);
            assert_eq!(query(peer, local).unwrap(), None, "{any}: their end");
            assert_eq!(query(local, peer).unwrap(), None, "{any}: our end");
            // An address that was never connected.
            let never = SocketAddr::new(local.ip(), 1);
            assert_eq!(query(peer, never).unwrap(), None, "{any}: never connected");
        }
    }

    #[test]
    fn an_answer_about_another_socket_is_no_answer() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (local, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        let mut answer = vec![0_u8; HEADER + MESSAGE];
        answer[4..6].copy_from_slice(&BY_FAMILY.to_ne_bytes());
        let body = &mut answer[HEADER..];
        body[..2].copy_from_slice(&[libc::AF_INET as u8, 1]);
        body[4..6].copy_from_slice(&local.port().to_be_bytes());
        body[6..8].copy_from_slice(&peer.port().to_be_bytes());
        body[8..12].copy_from_slice(&[127, 0, 0, 1]);
        body[24..28].copy_from_slice(&[127, 0, 0, 1]);
        let state = |answer: &[u8]| read(answer, local, peer).unwrap().map(|found| found.state);
        assert_eq!(state(&answer), Some(TcpState::Established));
        // State LISTEN; another port and address of each end; another family.
        for (offset, other) in [(1, 10), (4, 1), (6, 1), (11, 9), (27, 9), (0, libc::AF_INET6 as u8)] {
            let mut wrong = answer.clone();
            wrong[HEADER + offset] = if matches!(offset, 4 | 6) { wrong[HEADER + offset] ^ other } else { other };
            assert_eq!(state(&wrong), None, "byte {offset}");
        }
        answer[4..6].copy_from_slice(&3_u16.to_ne_bytes());
        assert!(read(&answer, local, peer).is_err(), "NLMSG_DONE is no record");
    }

    #[test]
    fn the_other_end_on_this_host_is_told_with_its_queue_and_its_gauges() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        std::io::Write::write_all(&mut stream, b"hello").unwrap();
        let (local, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        let theirs = query(peer, local).unwrap().unwrap();
        assert_eq!((theirs.recv_queue_bytes, theirs.send_queue_bytes, theirs.timer), (5, 0, None));
        assert_eq!(theirs.tcp.and_then(|info| info.bytes_received), Some(5));
    }

    #[test]
    fn an_attribute_that_says_a_wrong_length_is_not_read() {
        let one = |len: u16, kind: u16| [len.to_ne_bytes(), kind.to_ne_bytes()].concat();
        assert_eq!(
            attribute(&[one(5, 7), vec![9, 0, 0, 0], one(6, 2), vec![1, 2, 0, 0]].concat(), 2),
            Some(&[1, 2][..])
        );
        for broken in [one(0, 7), one(3, 2), one(200, 2), one(u16::MAX, 7), vec![4, 0]] {
            assert_eq!(attribute(&broken, 2), None, "{broken:?}");
        }
    }

    #[test]
    #[ignore = "a measurement, to be read"]
    fn what_asking_for_both_ends_costs() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (local, peer) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let began = std::time::Instant::now();
            for _ in 0..50_000 {
                std::hint::black_box((query(local, peer).unwrap(), query(peer, local).unwrap()));
            }
            best = best.min(began.elapsed() / 50_000);
        }
        println!("both ends cost {best:?}");
    }
}
