//! The common parts of the TCP peers: the listening socket, and the accept loop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::sessions::panic_guard;

/// The length of a peer's accept queue.
const BACKLOG: u32 = 128;

/// The most connections of one peer; a further one is closed as soon as it is accepted.
pub(super) const MOST_CONNECTIONS: usize = 256;

/// The longest life of a connection: one hour.
const LONGEST: Duration = Duration::from_secs(3_600);

/// The size of one read of a peer: 64 KiB.
pub(super) const ROOM_BYTES: usize = 64 * 1024;

/// The pause after a failed accept, for example without free descriptors, which prevents a busy loop.
const REST: Duration = Duration::from_millis(50);

/// The longest wait that a parameter accepts.
pub(super) const MOST_WAIT: Duration = Duration::from_secs(600);

/// Waits for this time; does not yield for zero.
pub(super) async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// Listens on 127.0.0.1, at a port that the kernel chooses, and runs `conversation` on each connection. Returns the
/// listener's address.
///
/// # Errors
/// Fails if no socket could be opened or bound.
pub(super) fn loopback<F>(
    tasks: &mut JoinSet<()>,
    conversation: impl Fn(TcpStream) -> F + Send + 'static,
) -> io::Result<SocketAddr>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    connections(listen(TcpSocket::new_v4()?)?, tasks, conversation)
}

/// Runs a task of a peer. A panic ends only this task: the lab, its other connections and the program go on.
pub(super) async fn end_alone(task: impl Future<Output = ()>) {
    let task = async move {
        panic_guard::panic_point("lab peer");
        task.await;
    };
    if let Err(failure) = panic_guard::guard_task(Box::pin(task)).await {
        tracing::error!(%failure, "a task of a built-in peer");
    }
}

/// Binds this IPv4 socket to 127.0.0.1, at a port that the kernel chooses, and listens.
///
/// # Errors
/// Fails if the socket could not be bound.
pub(super) fn listen(socket: TcpSocket) -> io::Result<TcpListener> {
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(BACKLOG)
}

/// Runs `conversation` on each connection, in one of these tasks. Returns the listener's address.
///
/// # Errors
/// Fails if the listener's address cannot be read.
pub(super) fn connections<F>(
    listener: TcpListener,
    tasks: &mut JoinSet<()>,
    conversation: impl Fn(TcpStream) -> F + Send + 'static,
) -> io::Result<SocketAddr>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let address = listener.local_addr()?;
    tasks.spawn(accept(listener, conversation));
    Ok(address)
}

/// Accepts connections forever, and runs `conversation` on each. Dropping it ends them all.
async fn accept<F>(listener: TcpListener, conversation: impl Fn(TcpStream) -> F)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut open: JoinSet<()> = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if open.len() < MOST_CONNECTIONS => {
                    let held = conversation(stream);
                    // An error on a connection concerns only its peer, which sees it; the lab goes on.
                    open.spawn(end_alone(async move { timeout(LONGEST, held).await.map_or((), drop) }));
                }
                Ok((one_too_many, _)) => drop(one_too_many),
                Err(_) => sleep(REST).await,
            },
            Some(_) = open.join_next(), if !open.is_empty() => {}
        }
    }
}
