//! The TCP echo peer.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::lab::params::{PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT, ROOM_BYTES};

/// TCP: sends back what it receives; supports a half-close.
pub(in crate::lab) static ECHO: LabPeer = LabPeer {
    name: "echo",
    says: "says back what it hears; when you finish sending, it finishes, too",
    params: &[&DELAY],
    opens: PeerSession::Tcp { hello: Some("hello, echo\n") },
    start,
};

const DELAY: PeerParam<Duration> = PeerParam {
    name: "delay",
    help: "wait before what was read is said back",
    range: Duration::ZERO..=MOST_WAIT,
    default: Duration::ZERO,
};

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let delay = settings.of(&DELAY);
    serve::loopback(tasks, move |stream| echo(stream, delay))
}

/// Sends back all received bytes; then answers FIN with FIN.
async fn echo(mut stream: TcpStream, delay: Duration) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    loop {
        match stream.read(&mut room).await? {
            0 => return stream.shutdown().await,
            len => {
                serve::pause(delay).await;
                stream.write_all(&room[..len]).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use crate::lab::tests::{is_quiet, met, soon};

    #[tokio::test]
    async fn echo_says_back_everything_after_a_half_close_and_then_finishes() {
        let (_lab, stream) = met("echo").await;
        let said: Vec<u8> = (0..3_000_000_usize).map(|at| (at % 253) as u8).collect();
        let (mut reader, mut writer) = stream.into_split();
        let told = said.clone();
        let telling = tokio::spawn(async move {
            writer.write_all(&told).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let mut heard = Vec::new();
        soon(reader.read_to_end(&mut heard)).await.unwrap();
        assert!(heard == said, "{} bytes of {}", heard.len(), said.len());
        telling.await.unwrap();
    }

    #[tokio::test]
    async fn echo_waits_for_its_delay() {
        let (_lab, mut stream) = met("echo:delay=10m").await;
        stream.write_all(b"hello").await.unwrap();
        assert!(is_quiet(&stream).await);

        let (_lab, mut stream) = met("echo:delay=1ms").await;
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut heard = Vec::new();
        soon(stream.read_to_end(&mut heard)).await.unwrap();
        assert_eq!(heard, b"hello");
    }
}
