//! Datagrams as the kernel hands them over: many into one block, with what was cut short and what was dropped.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bytes::Bytes;
use tokio::net::UdpSocket;

use crate::wire::record::Piece;
use crate::wire::{Block, Direction};

/// 65,536 octets: more than any UDP datagram has (65,527 over IPv6, jumbograms aside).
pub(super) const ROOM_BYTES: usize = 65_536;

/// How many datagrams one block takes at the most: a look at the orders is due then.
const MOST_PIECES: usize = 64;

/// How many octets a block may hold before it takes no further datagram.
const ENOUGH_BYTES: usize = 256 * 1024;

/// The largest payload of one datagram to this address: 65,535 octets of IPv4 packet less its header and
/// UDP's, or of IPv6 payload less UDP's.
pub(super) fn most_payload(to: SocketAddr) -> usize {
    if canonical(to).is_ipv4() { 65_507 } else { 65_527 }
}

/// An address as people write it: IPv4 within IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}

/// An address as a socket of this family takes it: the reverse of [`canonical`].
pub(super) fn as_the_socket_takes_it(to: SocketAddr, socket_is_v6: bool) -> SocketAddr {
    match to.ip() {
        IpAddr::V4(ip) if socket_is_v6 => SocketAddr::new(ip.to_ipv6_mapped().into(), to.port()),
        IpAddr::V4(_) | IpAddr::V6(_) => to,
    }
}

/// One datagram that was read.
#[derive(Debug)]
struct Arrival {
    /// Octets of it that were read.
    len: usize,
    /// Octets that it had.
    full_len: usize,
    peer: Option<SocketAddr>,
    /// The kernel's drop counter as it stood when the datagram was queued.
    dropped: Option<u32>,
}

/// Datagrams that were read and not handed on yet. Its memory is used again for the next ones.
#[derive(Debug)]
pub(super) struct Batch {
    store: Box<[u8]>,
    room: usize,
    control: Vec<u8>,
    filled: usize,
    at: Instant,
    pieces: Vec<Piece>,
    peers: Vec<SocketAddr>,
    /// The drop counter that came with the last datagram.
    pub(super) dropped: Option<u32>,
    /// An error that came after datagrams: it is told the next time.
    late: Option<io::Error>,
}

impl Batch {
    /// An empty batch that reads `room` octets of each datagram at the most.
    pub(super) fn new(room: usize) -> Self {
        Batch {
            store: vec![0; ENOUGH_BYTES + room].into_boxed_slice(),
            room,
            control: control_room(),
            filled: 0,
            at: Instant::now(),
            pieces: Vec::with_capacity(MOST_PIECES),
            peers: Vec::new(),
            dropped: None,
            late: None,
        }
    }

    /// Reads what is there, [`MOST_PIECES`] datagrams at the most.
    ///
    /// # Errors
    /// Nothing was read: `WouldBlock`, or an error that the socket holds.
    pub(super) fn fill(&mut self, socket: &UdpSocket) -> io::Result<()> {
        if let Some(error) = self.late.take() {
            return Err(error);
        }
        while self.pieces.len() < MOST_PIECES && self.filled < ENOUGH_BYTES {
            let space = &mut self.store[self.filled..self.filled + self.room];
            match receive(socket, space, &mut self.control) {
                Ok(arrival) => self.add(&arrival),
                Err(error) if self.pieces.is_empty() => return Err(error),
                Err(error) => {
                    self.late = (error.kind() != io::ErrorKind::WouldBlock).then_some(error);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, arrival: &Arrival) {
        let now = Instant::now();
        if self.pieces.is_empty() {
            self.at = now;
        }
        let peer = arrival.peer.map_or(0, |peer| self.index_of(canonical(peer)));
        self.pieces.push(Piece {
            len: u32::try_from(arrival.len).unwrap_or(u32::MAX),
            after_us: u32::try_from(now.duration_since(self.at).as_micros()).unwrap_or(u32::MAX),
            full_len: u32::try_from(arrival.full_len).unwrap_or(u32::MAX),
            peer,
        });
        self.filled += arrival.len;
        self.dropped = arrival.dropped.or(self.dropped);
    }

    /// Peers are as few as pieces, so a search from the end is cheap.
    fn index_of(&mut self, peer: SocketAddr) -> u16 {
        let place = self.peers.iter().rposition(|known| *known == peer).unwrap_or_else(|| {
            self.peers.push(peer);
            self.peers.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The peer of the last datagram.
    pub(super) fn last_peer(&self) -> Option<SocketAddr> {
        self.pieces.last().and_then(|piece| self.peers.get(usize::from(piece.peer))).copied()
    }

    /// Hands on what was read, and is empty again. `name_peers`: the socket talks with several.
    pub(super) fn take(&mut self, name_peers: bool) -> Block {
        let block = Block {
            direction: Direction::Received,
            at: self.at,
            bytes: Bytes::copy_from_slice(&self.store[..self.filled]),
            pieces: self.pieces.as_slice().into(),
            peers: if name_peers { self.peers.as_slice().into() } else { Box::default() },
        };
        self.filled = 0;
        self.pieces.clear();
        self.peers.clear();
        block
    }
}

/// Room for one drop counter, and to spare.
fn control_room() -> Vec<u8> {
    #[cfg(target_os = "linux")]
    return nix::cmsg_space!(u32, [u64; 8]);
    #[cfg(not(target_os = "linux"))]
    Vec::new()
}

/// Reads one datagram; with its real length, where it did not fit.
#[cfg(target_os = "linux")]
fn receive(socket: &UdpSocket, space: &mut [u8], control: &mut [u8]) -> io::Result<Arrival> {
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
    use std::os::fd::AsRawFd;

    let room = space.len();
    let mut spaces = [io::IoSliceMut::new(space)];
    socket.try_io(tokio::io::Interest::READABLE, || {
        // MSG_TRUNC as a wish makes recvmsg() return the datagram's real length (recv(2)).
        let flags = MsgFlags::MSG_TRUNC | MsgFlags::MSG_DONTWAIT;
        let message = loop {
            match recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut spaces, Some(&mut *control), flags) {
                Err(nix::Error::EINTR) => {}
                Err(error) => return Err(error.into()),
                Ok(message) => break message,
            }
        };
        let dropped = message.cmsgs().ok().and_then(|mut messages| {
            messages.find_map(|message| match message {
                ControlMessageOwned::RxqOvfl(counter) => Some(counter),
                _ => None,
            })
        });
        let peer = message.address.as_ref().and_then(super::error_queue::address);
        Ok(Arrival { len: message.bytes.min(room), full_len: message.bytes, peer, dropped })
    })
}

/// Reads one datagram. This system does not tell whether it was cut short; `space` is larger than any datagram.
#[cfg(not(target_os = "linux"))]
fn receive(socket: &UdpSocket, space: &mut [u8], _control: &mut [u8]) -> io::Result<Arrival> {
    let (len, peer) = socket.try_recv_from(space)?;
    Ok(Arrival { len, full_len: len, peer: Some(peer), dropped: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_datagram_cut_short_keeps_its_real_length_and_its_neighbours() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        for datagram in [&b"abcdefghij"[..], b"", b"xyz"] {
            peer.send_to(datagram, socket.local_addr().unwrap()).await.unwrap();
        }
        let mut batch = Batch::new(4);
        while batch.pieces.len() < 3 {
            socket.readable().await.unwrap();
            match batch.fill(&socket) {
                Ok(()) => {}
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        assert_eq!(batch.last_peer(), Some(peer.local_addr().unwrap()));
        let block = batch.take(true);
        assert_eq!(&block.bytes[..], b"abcdxyz");
        let lengths: Vec<(u32, u32)> = block.pieces.iter().map(|piece| (piece.len, piece.full_len)).collect();
        assert_eq!(lengths, [(4, 10), (0, 0), (3, 3)]);
        assert_eq!(block.peers.len(), 1);
    }

    #[test]
    fn an_ipv4_address_within_ipv6_is_written_as_ipv4_and_taken_back() {
        let mapped: SocketAddr = "[::ffff:192.0.2.1]:53".parse().unwrap();
        let plain: SocketAddr = "192.0.2.1:53".parse().unwrap();
        assert_eq!(canonical(mapped), plain);
        assert_eq!(as_the_socket_takes_it(plain, true), mapped);
        assert_eq!(as_the_socket_takes_it(plain, false), plain);
        assert_eq!(most_payload(mapped), 65_507);
    }
}
