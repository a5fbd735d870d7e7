//! A TCP peer that never reads.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve;

/// TCP: never reads.
pub(in crate::lab) static DEAF: LabPeer = LabPeer {
    name: "deaf",
    says: "takes your connection and never reads: watch its window close",
    opens: PeerSession::Tcp { hello: Some("is anybody reading?\n") },
    start,
};

/// 4 KiB: what the kernel holds for a peer that never reads. Linux doubles it, and allows no less than 2,304.
const BUFFER_BYTES: u32 = 4 * 1024;

const LOOKS_EVERY: Duration = Duration::from_millis(250);

fn start(tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let socket = TcpSocket::new_v4()?;
    // Asked for before listen(), so that the connections get it, and the window closes soon (tcp(7)).
    socket.set_recv_buffer_size(BUFFER_BYTES)?;
    serve::connections(serve::listen(socket)?, tasks, deaf)
}

/// Never reads; holds the connection until the peer finishes or resets it.
///
/// What it did not read is thrown away then, so a FIN is answered with RST (RFC 2525 §2.17).
async fn deaf(stream: TcpStream) -> io::Result<()> {
    loop {
        let ready = stream.ready(Interest::READABLE | Interest::ERROR).await?;
        if ready.is_read_closed() || ready.is_error() {
            return Ok(());
        }
        // It stays readable, as nobody reads: the end can only be looked for.
        sleep(LOOKS_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::timeout;

    use crate::lab::tests::{met, soon};

    #[tokio::test]
    async fn deaf_lets_its_window_close_and_goes_when_the_peer_goes() {
        let (_lab, mut stream) = met("deaf").await;
        socket2::SockRef::from(&stream).set_send_buffer_size(64 * 1024).unwrap();
        // Far more than both kernels hold: with nobody reading, the writing stops long before the end. That it
        // stopped is seen by the send queue, which stays as it is while time passes.
        let most = 64 << 20;
        let mut written = 0;
        let chunk = vec![0; 64 * 1024];
        while written < most {
            match timeout(Duration::from_millis(500), stream.write(&chunk)).await {
                Ok(len) => written += len.unwrap(),
                Err(_stuck) => break,
            }
        }
        assert!(written < most, "{written} bytes were taken by a peer that never reads");
        drop(stream);

        let (_lab, mut stream) = met("deaf").await;
        stream.write_all(b"unread").await.unwrap();
        stream.shutdown().await.unwrap();
        let end = soon(stream.read(&mut [0])).await;
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset, "what is not read is thrown away");
    }
}
