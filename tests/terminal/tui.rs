//! The built program in a real pseudo-terminal, and an emulator that sees what a person would see.

use std::io::{Read, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test says what it saw instead.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Tui {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    emulator: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
    gone: Arc<AtomicBool>,
    /// True: nothing of what the program writes is to be read.
    deaf: Arc<AtomicBool>,
    /// True: nothing is read any more.
    paused: Arc<AtomicBool>,
    _home: tempfile::TempDir,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// A descriptor of our own for a file that another library holds: only so can it be waited for with a time limit.
fn own(descriptor: i32) -> OwnedFd {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let ourselves = pidfd_open(getpid(), PidfdFlags::empty()).expect("our own process can be opened");
    pidfd_getfd(ourselves, descriptor, PidfdGetfdFlags::empty()).expect("our own descriptor can be doubled")
}

impl Tui {
    /// Starts the program with these arguments in a terminal of this size.
    pub(crate) fn start(args: &[&str], columns: u16, rows: u16) -> Tui {
        Tui::start_program(env!("CARGO_BIN_EXE_sockeye"), args, &[], columns, rows)
    }

    pub(crate) fn start_program(program: &str, args: &[&str], env: &[(&str, &str)], columns: u16, rows: u16) -> Tui {
        let pty = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        command.env("XDG_STATE_HOME", home.path().join("state"));
        command.env_remove("RUST_BACKTRACE");
        for name in ["NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).expect("the program starts");
        drop(pty.slave);
        let emulator =
            Arc::new(Mutex::new(vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut from = std::fs::File::from(own(pty.master.as_raw_fd().expect("a terminal has a descriptor")));
        let writer = pty.master.take_writer().unwrap();
        let (screen, bytes) = (Arc::clone(&emulator), Arc::clone(&raw));
        let gone = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&gone);
        let deaf = Arc::new(AtomicBool::new(false));
        let pause = Arc::clone(&deaf);
        let paused = Arc::new(AtomicBool::new(false));
        let pauses = Arc::clone(&paused);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while !stop.load(Ordering::Relaxed) {
                let now = pause.load(Ordering::Relaxed);
                pauses.store(now, Ordering::Relaxed);
                if now {
                    std::thread::sleep(Duration::from_millis(5)); // between two looks
                    continue;
                }
                let mut wanted = [PollFd::new(from.as_fd(), PollFlags::POLLIN)];
                if !matches!(poll(&mut wanted, 20_u8), Ok(1..)) {
                    continue;
                }
                let Ok(count @ 1..) = from.read(&mut buffer) else { break };
                bytes.lock().unwrap().extend_from_slice(&buffer[..count]);
                screen.lock().unwrap().process(&buffer[..count]);
            }
        });
        Tui {
            child,
            master: Some(pty.master),
            writer: Some(writer),
            emulator,
            raw,
            reader: Some(reader),
            gone,
            deaf,
            paused,
            _home: home,
        }
    }

    /// Types bytes.
    pub(crate) fn keys(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("the terminal is still there");
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Stops to read what the program writes, and makes it write until the terminal takes no more.
    pub(crate) fn stop_reading(&self) {
        self.deaf.store(true, Ordering::Relaxed);
        // A last read could make room again after the terminal was found full.
        self.until_that("the last read is over", |tui| tui.paused.load(Ordering::Relaxed));
        let path = self.master.as_ref().unwrap().tty_name().expect("a terminal has a name");
        let mut options = std::fs::OpenOptions::new();
        let tty = options.write(true).custom_flags(libc::O_NONBLOCK).open(path).expect("the terminal opens");
        let columns = std::cell::Cell::new(0);
        self.until_that("the terminal is full", |tui| {
            // Each size makes the program draw everything anew; many of them, as it need not see each.
            columns.set((columns.get() + 7) % 61);
            tui.resize(100 + columns.get(), 40);
            // The kernel may move what was written from one of its two buffers to the other after the program found the
            // first one full, and wakes no writer then. What the program leaves free is filled with what shows nothing.
            while (&tty).write(&[0; 1024]).is_ok_and(|written| written > 0) {}
            let mut wanted = [PollFd::new(tty.as_fd(), PollFlags::POLLOUT)];
            matches!(poll(&mut wanted, 20_u8), Ok(0))
        });
    }

    /// Reads again.
    pub(crate) fn read_again(&self) {
        self.deaf.store(false, Ordering::Relaxed);
    }

    /// The program's memory in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let pid = self.child.process_id().expect("the program runs");
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("the program runs");
        statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number of pages") * 4096
    }

    /// What is on the screen now.
    pub(crate) fn screen(&self) -> String {
        self.emulator.lock().unwrap().screen().contents()
    }

    /// Whether the alternate screen is on.
    pub(crate) fn alternate(&self) -> bool {
        self.emulator.lock().unwrap().screen().alternate_screen()
    }

    /// All bytes that the program wrote so far.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }

    /// Forgets what the program wrote so far; the screen stays.
    pub(crate) fn forget_written(&self) {
        self.raw.lock().unwrap().clear();
    }

    /// Waits until a condition holds; fails with the last screen.
    #[track_caller]
    pub(crate) fn until_that(&self, what: &str, holds: impl Fn(&Tui) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}; the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5)); // between two looks
        }
    }

    /// Waits until this text is on the screen.
    #[track_caller]
    pub(crate) fn until(&self, text: &str) {
        self.until_that(&format!("{text:?}"), |tui| tui.screen().contains(text));
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.master.as_ref().unwrap().resize(size(columns, rows)).unwrap();
        self.emulator.lock().unwrap().screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
    }

    /// Whether the terminal is in cooked mode: what it was before the program started.
    pub(crate) fn cooked(&self) -> bool {
        let path = self.master.as_ref().unwrap().tty_name().expect("a terminal has a name");
        let tty = std::fs::File::open(path).expect("the terminal opens");
        let settings = nix::sys::termios::tcgetattr(&tty).expect("a terminal has settings");
        settings.local_flags.contains(nix::sys::termios::LocalFlags::ICANON)
    }

    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = self.child.process_id().expect("the program runs");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.cast_signed()), signal).unwrap();
    }

    /// The process's state letter, as /proc tells it: `S`, `T` (stopped), …
    pub(crate) fn state(&self) -> Option<char> {
        let pid = self.child.process_id()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit(')').next()?.trim_start().chars().next()
    }

    /// Takes the terminal away, as a closed window or a lost ssh connection does.
    pub(crate) fn vanish(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
        self.writer = None;
        self.master = None;
    }

    /// Waits for the program's end.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if start.elapsed() > PATIENCE {
                let screen = self.screen();
                self.child.kill().unwrap();
                panic!("it does not end; the screen:\n{screen}");
            }
            std::thread::sleep(Duration::from_millis(5)); // between two looks
        }
    }
}

impl Drop for Tui {
    fn drop(&mut self) {
        drop(self.child.kill());
        self.vanish();
    }
}
