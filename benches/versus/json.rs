//! `--json` at speed: every byte is in a line, or is said not to be.

use std::io::BufReader;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::args::{Args, MIB};
use crate::flood::Peer;
use crate::processes::{Process, installed, quiet, status_bytes};
use crate::report::{Floor, Line, Unit, alone, compared, in_turn, per_second, skipped};
use crate::tcp::nc_receives;

/// Speed against nc into a pipe, exactness, and memory.
///
/// # Errors
/// Something did not start or end, or a total is wrong.
pub fn row(args: &Args) -> anyhow::Result<Vec<Line>> {
    let name = "--json, TCP received into a pipe that is read";
    let bytes = args.transfer_bytes().min(args.pick(256, 2048) * MIB);
    let mut peak = 0;
    let mut kept = Vec::new();
    let mut ours = || {
        let told = told_of(args, bytes)?;
        peak = peak.max(told.peak);
        kept.push(told.kept as f64 / bytes as f64);
        Ok(told.speed)
    };
    let line = if installed("nc").is_some() {
        let rounds = in_turn(args.rounds, &mut ours, || nc_receives(bytes, true))?;
        compared(name, Unit::BytesPerSecond, &rounds, Floor::None)
    } else {
        ours()?;
        skipped(name, "nc is not installed")
    };
    let part = crate::report::median(&kept) * 100.0;
    let note = format!("received + not_kept = total, exactly; {part:.0} % was in received lines");
    Ok(vec![
        line.note(note),
        alone("--json, peak memory meanwhile", Unit::Bytes, peak as f64, Floor::AtMost((112 * MIB) as f64)),
    ])
}

struct Told {
    speed: f64,
    kept: u64,
    peak: u64,
}

fn told_of(args: &Args, bytes: u64) -> anyhow::Result<Told> {
    let peer = Peer::sends(bytes)?;
    let mut command = quiet(&args.sockeye);
    command.args(["tcp", "--json", "--finish", &peer.address.to_string()]).stdout(Stdio::piped());
    let mut process = Process::start(&mut command)?;
    let pid = process.pid();
    let from = process.child.stdout.take().context("the pipe was asked for")?;
    let reader = std::thread::spawn(move || count(BufReader::with_capacity(1024 * 1024, from), pid));
    let moved = peer.join()?;
    let count = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
    process.succeeds_within(Duration::from_secs(20))?;
    ensure!(count.received + count.not_kept == moved.bytes, "{count:?}, but {} were sent", moved.bytes);
    ensure!(count.closed == Some(moved.bytes), "the closed line tells {:?}, sent were {}", count.closed, moved.bytes);
    Ok(Told { speed: per_second(moved.bytes, moved.took), kept: count.received, peak: count.peak })
}

#[derive(Debug, Default)]
struct Count {
    received: u64,
    not_kept: u64,
    closed: Option<u64>,
    peak: u64,
}

/// Reads lines to the end. Only their short fields are parsed, so that the reader is not what is measured.
fn count(mut from: impl std::io::BufRead, pid: u32) -> anyhow::Result<Count> {
    let mut count = Count::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.read_until(b'\n', &mut line)? == 0 {
            return Ok(count);
        }
        count.peak = count.peak.max(status_bytes(pid, "VmHWM").unwrap_or(0));
        let bytes = || number(&line, b"\"bytes\":").context("a line without its bytes");
        let named = |event: &str| memchr::memmem::find(&line[..line.len().min(200)], event.as_bytes()).is_some();
        if named("\"event\":\"received\"") {
            count.received += bytes()?;
        } else if named("\"event\":\"not_kept\"") {
            count.not_kept += bytes()?;
        } else if named("\"event\":\"closed\"") {
            let closed: Value = serde_json::from_slice(&line)?;
            count.closed = closed.get("received_bytes").and_then(Value::as_u64);
        }
    }
}

/// The number that stands after a name in the line's beginning.
fn number(line: &[u8], name: &[u8]) -> Option<u64> {
    let head = &line[..line.len().min(300)];
    let after = head.get(memchr::memmem::find(head, name)? + name.len()..)?;
    let digits: Vec<u8> = after.iter().copied().skip_while(|b| *b == b' ').take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok()?.parse().ok()
}
