//! A TCP peer that sends first.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::lab::params::{PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT, ROOM_BYTES};

/// TCP: sends lines unasked, and answers.
pub(in crate::lab) static CHATTER: LabPeer = LabPeer {
    name: "chatter",
    says: "says a line once a second, and answers what it is told",
    params: &[&EVERY],
    opens: PeerSession::Tcp { hello: None },
    start,
};

const EVERY: PeerParam<Duration> = PeerParam {
    name: "every",
    help: "time from one line to the next",
    range: Duration::from_millis(1)..=MOST_WAIT,
    default: Duration::from_secs(1),
};

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let every = settings.of(&EVERY);
    serve::loopback(tasks, move |stream| chatter(stream, every))
}

/// Sends a line at each interval, answers each read, and sends a last line when the peer finishes.
async fn chatter(mut stream: TcpStream, every: Duration) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    let mut ticks = interval(every);
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

/// The answer of chatter: the received bytes without their final line ends.
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

    use crate::lab::tests::{is_quiet, met, soon};

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

    #[tokio::test]
    async fn chatter_speaks_as_often_as_it_is_told_to() {
        let (_lab, mut stream) = met("chatter:every=10m").await;
        let mut heard = vec![0; 64];
        let len = soon(stream.read(&mut heard)).await.unwrap();
        assert_eq!(&heard[..len], b"line 1: I say this by myself\n");
        assert!(is_quiet(&stream).await, "the second line is not due");

        // The default interval is longer than any test waits.
        let (_lab, mut stream) = met("chatter:every=1ms").await;
        let mut all = String::new();
        while !all.contains("line 100:") {
            let len = soon(stream.read(&mut heard)).await.unwrap();
            all.push_str(std::str::from_utf8(&heard[..len]).unwrap());
        }
    }
}
