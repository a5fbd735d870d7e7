//! The result of parsing the command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::files::FileProblem;
use crate::files::config::ConfigSettings;
use crate::formats::curl::{BodyOutput, StdinBody};
use crate::headless::{HeadlessJob, HeadlessWork, OutputFormat};
use crate::lab::ChosenPeer;
use crate::sessions::Spec;
use crate::text::secret::SecretDisplay;

/// Everything that the command line specifies.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// With a screen, or which way without one.
    pub mode: RunMode,
    /// The sessions to open, in order.
    pub open: Vec<Spec>,
    /// The built-in peers to start, if the command is `lab`.
    pub lab: Option<Vec<ChosenPeer>>,
    /// Stop after this long.
    pub run_for: Option<Duration>,
    /// How often the kernel's gauges are sampled, if given.
    pub kernel_every: Option<Duration>,
    /// The HTTP request's body is read from standard input before the session is opened (`-d @-`), in this way.
    pub stdin_body: Option<StdinBody>,
    /// In a pipe: how the body of an HTTP answer is written.
    pub output: BodyOutput,
    /// What of the command line has no effect, a sentence each.
    pub notes: Vec<String>,
    /// The settings: from the command line, else from the settings file.
    pub settings: ConfigSettings,
    /// A problem with the settings file; the defaults are used then.
    pub problem: Option<FileProblem>,
    /// Whether secrets in heads and URLs are shown.
    pub secrets: SecretDisplay,
    /// The file of the diagnostic log.
    pub log: Option<PathBuf>,
}

/// The output of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// A terminal screen.
    Screen,
    /// A pipe: bytes in, bytes out, unchanged.
    Raw {
        /// True: even if standard output is a terminal.
        force: bool,
    },
    /// One JSON event per line.
    Json,
}

impl Invocation {
    /// The job to run without a screen; `None` if there is a screen.
    pub fn job(&self) -> Option<HeadlessJob> {
        let manner = match self.mode {
            RunMode::Screen => return None,
            RunMode::Raw { .. } => OutputFormat::Raw,
            RunMode::Json => OutputFormat::Json,
        };
        let work = match &self.lab {
            Some(peers) => HeadlessWork::Lab(peers.clone()),
            None => HeadlessWork::Session { spec: Box::new(self.open.first()?.clone()), stdin_body: self.stdin_body },
        };
        let asks_beside = !self.settings.system_resolver;
        Some(HeadlessJob {
            work,
            manner,
            run_for: self.run_for,
            kernel_every: self.kernel_every,
            problem: self.problem.clone(),
            output: self.output.clone(),
            notes: self.notes.clone(),
            asks_beside,
            secrets: self.secrets,
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

/// The result of a command line.
#[derive(Debug)]
pub enum ParsedCommand {
    /// Something to run.
    Run(Box<Invocation>),
    /// Print this on standard output and exit: help, version, completions, or the manual page.
    Print(Vec<u8>),
}
