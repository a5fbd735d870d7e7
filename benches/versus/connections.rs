//! Many connections at once.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::args::Args;
use crate::keys::press;
use crate::processes::{status_bytes, until, used};
use crate::report::{Floor, Line, Unit, alone, percentile};
use crate::screen::Screen;
use crate::tcp::grouped;
use crate::udp::{free_port, listens};

const PATIENCE: Duration = Duration::from_secs(30);

/// How many descriptors we need beside those of the clients.
const SPARE: u64 = 200;

/// A listener whose clients each talk once a second.
///
/// # Errors
/// Something did not start or connect.
pub fn row(args: &Args) -> anyhow::Result<Vec<Line>> {
    let wanted: u64 = if args.full { 10_000 } else { args.pick(200, 1000) };
    allow_descriptors(wanted + SPARE)?;
    let port = free_port()?;
    let (local, limit) = (format!("127.0.0.1:{port}"), (wanted + 10).to_string());
    let mut screen = Screen::start(args, &["listen", "tcp", &local, "--limit", &limit], 120, 36)?;
    until("sockeye listens", PATIENCE, || listens(port))?;
    screen.shows("listening", PATIENCE)?;
    let pid = screen.pid()?;
    let empty = status_bytes(pid, "VmRSS")?;
    let clients: Result<Vec<TcpStream>, _> =
        (0..wanted).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port))).collect();
    let clients = clients.context("a client cannot connect")?;
    let counted = screen.shows(&grouped(wanted), PATIENCE).map(drop);
    std::thread::sleep(Duration::from_secs(2));
    let silent = status_bytes(pid, "VmRSS")?;
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let talk = std::thread::spawn(move || talk(&clients, &told));
    let (before, start) = (used(pid)?, Instant::now());
    std::thread::sleep(Duration::from_secs(args.pick(2, 10)));
    let cpu = (used(pid)?.time - before.time).as_secs_f64() / start.elapsed().as_secs_f64();
    let talking = status_bytes(pid, "VmRSS")?;
    let keys = press(&mut screen, args.pick(10, 100));
    stop.store(true, Ordering::Relaxed);
    let said = talk.join().map_err(|_| anyhow::anyhow!("the clients panicked"))??;
    screen.quit()?;
    let each = |size: u64| size.saturating_sub(empty) as f64 / wanted as f64;
    let wrong = counted.err().map(|error| crate::report::in_a_cell(&error));
    let keys = keys?;
    let floor = Floor::AtMost(24.0 * 1024.0);
    Ok(vec![
        alone(&format!("memory for each of {wanted} silent connections"), Unit::Bytes, each(silent), floor)
            .wrong(wrong),
        // What each of them has said and done is kept, so that there is no end to it short of the retention.
        alone(&format!("memory for each of {wanted} connections that talk"), Unit::Bytes, each(talking), Floor::None)
            .note(format_args!("with all that they said, {said} bytes; {:.1} % of a core", cpu * 100.0)),
        alone("key to frame, p99, with them", Unit::Seconds, percentile(&keys, 0.99), Floor::AtMost(0.016))
            .note(format_args!("p50 {:.2} ms", percentile(&keys, 0.5) * 1e3)),
    ])
}

/// Each client says 16 bytes once a second, until told to stop; how many bytes that was.
fn talk(clients: &[TcpStream], stop: &AtomicBool) -> anyhow::Result<u64> {
    let start = Instant::now();
    let mut said = 0;
    for second in 1_u32.. {
        for mut client in clients {
            client.write_all(b"0123456789abcde\n")?;
            said += 16;
        }
        while start.elapsed() < Duration::from_secs(1) * second {
            if stop.load(Ordering::Relaxed) {
                return Ok(said);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Ok(said)
}

/// Raises our limit, which the program inherits.
fn allow_descriptors(wanted: u64) -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    if now.current.is_some_and(|current| current < wanted) {
        let more = Rlimit { current: Some(wanted), maximum: now.maximum.map(|most| most.max(wanted)) };
        setrlimit(Resource::Nofile, more).with_context(|| format!("{wanted} descriptors are not allowed"))?;
    }
    Ok(())
}
