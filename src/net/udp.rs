//! UDP sessions: a conversation (a connected socket) and a bound socket that talks with anybody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::journal::Journal;
use super::{TaskContext, dial, fault, lane, option, route};
use crate::sessions::SocketVerb;
use crate::sessions::news::{DialNews, OptionNews};
use crate::sessions::spec::{Script, UdpReceive, UdpSpec};
use crate::sessions::{CloseReason, News, Verb};
use crate::text::quantity;
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::{Class, Failure};
use orders::UdpOrders;
use talk::{SharedSocket, UdpEnding};

mod bound;
mod burst;
mod calls;
mod control;
mod datagram;
mod drops;
pub(super) mod error_queue;
mod group;
mod interface;
mod look;
mod mtu;
mod orders;
mod send;
mod sent;
mod talk;
pub(super) mod train;

pub(crate) use bound::run_bound;

/// 4 MiB: what we ask the kernel to hold of datagrams that we did not read yet. It may give less.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Linux holds twice of what it is asked for, to have room for its bookkeeping, and tells the double (socket(7)).
const KERNEL_DOUBLES: usize = if cfg!(target_os = "linux") { 2 } else { 1 };

/// What a call can ask for: the kernel's own number has 31 bits, and it doubles it.
const MOST_BUFFER_BYTES: usize = (i32::MAX / 2) as usize;

/// An open socket.
#[derive(Debug)]
struct OpenedSocket {
    socket: UdpSocket,
    local: SocketAddr,
    /// The kernel hands over several datagrams as one message where it can.
    merged: bool,
}

/// Runs a UDP conversation, from the look-up of its target to [`News::Closed`]. The urgent lane is open before this
/// returns, so that no order can miss it.
pub(crate) fn run(spec: UdpSpec, script: Script, post: TaskContext) -> impl Future<Output = ()> {
    let urgent = post.net.urgent(post.journal.id);
    converse(spec, script, post, urgent)
}

async fn converse(spec: UdpSpec, script: Script, post: TaskContext, mut urgent: lane::OrderReceiver) {
    let TaskContext { journal, orders: plain, net: _net } = post;
    let mut reading = true;
    let found = tokio::select! {
        found = dial::resolve(&spec.target.host, spec.target.port, spec.family, &journal) => found,
        () = cancelled(&mut urgent, &mut reading, &journal) => return journal.closed(CloseReason::Local).await,
    };
    let opened = match found {
        Ok(addresses) => open_first(&spec, &addresses, &journal).await,
        Err(failure) => Err(failure),
    };
    let (opened, peer) = match opened {
        Ok(opened) => opened,
        Err(failure) => return UdpEnding::Failed(failure).tell(&journal).await,
    };
    tell_buffer(&journal, &opened, spec.receive).await;
    option::tell(&opened.socket, &spec.options, opened.local.is_ipv6(), &journal).await;
    let talk = SharedSocket::new(journal, opened, Some(peer), spec.idle_timeout);
    if !reading {
        talk.set_reading(false).await;
    }
    talk.run(UdpOrders { urgent, plain }, script).await;
}

/// Resolves when the session is closed or reset; keeps in mind whether it is to read.
async fn cancelled(urgent: &mut lane::OrderReceiver, reading: &mut bool, journal: &Arc<Journal>) {
    loop {
        match urgent.recv().await {
            None | Some(Verb::Close | Verb::Reset) => return,
            Some(Verb::PauseReading) => *reading = false,
            Some(Verb::ContinueReading) => *reading = true,
            Some(Verb::Socket(SocketVerb::ReadOptions | SocketVerb::SampleEvery(_))) => {}
            Some(_too_early) => {
                journal.news(News::Warned(Failure::new(Class::Usage, "order", "", "not open yet"))).await;
            }
        }
    }
}

/// Tries the addresses in order: the first one that the kernel lets us connect to is the peer.
///
/// UDP's `connect()` sends nothing, so the first that has a route wins, whether or not somebody is there.
async fn open_first(
    spec: &UdpSpec,
    addresses: &[SocketAddr],
    journal: &Arc<Journal>,
) -> Result<(OpenedSocket, SocketAddr), Failure> {
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
        journal.news(News::Dial(DialNews::Connecting { peer: *peer, attempt: 1 })).await;
        match open_one(spec, *peer) {
            Ok(opened) => {
                let took = begun.elapsed();
                journal
                    .news(News::Dial(DialNews::Connected { local: opened.local, peer: *peer, took, attempt: 1 }))
                    .await;
                route::tell(opened.local, *peer, journal).await;
                return Ok((opened, *peer));
            }
            Err(failure) => {
                if place + 1 < usable.len() {
                    let news = News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took: begun.elapsed() });
                    journal.news(news).await;
                }
                last = failure;
            }
        }
    }
    Err(last)
}

/// A socket that is connected to `peer`.
fn open_one(spec: &UdpSpec, peer: SocketAddr) -> Result<OpenedSocket, Failure> {
    if peer.ip() == IpAddr::V4(Ipv4Addr::BROADCAST) && !spec.broadcast {
        return Err(broadcast_not_asked_for("connect", peer));
    }
    let local = spec.bind.unwrap_or_else(|| wildcard(peer));
    let (socket, merged) = prepare(local, spec.broadcast, spec.receive)?;
    option::set_all(&socket, &spec.options, local.is_ipv6())?;
    socket.bind(&SockAddr::from(local)).map_err(|error| fault::of_bind("bind", local, &error))?;
    let failed = |error: std::io::Error| fault::of_io("connect", peer.to_string(), &error);
    socket.connect(&SockAddr::from(peer)).map_err(failed)?;
    adopt(socket, merged).map_err(failed)
}

/// The failure to use a broadcast address that was not asked for: a typing error could reach a whole link.
fn broadcast_not_asked_for(operation: &'static str, peer: SocketAddr) -> Failure {
    let message = "it is a broadcast address, which reaches every host on the link: ask for broadcast to use it";
    Failure { os_code: Some(libc::EACCES), ..Failure::new(Class::Local, operation, peer.to_string(), message) }
}

/// The unspecified address of the peer's family, with a port of the kernel's choice.
fn wildcard(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0),
        SocketAddr::V6(_) => SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0),
    }
}

/// A socket of `local`'s family with all our options set, not bound yet; and whether it merges datagrams.
fn prepare(local: SocketAddr, broadcast: bool, receive: UdpReceive) -> Result<(Socket, bool), Failure> {
    let set_up = || {
        let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if broadcast {
            socket.set_broadcast(true)?;
        }
        Ok(socket)
    };
    let socket = set_up().map_err(|error| fault::of_io("open", local.to_string(), &error))?;
    // Best effort, all of them: without them the session works, and knows less or is slower.
    let octets = receive.buffer.map_or(RECEIVE_BUFFER_BYTES, |octets| octets.div_ceil(KERNEL_DOUBLES));
    socket.set_recv_buffer_size(octets.min(MOST_BUFFER_BYTES)).ok();
    error_queue::ask(&socket, local.is_ipv6());
    control::ask(&socket, local.is_ipv6());
    let merged = receive.merged && calls::ask_for_merged(&socket).is_ok();
    Ok((socket, merged))
}

/// Says where the kernel gave another receive buffer than was asked for, and where it merges nothing.
async fn tell_buffer(journal: &Arc<Journal>, opened: &OpenedSocket, receive: UdpReceive) {
    let warn = |message: String| News::Warned(Failure::new(Class::Local, "receive", opened.local.to_string(), message));
    let given = SockRef::from(&opened.socket).recv_buffer_size();
    let given = given.map_err(|error| fault::of_io("receive", opened.local.to_string(), &error));
    match given {
        Ok(given) => {
            tracing::debug!(session = journal.id.0, octets = given, "receive buffer as the kernel gives it");
            if let Some(asked) = receive.buffer {
                let octets = |count: usize| OptionValue::Octets(u32::try_from(count).unwrap_or(u32::MAX));
                let option = SocketOption::RecvBuffer;
                journal.news(News::Option(OptionNews::Set { option, asked: octets(asked), now: octets(given) })).await;
            }
            if let Some(asked) = receive.buffer.filter(|asked| given < *asked || given > asked + KERNEL_DOUBLES) {
                let (given, asked) = (quantity::grouped(given as u64), quantity::grouped(asked as u64));
                let limits = if cfg!(target_os = "linux") { " (net.core.rmem_max is the most)" } else { "" };
                let message = format!("the kernel gives a receive buffer of {given} octets, asked for {asked}{limits}");
                journal.news(warn(message)).await;
            }
        }
        Err(failure) => journal.news(News::Warned(failure)).await,
    }
    if receive.merged && !opened.merged {
        journal.news(warn("this system cannot hand over merged datagrams (UDP_GRO): each comes alone".into())).await;
    }
}

/// Hands a bound socket to the runtime, and learns its address.
fn adopt(socket: Socket, merged: bool) -> std::io::Result<OpenedSocket> {
    let socket = UdpSocket::from_std(socket.into())?;
    let local = socket.local_addr()?;
    Ok(OpenedSocket { socket, local, merged })
}
