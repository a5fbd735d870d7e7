//! What the command line asks for.

use std::path::PathBuf;
use std::time::Duration;

use crate::files::FileProblem;
use crate::files::config::ConfigSettings;
use crate::headless::{HeadlessJob, HeadlessWork, OutputFormat};
use crate::lab::ChosenPeer;
use crate::sessions::Spec;

/// What the command line asks for, whole.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// With a screen, or how without.
    pub mode: RunMode,
    /// The sessions to open, in order.
    pub open: Vec<Spec>,
    /// The built-in peers to start, where the command was `lab`.
    pub lab: Option<Vec<ChosenPeer>>,
    /// Stop after this long.
    pub run_for: Option<Duration>,
    /// How often the kernel's gauges are looked at, where that was said.
    pub kernel_every: Option<Duration>,
    /// True: the HTTP request's body is read from standard input before the session is opened (`-d @-`).
    pub body_from_stdin: bool,
    /// The settings: the file's, where the command line says nothing else.
    pub settings: ConfigSettings,
    /// What made no sense in the file of settings; the defaults stand then.
    pub problem: Option<FileProblem>,
    /// Where the diagnostic log goes.
    pub log: Option<PathBuf>,
}

/// How the program shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// A terminal screen.
    Screen,
    /// A pipe: bytes in, bytes out, untouched.
    Raw {
        /// True: even to a terminal.
        force: bool,
    },
    /// One event a line.
    Json,
}

impl Invocation {
    /// What to run without a screen; `None` where there is one.
    pub fn job(&self) -> Option<HeadlessJob> {
        let manner = match self.mode {
            RunMode::Screen => return None,
            RunMode::Raw { .. } => OutputFormat::Raw,
            RunMode::Json => OutputFormat::Json,
        };
        let work = match &self.lab {
            Some(peers) => HeadlessWork::Lab(peers.clone()),
            None => HeadlessWork::Session {
                spec: Box::new(self.open.first()?.clone()),
                body_from_stdin: self.body_from_stdin,
            },
        };
        let asks_beside = !self.settings.system_resolver;
        Some(HeadlessJob {
            work,
            manner,
            run_for: self.run_for,
            kernel_every: self.kernel_every,
            problem: self.problem.clone(),
            asks_beside,
        })
    }
}

/// Which of the standard streams are terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StdioTerminals {
    /// Standard input.
    pub stdin: bool,
    /// Standard output.
    pub stdout: bool,
}

/// What a command line turned out to be.
#[derive(Debug)]
pub enum ParsedCommand {
    /// Something to run.
    Run(Box<Invocation>),
    /// Something to print on standard output, and nothing else to do: help, version, completions, the manual page.
    Print(Vec<u8>),
}
