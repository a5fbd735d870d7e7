//! Standard input: who reads it, and how it reaches the peer.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::input_shaper::{DatagramBound, InputPlan, InputShaper};
use super::job::OutputFormat;
use super::report;
use crate::formats::curl::StdinBody;
use crate::net::{Net, buffers};
use crate::sessions::panic_guard::panic_point;
use crate::sessions::spec::http::BodySpec;
use crate::sessions::spec::{ScriptStep, longer_than_datagram};
use crate::sessions::{Order, SessionId, Spec, SpecKind, Verb};
use crate::text::quantity::grouped;
use crate::wire::Class;

/// How many blocks may wait between the reading thread and the session; when the queue is full, reading waits.
const MOST_BLOCKS: usize = 2;

/// The largest request body that is read from standard input: 256 MiB, because it is held in memory.
const MOST_BODY: u64 = 256 * 1024 * 1024;

/// The state of standard input in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StdinState {
    /// It is not read.
    Unread,
    /// A person types. When the peer has finished sending, the session does not wait for more input.
    Terminal,
    /// A pipe or a file: it has an end.
    Pipe,
    /// It has been read to its end.
    Ended,
}

impl StdinState {
    /// The state of standard input for this session.
    ///
    /// It is not read if a script finishes sending or ends with a path MTU probe, because nothing can be sent after
    /// that. With a script, `/dev/null` does not mean end of input: it is what a program gets that is started without
    /// an input.
    pub(crate) fn for_session(spec: &Spec, manner: OutputFormat) -> Self {
        let finishes = spec.script.steps.iter().any(|step| matches!(step, ScriptStep::Finish | ScriptStep::ProbeMtu));
        if finishes
            || matches!(spec.what, SpecKind::Http(_) | SpecKind::Repeat(_) | SpecKind::Dns(_) | SpecKind::Ports(_))
        {
            return StdinState::Unread;
        }
        if io::stdin().is_terminal() {
            return if manner == OutputFormat::Json { StdinState::Unread } else { StdinState::Terminal };
        }
        if !spec.script.steps.is_empty() && is_null() {
            return StdinState::Unread;
        }
        StdinState::Pipe
    }
}

/// The descriptor itself: [`io::Stdin`] would add a second buffer.
#[cfg(unix)]
fn stdin() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

/// Whether standard input is a device such as `/dev/null`.
fn is_null() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        stdin().and_then(|file| file.metadata()).is_ok_and(|about| about.file_type().is_char_device())
    }
    #[cfg(not(unix))]
    false
}

/// Whether standard input has bytes that were not read yet.
pub(super) fn input_waits() -> bool {
    #[cfg(unix)]
    {
        // `ENOTTY`: a device such as `/dev/null`, which has no bytes.
        rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|bytes| bytes > 0)
    }
    #[cfg(not(unix))]
    false
}

/// Reads the body of a request from standard input.
///
/// # Errors
/// Fails with `Local` if it cannot be read, and with `Usage` if it is too long.
pub(super) fn read_body(spec: &mut Spec, how: StdinBody) -> Result<(), (Class, String)> {
    let SpecKind::Http(http) = &mut spec.what else { return Ok(()) };
    let mut body = Vec::new();
    io::stdin()
        .lock()
        .take(MOST_BODY + 1)
        .read_to_end(&mut body)
        .map_err(|error| (Class::Local, format!("standard input cannot be read: {error}")))?;
    if body.len() as u64 > MOST_BODY {
        let why = "standard input is longer than 256 MiB; accepted for more: --data-binary @FILE";
        return Err((Class::Usage, why.to_owned()));
    }
    http.body = BodySpec::Bytes(how.body(body).into());
    Ok(())
}

/// Sends standard input to a session until the input or the session ends. Returns a message if reading failed.
///
/// Cost: one copy of each block. It waits while the session is busy, so the writer of the pipe waits too.
pub(crate) async fn forward(net: Net, id: SessionId, plan: InputPlan, format: OutputFormat) -> Option<String> {
    // If sent bytes need not be shown, the session sends the file straight from the page cache, without copying it
    // here.
    if format == OutputFormat::Raw
        && plan.is_verbatim()
        && let Some(whole) = take_whole()
    {
        // A session that has ended needs no order, and itself reports what it did not send.
        net.perform_waiting(Order { id, verb: Verb::SendFile(whole.into()) }).await.unwrap_or_default();
        return None;
    }
    let (sender, mut blocks) = mpsc::channel(MOST_BLOCKS);
    let bound = plan.datagram_a_read();
    let reader = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || read(&sender, bound));
    if let Err(error) = reader {
        return Some(format!("standard input cannot be read: {error}"));
    }
    let mut shaper = InputShaper::new(plan);
    loop {
        let (pieces, is_end) = match blocks.recv().await {
            Some(Ok(block)) => (shaper.push(block), false),
            Some(Err(error)) => return Some(format!("standard input cannot be read: {error}")),
            None => (shaper.finish().into_iter().collect(), true),
        };
        if let Some(notice) = shaper.take_notice() {
            report::problem(&notice);
        }
        for bytes in pieces {
            if net.perform_waiting(Order { id, verb: Verb::Send(bytes) }).await.is_err() {
                return None;
            }
        }
        let failure = shaper.take_failure();
        if is_end || failure.is_some() {
            return failure;
        }
    }
}

/// Refuses a file as standard input that is longer than one datagram, if nothing says how to cut it.
///
/// # Errors
/// Fails with class `Usage`, and a sentence that says what is accepted.
pub(super) fn check_length(plan: InputPlan) -> Result<(), (Class, String)> {
    let Some(bound) = plan.datagram_a_read() else { return Ok(()) };
    match rest_of_file() {
        Some(length) if length > bound.most() as u64 => {
            let too_long = longer_than_datagram(&grouped(length), bound.most());
            let why = format!("standard input is a file of {too_long}; accepted: {}", bound.ways_to_cut());
            Err((Class::Usage, why))
        }
        Some(_) | None => Ok(()),
    }
}

/// How many bytes a regular file as standard input still has.
fn rest_of_file() -> Option<u64> {
    use std::io::Seek as _;

    let file = stdin().ok()?;
    let about = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(about.len().saturating_sub((&file).stream_position().ok()?))
}

/// Claims all of standard input at once, if it is an unread file that can be opened a second time. Returns the name to
/// open. Other processes that share the descriptor find it at its end, as if it had been read.
#[cfg(target_os = "linux")]
fn take_whole() -> Option<&'static str> {
    use std::io::Seek as _;

    const NAME: &str = "/dev/stdin";
    let file = stdin().ok()?;
    let untouched = file.metadata().ok()?.is_file() && (&file).stream_position().ok()? == 0;
    if !untouched || File::open(NAME).is_err() {
        return None;
    }
    (&file).seek(io::SeekFrom::End(0)).ok()?;
    Some(NAME)
}

/// `None`: on this system, a descriptor cannot be opened again by a name.
#[cfg(not(target_os = "linux"))]
fn take_whole() -> Option<&'static str> {
    None
}

/// Reads to the end, or until the receiver is gone.
fn read(sender: &mpsc::Sender<io::Result<Bytes>>, bound: Option<DatagramBound>) {
    panic_point("stdin");
    let file = match stdin() {
        Ok(file) => file,
        Err(error) => {
            // If the receiver is gone, nobody needs the error.
            sender.blocking_send(Err(error)).unwrap_or_default();
            return;
        }
    };
    loop {
        let block = match bound.map_or_else(|| buffers::read(&file), |bound| datagram(&file, bound.most())) {
            Ok(bytes) if bytes.is_empty() => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            block => block,
        };
        let failed = block.is_err();
        if sender.blocking_send(block).is_err() || failed {
            return;
        }
    }
}

/// One read that fits in one datagram of at most this many bytes.
fn datagram(mut file: &File, most: usize) -> io::Result<Bytes> {
    let mut buffer = BytesMut::zeroed(most);
    let length = file.read(&mut buffer)?;
    if length < most / 2 {
        return Ok(Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()));
    }
    Ok(buffer.split_to(length).freeze())
}
