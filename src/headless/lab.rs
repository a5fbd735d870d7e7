//! `lab --json`: prints where each built-in peer listens, then serves until a signal.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::json;

use super::json_line::{line, seconds};
use super::report;
use super::signals::HeadlessSignals;
use super::stdout::writer::StdoutWriter;
use crate::lab::{ChosenPeer, Lab};
use crate::net::optional_sleep::sleep_or_forever;
use crate::wire::Class;

/// How long standard output may take to accept these few lines.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts the peers, prints their addresses, and serves until a signal or for `run_for`. Returns the exit code.
///
/// # Errors
/// Fails if the system provides no signals or threads.
pub(crate) async fn run(peers: &[ChosenPeer], run_for: Option<Duration>, started: Instant) -> anyhow::Result<u8> {
    let mut signals = HeadlessSignals::listen().context("signals cannot be listened for")?;
    let mut output = StdoutWriter::start().context("standard output cannot be opened")?;
    let lab = match Lab::start(peers).await {
        Ok(lab) => lab,
        Err(error) => {
            report::problem(&format!("listen 127.0.0.1: {error}"));
            return Ok(Class::Local.exit_code());
        }
    };
    let mut lines = Vec::new();
    for (peer, local) in lab.peers() {
        let at = seconds(started, Instant::now());
        let event = json!({"at": at, "event": "listening", "name": peer.name(), "local": local.to_string()});
        line(&mut lines, &event);
    }
    output.write(lines.into());
    let code = tokio::select! {
        code = signals.next() => code,
        // The reader of the addresses is gone, or they cannot be written.
        _ = output.until_failed() => 0,
        () = sleep_or_forever(run_for) => 0,
    };
    match output.finish(PATIENCE).await {
        Ok(_) => Ok(code),
        Err(error) => {
            report::problem(&format!("write standard output: {error}"));
            Ok(Class::Local.exit_code())
        }
    }
}
