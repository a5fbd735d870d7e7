//! The web server: what it answers is in `lab/http`.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use crate::lab::http;
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve;

/// HTTP/1.1: a small site.
pub(in crate::lab) static HTTP: LabPeer = LabPeer {
    name: "http",
    says: "a small web site that speaks HTTP/1.1",
    opens: PeerSession::Http { path: "/json" },
    start,
};

fn start(tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let listener = serve::listen(TcpSocket::new_v4()?)?;
    let address = listener.local_addr()?;
    tasks.spawn(http::serve(listener));
    Ok(address)
}
