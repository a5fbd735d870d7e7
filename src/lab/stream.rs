//! The TCP peers: what each does with one connection, and the loop that accepts them.

use std::io;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// How many connections one peer holds at once; one more is closed as soon as it is accepted.
pub(super) const MOST_CONNECTIONS: usize = 256;

/// No connection of the lab's lives longer than an hour.
const LONGEST: Duration = Duration::from_secs(3_600);

/// 64 KiB: what a peer reads at a time.
const ROOM_BYTES: usize = 64 * 1024;

/// 4 KiB: what the kernel holds for a peer that never reads. Linux doubles it, and allows no less than 2,304.
pub(super) const DEAF_BUFFER_BYTES: u32 = 4 * 1024;

const CHATTER_EVERY: Duration = Duration::from_secs(1);
const DRIP_EVERY: Duration = Duration::from_millis(200);
const DRIP_SENTENCE: &[u8] = b"TCP is a stream of bytes: it does not remember where one write ended.\n";
const RESET_AFTER: Duration = Duration::from_secs(3);
pub(super) const RESET_LAST_WORDS: &[u8] = b"and now: RST\n";
const DEAF_LOOKS_EVERY: Duration = Duration::from_millis(250);

/// A rest after an accept that failed, for want of descriptors say, so that it cannot become a busy loop.
const REST: Duration = Duration::from_millis(50);

/// Accepts connections for ever, and holds the conversation with each. Dropping it ends them all.
pub(super) async fn serve<F>(listener: TcpListener, conversation: fn(TcpStream) -> F)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut open: JoinSet<()> = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if open.len() < MOST_CONNECTIONS => {
                    let held = conversation(stream);
                    // How a conversation ends is its peer's affair: it sees it, and the lab goes on.
                    open.spawn(async move { timeout(LONGEST, held).await.map_or((), drop) });
                }
                Ok((one_too_many, _)) => drop(one_too_many),
                Err(_) => sleep(REST).await,
            },
            Some(_) = open.join_next(), if !open.is_empty() => {}
        }
    }
}

/// Says back what it hears, all of it; then FIN answers FIN.
pub(super) async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    loop {
        match stream.read(&mut room).await? {
            0 => return stream.shutdown().await,
            len => stream.write_all(&room[..len]).await?,
        }
    }
}

/// Says a line once a second, and answers each read; says goodbye when the peer finishes.
pub(super) async fn chatter(mut stream: TcpStream) -> io::Result<()> {
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

/// What chatter answers: the peer's own octets, the line ends at their end taken off.
fn answer(heard: &[u8]) -> Vec<u8> {
    let mut said = heard;
    while let Some((b'\r' | b'\n', rest)) = said.split_last() {
        said = rest;
    }
    [b"you said: ", said, b"\n"].concat()
}

/// Says its sentence over and over, octet by octet. It goes on after the peer's FIN: that ends one direction only.
pub(super) async fn drip(mut stream: TcpStream) -> io::Result<()> {
    // Without Nagle's algorithm each octet is a segment of its own (RFC 9293 §3.7.4).
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    let mut room = vec![0; ROOM_BYTES];
    let mut ticks = interval(DRIP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut octets = DRIP_SENTENCE.iter().cycle();
    let mut peer_finished = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if let Some(octet) = octets.next() {
                    writer.write_all(std::slice::from_ref(octet)).await?;
                }
            }
            // What it is told, it hears and forgets.
            len = reader.read(&mut room), if !peer_finished => peer_finished = len? == 0,
        }
    }
}

/// Waits for the first octets or three seconds, says its last words, and ends with RST.
pub(super) async fn reset(mut stream: TcpStream) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    if let Ok(first) = timeout(RESET_AFTER, stream.read(&mut room)).await {
        first?;
    }
    stream.set_nodelay(true)?;
    stream.write_all(RESET_LAST_WORDS).await?;
    // Lingering for zero seconds makes close() an abort (RFC 9293 §3.9.1, ABORT; socket(7)).
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

/// Never reads; holds the connection until the peer finishes or resets it.
///
/// What it did not read is thrown away then, so a FIN is answered with RST (RFC 2525 §2.17).
pub(super) async fn deaf(stream: TcpStream) -> io::Result<()> {
    loop {
        let ready = stream.ready(Interest::READABLE | Interest::ERROR).await?;
        if ready.is_read_closed() || ready.is_error() {
            return Ok(());
        }
        // It stays readable, as nobody reads: the end can only be looked for.
        sleep(DEAF_LOOKS_EVERY).await;
    }
}
