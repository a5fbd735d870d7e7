//! UDP sessions: a conversation (a connected socket) and a bound socket that talks with anybody.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::Post;
use super::dial;
use super::journal::Journal;
use super::route;
use crate::wire::spec::{Script, UdpSpec};
use crate::wire::{Class, Failure, How, News, Verb};
use talk::{Ending, Talk};

mod bound;
mod datagram;
mod drops;
mod error_queue;
mod fault;
mod group;

mod send;
mod talk;

pub(crate) use bound::run_bound;

/// How many orders may wait while a name is looked up; more stay in the session's own bounded queue.
const MOST_EARLY: usize = 32;

/// 4 MiB: what we ask the kernel to hold of datagrams that we did not read yet. It may give less.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Runs a UDP conversation, from the look-up of its target to [`News::Closed`].
pub(crate) async fn run(spec: UdpSpec, script: Script, post: Post) {
    let Post { journal, mut orders, net: _net } = post;
    let mut early = VecDeque::new();
    let found = tokio::select! {
        found = dial::resolve(&spec.target.host, spec.target.port, spec.family, &journal) => found,
        () = cancelled(&mut orders, &mut early) => return journal.closed(How::Local).await,
    };
    let opened = match found {
        Ok(addresses) => open_first(&spec, &addresses, &journal).await,
        Err(failure) => Err(failure),
    };
    let (socket, local, peer) = match opened {
        Ok(opened) => opened,
        Err(failure) => return Ending::Failed(failure).tell(&journal).await,
    };
    let talk = Talk::new(journal, socket, local, Some(peer), spec.idle_timeout);
    talk.run(orders, early, script).await;
}

/// Resolves when the session is closed or reset; keeps other orders for later, [`MOST_EARLY`] at the most.
async fn cancelled(orders: &mut mpsc::Receiver<Verb>, early: &mut VecDeque<Verb>) {
    while early.len() < MOST_EARLY {
        match orders.recv().await {
            None | Some(Verb::Close | Verb::Reset) => return,
            Some(verb) => early.push_back(verb),
        }
    }
    std::future::pending::<()>().await;
}

/// Tries the addresses in order: the first one that the kernel lets us connect to is the peer.
///
/// UDP's `connect()` sends nothing, so the first that has a route wins, whether or not somebody is there.
async fn open_first(
    spec: &UdpSpec,
    addresses: &[SocketAddr],
    journal: &Arc<Journal>,
) -> Result<(UdpSocket, SocketAddr, SocketAddr), Failure> {
    let usable = |peer: &&SocketAddr| spec.bind.is_none_or(|bind| bind.is_ipv4() == peer.is_ipv4());
    let usable: Vec<SocketAddr> = addresses.iter().filter(usable).copied().collect();
    let mut last = Failure::new(
        Class::Local,
        "bind",
        spec.target.to_string(),
        "the local address and the target are of different families: bind an address of the target's family",
    );
    for (place, peer) in usable.iter().enumerate() {
        let begun = Instant::now();
        journal.news(News::Connecting { peer: *peer, attempt: 1 }).await;
        match open_one(spec, *peer) {
            Ok((socket, local)) => {
                let took = begun.elapsed();
                journal.news(News::Connected { local, peer: *peer, took, attempt: 1 }).await;
                route::tell(local, *peer, journal).await;
                return Ok((socket, local, *peer));
            }
            Err(failure) => {
                if place + 1 < usable.len() {
                    let news = News::AttemptFailed { failure: failure.clone(), took: begun.elapsed() };
                    journal.news(news).await;
                }
                last = failure;
            }
        }
    }
    Err(last)
}

/// A socket that is connected to `peer`, and its own address.
fn open_one(spec: &UdpSpec, peer: SocketAddr) -> Result<(UdpSocket, SocketAddr), Failure> {
    if peer.ip() == IpAddr::V4(Ipv4Addr::BROADCAST) && !spec.broadcast {
        return Err(fault::broadcast_not_asked_for("connect", peer));
    }
    let local = spec.bind.unwrap_or_else(|| wildcard(peer));
    let socket = prepare(local, spec.broadcast)?;
    socket.bind(&SockAddr::from(local)).map_err(|error| fault::failure("bind", local, &error))?;
    socket.connect(&SockAddr::from(peer)).map_err(|error| fault::failure("connect", peer, &error))?;
    adopt(socket).map_err(|error| fault::failure("connect", peer, &error))
}

/// The unspecified address of the peer's family, with a port of the kernel's choice.
fn wildcard(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0),
        SocketAddr::V6(_) => SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0),
    }
}

/// A socket of `local`'s family with all our options set, not bound yet.
fn prepare(local: SocketAddr, broadcast: bool) -> Result<Socket, Failure> {
    let set_up = || {
        let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if broadcast {
            socket.set_broadcast(true)?;
        }
        Ok(socket)
    };
    let socket = set_up().map_err(|error| fault::failure("open a socket for", local, &error))?;
    // Best effort, all of them: without them the session works, and knows less.
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).ok();
    error_queue::ask(&socket, local.is_ipv6());
    drops::ask(&socket);
    Ok(socket)
}

/// Hands a bound socket to the runtime; tells its address with it.
fn adopt(socket: Socket) -> std::io::Result<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::from_std(socket.into())?;
    let local = socket.local_addr()?;
    Ok((socket, local))
}
