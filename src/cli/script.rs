//! The data to send, in the order of the command line.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::num::NonZeroU16;
use std::path::Path;

use bytes::Bytes;
use clap::ArgMatches;

use super::args::SendArgs;
use crate::files::expand_home;
use crate::sessions::spec::{MOST_DATAGRAM, Script, ScriptStep, longer_than_datagram};
use crate::text::escapes;
use crate::text::quantity::grouped;
use crate::text::sanitize::quoted;

/// The steps of `--send`, `--send-hex` and `--send-file` in the order of the command line, then `--finish`.
pub(super) fn script(send: &SendArgs, finish: bool, words: &ArgMatches) -> Result<Script, String> {
    let mut placed: Vec<(usize, ScriptStep)> = Vec::new();
    for (place, text) in places(words, "send").zip(&send.send) {
        let bytes = escapes::parse_text(text).map_err(|why| format!("--send: {why}"))?;
        placed.push((place, ScriptStep::Send(Bytes::from(bytes))));
    }
    for (place, text) in places(words, "send_hex").zip(&send.send_hex) {
        let bytes = escapes::parse_hex(text).map_err(|why| format!("--send-hex: {why}"))?;
        placed.push((place, ScriptStep::Send(Bytes::from(bytes))));
    }
    for (place, path) in places(words, "send_file").zip(&send.send_file) {
        let path = expand_home(path).map_err(|why| format!("--send-file: {why}"))?;
        readable("--send-file", &path)?;
        placed.push((place, ScriptStep::SendFile(path)));
    }
    placed.sort_by_key(|(place, _)| *place);
    let finish = finish.then_some(ScriptStep::Finish);
    Ok(Script { steps: placed.into_iter().map(|(_, step)| step).chain(finish).collect() })
}

/// The positions of an option's values on the command line.
fn places<'a>(words: &'a ArgMatches, option: &str) -> impl Iterator<Item = usize> + use<'a> {
    words.indices_of(option).into_iter().flatten()
}

/// Checks that each file is one datagram, where nothing says how to cut it. A pipe or a device has no known length.
pub(super) fn check_datagrams(script: &Script, size: Option<NonZeroU16>) -> Result<(), String> {
    let files = script.steps.iter().filter_map(|step| match step {
        ScriptStep::SendFile(path) => Some(path),
        ScriptStep::Send(_) | ScriptStep::Burst(_) | ScriptStep::ProbeMtu | ScriptStep::Finish => None,
    });
    for path in files.filter(|_| size.is_none()) {
        let length = std::fs::metadata(path).ok().filter(Metadata::is_file).map_or(0, |about| about.len());
        if length > MOST_DATAGRAM as u64 {
            return Err(format!(
                "--send-file: {} has {}; accepted with --datagram-size N",
                quoted(&path.to_string_lossy()),
                longer_than_datagram(&grouped(length), MOST_DATAGRAM)
            ));
        }
    }
    Ok(())
}

/// Checks that a file is readable, before anything is opened on the network.
pub(super) fn readable(option: &str, path: &Path) -> Result<(), String> {
    let shown = quoted(&path.to_string_lossy());
    // Opening a FIFO waits for its writer, which may come later or never.
    if is_fifo(path) {
        return Ok(());
    }
    let file = File::open(path).map_err(|error| format!("{option}: {shown} cannot be read: {error}"))?;
    let folder = file.metadata().is_ok_and(|about| about.is_dir());
    // Only regular files are read here: a byte read from a pipe would be missing later.
    let plain = file.metadata().is_ok_and(|about| about.is_file());
    if folder || (plain && (&file).read(&mut [0]).is_err()) {
        return Err(format!("{option}: {shown} cannot be read: accepted is a file"));
    }
    Ok(())
}

/// Whether this is a FIFO, which is opened only when it is sent.
fn is_fifo(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        std::fs::metadata(path).is_ok_and(|about| about.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _no_fifos_here = path;
        false
    }
}
