//! A program that has the terminal for itself: a job of its own, as a shell would start it.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::sys::signal::{SigSet, Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid, tcsetpgrp};

use super::signals::stop_until_continued;

/// A running job. The keys that make signals (`Ctrl-C`, `Ctrl-\`, `Ctrl-Z`) reach it and not us.
#[derive(Clone, Copy, Debug)]
pub(super) struct ForegroundJob(Pid);

impl ForegroundJob {
    /// Starts a shell's command line, in the foreground. It begins once it has the terminal: until then a key would
    /// reach us.
    pub(super) fn start(line: &str, argument: &OsStr) -> io::Result<Self> {
        let line = format!("kill -STOP $$; {line}");
        let child = Command::new("sh").arg("-c").arg(line).arg("sh").arg(argument).process_group(0).spawn()?;
        let job = ForegroundJob(Pid::from_raw(child.id().cast_signed()));
        match waitpid(job.0, Some(WaitPidFlag::WUNTRACED))? {
            WaitStatus::Stopped(..) => job.bring_to_foreground().inspect_err(|_| job.kill())?,
            ended => return Err(io::Error::other(format!("its shell did not begin: {ended:?}"))),
        }
        Ok(job)
    }

    /// Ends what has not begun.
    fn kill(self) {
        // It cannot have ended: it is stopped.
        killpg(self.0, Signal::SIGKILL).unwrap_or_default();
    }

    fn bring_to_foreground(self) -> io::Result<()> {
        foreground(self.0)?;
        match killpg(self.0, Signal::SIGCONT) {
            Ok(()) | Err(nix::Error::ESRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until it has ended, and takes the terminal back; gives its exit code, or 128 and the number of the signal
    /// that ended it. None: it was stopped, and somebody waits for us to stop with it.
    pub(super) fn wait(self) -> io::Result<Option<i32>> {
        loop {
            let code = match waitpid(self.0, Some(WaitPidFlag::WUNTRACED))? {
                WaitStatus::Exited(_, code) => code,
                WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
                WaitStatus::Stopped(_, signal) => {
                    // Who is stopped for asking for the terminal only lacks it.
                    let lacks_it = matches!(signal, Signal::SIGTTIN | Signal::SIGTTOU);
                    if !lacks_it && a_shell_waits() {
                        return Ok(None);
                    }
                    self.bring_to_foreground()?;
                    continue;
                }
                _ => continue,
            };
            take_back()?;
            return Ok(Some(code));
        }
    }

    /// Stops us too; once we are continued, so is it. Only the process's first thread stops at once.
    pub(super) fn stop_with_job(self) -> io::Result<()> {
        take_back()?;
        stop_until_continued();
        self.bring_to_foreground()
    }
}

/// Takes the terminal back for our own group of processes.
fn take_back() -> io::Result<()> {
    // Who takes the terminal from the background is stopped for it, unless this signal is blocked.
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTTOU);
    stop.thread_block()?;
    let taken = foreground(getpgrp());
    stop.thread_unblock()?;
    taken
}

/// Gives the terminal to a group of processes.
fn foreground(group: Pid) -> io::Result<()> {
    // Without a terminal that controls us no key makes a signal.
    let Ok(terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else { return Ok(()) };
    match tcsetpgrp(&terminal, group) {
        // ESRCH: it has ended already.
        Ok(()) | Err(nix::Error::ESRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Somebody would continue us, had we stopped.
fn a_shell_waits() -> bool {
    let parent = getppid();
    getsid(Some(parent)) == getsid(None) && getpgid(Some(parent)) != Ok(getpgrp())
}
