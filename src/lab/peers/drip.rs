//! A TCP peer that sends little at a time.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, ROOM_BYTES};

/// TCP: one byte at a time.
pub(in crate::lab) static DRIP: LabPeer = LabPeer {
    name: "drip",
    says: "says one sentence over and over, one byte every 200 ms",
    opens: PeerSession::Tcp { hello: None },
    start,
};

const DRIP_EVERY: Duration = Duration::from_millis(200);
const DRIP_SENTENCE: &[u8] = b"TCP is a stream of bytes: it does not remember where one write ended.\n";

fn start(tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    serve::loopback(tasks, drip)
}

/// Says its sentence over and over, byte by byte. It goes on after the peer's FIN: that ends one direction only.
async fn drip(mut stream: TcpStream) -> io::Result<()> {
    // Without Nagle's algorithm each byte is a segment of its own (RFC 9293 §3.7.4).
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    let mut room = vec![0; ROOM_BYTES];
    let mut ticks = interval(DRIP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut bytes = DRIP_SENTENCE.iter().cycle();
    let mut peer_finished = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if let Some(byte) = bytes.next() {
                    writer.write_all(std::slice::from_ref(byte)).await?;
                }
            }
            // What it is told, it hears and forgets.
            len = reader.read(&mut room), if !peer_finished => peer_finished = len? == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use crate::lab::tests::{met, soon};

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
}
