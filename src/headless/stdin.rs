//! Standard input: who reads it, and how it gets to the peer.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::job::OutputFormat;
use crate::net::{Net, buffers};
use crate::sessions::spec::ScriptStep;
use crate::sessions::spec::http::BodySpec;
use crate::sessions::{Order, SessionId, Spec, SpecKind, Verb};

/// How much is read at once for UDP: the largest payload of an IPv4 datagram.
const DATAGRAM: usize = 65_507;

/// How many blocks wait between the thread that reads and the session; then reading waits.
const MOST_BLOCKS: usize = 2;

/// The largest request body that is read from standard input, as it is held in memory: 256 MiB.
const MOST_BODY: u64 = 256 * 1024 * 1024;

/// What standard input is for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StdinState {
    /// It is not read.
    Unread,
    /// A person types; the conversation does not wait for them when the peer has finished.
    Terminal,
    /// A pipe or a file, which has an end.
    Pipe,
    /// It was read to its end.
    Ended,
}

impl StdinState {
    /// What standard input is for this session.
    ///
    /// A script that finishes sending, or that ends with a probe of the path, leaves nothing to say; nor does
    /// `/dev/null` beside a script say that there is nothing more to send, as it is what a program gets that is started
    /// without an input.
    pub(crate) fn for_session(spec: &Spec, manner: OutputFormat) -> Self {
        let finishes = spec.script.steps.iter().any(|step| matches!(step, ScriptStep::Finish | ScriptStep::ProbeMtu));
        if finishes || matches!(spec.what, SpecKind::Http(_) | SpecKind::Repeat(_) | SpecKind::Dns(_)) {
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

/// The descriptor itself: [`io::Stdin`] would put a second buffer in between.
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

/// Reads a request's body from standard input.
pub(super) fn read_body(spec: &mut Spec) -> Result<(), String> {
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

/// Sends standard input to a session until it ends or the session does. Says what went wrong, if reading did.
///
/// Cost: one copy of each block. It waits while the session is busy, and so does whoever writes into the pipe.
pub(crate) async fn forward(net: Net, id: SessionId, datagrams: bool, format: OutputFormat) -> Option<String> {
    // Where nobody looks at what is sent, the session takes a file out of the page cache, and nothing passes by here.
    if format == OutputFormat::Raw
        && !datagrams
        && let Some(whole) = take_whole()
    {
        // A session that is over wants nothing any more, and says what it did not send.
        net.perform_waiting(Order { id, verb: Verb::SendFile(whole.into()) }).await.unwrap_or_default();
        return None;
    }
    let (sender, mut blocks) = mpsc::channel(MOST_BLOCKS);
    let reader = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || read(&sender, datagrams));
    if let Err(error) = reader {
        return Some(format!("standard input cannot be read: {error}"));
    }
    while let Some(block) = blocks.recv().await {
        match block {
            Ok(bytes) => {
                if net.perform_waiting(Order { id, verb: Verb::Send(bytes) }).await.is_err() {
                    break;
                }
            }
            Err(error) => return Some(format!("standard input cannot be read: {error}")),
        }
    }
    None
}

/// Takes all of standard input at once, where it is a file that was not read from and can be opened a second time: the
/// name to open it by. Whoever shares it with us finds it read to its end, as they would if we had read it.
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

/// Nothing: on this system a file has no name under which its descriptor can be opened again.
#[cfg(not(target_os = "linux"))]
fn take_whole() -> Option<&'static str> {
    None
}

/// Reads to the end, or until nobody takes the blocks any more.
fn read(sender: &mpsc::Sender<io::Result<Bytes>>, datagrams: bool) {
    let file = match stdin() {
        Ok(file) => file,
        Err(error) => {
            // A receiver that is gone does not want to know.
            sender.blocking_send(Err(error)).unwrap_or_default();
            return;
        }
    };
    loop {
        let block = match if datagrams { datagram(&file) } else { buffers::read(&file) } {
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

/// One read that fits in a datagram.
fn datagram(mut file: &File) -> io::Result<Bytes> {
    let mut buffer = BytesMut::zeroed(DATAGRAM);
    let length = file.read(&mut buffer)?;
    if length < DATAGRAM / 2 {
        return Ok(Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()));
    }
    Ok(buffer.split_to(length).freeze())
}
