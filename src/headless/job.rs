//! The description of a run without a screen.

use std::time::Duration;

use crate::files::FileProblem;
use crate::formats::curl::{BodyOutput, StdinBody};
use crate::lab::ChosenPeer;
use crate::sessions::Spec;
use crate::text::secret::SecretDisplay;

/// A run without a screen.
#[derive(Clone, Debug)]
pub struct HeadlessJob {
    /// What to run.
    pub work: HeadlessWork,
    /// The format of standard output.
    pub manner: OutputFormat,
    /// Stop after this long, counted from the program's start.
    pub run_for: Option<Duration>,
    /// How often the kernel's gauges are sampled and reported; `None`: only when a connection begins and ends.
    pub kernel_every: Option<Duration>,
    /// Whether secrets in heads and URLs are written.
    pub secrets: SecretDisplay,
    /// Whether name servers are also queried directly, in addition to the system's resolver.
    pub asks_beside: bool,
    /// A problem with one of the user's files; printed on standard error before anything else.
    pub problem: Option<FileProblem>,
    /// As raw bytes: how the body of an HTTP answer is written.
    pub output: BodyOutput,
    /// What of the command line has no effect; printed on standard error.
    pub notes: Vec<String>,
}

/// What to run.
#[derive(Clone, Debug)]
pub enum HeadlessWork {
    /// A session.
    Session {
        /// Its spec.
        spec: Box<Spec>,
        /// The request's body is read from standard input before the session is opened, in this way.
        stdin_body: Option<StdinBody>,
    },
    /// The peers of the lab.
    Lab(Vec<ChosenPeer>),
}

/// The format of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// The bytes of the peer, unchanged.
    Raw,
    /// One JSON event per line.
    Json,
}
