//! From a key to the frame that shows it, while the network floods.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::args::{Args, GIB};
use crate::flood::Peer;
use crate::processes::until;
use crate::report::{Floor, Line, Unit, alone, percentile};
use crate::screen::Screen;
use crate::udp::{blast, free_port, queue_of};

const PATIENCE: Duration = Duration::from_secs(20);

/// What is on the screen while the help is open, and only then.
const HELP: &str = "Esc leaves";

/// While TCP floods, while 100,000 datagrams a second arrive, and in peace.
///
/// # Errors
/// Something did not start, or a key changes nothing.
pub fn row(args: &Args) -> anyhow::Result<Vec<Line>> {
    let times = args.pick(20, 200);
    Ok(vec![in_peace(args, times)?, while_tcp_floods(args, times)?, while_datagrams_arrive(args, times)?])
}

fn line(name: &str, times: &[f64]) -> Line {
    let p99 = percentile(times, 0.99);
    let (p50, most) = (percentile(times, 0.5) * 1e3, percentile(times, 1.0) * 1e3);
    alone(&format!("key to frame, p99, 120×36, {name}"), Unit::Seconds, p99, Floor::AtMost(0.016))
        .note(format_args!("p50 {p50:.2} ms, slowest {most:.2} ms, {} keys", times.len()))
}

fn in_peace(args: &Args, times: usize) -> anyhow::Result<Line> {
    let peer = Peer::sends(1)?;
    let mut screen = Screen::start(args, &["tcp", &peer.address.to_string()], 120, 36)?;
    peer.join()?;
    let took = press(&mut screen, times)?;
    screen.quit()?;
    Ok(line("nothing happens", &took))
}

fn while_tcp_floods(args: &Args, times: usize) -> anyhow::Result<Line> {
    // More than it can be in the time that the keys take; it is stopped before.
    let peer = Peer::sends(400 * GIB)?;
    let mut screen = Screen::start(args, &["tcp", &peer.address.to_string()], 120, 36)?;
    screen.shows("▼", PATIENCE)?;
    let took = press(&mut screen, times)?;
    let moved = peer.stop()?;
    screen.quit()?;
    let speed = moved.bytes as f64 / moved.took.as_secs_f64() / 1e9;
    Ok(line("TCP floods", &took).note(format_args!("meanwhile {speed:.2} GB/s")))
}

fn while_datagrams_arrive(args: &Args, times: usize) -> anyhow::Result<Line> {
    let port = free_port()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut screen = Screen::start(args, &["listen", "udp", &address.to_string()], 120, 36)?;
    until("sockeye binds its socket", PATIENCE, || queue_of(port).is_some())?;
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let start = Instant::now();
    let sender = std::thread::spawn(move || {
        blast(address, 64, Duration::from_secs(120), Some(100_000), || told.load(Ordering::Relaxed))
    });
    let took = press(&mut screen, times);
    stop.store(true, Ordering::Relaxed);
    let sent = sender.join().map_err(|_| anyhow::anyhow!("the sender panicked"))??;
    let speed = sent as f64 / start.elapsed().as_secs_f64() / 1e3;
    screen.quit()?;
    Ok(line("datagrams arrive", &took?).note(format_args!("meanwhile {speed:.0} k/s")))
}

/// Opens and closes the help so many times together; the times from each key to the frame that shows what it did.
///
/// # Errors
/// A key changes nothing.
pub fn press(screen: &mut Screen, times: usize) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for turn in 0..times {
        let (key, open) = if turn % 2 == 0 { ("?", true) } else { ("\x1b", false) };
        // Not in step with the frames.
        std::thread::sleep(Duration::from_micros(7_000 + 1_777 * (turn as u64 % 16)));
        let start = Instant::now();
        screen.keys(key)?;
        let at = screen.until("the key's frame", PATIENCE, |text| text.contains(HELP) == open)?;
        took.push(at.saturating_duration_since(start).as_secs_f64());
    }
    Ok(took)
}
