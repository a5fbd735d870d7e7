//! The writing half of an open connection: one order after the other, each write counted as the kernel takes it.

use std::io::ErrorKind;
use std::net::Shutdown;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, watch};

use super::{State, TURN, Talk, Unsent, Wish, unsent};
use crate::net::fault;
use crate::wire::spec::{Script, Step};
use crate::wire::{Block, Class, Direction, Failure, News, Verb};

/// What one write offers the kernel at the most.
const MOST_WRITE: usize = 1024 * 1024;

/// What one read of a file asks for.
const FILE_READ: usize = 256 * 1024;

/// How the writing half ended.
pub(super) struct Written {
    /// What was asked for and not written.
    pub(super) unsent: Unsent,
    /// Why, where the connection broke.
    pub(super) failure: Option<Failure>,
}

/// Why a verb was not done to its end.
enum Cut {
    Stopped,
    Broken(Failure),
}

/// Carries out the script, then orders, until the connection breaks, or we close it and all orders are done, or
/// we stop at once.
pub(super) async fn run(talk: &Talk, script: Script, mut orders: mpsc::Receiver<Verb>) -> Written {
    let mut half = Half { talk, state: talk.state.subscribe(), finished: false, rest: 0, writes: 0 };
    let mut steps = script.steps.into_iter();
    let mut failure = None;
    loop {
        let verb = match steps.next() {
            Some(Step::Send(bytes)) => Verb::Send(bytes),
            Some(Step::SendFile(path)) => Verb::SendFile(path),
            Some(Step::Burst(burst)) => Verb::Burst(burst),
            Some(Step::Finish) => Verb::FinishSending,
            None => match half.next(&mut orders).await {
                Some(verb) => verb,
                None => break,
            },
        };
        match half.perform(verb).await {
            Ok(()) => {}
            Err(Cut::Stopped) => break,
            Err(Cut::Broken(why)) => {
                failure = Some(why);
                break;
            }
        }
    }
    let rest = half.rest;
    let mut unsent = unsent(steps, &mut orders);
    if rest > 0 {
        unsent.orders += 1;
        unsent.bytes += rest as u64;
    }
    Written { unsent, failure }
}

struct Half<'a> {
    talk: &'a Talk,
    state: watch::Receiver<State>,
    finished: bool,
    /// Octets of the order under way that are not written.
    rest: usize,
    writes: usize,
}

impl Half<'_> {
    /// The next order; `None` when there will be no more.
    async fn next(&mut self, orders: &mut mpsc::Receiver<Verb>) -> Option<Verb> {
        loop {
            let wish = self.state.borrow_and_update().wish;
            match wish {
                Wish::Stop => return None,
                Wish::Close => {
                    // What was ordered before the close is done; what comes after it is refused.
                    orders.close();
                    return orders.recv().await;
                }
                Wish::Talk => tokio::select! {
                    biased;
                    changed = self.state.changed() => changed.ok()?,
                    verb = orders.recv() => return verb,
                },
            }
        }
    }

    async fn perform(&mut self, verb: Verb) -> Result<(), Cut> {
        match verb {
            Verb::Send(_) | Verb::SendFile(_) | Verb::FinishSending if self.finished => {
                let message = "not done: we finished sending (FIN), and nothing can be sent after that";
                self.warn(Failure::new(Class::Usage, "send", &self.talk.peer, message)).await;
                Ok(())
            }
            Verb::Send(bytes) => self.write(bytes).await,
            Verb::SendFile(path) => self.send_file(path).await,
            Verb::FinishSending => self.finish().await,
            Verb::Burst(_) | Verb::StopBurst => {
                let message = "a burst is of datagrams, which a TCP connection does not have";
                self.warn(Failure::new(Class::Usage, "send", &self.talk.peer, message)).await;
                Ok(())
            }
            Verb::Reset
            | Verb::Close
            | Verb::PauseReading
            | Verb::ContinueReading
            | Verb::SendTo(..)
            | Verb::Join(_)
            | Verb::Leave(_)
            | Verb::Limit(_) => {
                let message = "this order makes no sense for a TCP connection";
                self.warn(Failure::new(Class::Usage, "send", &self.talk.peer, message)).await;
                Ok(())
            }
        }
    }

    async fn warn(&self, failure: Failure) {
        self.talk.journal.news(News::Warned(failure)).await;
    }

    /// Writes all of `bytes`; every write that the kernel takes, in full or in part, is told by itself.
    async fn write(&mut self, mut bytes: Bytes) -> Result<(), Cut> {
        while !bytes.is_empty() {
            self.rest = bytes.len();
            let ready = tokio::select! {
                biased;
                () = self.talk.stopped() => return Err(Cut::Stopped),
                ready = self.talk.stream.writable() => ready,
            };
            ready.map_err(|error| Cut::Broken(fault::of_io("send", &self.talk.peer, &error)))?;
            let offer = &bytes[..bytes.len().min(MOST_WRITE)];
            match self.talk.stream.try_write(offer) {
                Ok(taken) => {
                    let at = Instant::now();
                    let block = Block::single(Direction::Sent, at, bytes.slice(..taken));
                    bytes.advance(taken);
                    self.rest = bytes.len();
                    self.talk.tell(block).await;
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => continue,
                Err(error) => return Err(Cut::Broken(fault::of_io("send", &self.talk.peer, &error))),
            }
            self.writes += 1;
            if self.writes.is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    async fn send_file(&mut self, path: PathBuf) -> Result<(), Cut> {
        let name = path.display().to_string();
        let mut bytes = 0;
        let (mut failure, outcome) = match self.copy(&path, &mut bytes).await {
            Ok(Ok(())) => {
                self.talk.journal.news(News::FileSent { path, bytes }).await;
                return Ok(());
            }
            Ok(Err(error)) => (fault::of_io("read", name, &error), Ok(())),
            Err(cut) => {
                let message = "not sent to its end: the connection ended before";
                (Failure::new(Class::Local, "send", name, message), Err(cut))
            }
        };
        bytes -= self.rest as u64;
        self.rest = 0;
        if bytes > 0 {
            failure.message.push_str(&format!("; {bytes} bytes of it were sent"));
        }
        self.warn(failure).await;
        outcome
    }

    /// Sends what a file holds, and counts in `read_bytes` what was read of it. The outer error is the
    /// connection's, the inner one the file's.
    async fn copy(&mut self, path: &Path, read_bytes: &mut u64) -> Result<std::io::Result<()>, Cut> {
        let opened = tokio::select! {
            biased;
            () = self.talk.stopped() => return Err(Cut::Stopped),
            opened = tokio::fs::File::open(path) => opened,
        };
        let mut file = match opened {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        file.set_max_buf_size(FILE_READ);
        loop {
            let mut bytes = BytesMut::with_capacity(FILE_READ);
            let read = tokio::select! {
                biased;
                () = self.talk.stopped() => return Err(Cut::Stopped),
                read = file.read_buf(&mut bytes) => read,
            };
            match read {
                Ok(0) => return Ok(Ok(())),
                Ok(count) => {
                    *read_bytes += count as u64;
                    self.write(bytes.freeze()).await?;
                }
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    async fn finish(&mut self) -> Result<(), Cut> {
        socket2::SockRef::from(&self.talk.stream)
            .shutdown(Shutdown::Write)
            .map_err(|error| Cut::Broken(fault::of_io("finish", &self.talk.peer, &error)))?;
        self.finished = true;
        self.talk.journal.news(News::WeFinished).await;
        self.talk.change(|state| state.we_finished = true);
        self.talk.sample();
        Ok(())
    }
}
