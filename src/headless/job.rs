//! What is to be done without a screen.

use std::time::Duration;

use crate::files::FileProblem;
use crate::lab::ChosenPeer;
use crate::sessions::Spec;

/// What is to be done without a screen.
#[derive(Clone, Debug)]
pub struct HeadlessJob {
    /// What is to be run.
    pub work: HeadlessWork,
    /// How standard output shows it.
    pub manner: OutputFormat,
    /// Stop after this long, counted from the program's start.
    pub run_for: Option<Duration>,
    /// How often the kernel's gauges are looked at and told; `None`: at a connection's beginning and end only.
    pub kernel_every: Option<Duration>,
    /// Whether name servers are asked by us too, beside the system's resolver.
    pub asks_beside: bool,
    /// What made no sense in a file of the user's: told on standard error before anything else.
    pub problem: Option<FileProblem>,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub enum HeadlessWork {
    /// A session.
    Session {
        /// What it is asked to be.
        spec: Box<Spec>,
        /// True: the request's body is read from standard input before the session is opened.
        body_from_stdin: bool,
    },
    /// The built-in peers.
    Lab(Vec<ChosenPeer>),
}

/// How standard output shows what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// What the peer says, untouched.
    Raw,
    /// One event a line.
    Json,
}
