//! What the TCP peers have in common: the socket that listens, and the loop that accepts.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How many connections may wait to be accepted by one peer.
const BACKLOG: u32 = 128;

/// How many connections one peer holds at once; one more is closed as soon as it is accepted.
pub(super) const MOST_CONNECTIONS: usize = 256;

/// No connection of the lab's lives longer than an hour.
const LONGEST: Duration = Duration::from_secs(3_600);

/// 64 KiB: what a peer reads at a time.
pub(super) const ROOM_BYTES: usize = 64 * 1024;

/// A rest after an accept that failed, for want of descriptors say, so that it cannot become a busy loop.
const REST: Duration = Duration::from_millis(50);

/// The longest time that a peer can be told to wait.
pub(super) const MOST_WAIT: Duration = Duration::from_secs(600);

/// Waits so long; for zero not at all.
pub(super) async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// Listens on 127.0.0.1, at a port that the kernel chooses, and holds this conversation with each who connects: where
/// it listens.
///
/// # Errors
/// No socket could be opened or bound.
pub(super) fn loopback<F>(
    tasks: &mut JoinSet<()>,
    conversation: impl Fn(TcpStream) -> F + Send + 'static,
) -> io::Result<SocketAddr>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    connections(listen(TcpSocket::new_v4()?)?, tasks, conversation)
}

/// Binds this IPv4 socket to 127.0.0.1, at a port that the kernel chooses, and listens.
///
/// # Errors
/// The socket could not be bound.
pub(super) fn listen(socket: TcpSocket) -> io::Result<TcpListener> {
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(BACKLOG)
}

/// Holds this conversation with each who connects, in a task of these: where the listener is.
///
/// # Errors
/// The listener's address cannot be had.
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

/// Accepts connections for ever, and holds the conversation with each. Dropping it ends them all.
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
                    // How a conversation ends is its peer's affair: it sees it, and the lab goes on.
                    open.spawn(async move { timeout(LONGEST, held).await.map_or((), drop) });
                }
                Ok((one_too_many, _)) => drop(one_too_many),
                Err(_) => sleep(REST).await,
            },
            Some(_) = open.join_next(), if !open.is_empty() => {}
        }
    }
}
