//! On Unix: a separate process group in the foreground, as a shell would start it.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::sys::signal::{SigSet, Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid, tcsetpgrp};

use crate::app::signals::stop_until_continued;

/// The editor where no variable names one.
pub(in crate::app) const DEFAULT_EDITOR: &str = "vi";

/// A running job. The keys that send signals (`Ctrl-C`, `Ctrl-\`, `Ctrl-Z`) reach the job and not this program.
#[derive(Clone, Debug)]
pub(in crate::app) struct ForegroundJob(Pid);

impl ForegroundJob {
    /// Starts a shell's command line, with one more argument, in the foreground. It stays stopped until it has the
    /// terminal: before that, a key would reach this program.
    pub(in crate::app) fn start(line: &str, argument: &OsStr) -> io::Result<Self> {
        let line = format!("kill -STOP $$; {line} \"$1\"");
        let child = Command::new("sh").arg("-c").arg(line).arg("sh").arg(argument).process_group(0).spawn()?;
        let job = ForegroundJob(Pid::from_raw(child.id().cast_signed()));
        match waitpid(job.0, Some(WaitPidFlag::WUNTRACED))? {
            WaitStatus::Stopped(..) => job.bring_to_foreground().inspect_err(|_| job.kill())?,
            ended => return Err(io::Error::other(format!("its shell did not begin: {ended:?}"))),
        }
        Ok(job)
    }

    /// Ends a job that has not begun.
    fn kill(&self) {
        // Cannot fail: the job is stopped, so it still exists.
        killpg(self.0, Signal::SIGKILL).unwrap_or_default();
    }

    fn bring_to_foreground(&self) -> io::Result<()> {
        foreground(self.0)?;
        match killpg(self.0, Signal::SIGCONT) {
            Ok(()) | Err(nix::Error::ESRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the job has ended, and takes the terminal back. Returns its exit code, or 128 plus the number of the
    /// signal that ended it; `None`: the job was stopped, and a shell waits for this program to stop too.
    pub(in crate::app) fn wait(self) -> io::Result<Option<i32>> {
        loop {
            let code = match waitpid(self.0, Some(WaitPidFlag::WUNTRACED))? {
                WaitStatus::Exited(_, code) => code,
                WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
                WaitStatus::Stopped(_, signal) => {
                    // SIGTTIN and SIGTTOU only mean that the job does not have the terminal.
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

    /// Stops this program too, and continues the job when this program is continued. Only the process's first thread
    /// stops at once.
    pub(in crate::app) fn stop_with_job(&self) -> io::Result<()> {
        take_back()?;
        stop_until_continued();
        self.bring_to_foreground()
    }
}

/// Makes our own process group the foreground group of the terminal.
fn take_back() -> io::Result<()> {
    // A background process that calls `tcsetpgrp()` is stopped by SIGTTOU, unless that signal is blocked.
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTTOU);
    stop.thread_block()?;
    let taken = foreground(getpgrp());
    stop.thread_unblock()?;
    taken
}

/// Makes a process group the foreground group of the terminal.
fn foreground(group: Pid) -> io::Result<()> {
    // Without a controlling terminal, no key sends a signal.
    let Ok(terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else { return Ok(()) };
    match tcsetpgrp(&terminal, group) {
        // ESRCH: the group has already ended.
        Ok(()) | Err(nix::Error::ESRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether a shell would continue this program if it stopped.
fn a_shell_waits() -> bool {
    let parent = getppid();
    getsid(Some(parent)) == getsid(None) && getpgid(Some(parent)) != Ok(getpgrp())
}
