//! What it costs when nothing happens.

use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use crate::args::Args;
use crate::processes::{until, used};
use crate::report::{Floor, Line, Unit, alone, counted};
use crate::screen::Screen;
use crate::udp::{free_port, listens};

const PATIENCE: Duration = Duration::from_secs(20);
const SESSIONS: usize = 100;

/// Open silent sessions, with the screen open.
///
/// # Errors
/// Something did not start or connect.
pub fn row(args: &Args) -> anyhow::Result<Vec<Line>> {
    let port = free_port()?;
    let screen = Screen::start(args, &["listen", "tcp", &format!("127.0.0.1:{port}")], 120, 36)?;
    until("sockeye listens", PATIENCE, || listens(port))?;
    let clients: Result<Vec<TcpStream>, _> =
        (0..SESSIONS).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port))).collect();
    let clients = clients?;
    settle(&screen)?;
    let length = Duration::from_secs(if args.full { 60 } else { args.pick(5, 20) });
    let pid = screen.pid()?;
    let (before, written) = (used(pid)?, screen.written());
    let start = Instant::now();
    std::thread::sleep(length);
    let (after, took) = (used(pid)?, start.elapsed());
    let bytes = screen.written() - written;
    let part = (after.time - before.time).as_secs_f64() / took.as_secs_f64();
    let wakeups = after.sleeps - before.sleeps;
    drop(clients);
    screen.quit()?;
    Ok(vec![
        alone("idle: 100 open silent sessions, of one core", Unit::Core, part, Floor::AtMost(0.001))
            .note(format_args!("over {} s", length.as_secs())),
        counted("idle: wake-ups meanwhile", wakeups, Floor::AtMost(0.0)),
        counted("idle: bytes written to the terminal meanwhile", bytes, Floor::AtMost(0.0)),
    ])
}

/// Waits until the screen has written nothing for two seconds, or gives up after twenty: what it then still writes
/// is counted as idle work.
///
/// # Errors
/// Never for now.
fn settle(screen: &Screen) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut last = (screen.written(), Instant::now());
    while start.elapsed() < PATIENCE && last.1.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(20));
        let written = screen.written();
        if written != last.0 {
            last = (written, Instant::now());
        }
    }
    Ok(())
}
