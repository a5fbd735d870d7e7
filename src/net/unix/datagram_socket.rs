//! Sockets of datagrams in the Unix domain: how they are opened, and who sent what they receive.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use rustix::net::SocketAddrUnix;
use socket2::{Domain, Socket, Type};
use tokio::net::UnixDatagram;

use super::address;
use super::socket_file::{self, SocketFile};
use crate::net::journal::Journal;
use crate::net::{fault, option};
use crate::sessions::News;
use crate::sessions::news::UnixNews;
use crate::sessions::spec::{RequestedOptions, UnixListenSpec, UnixSpec};
use crate::wire::option::OptionScope;
use crate::wire::unix::UnixAddress;
use crate::wire::{FailedOperation, Failure};

/// A socket, and its file if it has one.
pub(super) struct OpenedDatagrams {
    pub(super) socket: UnixDatagram,
    pub(super) file: Option<Arc<SocketFile>>,
}

fn new_socket(options: &RequestedOptions, failed: impl Fn(io::Error) -> Failure) -> Result<Socket, Failure> {
    let socket = Socket::new(Domain::UNIX, Type::DGRAM, None).map_err(&failed)?;
    socket.set_nonblocking(true).map_err(&failed)?;
    option::set_all(&socket, options, OptionScope::UNIX)?;
    Ok(socket)
}

/// Binds a socket at the spec's address. Returns also whether a stale file was removed first.
///
/// # Errors
/// Fails with what stands in the way.
pub(super) fn bind(spec: &UnixListenSpec) -> Result<(OpenedDatagrams, bool), Failure> {
    let failed = |error: io::Error| fault::from_unix_bind(FailedOperation::Bind, &spec.local, &error, None);
    let socket = new_socket(&spec.socket.options, failed)?;
    let (file, replaced) = SocketFile::bind(&socket, &spec.local, spec.replace, FailedOperation::Bind)?;
    let socket = UnixDatagram::from_std(socket.into()).map_err(failed)?;
    Ok((OpenedDatagrams { socket, file }, replaced))
}

/// Connects a socket that has an address of its own: without one, nobody could answer. On Linux that is an abstract
/// name, which the kernel chooses; elsewhere a file in the directory for temporary files, removed at the end.
///
/// # Errors
/// Fails with what the kernel said.
pub(super) async fn connect(spec: &UnixSpec, attempt: u32, journal: &Arc<Journal>) -> Result<OpenedDatagrams, Failure> {
    let target = &spec.target;
    journal.news(News::Unix(UnixNews::Connecting { peer: target.clone(), attempt })).await;
    let began = Instant::now();
    let failed = |error: io::Error| {
        fault::from_unix(FailedOperation::Connect, target.to_string(), &error, socket_file::is_other_file(target))
    };
    let place = address::to_system(target).map_err(failed)?;
    let socket = new_socket(&spec.socket.options, failed)?;
    socket.connect(&place).map_err(failed)?;
    let (local, file) = bind_own_address(&socket)?;
    let socket = UnixDatagram::from_std(socket.into()).map_err(failed)?;
    let (peer, took) = (target.clone(), began.elapsed());
    journal.news(News::Unix(UnixNews::Connected { local, peer, credentials: None, took, attempt })).await;
    option::report_all(&socket, &spec.socket.options, OptionScope::UNIX, journal).await;
    Ok(OpenedDatagrams { socket, file })
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn bind_own_address(socket: &Socket) -> Result<(UnixAddress, Option<Arc<SocketFile>>), Failure> {
    let failed = |error: io::Error| fault::from_unix_bind(FailedOperation::Bind, &UnixAddress::Unnamed, &error, None);
    // An address without a path: the kernel chooses an abstract name (unix(7), autobind).
    socket.bind(&socket2::SockAddr::unix("").map_err(failed)?).map_err(failed)?;
    let local = socket.local_addr().map_err(failed)?;
    Ok((address::from_system(&local), None))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn bind_own_address(socket: &Socket) -> Result<(UnixAddress, Option<Arc<SocketFile>>), Failure> {
    let name = format!("sockeye-{}-{:08x}.sock", std::process::id(), fastrand::u32(..));
    let path = std::env::temp_dir().join(name);
    let local = UnixAddress::path(&path.to_string_lossy()).map_err(Failure::usage)?;
    let (file, _) = SocketFile::bind(socket, &local, false, FailedOperation::Bind)?;
    Ok((local, file))
}

/// The address of a datagram's sender.
pub(super) fn sender_address(from: &SocketAddrUnix) -> UnixAddress {
    if let Some(path) = from.path() {
        return UnixAddress::Path(path.to_bytes().into());
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(name) = from.abstract_name().filter(|name| !name.is_empty()) {
        return UnixAddress::Abstract(name.into());
    }
    UnixAddress::Unnamed
}
