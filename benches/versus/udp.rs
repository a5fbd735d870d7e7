//! Datagrams at full speed, against iperf3.

use std::io::{self, IoSlice, Read as _};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};

use crate::args::Args;
use crate::processes::{Process, installed, quiet, until};
use crate::report::{Floor, Line, Unit, compared, in_turn, per_second, skipped};
use crate::screen::Screen;
use crate::tcp::grouped;

const PATIENCE: Duration = Duration::from_secs(20);

/// The payloads that are measured, in bytes.
const SIZES: [u16; 2] = [64, 1400];

/// Received with the screen open.
///
/// # Errors
/// Something did not start or end, or the counts do not add up.
pub fn receive(args: &Args) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for size in SIZES {
        let name = format!("UDP received, {size} B datagrams, screen open");
        let length = Duration::from_secs(args.pick(1, 3));
        let mut wrong = None;
        let mut drops = Vec::new();
        let mut ours = || {
            let outcome = flood_the_screen(args, size, length)?;
            drops.push(outcome.dropped as f64 / outcome.sent as f64);
            wrong = wrong.take().or(outcome.wrong);
            Ok(per_second(outcome.sent - outcome.dropped, outcome.took))
        };
        let line = if installed("iperf3").is_none() {
            ours()?;
            skipped(&name, "iperf3 is not installed")
        } else {
            let rounds = in_turn(args.rounds, &mut ours, || iperf(size, length, Side::Receiver))?;
            compared(&name, Unit::DatagramsPerSecond, &rounds, Floor::AtLeast(2.0))
        };
        let dropped = crate::report::median(&drops) * 100.0;
        lines.push(
            line.note(format_args!("sent = received + dropped; {dropped:.0} % dropped by the kernel")).wrong(wrong),
        );
    }
    Ok(lines)
}

/// Sent by `--repeat`, with nobody's answer waited for, to a socket that a thread reads.
///
/// # Errors
/// Something did not start or end.
pub fn send(args: &Args) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for size in SIZES {
        let name = format!("UDP sent by --repeat, {size} B datagrams");
        let length = Duration::from_secs(args.pick(1, 3));
        let ours = || repeated(args, size, length);
        let line = if installed("iperf3").is_none() {
            skipped(&name, "iperf3 is not installed")
        } else {
            let rounds = in_turn(args.rounds, ours, || iperf(size, length, Side::Sender))?;
            compared(&name, Unit::DatagramsPerSecond, &rounds, Floor::AtLeast(2.0))
        };
        lines.push(line);
    }
    Ok(lines)
}

/// Datagrams a second that `--repeat` sent.
fn repeated(args: &Args, size: u16, length: Duration) -> anyhow::Result<f64> {
    let sink = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    sink.set_read_timeout(Some(Duration::from_millis(10)))?;
    let (to, over) = (sink.local_addr()?.to_string(), AtomicBool::new(false));
    let (payload, seconds) = ("x".repeat(usize::from(size)), format!("{}s", length.as_secs()));
    let words =
        ["udp", &to, "--json", "--repeat", "forever", "--patience", "0s", "--for", &seconds, "--send", &payload];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut buffer = [0; 65_536];
            while !over.load(Ordering::Relaxed) {
                // Nothing came in a while: look whether it is over.
                sink.recv(&mut buffer).ok();
            }
        });
        let told = told(quiet(&args.sockeye).args(words));
        over.store(true, Ordering::Relaxed);
        let text = told?;
        let summary = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let summary = summary.rev().find(|line| line["event"] == "summary").context("no summary was told")?;
        let figure = |name: &str| summary[name].as_f64().with_context(|| format!("the summary has no {name}"));
        ensure!(figure("failed")? == 0.0, "datagrams were not taken: {summary}");
        Ok(figure("done")? / (figure("elapsed_ms")? / 1e3))
    })
}

/// What a program writes to its end.
fn told(command: &mut std::process::Command) -> anyhow::Result<String> {
    let mut process = Process::start(command.stdout(Stdio::piped()))?;
    let mut text = String::new();
    process.child.stdout.take().context("the pipe was asked for")?.read_to_string(&mut text)?;
    process.succeeds_within(PATIENCE)?;
    Ok(text)
}

struct Outcome {
    sent: u64,
    dropped: u64,
    took: Duration,
    wrong: Option<String>,
}

fn flood_the_screen(args: &Args, size: u16, length: Duration) -> anyhow::Result<Outcome> {
    let port = free_port()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let screen = Screen::start(args, &["listen", "udp", &address.to_string()], 160, 48)?;
    until("sockeye binds its socket", PATIENCE, || queue_of(port).is_some())?;
    let start = Instant::now();
    let sent = blast(address, size, length, None, || false)?;
    until("all datagrams are read", PATIENCE, || queue_of(port).is_some_and(|queue| queue.waiting_bytes == 0))?;
    let took = start.elapsed();
    let dropped = queue_of(port).context("sockeye closed its socket")?.dropped;
    let received = sent.checked_sub(dropped).context("more dropped than sent")?;
    // The screen's own counts, against what the sender and the kernel counted; bytes, as every datagram has as many.
    let counts = [grouped(received * u64::from(size)), grouped(dropped)];
    let agrees = screen.until("the exact counts", Duration::from_secs(5), |text| {
        text.contains(&counts[0]) && (dropped == 0 || text.contains(&counts[1]))
    });
    let wrong = agrees.err().map(|error| {
        let screen = crate::report::in_a_cell(&error);
        format!("{sent} sent, {dropped} dropped by the kernel: {screen}")
    });
    screen.quit()?;
    Ok(Outcome { sent, dropped, took, wrong })
}

/// A port that was free a moment ago.
///
/// # Errors
/// There is none.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// What the kernel says of a bound UDP socket.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Bytes, with their bookkeeping, that nobody has read yet.
    pub waiting_bytes: u64,
    /// Datagrams that found no room.
    pub dropped: u64,
}

/// What the kernel says of the socket that is bound to this port of 127.0.0.1; `None`: there is none.
pub fn queue_of(port: u16) -> Option<Queue> {
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    let local = format!("0100007F:{port:04X}");
    let words: Vec<&str> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find(|words| words.get(1) == Some(&local.as_str()))?;
    let waiting = words.get(4)?.split_once(':')?.1;
    Some(Queue { waiting_bytes: u64::from_str_radix(waiting, 16).ok()?, dropped: words.last()?.parse().ok()? })
}

/// Sends datagrams of this size for so long, or until told to stop: as many as the kernel takes, many to a call
/// (UDP_SEGMENT), or `rate` of them a second. Tells how many it took.
///
/// # Errors
/// The socket fails.
pub fn blast(
    to: SocketAddr,
    size: u16,
    length: Duration,
    rate: Option<u32>,
    stop: impl Fn() -> bool,
) -> anyhow::Result<u64> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(to)?;
    let most = if rate.is_some() { 16 } else { 64 };
    let segments = u64::from((65_000 / u32::from(size)).min(most));
    let payload = vec![b'x'; usize::from(size) * usize::try_from(segments)?];
    let start = Instant::now();
    let mut sent = 0;
    while start.elapsed() < length && !stop() {
        if let Some(rate) = rate {
            let due = start.elapsed().as_secs_f64() * f64::from(rate);
            if sent as f64 > due {
                std::thread::sleep(Duration::from_secs_f64(segments as f64 / f64::from(rate)));
                continue;
            }
        }
        let segmented = [ControlMessage::UdpGsoSegments(&size)];
        match sendmsg::<SockaddrStorage>(
            socket.as_raw_fd(),
            &[IoSlice::new(&payload)],
            &segmented,
            MsgFlags::empty(),
            None,
        ) {
            Ok(_) => sent += segments,
            Err(nix::Error::EINTR | nix::Error::ENOBUFS | nix::Error::EAGAIN) => {}
            Err(error) => return Err(io::Error::from(error)).context("datagrams cannot be sent"),
        }
    }
    Ok(sent)
}

/// Which side of iperf3 is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Sender,
    Receiver,
}

/// Datagrams a second that iperf3's client sent, or its server received of them.
fn iperf(size: u16, length: Duration, side: Side) -> anyhow::Result<f64> {
    let port = free_port()?.to_string();
    let mut server = Process::start(quiet("iperf3").args(["-s", "-1", "-B", "127.0.0.1", "-p", &port]))?;
    let number: u16 = port.parse()?;
    until("iperf3 listens", PATIENCE, || listens(number))?;
    let (size, seconds) = (size.to_string(), length.as_secs().to_string());
    let words = ["-c", "127.0.0.1", "-p", &port, "-u", "-b", "0", "-l", &size, "-t", &seconds, "-J"];
    let text = told(quiet("iperf3").args(words))?;
    server.ends_within(PATIENCE)?;
    let told: serde_json::Value = serde_json::from_str(&text)?;
    let sum = told.pointer("/end/sum").context("iperf3 tells no sum")?;
    let figure = |name: &str| sum.get(name).and_then(serde_json::Value::as_f64).with_context(|| format!("no {name}"));
    let lost = if side == Side::Sender { 0.0 } else { figure("lost_packets")? };
    let moved = figure("packets")? - lost;
    let took = figure("seconds")?;
    if took <= 0.0 {
        bail!("iperf3 tells that it took no time");
    }
    ensure!(moved > 0.0, "iperf3 moved nothing");
    Ok(moved / took)
}

/// Whether somebody listens on this TCP port, without connecting to it.
pub fn listens(port: u16) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let local = format!(":{port:04X}");
    table.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        words.next().is_some_and(|word| word.ends_with(&local)) && words.nth(1) == Some("0A")
    })
}
