//! Datagrams from other addresses than the peer's, sent to the address of a connected socket.
//!
//! The kernel passes only the peer's datagrams to a connected socket, and nothing tells it what else arrived. A second
//! socket with the same local address that is not connected gets exactly the rest, because the kernel prefers the
//! connected one for the peer's datagrams (udp(7), `compute_score` in the kernel). Its datagrams are not part of the
//! conversation: they are reported and dropped. The connected socket keeps its speed.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use tokio::net::UdpSocket;

use super::shared::{SharedSocket, UdpEnding};
use crate::net::kernel::error_queue::canonical;
use crate::sessions::News;
use crate::text::quantity::grouped;
use crate::wire::{Class, Evidence, FailedOperation, Failure, FailureReason};

/// How many addresses are reported with their first datagram; beyond it datagrams are only counted.
const MOST_REPORTED: usize = 8;

/// How many unread datagrams are counted when the conversation ends.
const MOST_UNREAD: usize = 65_536;

/// The second socket, and who was reported.
#[derive(Debug)]
pub(super) struct StrangerWatch {
    /// `None`: this system does not tell, or there is no one peer.
    socket: Option<UdpSocket>,
    reported: BTreeSet<SocketAddr>,
    /// Datagrams that were not reported one by one.
    others: u64,
}

impl StrangerWatch {
    /// A watch that sees nothing: for a socket that hears every address.
    pub(super) fn none() -> Self {
        StrangerWatch { socket: None, reported: BTreeSet::new(), others: 0 }
    }

    /// Watches the address of a connected socket. Best effort: without the second socket nothing is reported.
    pub(super) fn beside(connected: &UdpSocket) -> Self {
        let socket = system::second_socket(connected).inspect_err(|error| tracing::debug!(%error, "strangers")).ok();
        StrangerWatch { socket, ..StrangerWatch::none() }
    }

    /// Counts what is still in the second socket's queue, up to [`MOST_UNREAD`].
    fn count_unread(&mut self) {
        let Some(socket) = &self.socket else { return };
        let socket = socket2::SockRef::from(socket);
        let mut start = [std::mem::MaybeUninit::uninit()];
        self.others += (0..MOST_UNREAD).take_while(|_| socket.recv_from(&mut start).is_ok()).count() as u64;
    }
}

impl SharedSocket {
    /// Reports datagrams from other addresses; never ends.
    pub(super) async fn watch_strangers(&self, watch: &mut StrangerWatch) -> UdpEnding {
        let Some(socket) = &watch.socket else { return std::future::pending().await };
        loop {
            let Ok((length, from)) = system::receive_length(socket).await else {
                // An error of this socket concerns nothing that we sent: it sends nothing.
                tokio::task::yield_now().await;
                continue;
            };
            let from = canonical(from);
            if watch.reported.len() < MOST_REPORTED && watch.reported.insert(from) {
                self.report_stranger(from, length).await;
            } else {
                watch.others += 1;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn report_stranger(&self, from: SocketAddr, length: usize) {
        let with = self.peer().map_or_else(String::new, |peer| format!("with {peer} "));
        let message = format!(
            "refused a datagram of {} bytes: this conversation is {with}alone; --any-peer hears every address",
            grouped(length as u64)
        );
        self.journal.news(stranger_news(from.to_string(), message)).await;
    }

    /// Reports how many datagrams were not reported one by one, with those that nobody had read yet.
    pub(super) async fn report_other_strangers(&self, watch: &mut StrangerWatch) {
        watch.count_unread();
        if watch.others > 0 {
            let message = format!("refused {} more datagrams of other addresses", grouped(watch.others));
            self.journal.news(stranger_news(self.local.to_string(), message)).await;
        }
    }
}

fn stranger_news(about: String, message: String) -> News {
    let failure = Failure::new(Class::Local, FailedOperation::Receive, about, message);
    News::Warned(Failure { evidence: Evidence::Seen, ..failure.with_reason(FailureReason::ForeignSender) })
}

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::mem::MaybeUninit;
    use std::net::SocketAddr;

    use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
    use tokio::io::Interest;
    use tokio::net::UdpSocket;

    /// Waits for a datagram, and drops it: its length and its sender. Cancel-safe.
    pub(super) async fn receive_length(socket: &UdpSocket) -> io::Result<(usize, SocketAddr)> {
        let receive = || {
            let mut start = [MaybeUninit::uninit()];
            // recv(2): with MSG_TRUNC the whole length is returned, whatever fits.
            let (length, from) = SockRef::from(socket).recv_from_with_flags(&mut start, libc::MSG_TRUNC)?;
            let from = from.as_socket().ok_or(io::ErrorKind::InvalidData)?;
            Ok((length, from))
        };
        socket.async_io(Interest::READABLE, receive).await
    }

    /// A socket with the local address of `connected`, not connected.
    ///
    /// Two sockets may share an address while both have SO_REUSEADDR; the kernel checks that when the second one is
    /// bound. So it is set for that moment only: afterwards no other program can bind the address.
    pub(super) fn second_socket(connected: &UdpSocket) -> io::Result<UdpSocket> {
        let local = connected.local_addr()?;
        let first = SockRef::from(connected);
        let before = first.reuse_address()?;
        let second = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        second.set_nonblocking(true)?;
        second.set_reuse_address(true)?;
        first.set_reuse_address(true)?;
        let bound = second.bind(&SockAddr::from(local));
        first.set_reuse_address(before)?;
        bound?;
        second.set_reuse_address(before)?;
        UdpSocket::from_std(second.into())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;
    use std::net::SocketAddr;

    use tokio::net::UdpSocket;

    /// Never: there is no second socket.
    pub(super) async fn receive_length(_socket: &UdpSocket) -> io::Result<(usize, SocketAddr)> {
        std::future::pending().await
    }

    /// Not available: this system would deliver the peer's datagrams to either socket.
    pub(super) fn second_socket(_connected: &UdpSocket) -> io::Result<UdpSocket> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
