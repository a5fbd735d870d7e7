//! Children that always end, and what /proc tells of them.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

/// A child process; killed and reaped when it is dropped.
#[derive(Debug)]
pub struct Process {
    /// The child itself, for its pipes.
    pub child: Child,
    name: String,
}

impl Process {
    /// Starts it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("{name} does not start"))?;
        Ok(Process { child, name })
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn ends_within(&mut self, patience: Duration) -> anyhow::Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(start.elapsed() < patience, "{} does not end within {patience:?}", self.name);
            std::thread::sleep(Duration::from_micros(if start.elapsed().as_millis() < 200 { 50 } else { 1000 }));
        }
    }

    /// Waits for a good end.
    ///
    /// # Errors
    /// It does not end in time, or says that it failed.
    pub fn succeeds_within(&mut self, patience: Duration) -> anyhow::Result<()> {
        let status = self.ends_within(patience)?;
        ensure!(status.success(), "{} ended with {status}", self.name);
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A child that ended before needs no kill; either way it is reaped.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A command without input or output.
pub fn quiet(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Where a program is, if it is installed.
pub fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo/bin"));
    let mut folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]).chain(home);
    folders.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()))
}

/// Waits until something holds, looking every millisecond.
///
/// # Errors
/// It does not hold in time.
pub fn until(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) -> anyhow::Result<()> {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > patience {
            bail!("{what}: not within {patience:?}");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// A field of /proc/PID/status that is a size: bytes.
///
/// # Errors
/// There is no such process or field.
pub fn status_bytes(pid: u32, field: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let value = field_of(&text, field).with_context(|| format!("/proc/{pid}/status has no {field}"))?;
    Ok(value * 1024)
}

fn field_of(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What a process's threads used so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// Time on a processor.
    pub time: Duration,
    /// How often a thread went to sleep, and so was woken.
    pub sleeps: u64,
}

/// What a process's living threads used so far, to the nanosecond.
///
/// # Errors
/// There is no such process.
pub fn used(pid: u32) -> anyhow::Result<Used> {
    let mut used = Used::default();
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let folder = thread?.path();
        // A thread that ended meanwhile has nothing to read.
        let schedule = std::fs::read_to_string(folder.join("schedstat")).unwrap_or_default();
        let nanos = schedule.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0);
        used.time += Duration::from_nanos(nanos);
        let status = std::fs::read_to_string(folder.join("status")).unwrap_or_default();
        used.sleeps += field_of(&status, "voluntary_ctxt_switches").unwrap_or(0);
    }
    Ok(used)
}
