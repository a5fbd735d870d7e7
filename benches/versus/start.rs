//! How long it takes to start, and to have said and heard something.

use std::fs::File;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::args::Args;
use crate::flood::Peer;
use crate::processes::{Process, installed, quiet};
use crate::report::{Floor, Line, Unit, alone, compared, in_turn, median, percentile, skipped};
use crate::screen::Screen;

const PATIENCE: Duration = Duration::from_secs(10);

/// What is said.
const SAID: &[u8] = b"hello\n";

/// Start to first frame, and a short conversation against nc.
///
/// # Errors
/// Something did not start or end.
pub fn row(args: &Args) -> anyhow::Result<Vec<Line>> {
    let times = args.pick(5, 30);
    let mut frames = Vec::new();
    for _ in 0..times {
        let screen = Screen::start(args, &[], 120, 36)?;
        let at = screen.shows("sockeye", PATIENCE)?;
        frames.push((at - screen.started).as_secs_f64());
        screen.quit()?;
    }
    let first = alone("process start to first frame", Unit::Seconds, median(&frames), Floor::AtMost(0.030));
    let slowest = percentile(&frames, 1.0) * 1e3;
    let mut lines = vec![first.note(format_args!("median of {times}, slowest {slowest:.1} ms"))];
    let name = "connect, send, receive, exit: --json against nc";
    if installed("nc").is_none() {
        lines.push(skipped(name, "nc is not installed"));
        return Ok(lines);
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("said");
    File::create(&file)?.write_all(SAID)?;
    let ours = || {
        let peer = Peer::answers(b"world\n")?;
        let mut command = quiet(&args.sockeye);
        command.args(["tcp", "--json", &peer.address.to_string(), "--send", "hello\\n", "--finish"]);
        conversation(&mut command, peer)
    };
    let theirs = || {
        let peer = Peer::answers(b"world\n")?;
        let mut command = quiet("nc");
        command.args(["-N", "127.0.0.1", &peer.address.port().to_string()]).stdin(File::open(&file)?);
        conversation(&mut command, peer)
    };
    let rounds = in_turn(times, ours, theirs)?;
    lines.push(compared(name, Unit::Seconds, &rounds, Floor::AtMost(2.0)).note(format_args!("{times} rounds")));
    Ok(lines)
}

fn conversation(command: &mut Command, peer: Peer) -> anyhow::Result<f64> {
    let start = Instant::now();
    Process::start(command)?.succeeds_within(PATIENCE)?;
    let took = start.elapsed();
    let heard = peer.join()?.bytes;
    ensure!(heard == SAID.len() as u64, "{heard} bytes were heard instead of {}", SAID.len());
    Ok(took.as_secs_f64())
}
