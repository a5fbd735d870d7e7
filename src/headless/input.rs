//! Standard input: who reads it, and how it gets to the peer.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::Manner;
use crate::net::Net;
use crate::wire::spec::{Spec, Step};
use crate::wire::{Order, SessionId, Verb, What};

/// How much is read at once for a stream. A pipe gives no more than 64 KiB at a time, a file does.
const STREAM_BLOCK: usize = 256 * 1024;

/// How much is read at once for UDP: the largest payload of an IPv4 datagram.
const DATAGRAM: usize = 65_507;

/// How many blocks wait between the thread that reads and the session; then reading waits.
const MOST_BLOCKS: usize = 2;

/// What standard input is for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stdin {
    /// It is not read.
    Unread,
    /// A person types; the conversation does not wait for them when the peer has finished.
    Terminal,
    /// A pipe or a file, which has an end.
    Pipe,
    /// It was read to its end.
    Ended,
}

impl Stdin {
    /// What standard input is for this session.
    ///
    /// A script that finishes sending, or that ends with a probe of the path, leaves nothing to say; nor does
    /// `/dev/null` beside a script say that there is nothing more to send, as it is what a program gets that is started
    /// without an input.
    pub(crate) fn of(spec: &Spec, manner: Manner) -> Self {
        let finishes = spec.script.steps.iter().any(|step| matches!(step, Step::Finish | Step::ProbeMtu));
        if finishes || matches!(spec.what, What::Http(_) | What::Repeat(_) | What::Dns(_)) {
            return Stdin::Unread;
        }
        if io::stdin().is_terminal() {
            return if manner == Manner::Json { Stdin::Unread } else { Stdin::Terminal };
        }
        if !spec.script.steps.is_empty() && is_null() {
            return Stdin::Unread;
        }
        Stdin::Pipe
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

/// Sends standard input to a session until it ends or the session does. Says what went wrong, if reading did.
///
/// Cost: one copy of each block. It waits while the session is busy, and so does whoever writes into the pipe.
pub(crate) async fn pump(net: Net, id: SessionId, datagrams: bool) -> Option<String> {
    let (sender, mut blocks) = mpsc::channel(MOST_BLOCKS);
    let limit = if datagrams { DATAGRAM } else { STREAM_BLOCK };
    let reader = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || read(&sender, limit));
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

/// Reads to the end, or until nobody takes the blocks any more.
fn read(sender: &mpsc::Sender<io::Result<Bytes>>, limit: usize) {
    let mut file = match stdin() {
        Ok(file) => file,
        Err(error) => {
            // A receiver that is gone does not want to know.
            sender.blocking_send(Err(error)).unwrap_or_default();
            return;
        }
    };
    loop {
        let mut buffer = BytesMut::zeroed(limit);
        let block = match file.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) if length < limit / 2 => Ok(Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default())),
            Ok(length) => Ok(buffer.split_to(length).freeze()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = block.is_err();
        if sender.blocking_send(block).is_err() || failed {
            return;
        }
    }
}
