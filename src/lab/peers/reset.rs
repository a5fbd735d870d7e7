//! A TCP peer that aborts.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::lab::params::{PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT, ROOM_BYTES};

/// TCP: ends with RST.
pub(in crate::lab) static RESET: LabPeer = LabPeer {
    name: "reset",
    says: "waits for your first bytes or 3 s, says a word, and ends with RST instead of FIN",
    params: &[&AFTER],
    opens: PeerSession::Tcp { hello: Some("please reset me\n") },
    start,
};

const AFTER: PeerParam<Duration> = PeerParam {
    name: "after",
    help: "how long it waits for your first bytes",
    range: Duration::ZERO..=MOST_WAIT,
    default: Duration::from_secs(3),
};

const LAST_WORDS: &[u8] = b"and now: RST\n";

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let after = settings.of(&AFTER);
    serve::loopback(tasks, move |stream| reset(stream, after))
}

/// Waits for the first bytes, for at most `after`, sends its last bytes, and resets the connection.
async fn reset(mut stream: TcpStream, after: Duration) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    if let Ok(first) = timeout(after, stream.read(&mut room)).await {
        first?;
    }
    stream.set_nodelay(true)?;
    stream.write_all(LAST_WORDS).await?;
    // With SO_LINGER and a time-out of zero, close() sends a RST (RFC 9293 §3.9.1, ABORT; socket(7)).
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::LAST_WORDS;
    use crate::lab::tests::{is_quiet, met, soon};

    #[tokio::test]
    async fn reset_says_a_word_and_ends_with_rst() {
        let (_lab, mut stream) = met("reset").await;
        stream.write_all(b"hello").await.unwrap();
        let mut heard = Vec::new();
        let end = soon(stream.read_to_end(&mut heard)).await;
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(heard, LAST_WORDS);
    }

    #[tokio::test]
    async fn reset_waits_for_the_first_bytes_as_long_as_it_is_told_to() {
        let (_lab, mut silent) = met("reset:after=0ms").await;
        let mut heard = Vec::new();
        let end = soon(silent.read_to_end(&mut heard)).await;
        assert_eq!((end.unwrap_err().kind(), &heard[..]), (ErrorKind::ConnectionReset, LAST_WORDS));

        let (_lab, mut stream) = met("reset:after=10m").await;
        assert!(is_quiet(&stream).await);
        stream.write_all(b"hello").await.unwrap();
        let end = soon(stream.read_to_end(&mut heard)).await;
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}
