//! A TCP peer that aborts.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, ROOM_BYTES};

/// TCP: ends with RST.
pub(in crate::lab) static RESET: LabPeer = LabPeer {
    name: "reset",
    says: "waits for your first bytes or 3 s, says a word, and ends with RST instead of FIN",
    opens: PeerSession::Tcp { hello: Some("please reset me\n") },
    start,
};

const RESET_AFTER: Duration = Duration::from_secs(3);
const LAST_WORDS: &[u8] = b"and now: RST\n";

fn start(tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    serve::loopback(tasks, reset)
}

/// Waits for the first bytes or three seconds, says its last words, and ends with RST.
async fn reset(mut stream: TcpStream) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    if let Ok(first) = timeout(RESET_AFTER, stream.read(&mut room)).await {
        first?;
    }
    stream.set_nodelay(true)?;
    stream.write_all(LAST_WORDS).await?;
    // Lingering for zero seconds makes close() an abort (RFC 9293 §3.9.1, ABORT; socket(7)).
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::LAST_WORDS;
    use crate::lab::tests::{met, soon};

    #[tokio::test]
    async fn reset_says_a_word_and_ends_with_rst() {
        let (_lab, mut stream) = met("reset").await;
        stream.write_all(b"hello").await.unwrap();
        let mut heard = Vec::new();
        let end = soon(stream.read_to_end(&mut heard)).await;
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(heard, LAST_WORDS);
    }
}
