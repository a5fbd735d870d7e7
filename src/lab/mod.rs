//! The built-in peers: real servers on loopback, to look at and to learn from.

mod http;

pub use http::serve as serve_http;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, UdpSocket};
use tokio::task::JoinSet;

mod peer;
mod stream;
#[cfg(test)]
mod tests;
mod udp;

pub use peer::LabPeer;

/// How many connections may wait to be accepted by one peer.
const BACKLOG: u32 = 128;

/// The running peers. Dropping it ends them, and every connection of theirs.
#[derive(Debug)]
pub struct Lab {
    peers: Vec<(LabPeer, SocketAddr)>,
    _tasks: JoinSet<()>,
}

impl Lab {
    /// Starts these peers on 127.0.0.1, each at a port that the kernel chooses; a peer named twice runs twice.
    ///
    /// All of them listen when this returns. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// A socket could not be opened or bound; no peer is left running then.
    pub async fn start(peers: &[LabPeer]) -> io::Result<Lab> {
        let mut running = Vec::with_capacity(peers.len());
        let mut tasks = JoinSet::new();
        for peer in peers {
            let address = start(*peer, &mut tasks).await?;
            running.push((*peer, address));
        }
        Ok(Lab { peers: running, _tasks: tasks })
    }

    /// The running peers and where they listen, in the order in which they were named.
    pub fn peers(&self) -> &[(LabPeer, SocketAddr)] {
        &self.peers
    }
}

async fn start(peer: LabPeer, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    if peer == LabPeer::UdpEcho {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = socket.local_addr()?;
        tasks.spawn(udp::echo(socket));
        return Ok(address);
    }
    let listener = listen(peer)?;
    let address = listener.local_addr()?;
    match peer {
        LabPeer::Echo => tasks.spawn(stream::serve(listener, stream::echo)),
        LabPeer::Chatter => tasks.spawn(stream::serve(listener, stream::chatter)),
        LabPeer::Drip => tasks.spawn(stream::serve(listener, stream::drip)),
        LabPeer::Reset => tasks.spawn(stream::serve(listener, stream::reset)),
        LabPeer::Deaf => tasks.spawn(stream::serve(listener, stream::deaf)),
        LabPeer::Http | LabPeer::UdpEcho => tasks.spawn(http::serve(listener)),
    };
    Ok(address)
}

fn listen(peer: LabPeer) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    if peer == LabPeer::Deaf {
        // Asked for before listen(), so that the connections get it, and the window closes soon (tcp(7)).
        socket.set_recv_buffer_size(stream::DEAF_BUFFER_BYTES)?;
    }
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(BACKLOG)
}
