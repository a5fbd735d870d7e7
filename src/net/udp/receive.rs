//! Collects received datagrams into blocks, and records which were cut short.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use tokio::net::UdpSocket;

use super::cmsg::RawPacket;
use super::interface_names::InterfaceNames;
use super::mmsg::{self, MOST_MESSAGES, ReceiveSpace, ReceivedMessage};
use crate::net::kernel::error_queue::canonical;
use crate::sessions::Block;
use crate::sessions::record::Piece;
use crate::wire::Direction;

/// 65,536 bytes: more than any UDP datagram has (65,527 over IPv6, without jumbograms).
pub(super) const ROOM_BYTES: usize = 65_536;

/// The most datagrams in one block: finding one adds up the lengths before it.
const MOST_PIECES: usize = 256;

/// A block with this many bytes gets no further datagram.
const ENOUGH_BYTES: usize = 256 * 1024;

/// The largest payload of one datagram to this address: 65,535 bytes of IPv4 packet less its header and
/// UDP's, or of IPv6 payload less UDP's.
pub(super) fn most_payload(to: SocketAddr) -> usize {
    if canonical(to).is_ipv4() { 65_507 } else { 65_527 }
}

/// Converts an address to the socket's family: the reverse of [`canonical`].
pub(super) fn as_the_socket_takes_it(to: SocketAddr, socket_is_v6: bool) -> SocketAddr {
    match to.ip() {
        IpAddr::V4(ip) if socket_is_v6 => SocketAddr::new(ip.to_ipv6_mapped().into(), to.port()),
        IpAddr::V4(_) | IpAddr::V6(_) => to,
    }
}

/// Datagrams that were read but not passed on yet. Its memory is reused for the next ones.
#[derive(Debug)]
pub(super) struct ReceiveBatch {
    space: ReceiveSpace,
    arrivals: Vec<ReceivedMessage>,
    at: Instant,
    /// The first message that is not fully in a block, and how many of its bytes are.
    next: (usize, usize),
    names: InterfaceNames,
}

/// The place of a datagram: its message's index, its first byte there, and its length in bytes.
type DatagramSpan = (usize, usize, usize);

impl ReceiveBatch {
    /// An empty batch that reads at most `room` bytes of each datagram.
    pub(super) fn new(room: usize) -> Self {
        let arrivals = Vec::with_capacity(MOST_MESSAGES);
        ReceiveBatch {
            space: ReceiveSpace::new(room),
            arrivals,
            at: Instant::now(),
            next: (0, 0),
            names: InterfaceNames::default(),
        }
    }

    /// Reads what has arrived with one call, at most `most` and [`MOST_MESSAGES`] messages. Discards what was read before.
    ///
    /// # Errors
    /// Fails if nothing was read: `WouldBlock`, or a pending error of the socket.
    pub(super) fn receive(&mut self, socket: &UdpSocket, most: usize) -> io::Result<()> {
        self.next = (0, 0);
        mmsg::receive(socket, &mut self.space, &mut self.arrivals, most)?;
        self.at = Instant::now();
        Ok(())
    }

    /// How many messages the last call read.
    pub(super) fn message_count(&self) -> u64 {
        self.arrivals.len() as u64
    }

    /// The peer of the last datagram.
    pub(super) fn last_peer(&self) -> Option<SocketAddr> {
        self.arrivals.last().and_then(|arrival| arrival.peer).map(canonical)
    }

    /// The next datagrams that fit in one block; `None` after the last. `name_peers`: the socket has several peers.
    ///
    /// All of them get the time of the call that read them: when each arrived is not known.
    pub(super) fn next_block(&mut self, name_peers: bool) -> Option<Block> {
        let mut pieces = Vec::with_capacity(self.arrivals.len().min(MOST_PIECES));
        let mut peers = Vec::new();
        let mut packets: Vec<RawPacket> = Vec::new();
        let mut spots: Vec<DatagramSpan> = Vec::with_capacity(self.arrivals.len().min(MOST_PIECES));
        let mut filled = 0;
        while pieces.len() < MOST_PIECES
            && filled < ENOUGH_BYTES
            && let Some((arrival, (place, start, len), full_len)) = self.next_datagram()
        {
            let peer = arrival.peer.filter(|_| name_peers).map_or(0, |peer| index_of(&mut peers, canonical(peer)));
            let packet = index_of(&mut packets, arrival.packet);
            let short = |count| u32::try_from(count).unwrap_or(u32::MAX);
            pieces.push(Piece { len: short(len), after_us: 0, full_len: short(full_len), peer, packet });
            // Datagrams of one message are back to back: one copy moves them all.
            match spots.last_mut() {
                Some(last) if last.0 == place => last.2 += len,
                _ => spots.push((place, start, len)),
            }
            filled += len;
        }
        if pieces.is_empty() {
            return None;
        }
        let mut bytes = Vec::with_capacity(filled);
        for (place, start, len) in spots {
            bytes.extend_from_slice(&self.space.slot(place)[start..start + len]);
        }
        Some(Block {
            direction: Direction::Received,
            at: self.at,
            bytes: bytes.into(),
            pieces: pieces.into(),
            peers: peers.into(),
            packets: packets.into_iter().map(|packet| self.names.packet(packet)).collect(),
            first: 0,
        })
    }

    /// The next datagram: its message, its place, and its full length in bytes.
    fn next_datagram(&mut self) -> Option<(ReceivedMessage, DatagramSpan, usize)> {
        let (place, start) = self.next;
        let arrival = *self.arrivals.get(place)?;
        let left = arrival.full_len - start;
        let full_len = arrival.segment.map_or(left, |segment| segment.min(left));
        self.next = if full_len == left { (place + 1, 0) } else { (place, start + full_len) };
        let there = arrival.len.saturating_sub(start).min(full_len);
        Some((arrival, (place, start.min(arrival.len), there), full_len))
    }
}

/// There are at most as many peers and packets as pieces, so a search from the end is cheap.
fn index_of<T: PartialEq>(all: &mut Vec<T>, one: T) -> u16 {
    let place = all.iter().rposition(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    });
    u16::try_from(place).unwrap_or(u16::MAX)
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
        let mut batch = ReceiveBatch::new(4);
        let (mut bytes, mut lengths) = (Vec::new(), Vec::new());
        while lengths.len() < 3 {
            socket.readable().await.unwrap();
            match batch.receive(&socket, MOST_MESSAGES) {
                Ok(()) => {
                    assert_eq!(batch.last_peer(), Some(peer.local_addr().unwrap()));
                    while let Some(block) = batch.next_block(true) {
                        assert_eq!(*block.peers, [peer.local_addr().unwrap()]);
                        bytes.extend_from_slice(&block.bytes);
                        lengths.extend(block.pieces.iter().map(|piece| (piece.len, piece.full_len)));
                    }
                }
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        assert_eq!((&bytes[..], &lengths[..]), (&b"abcdxyz"[..], &[(4, 10), (0, 0), (3, 3)][..]));
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
