//! The same engine without a screen: `--raw` is a pipe, `--json` one event a line, `lab` the built-in peers.
//!
//! Standard output carries what was asked for and nothing else; standard error one line for each thing that did not
//! work. A reader of standard output that goes away ends the program in silence, as it does every program in a pipe.

use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::files::FileProblem;
use crate::lab::ChosenPeer;
use crate::sessions::spec::http::BodySpec;
use crate::sessions::{Spec, SpecKind};
use crate::text::sanitize;
use crate::wire::Class;
use drive::RunTimes;

mod conversation;
mod drive;
mod event;
mod input;
mod json;
mod lab;
mod meaning;
mod output;
mod payload;
mod press;
mod raw;
mod repeat;
mod segment;
mod signals;

pub use json::line;
pub use payload::put as put_payload;

/// The largest request body that is read from standard input, as it is held in memory: 256 MiB.
const MOST_BODY: u64 = 256 * 1024 * 1024;

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

/// Runs a job to its end, and says with which exit code the program is to end. `started` is the program's
/// start, from which the events' times count.
///
/// # Errors
/// The program itself could not go on: no runtime, or standard output cannot be written.
pub fn run(job: HeadlessJob, started: Instant) -> anyhow::Result<u8> {
    let HeadlessJob { mut work, manner, run_for, kernel_every, problem, asks_beside } = job;
    if let Some(problem) = problem {
        complain(&format!("{problem}; going on with the defaults"));
    }
    if let HeadlessWork::Session { spec, body_from_stdin: true } = &mut work
        && let Err(why) = read_body(spec)
    {
        complain(&why);
        return Ok(Class::Usage.exit_code());
    }
    // One conversation between two descriptors is one thread's work: every other thread costs a wake-up a block, and
    // time to start.
    let mut runtime = match work {
        HeadlessWork::Session { .. } => tokio::runtime::Builder::new_current_thread(),
        HeadlessWork::Lab(_) => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.enable_all().build().context("the runtime cannot be started")?;
    let code = runtime.block_on(async {
        match (work, manner) {
            (HeadlessWork::Lab(peers), _) => lab::serve(&peers, run_for, started).await,
            (HeadlessWork::Session { spec, .. }, OutputFormat::Json) => {
                let format = json::JsonFormat::new(started).asking_beside(asks_beside).gauging(kernel_every.is_some());
                drive::drive(*spec, format, RunTimes { run_for, kernel_every, started }).await
            }
            (HeadlessWork::Session { spec, .. }, OutputFormat::Raw) => {
                drive::drive(*spec, raw::RawFormat::default(), RunTimes { run_for, kernel_every: None, started }).await
            }
        }
    });
    // A thread may still wait for standard input, which never ends; nothing that it reads is wanted any more.
    runtime.shutdown_background();
    code
}

/// A line on standard error, after the program's name. What stands in it cannot control the terminal.
pub(crate) fn complain(what: &str) {
    // Nobody is left to tell when standard error is gone.
    writeln!(io::stderr().lock(), "sockeye: {}", sanitize::line(what)).unwrap_or_default();
}

/// Reads a request's body from standard input.
fn read_body(spec: &mut Spec) -> Result<(), String> {
    let SpecKind::Http(http) = &mut spec.what else { return Ok(()) };
    let mut body = Vec::new();
    io::stdin()
        .lock()
        .take(MOST_BODY + 1)
        .read_to_end(&mut body)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    if body.len() as u64 > MOST_BODY {
        return Err("standard input is longer than 256 MiB; accepted for more: --data-binary @FILE".to_owned());
    }
    http.body = BodySpec::Bytes(body.into());
    Ok(())
}
