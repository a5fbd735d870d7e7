//! A job from its beginning to its exit code.

use std::time::Instant;

use anyhow::Context as _;

use super::body_file::BodyFile;
use super::body_filter::BodyFilter;
use super::job::{HeadlessJob, HeadlessWork, OutputFormat};
use super::json::JsonFormat;
use super::raw::RawFormat;
use super::run_loop::{RunLimits, run_session};
use super::{lab, report, stdin};
use crate::sessions::SpecKind;
use crate::sessions::spec::dns::PrintedParts;
use crate::wire::Class;

/// Runs a job to its end, and returns the exit code of the program. `started` is the program's start; event times count
/// from it.
///
/// # Errors
/// Fails if the program itself cannot go on: no runtime, or standard output cannot be written.
pub fn run(job: HeadlessJob, started: Instant) -> anyhow::Result<u8> {
    let HeadlessJob { mut work, manner, run_for, kernel_every, problem, secrets, asks_beside, output, notes } = job;
    if let Some(problem) = problem {
        report::problem(&format!("{problem}; going on with the defaults"));
    }
    for note in notes {
        report::problem(&note);
    }
    if let HeadlessWork::Session { spec, stdin_body: Some(how) } = &mut work
        && let Err((class, why)) = stdin::read_body(spec, *how)
    {
        report::problem(&why);
        return Ok(class.exit_code());
    }
    if let (HeadlessWork::Session { spec, .. }, OutputFormat::Json) = (&work, manner)
        && let SpecKind::Dns(dns) = &spec.what
        && dns.printed != PrintedParts::default()
    {
        report::problem("dig's display options have no effect with --json, which has every field");
    }
    let file = match output.file.as_ref().map(|file| BodyFile::open(file, output.resume.is_some())).transpose() {
        Ok(file) => file,
        Err(why) => {
            report::problem(&why);
            return Ok(Class::Local.exit_code());
        }
    };
    // A single connection between two descriptors needs only one thread: each further thread costs one wake-up per
    // block, and time to start.
    let mut runtime = match work {
        HeadlessWork::Session { .. } => tokio::runtime::Builder::new_current_thread(),
        HeadlessWork::Lab(_) => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.enable_all().build().context("the runtime cannot be started")?;
    let code = runtime.block_on(async {
        match (work, manner) {
            (HeadlessWork::Lab(peers), _) => lab::run(&peers, run_for, started).await,
            (HeadlessWork::Session { spec, .. }, OutputFormat::Json) => {
                let format = JsonFormat::new(started)
                    .with_second_opinion(asks_beside)
                    .with_secrets(secrets)
                    .gauging(kernel_every.is_some());
                let filter = BodyFilter::default();
                run_session(*spec, format, RunLimits { run_for, kernel_every, started, filter }, None).await
            }
            (HeadlessWork::Session { spec, .. }, OutputFormat::Raw) => {
                let filter = BodyFilter::new(&output);
                let limits = RunLimits { run_for, kernel_every: None, started, filter };
                run_session(*spec, RawFormat::new(&output), limits, file.as_ref()).await
            }
        }
    });
    // A thread may still be blocked reading standard input, which may never end; its bytes are no longer needed.
    runtime.shutdown_background();
    let code = code?;
    let is_whole = code == 0 || (code == Class::HttpStatus.exit_code() && !output.drops_failed);
    Ok(file.map_or(code, |file| file.finish(code, is_whole)))
}
