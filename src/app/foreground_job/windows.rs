//! On Windows: a child process on the same console, started by the command interpreter.

use std::ffi::OsStr;
use std::io;
use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

/// The editor where no variable names one.
pub(in crate::app) const DEFAULT_EDITOR: &str = "notepad";

/// A running job.
#[derive(Clone, Debug)]
pub(in crate::app) struct ConsoleJob(Arc<Mutex<Child>>);

impl ConsoleJob {
    /// Starts a command line of the command interpreter, with one more argument.
    ///
    /// # Errors
    /// Fails if the command interpreter cannot be started.
    pub(in crate::app) fn start(line: &str, argument: &OsStr) -> io::Result<Self> {
        let mut command = Command::new("cmd");
        // The interpreter takes off the outer quotes, and leaves the inner ones (cmd /?).
        command.raw_arg("/S /C \"").raw_arg(line).raw_arg(" \"").raw_arg(argument).raw_arg("\"\"");
        Ok(ConsoleJob(Arc::new(Mutex::new(command.spawn()?))))
    }

    /// Waits until the job has ended. Returns its exit code; never `None`, which on Unix means that it was stopped.
    pub(in crate::app) fn wait(self) -> io::Result<Option<i32>> {
        let status = self.0.lock().unwrap_or_else(PoisonError::into_inner).wait()?;
        Ok(Some(status.code().unwrap_or(1)))
    }

    /// Does nothing: a job is never stopped on Windows.
    pub(in crate::app) fn stop_with_job(&self) -> io::Result<()> {
        Ok(())
    }
}
