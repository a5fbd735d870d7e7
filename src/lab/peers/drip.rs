//! A TCP peer that sends a few bytes at a time.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::lab::params::{ByteCount, PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT, ROOM_BYTES};

/// TCP: sends a few bytes at a time.
pub(in crate::lab) static DRIP: LabPeer = LabPeer {
    name: "drip",
    says: "says one sentence over and over, one byte every 200 ms",
    params: &[&EVERY, &BYTES],
    opens: PeerSession::Tcp { hello: None },
    start,
};

const EVERY: PeerParam<Duration> = PeerParam {
    name: "every",
    help: "time from one write to the next",
    range: Duration::from_millis(1)..=MOST_WAIT,
    default: Duration::from_millis(200),
};

const BYTES: PeerParam<ByteCount> = PeerParam {
    name: "bytes",
    help: "how much of the sentence one write has",
    range: ByteCount(1)..=ByteCount(64 * 1024),
    default: ByteCount(1),
};

const SENTENCE: &[u8] = b"TCP is a stream of bytes: it does not remember where one write ended.\n";

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let every = settings.of(&EVERY);
    let ByteCount(write_bytes) = settings.of(&BYTES);
    serve::loopback(tasks, move |stream| drip(stream, every, write_bytes))
}

/// Sends its sentence again and again, `write_bytes` bytes at a time. It goes on after the peer's FIN, which ends only
/// one direction.
async fn drip(mut stream: TcpStream, every: Duration, write_bytes: u64) -> io::Result<()> {
    // Without Nagle's algorithm, each write is a separate segment (RFC 9293 §3.7.4).
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    let mut room = vec![0; ROOM_BYTES];
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut bytes = SENTENCE.iter().copied().cycle();
    let write_bytes = usize::try_from(write_bytes).unwrap_or(ROOM_BYTES);
    let mut peer_finished = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let write: Vec<u8> = bytes.by_ref().take(write_bytes).collect();
                writer.write_all(&write).await?;
            }
            // Received bytes are read and discarded.
            len = reader.read(&mut room), if !peer_finished => peer_finished = len? == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use crate::lab::tests::{is_quiet, met, soon};

    #[tokio::test]
    async fn drip_says_its_sentence_one_byte_at_a_time_even_after_our_finish() {
        let (_lab, mut stream) = met("drip").await;
        stream.shutdown().await.unwrap();
        let mut heard = Vec::new();
        while heard.len() < 5 {
            let mut room = [0; 16];
            let len = soon(stream.read(&mut room)).await.unwrap();
            assert!(len > 0, "it goes on");
            heard.extend(&room[..len]);
        }
        assert!(heard.starts_with(b"TCP i"));
    }

    #[tokio::test]
    async fn drip_writes_as_much_at_a_time_as_it_is_told_to() {
        let (_lab, mut stream) = met("drip:every=10m,bytes=100").await;
        let mut heard = [0; 100];
        soon(stream.read_exact(&mut heard)).await.unwrap();
        assert!(heard.iter().eq(super::SENTENCE.iter().cycle().take(100)));
        assert!(is_quiet(&stream).await, "the second write is not due");
    }

    #[tokio::test]
    async fn drip_writes_as_often_as_it_is_told_to() {
        // The default interval is longer than any test waits.
        let (_lab, mut stream) = met("drip:every=1ms").await;
        soon(stream.read_exact(&mut [0; 1_000])).await.unwrap();
    }
}
