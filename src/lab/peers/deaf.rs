//! A TCP peer that never reads.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::lab::params::{ByteCount, ParamUnit as _, PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve;

/// TCP: never reads.
pub(in crate::lab) static DEAF: LabPeer = LabPeer {
    name: "deaf",
    says: "takes your connection and never reads: watch its window close",
    params: &[&BUFFER],
    opens: PeerSession::Tcp { hello: Some("is anybody reading?\n") },
    start,
};

/// Linux allocates twice as much, and at least 2,304 bytes (socket(7)).
const BUFFER: PeerParam<ByteCount> = PeerParam {
    name: "buffer",
    help: "what the kernel holds unread (SO_RCVBUF)",
    range: ByteCount(2 * 1024)..=ByteCount(16 << 20),
    default: ByteCount(4 * 1024),
};

const LOOKS_EVERY: Duration = Duration::from_millis(250);

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    serve::connections(listen(settings.of(&BUFFER))?, tasks, deaf)
}

/// Listens with this receive buffer.
///
/// # Errors
/// Fails if the kernel allows less (`net.core.rmem_max`), or if there is no socket.
fn listen(buffer: ByteCount) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    let asked = u32::try_from(buffer.0).unwrap_or(u32::MAX);
    // Set before listen(), so that connections inherit it and the window closes soon (tcp(7)).
    socket.set_recv_buffer_size(asked)?;
    let doubling = if cfg!(target_os = "linux") { 2 } else { 1 };
    let given = socket.recv_buffer_size()? / doubling;
    if given < asked {
        let (asked, given) = (buffer.to_value(), ByteCount(u64::from(given)).to_value());
        let why = format!("buffer={asked}: the kernel gives {given} at most (net.core.rmem_max)");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    serve::listen(socket)
}

/// Never reads; holds the connection until the peer finishes or resets it.
///
/// The unread bytes are discarded then, so a FIN is answered with RST (RFC 2525 §2.17).
async fn deaf(stream: TcpStream) -> io::Result<()> {
    loop {
        let ready = stream.ready(Interest::READABLE | Interest::ERROR).await?;
        if ready.is_read_closed() || ready.is_error() {
            return Ok(());
        }
        // The socket stays readable because nobody reads, so the end must be polled for.
        sleep(LOOKS_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use crate::lab::chosen::ChosenPeer;
    use crate::lab::params::ByteCount;
    use crate::lab::running::Lab;
    use crate::lab::tests::{met, soon};

    #[tokio::test]
    async fn deaf_lets_its_window_close_and_goes_when_the_peer_goes() {
        let (_lab, mut stream) = met("deaf").await;
        socket2::SockRef::from(&stream).set_send_buffer_size(64 * 1024).unwrap();
        // Far more than the buffers of both kernels: without a reader, writing stops long before the end. It has
        // stopped when the send queue does not change while time passes.
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

    #[tokio::test]
    async fn deafs_connections_have_the_buffer_that_was_asked_for() {
        for asked in [2 * 1024, 64 * 1024] {
            let listener = super::listen(ByteCount(asked)).unwrap();
            let address = listener.local_addr().unwrap();
            let (dialled, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
            dialled.unwrap();
            let given = socket2::SockRef::from(&accepted.unwrap().0).recv_buffer_size().unwrap() as u64;
            assert!((asked..=2 * asked).contains(&given), "{given} bytes for {asked}");
        }
    }

    #[tokio::test]
    async fn a_buffer_that_the_kernel_refuses_is_no_peer() {
        let most =
            std::fs::read_to_string("/proc/sys/net/core/rmem_max").ok().and_then(|text| text.trim().parse().ok());
        let Some(most) = most.filter(|most: &u64| *most < 16 << 20) else {
            eprintln!(
                "skipped: a_buffer_that_the_kernel_refuses_is_no_peer: net.core.rmem_max is 16 MiB or more, or unknown"
            );
            return;
        };
        let peer = ChosenPeer::parse(&format!("deaf:buffer={}", most + 1)).unwrap();
        let error = Lab::start(&[peer]).await.unwrap_err();
        assert!(error.to_string().contains("the kernel gives"), "{error}");
    }
}
