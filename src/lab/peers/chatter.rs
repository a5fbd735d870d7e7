//! A TCP peer that sends first.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::lab::params::{PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT, ROOM_BYTES};

/// TCP: sends lines unasked, and answers.
pub(in crate::lab) static CHATTER: LabPeer = LabPeer {
    name: "chatter",
    says: "says a line once a second, and answers what it is told; goes on a while after your FIN",
    params: &[&EVERY, &MORE],
    opens: PeerSession::Tcp { hello: None },
    start,
};

const EVERY: PeerParam<Duration> = PeerParam {
    name: "every",
    help: "time from one line to the next",
    range: Duration::from_millis(1)..=MOST_WAIT,
    default: Duration::from_secs(1),
};

const MORE: PeerParam<Duration> = PeerParam {
    name: "more",
    help: "how long it goes on after the FIN of the other end",
    range: Duration::ZERO..=MOST_WAIT,
    default: Duration::from_secs(3),
};

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let (every, more) = (settings.of(&EVERY), settings.of(&MORE));
    serve::loopback(tasks, move |stream| chatter(stream, every, more))
}

/// Sends a line at each interval, and answers each read. Once the peer has finished it goes on for `more`, so that a
/// half-open connection can be watched, and sends a last line.
async fn chatter(mut stream: TcpStream, every: Duration, more: Duration) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number = 0_u64;
    let mut end = None;
    loop {
        tokio::select! {
            biased;
            () = until(end) => {
                stream.write_all(b"goodbye\n").await?;
                return stream.shutdown().await;
            }
            _ = ticks.tick() => {
                number += 1;
                stream.write_all(format!("line {number}: I say this by myself\n").as_bytes()).await?;
            }
            len = stream.read(&mut room), if end.is_none() => {
                let len = len?;
                if len == 0 {
                    end = Some(Instant::now() + more);
                    continue;
                }
                stream.write_all(&answer(&room[..len])).await?;
            }
        }
    }
}

/// Waits until this time; for ever without one.
async fn until(end: Option<Instant>) {
    match end {
        Some(end) => sleep_until(end).await,
        None => std::future::pending().await,
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
        let (_lab, mut stream) = met("chatter:more=0s").await;
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
    async fn chatter_goes_on_after_the_peers_fin() {
        let (_lab, mut stream) = met("chatter:every=1ms,more=10m").await;
        stream.shutdown().await.unwrap();
        let (mut all, mut heard) = (String::new(), vec![0; 64]);
        while !all.contains("line 100:") {
            let len = soon(stream.read(&mut heard)).await.unwrap();
            assert_ne!(len, 0, "it has finished too: {all}");
            all.push_str(std::str::from_utf8(&heard[..len]).unwrap());
        }
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
