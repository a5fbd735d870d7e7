//! The same engine without a screen: `--raw` is a pipe, `--json` one event a line, `lab` the built-in peers.
//!
//! Standard output carries what was asked for and nothing else; standard error one line for each thing that did not
//! work. A reader of standard output that goes away ends the program in silence, as it does every program in a pipe.

use std::io::{self, Read as _, Write as _};
use std::time::Instant;

use anyhow::Context as _;

use crate::cli::{Invocation, Mode};
use crate::wire::http::Body;
use crate::wire::{Class, What, neutral};

mod conversation;
mod drive;
mod event;
mod input;
mod json;
mod lab;
mod output;
mod payload;
mod raw;
mod signals;

/// The largest request body that is read from standard input, as it is held in memory: 256 MiB.
const MOST_BODY: u64 = 256 * 1024 * 1024;

/// Runs an invocation to its end, and says with which exit code the program is to end. `started` is the program's
/// start, from which the events' times count.
///
/// # Errors
/// The program itself could not go on: no runtime, or standard output cannot be written.
pub fn run(mut invocation: Invocation, started: Instant) -> anyhow::Result<u8> {
    if let Some(problem) = &invocation.problem {
        complain(&format!("{problem}; going on with the defaults"));
    }
    if invocation.body_from_stdin {
        match body() {
            Ok(body) => put_body(&mut invocation, &body),
            Err(why) => {
                complain(&why);
                return Ok(Class::Usage.exit_code());
            }
        }
    }
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let code = runtime.block_on(async {
        match (&invocation.lab, invocation.mode) {
            (Some(peers), _) => lab::serve(peers, invocation.run_for, started).await,
            (None, Mode::Json) => drive::drive(&invocation, json::Json::new(started), started).await,
            (None, Mode::Raw { .. } | Mode::Screen) => drive::drive(&invocation, raw::Raw, started).await,
        }
    });
    // A thread may still wait for standard input, which never ends; nothing that it reads is wanted any more.
    runtime.shutdown_background();
    code
}

/// A line on standard error, after the program's name. What stands in it cannot control the terminal.
pub(crate) fn complain(what: &str) {
    // Nobody is left to tell when standard error is gone.
    writeln!(io::stderr().lock(), "sockeye: {}", neutral::line(what)).unwrap_or_default();
}

/// A request's body from standard input.
fn body() -> Result<bytes::Bytes, String> {
    let mut body = Vec::new();
    io::stdin()
        .lock()
        .take(MOST_BODY + 1)
        .read_to_end(&mut body)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    if body.len() as u64 > MOST_BODY {
        return Err("standard input is longer than 256 MiB; accepted for more: --data-binary @FILE".to_owned());
    }
    Ok(body.into())
}

fn put_body(invocation: &mut Invocation, body: &bytes::Bytes) {
    for spec in &mut invocation.open {
        if let What::Http(http) = &mut spec.what {
            http.body = Body::Bytes(body.clone());
        }
    }
}
