//! The program in a pseudo-terminal, with an emulator that sees what a person would see.

use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::args::Args;

/// How long the program may take to end.
const ENDING: Duration = Duration::from_secs(10);

/// A running program with its screen; ended when it is dropped.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    shown: Arc<Shown>,
    reader: Option<std::thread::JoinHandle<()>>,
    /// When it was started.
    pub started: Instant,
    _home: tempfile::TempDir,
}

struct Shown {
    state: Mutex<State>,
    more: Condvar,
}

struct State {
    emulator: vt100::Parser,
    bytes: u64,
    at: Instant,
    over: bool,
}

impl Shown {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Screen {
    /// Starts sockeye with these arguments in a terminal of this size.
    ///
    /// # Errors
    /// There is no pseudo-terminal, or the program does not start.
    pub fn start(args: &Args, words: &[&str], columns: u16, rows: u16) -> anyhow::Result<Self> {
        Screen::of(&args.sockeye, words, columns, rows)
    }

    /// Starts any program with these arguments in a terminal of this size.
    ///
    /// # Errors
    /// There is no pseudo-terminal, or the program does not start.
    pub fn of(program: &Path, words: &[&str], columns: u16, rows: u16) -> anyhow::Result<Self> {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size)?;
        let home = tempfile::tempdir()?;
        let mut command = CommandBuilder::new(program);
        command.args(words);
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        command.env("XDG_STATE_HOME", home.path().join("state"));
        let mut from = pty.master.try_clone_reader()?;
        let writer = pty.master.take_writer()?;
        let started = Instant::now();
        let child = pty.slave.spawn_command(command)?;
        drop(pty.slave);
        let size = (rows.try_into()?, columns.try_into()?);
        let state = State { emulator: vt100::Parser::new(size.0, size.1, 0), bytes: 0, at: started, over: false };
        let shown = Arc::new(Shown { state: Mutex::new(state), more: Condvar::new() });
        let emulated = Arc::clone(&shown);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let at = Instant::now();
                let mut state = emulated.state();
                state.emulator.process(&buffer[..count]);
                state.bytes += count as u64;
                state.at = at;
                drop(state);
                emulated.more.notify_all();
            }
            emulated.state().over = true;
            emulated.more.notify_all();
        });
        let (master, writer, reader) = (Some(pty.master), Some(writer), Some(reader));
        Ok(Screen { child, master, writer, shown, reader, started, _home: home })
    }

    /// Its number.
    ///
    /// # Errors
    /// It ended.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.process_id().context("sockeye ended")
    }

    /// Types bytes.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn keys(&mut self, keys: &str) -> anyhow::Result<()> {
        let writer = self.writer.as_mut().context("the terminal is gone")?;
        writer.write_all(keys.as_bytes())?;
        writer.flush()?;
        Ok(())
    }

    /// All text on the screen.
    pub fn text(&self) -> String {
        self.shown.state().emulator.screen().contents()
    }

    /// How many bytes it wrote so far.
    pub fn written(&self) -> u64 {
        self.shown.state().bytes
    }

    /// Waits until the screen's text holds this; tells when the bytes arrived that made it so.
    ///
    /// # Errors
    /// It does not in time, or the program ended: with the last screen.
    pub fn until(&self, what: &str, patience: Duration, holds: impl Fn(&str) -> bool) -> anyhow::Result<Instant> {
        let deadline = Instant::now() + patience;
        let mut state = self.shown.state();
        loop {
            let text = state.emulator.screen().contents();
            if holds(&text) {
                return Ok(state.at);
            }
            let now = Instant::now();
            if state.over || now >= deadline {
                let why = if state.over { "sockeye ended".to_owned() } else { format!("not within {patience:?}") };
                bail!("{what}: {why}; the screen:\n{text}");
            }
            let wait = self.shown.more.wait_timeout(state, deadline - now);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until the program has ended by itself; tells when.
    ///
    /// # Errors
    /// It has not in time: with the last screen.
    pub fn over(&self, patience: Duration) -> anyhow::Result<Instant> {
        let deadline = Instant::now() + patience;
        let mut state = self.shown.state();
        while !state.over {
            let now = Instant::now();
            if now >= deadline {
                bail!("it did not end within {patience:?}; the screen:\n{}", state.emulator.screen().contents());
            }
            let wait = self.shown.more.wait_timeout(state, deadline - now);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(Instant::now())
    }

    /// Waits until this text is on the screen.
    ///
    /// # Errors
    /// As [`Screen::until`].
    pub fn shows(&self, text: &str, patience: Duration) -> anyhow::Result<Instant> {
        self.until(&format!("{text:?}"), patience, |screen| screen.contains(text))
    }

    /// Ends the program as a person would: with an open session, the first Ctrl-C asks.
    ///
    /// # Errors
    /// It does not end.
    pub fn quit(mut self) -> anyhow::Result<()> {
        self.keys("\x03\x03")?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > ENDING {
                bail!("sockeye does not end; the screen:\n{}", self.text());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A child that ended before needs no kill; either way it is reaped.
        drop(self.child.kill());
        drop(self.child.wait());
        self.writer = None;
        self.master = None;
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}
