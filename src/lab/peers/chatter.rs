//! A TCP peer that speaks first.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, ROOM_BYTES};

/// TCP: speaks by itself, and answers.
pub(in crate::lab) static CHATTER: LabPeer = LabPeer {
    name: "chatter",
    says: "says a line once a second, and answers what it is told",
    opens: PeerSession::Tcp { hello: None },
    start,
};

const CHATTER_EVERY: Duration = Duration::from_secs(1);

fn start(tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    serve::loopback(tasks, chatter)
}

/// Says a line once a second, and answers each read; says goodbye when the peer finishes.
async fn chatter(mut stream: TcpStream) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    let mut ticks = interval(CHATTER_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number = 0_u64;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                number += 1;
                stream.write_all(format!("line {number}: I say this by myself\n").as_bytes()).await?;
            }
            len = stream.read(&mut room) => {
                let len = len?;
                if len == 0 {
                    stream.write_all(b"goodbye\n").await?;
                    return stream.shutdown().await;
                }
                stream.write_all(&answer(&room[..len])).await?;
            }
        }
    }
}

/// What chatter answers: the peer's own bytes, the line ends at their end taken off.
fn answer(heard: &[u8]) -> Vec<u8> {
    let mut said = heard;
    while let Some((b'\r' | b'\n', rest)) = said.split_last() {
        said = rest;
    }
    [b"you said: ", said, b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use crate::lab::tests::{met, soon};

    #[tokio::test]
    async fn chatter_speaks_by_itself_answers_and_says_goodbye() {
        let (_lab, mut stream) = met("chatter").await;
        let mut heard = vec![0; 64];
        let len = soon(stream.read(&mut heard)).await.unwrap();
        assert_eq!(&heard[..len], b"line 1: I say this by myself\n");
        stream.write_all(b"hello\r\n").await.unwrap();
        let mut all = String::new();
        while !(all.contains("you said: hello\n") && all.contains("line 2")) {
            let len = soon(stream.read(&mut heard)).await.unwrap();
            all.push_str(std::str::from_utf8(&heard[..len]).unwrap());
        }
        stream.shutdown().await.unwrap();
        soon(stream.read_to_string(&mut all)).await.unwrap();
        assert!(all.ends_with("goodbye\n"), "{all}");
    }
}
