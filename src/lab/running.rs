//! The running peers.

use std::io;
use std::net::SocketAddr;

use tokio::task::JoinSet;

use super::chosen::ChosenPeer;

/// The running peers. Dropping it ends them, and all their connections.
#[derive(Debug)]
pub struct Lab {
    peers: Vec<(ChosenPeer, SocketAddr)>,
    _tasks: JoinSet<()>,
}

impl Lab {
    /// Starts these peers on 127.0.0.1, each at a port that the kernel chooses; a peer named twice runs twice.
    ///
    /// All of them listen when this returns. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// Fails if a socket could not be opened, bound, or configured for a parameter; no peer is left running then.
    pub async fn start(peers: &[ChosenPeer]) -> io::Result<Lab> {
        let mut running = Vec::with_capacity(peers.len());
        let mut tasks = JoinSet::new();
        for chosen in peers {
            let address = (chosen.peer.start)(&chosen.settings, &mut tasks)?;
            running.push((chosen.clone(), address));
        }
        Ok(Lab { peers: running, _tasks: tasks })
    }

    /// The running peers and their addresses, in the order in which they were named.
    pub fn peers(&self) -> &[(ChosenPeer, SocketAddr)] {
        &self.peers
    }
}
