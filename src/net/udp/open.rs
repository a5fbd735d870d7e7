//! Opens a UDP socket from its spec.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::{cmsg, mmsg};
use crate::net::fault;
use crate::net::journal::Journal;
use crate::net::kernel::error_queue;
use crate::sessions::News;
use crate::sessions::news::OptionNews;
use crate::sessions::spec::UdpReceive;
use crate::text::quantity;
use crate::wire::errno;
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::{Class, FailedOperation, Failure};

/// 4 MiB: the receive buffer that we request from the kernel. It may give less.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Linux doubles the requested size, as room for its bookkeeping, and reports the double (socket(7)).
const KERNEL_DOUBLES: usize = if cfg!(target_os = "linux") { 2 } else { 1 };

/// The most that a call can request: the kernel's number has 31 bits, and it is doubled.
const MOST_BUFFER_BYTES: usize = (i32::MAX / 2) as usize;

/// An open socket.
#[derive(Debug)]
pub(super) struct OpenedSocket {
    pub(crate) socket: UdpSocket,
    pub(crate) local: SocketAddr,
    /// The kernel merges several datagrams into one message if it can.
    pub(super) merged: bool,
}

/// The failure to use a broadcast address without the broadcast option: a typing error could reach a whole link.
pub(super) fn broadcast_not_asked_for(operation: FailedOperation, peer: SocketAddr) -> Failure {
    let message = "it is a broadcast address, which reaches every host on the link: ask for broadcast to use it";
    Failure { os_code: Some(errno::EACCES), ..Failure::new(Class::Local, operation, peer.to_string(), message) }
}

/// The unspecified address of the peer's family, with a port of the kernel's choice.
pub(super) fn unspecified_address(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0),
        SocketAddr::V6(_) => SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0),
    }
}

/// A socket of `local`'s family with all our options set, not bound yet; and whether it merges datagrams.
pub(super) fn configured_socket(
    local: SocketAddr,
    broadcast: bool,
    receive: UdpReceive,
) -> Result<(Socket, bool), Failure> {
    let set_up = || {
        let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if broadcast {
            socket.set_broadcast(true)?;
        }
        Ok(socket)
    };
    let socket = set_up().map_err(|error| fault::from_io(FailedOperation::Open, local.to_string(), &error))?;
    // All of these are best effort: without them the session works, but knows less or is slower.
    let bytes = receive.buffer.map_or(RECEIVE_BUFFER_BYTES, |bytes| bytes.div_ceil(KERNEL_DOUBLES));
    socket.set_recv_buffer_size(bytes.min(MOST_BUFFER_BYTES)).ok();
    error_queue::enable(&socket, local.is_ipv6());
    cmsg::request_controls(&socket, local.is_ipv6());
    let merged = receive.merged && mmsg::ask_for_merged(&socket).is_ok();
    Ok((socket, merged))
}

/// Reports that the kernel gave another receive buffer than requested, or that it does not merge datagrams.
pub(super) async fn report_receive_buffer(journal: &Arc<Journal>, opened: &OpenedSocket, receive: UdpReceive) {
    let warn = |message: String| {
        News::Warned(Failure::new(Class::Local, FailedOperation::Receive, opened.local.to_string(), message))
    };
    let given = SockRef::from(&opened.socket).recv_buffer_size();
    let given = given.map_err(|error| fault::from_io(FailedOperation::Receive, opened.local.to_string(), &error));
    match given {
        Ok(given) => {
            tracing::debug!(session = journal.id.0, bytes = given, "receive buffer as the kernel gives it");
            if let Some(asked) = receive.buffer {
                let bytes = |count: usize| OptionValue::Bytes(u32::try_from(count).unwrap_or(u32::MAX));
                let option = SocketOption::RecvBuffer;
                journal.news(News::Option(OptionNews::Set { option, asked: bytes(asked), now: bytes(given) })).await;
            }
            if let Some(asked) = receive.buffer.filter(|asked| given < *asked || given > asked + KERNEL_DOUBLES) {
                let (given, asked) = (quantity::grouped(given as u64), quantity::grouped(asked as u64));
                let limits = if cfg!(target_os = "linux") { " (net.core.rmem_max is the most)" } else { "" };
                let message = format!("the kernel gives a receive buffer of {given} bytes, asked for {asked}{limits}");
                journal.news(warn(message)).await;
            }
        }
        Err(failure) => journal.news(News::Warned(failure)).await,
    }
    if receive.merged && !opened.merged {
        journal.news(warn("UDP_GRO is not available: datagrams are received one by one".into())).await;
    }
}

/// Registers a bound socket with the runtime, and reads its address.
pub(super) fn register(socket: Socket, merged: bool) -> std::io::Result<OpenedSocket> {
    let socket = UdpSocket::from_std(socket.into())?;
    let local = socket.local_addr()?;
    Ok(OpenedSocket { socket, local, merged })
}
