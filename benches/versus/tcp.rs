//! TCP at full speed, both ways, against nc.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::args::{Args, MIB};
use crate::flood::Peer;
use crate::processes::{Process, installed, quiet};
use crate::report::{Floor, Line, Unit, compared, in_turn, per_second, skipped};
use crate::screen::Screen;

/// How long a program may need to end once all is said.
const ENDING: Duration = Duration::from_secs(20);

const NO_NC: &str = "nc is not installed";

/// A number as the screen writes it: with a comma every three digits.
pub fn grouped(number: u64) -> String {
    sockeye::text::quantity::grouped(number)
}

/// Received with the screen open and drawing.
///
/// # Errors
/// Something did not start, end, or move what it should.
pub fn screen(args: &Args) -> anyhow::Result<Vec<Line>> {
    let name = "TCP received, screen open, 64 MiB retained";
    if installed("nc").is_none() {
        return Ok(vec![skipped(name, NO_NC)]);
    }
    let bytes = args.transfer_bytes();
    let mut unseen = None;
    let ours = || {
        let peer = Peer::sends(bytes)?;
        let screen = Screen::start(args, &["tcp", &peer.address.to_string()], 160, 48)?;
        let moved = peer.join()?;
        unseen = shows_total(&screen, moved.bytes).err().or(unseen.take());
        screen.quit()?;
        Ok(per_second(moved.bytes, moved.took))
    };
    let rounds = in_turn(args.rounds, ours, || nc_receives(bytes, false))?;
    let wrong = unseen.map(|error| crate::report::in_a_cell(&error));
    Ok(vec![compared(name, Unit::BytesPerSecond, &rounds, Floor::AtLeast(1.0)).wrong(wrong)])
}

/// Whether the screen shows this total to the byte, soon.
///
/// # Errors
/// It does not; with the screen.
pub fn shows_total(screen: &Screen, total: u64) -> anyhow::Result<()> {
    screen.shows(&grouped(total), Duration::from_secs(5)).map(drop)
}

/// Received by `--raw`: to nowhere, and into a pipe that is read.
///
/// # Errors
/// Something did not start, end, or move what it should.
pub fn raw(args: &Args) -> anyhow::Result<Vec<Line>> {
    let names = ["TCP received, --raw >/dev/null", "TCP received, --raw into a pipe"];
    if installed("nc").is_none() {
        return Ok(names.map(|name| skipped(name, NO_NC)).into());
    }
    let bytes = args.transfer_bytes();
    let mut lines = Vec::new();
    for (name, pipe) in names.into_iter().zip([false, true]) {
        let ours = || {
            let peer = Peer::sends(bytes)?;
            let mut command = quiet(&args.sockeye);
            command.args(["tcp", "--raw", &peer.address.to_string()]);
            received_by(command, peer, pipe)
        };
        let rounds = in_turn(args.rounds, ours, || nc_receives(bytes, pipe))?;
        lines.push(compared(name, Unit::BytesPerSecond, &rounds, Floor::AtLeast(1.0)));
    }
    Ok(lines)
}

/// Bytes a second that nc receives.
///
/// # Errors
/// It does not start, end, or receive what it should.
pub fn nc_receives(bytes: u64, pipe: bool) -> anyhow::Result<f64> {
    let peer = Peer::sends(bytes)?;
    let mut command = quiet("nc");
    command.args(["-d", "127.0.0.1", &peer.address.port().to_string()]);
    received_by(command, peer, pipe)
}

fn received_by(mut command: Command, peer: Peer, pipe: bool) -> anyhow::Result<f64> {
    if pipe {
        command.stdout(Stdio::piped());
    }
    let mut process = Process::start(&mut command)?;
    let reader = process.child.stdout.take().map(|mut from| {
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1024 * 1024];
            let mut read = 0;
            loop {
                match from.read(&mut buffer) {
                    Ok(0) => return Ok(read),
                    Ok(count) => read += count as u64,
                    Err(error) => return Err(error),
                }
            }
        })
    });
    let moved = peer.join()?;
    process.succeeds_within(ENDING)?;
    if let Some(reader) = reader {
        let read = reader.join().map_err(|_| anyhow::anyhow!("the pipe's reader panicked"))??;
        ensure!(read == moved.bytes, "{} bytes were sent, {read} came out of the pipe", moved.bytes);
    }
    Ok(per_second(moved.bytes, moved.took))
}

/// Sent from a file, by `--send-file` and by `--raw` with the file as input.
///
/// # Errors
/// Something did not start, end, or move what it should.
pub fn send(args: &Args) -> anyhow::Result<Vec<Line>> {
    let names = ["TCP sent, --send-file", "TCP sent, --raw <file"];
    if installed("nc").is_none() {
        return Ok(names.map(|name| skipped(name, NO_NC)).into());
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let file = folder.path().join("file");
    let bytes = args.transfer_bytes().min(2048 * MIB);
    write_file(&file, bytes)?;
    let mut lines = Vec::new();
    for (name, by_name) in names.into_iter().zip([true, false]) {
        let ours = || {
            let peer = Peer::receives()?;
            let mut command = quiet(&args.sockeye);
            command.args(["tcp", "--raw", &peer.address.to_string()]);
            if by_name {
                command.arg("--finish").arg("--send-file").arg(&file);
            } else {
                command.stdin(File::open(&file)?);
            }
            sent_by(command, peer, bytes)
        };
        let theirs = || {
            let peer = Peer::receives()?;
            let mut command = quiet("nc");
            command.args(["-N", "127.0.0.1", &peer.address.port().to_string()]).stdin(File::open(&file)?);
            sent_by(command, peer, bytes)
        };
        let rounds = in_turn(args.rounds, ours, theirs)?;
        lines.push(compared(name, Unit::BytesPerSecond, &rounds, Floor::AtLeast(1.0)));
    }
    Ok(lines)
}

fn sent_by(mut command: Command, peer: Peer, bytes: u64) -> anyhow::Result<f64> {
    let mut process = Process::start(&mut command)?;
    let moved = peer.join()?;
    process.succeeds_within(ENDING)?;
    ensure!(moved.bytes == bytes, "the file has {bytes} bytes, {} arrived", moved.bytes);
    Ok(per_second(moved.bytes, moved.took))
}

/// A file with so many bytes, in the page cache as it was just written.
///
/// # Errors
/// No room for it.
pub fn write_file(path: &Path, bytes: u64) -> anyhow::Result<()> {
    let block: Vec<u8> = (0..1024 * 1024_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut file = File::create(path)?;
    let mut left = bytes;
    while left > 0 {
        let now = usize::try_from(left.min(block.len() as u64))?;
        file.write_all(&block[..now]).context("the file to send cannot be written")?;
        left -= now as u64;
    }
    // Written back now, so that it does not happen while something is measured.
    file.sync_all()?;
    Ok(())
}
