//! The writing half of an open connection: one order after the other; each write is counted when the kernel accepts it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use tokio::io::Ready;
use tokio::sync::watch;

use super::shared::{SharedConnection, ShutdownIntent, StreamState, TURN};
use super::transport::TransportWriter;
use super::unsent::UnsentOrders;
use super::{read_ahead, unsent};
use crate::net::{fault, order_queue, syscall};
use crate::sessions::news::call::SocketCall;
use crate::sessions::news::{TcpNews, UnixNews};
use crate::sessions::order::{DatagramVerb, StreamVerb};
use crate::sessions::spec::{Script, ScriptStep};
use crate::sessions::{Block, News, Verb};
use crate::wire::tcp::cause::StateCause;
use crate::wire::{Class, Direction, FailedOperation, Failure, FailureReason};

/// The most bytes that one write offers to the kernel.
const MOST_WRITE: usize = 1024 * 1024;

/// How long to wait for room if the runtime cannot wake us.
const WITHOUT_WAKING: Duration = Duration::from_millis(1);

/// How the writing half ended.
pub(super) struct WriteEnd {
    /// What was ordered but not written.
    pub(super) unsent: UnsentOrders,
    /// Why the connection broke, if it did.
    pub(super) failure: Option<Failure>,
}

/// Why a verb was not completed.
enum WriteAbort {
    Stopped,
    Broken(Failure),
}

/// Runs the script, then orders, until the connection breaks, or we close it and all orders are done, or we stop it.
pub(super) async fn run(shared: &SharedConnection, script: Script, mut orders: order_queue::OrderReceiver) -> WriteEnd {
    let mut half = WritingHalf {
        shared,
        state: shared.state.subscribe(),
        finished: false,
        rest: 0,
        writes: 0,
        sent_bytes: 0,
        writer: shared.transport.writer(),
    };
    let mut steps = script.steps.into_iter();
    let mut failure = None;
    loop {
        let verb = match steps.next() {
            Some(ScriptStep::Send(bytes)) => Verb::Send(bytes),
            Some(ScriptStep::SendFile(path)) => Verb::SendFile(path),
            Some(ScriptStep::Burst(burst)) => Verb::Datagram(DatagramVerb::Burst(burst)),
            Some(ScriptStep::ProbeMtu) => Verb::Datagram(DatagramVerb::ProbeMtu),
            Some(ScriptStep::Finish) => Verb::Stream(StreamVerb::FinishSending),
            None => match half.next(&mut orders).await {
                Some(verb) => verb,
                None => break,
            },
        };
        // Boxed: otherwise every connection would reserve room for this future, even without orders.
        match Box::pin(half.run_verb(verb)).await {
            Ok(()) => {}
            Err(WriteAbort::Stopped) => break,
            Err(WriteAbort::Broken(why)) => {
                failure = Some(why);
                break;
            }
        }
    }
    let rest = half.rest;
    let mut unsent = unsent::count_unsent(steps, &mut orders);
    if rest > 0 {
        unsent.orders += 1;
        unsent.bytes += rest as u64;
    }
    WriteEnd { unsent, failure }
}

struct WritingHalf<'a> {
    shared: &'a SharedConnection,
    state: watch::Receiver<StreamState>,
    finished: bool,
    /// Bytes of the current order that are not written yet.
    rest: usize,
    writes: usize,
    /// Bytes written so far.
    sent_bytes: u64,
    writer: TransportWriter<'a>,
}

impl WritingHalf<'_> {
    /// The next order; `None` when there will be no more.
    async fn next(&mut self, orders: &mut order_queue::OrderReceiver) -> Option<Verb> {
        loop {
            let wish = self.state.borrow_and_update().wish;
            match wish {
                ShutdownIntent::Stop => return None,
                ShutdownIntent::Close => {
                    // Orders given before the close are carried out; later ones are refused.
                    orders.close();
                    return orders.recv().await;
                }
                ShutdownIntent::Talk => tokio::select! {
                    biased;
                    changed = self.state.changed() => changed.ok()?,
                    verb = orders.recv() => return verb,
                },
            }
        }
    }

    async fn run_verb(&mut self, verb: Verb) -> Result<(), WriteAbort> {
        match verb {
            Verb::Send(_) | Verb::SendFile(_) | Verb::Stream(StreamVerb::FinishSending) if self.finished => {
                let message = "not done: we finished sending, and nothing can be sent after that";
                self.warn(Failure::new(Class::Usage, FailedOperation::Send, &self.shared.peer, message)).await;
                Ok(())
            }
            Verb::Send(bytes) => self.write(bytes).await,
            Verb::SendFile(path) => self.send_file(path).await,
            Verb::Stream(StreamVerb::FinishSending) => self.finish().await,
            refused @ (Verb::Reset
            | Verb::Close
            | Verb::PauseReading
            | Verb::ContinueReading
            | Verb::Stream(_)
            | Verb::Datagram(_)
            | Verb::Listener(_)
            | Verb::Socket(_)) => {
                self.warn(refused.refused(self.shared.refuser(), &self.shared.peer)).await;
                Ok(())
            }
        }
    }

    async fn warn(&self, failure: Failure) {
        self.shared.journal.news(News::Warned(failure)).await;
    }

    /// Writes all of `bytes`; every write that the kernel accepts, in full or in part, is reported separately.
    async fn write(&mut self, mut bytes: Bytes) -> Result<(), WriteAbort> {
        while !bytes.is_empty() {
            self.rest = bytes.len();
            let ready = self.writable().await?;
            let shared = self.shared;
            let offer = &bytes[..bytes.len().min(MOST_WRITE)];
            // The kernel's timestamps are relative to this moment, so take it just before the write.
            let at = Instant::now();
            let stamped = shared.stamps.before_write(&shared.transport);
            match self.writer.try_write(offer) {
                Ok(taken) => {
                    self.sent_bytes += taken as u64;
                    if let Some(began) = stamped.filter(|_| taken > 0) {
                        shared.stamps.on_write(self.sent_bytes - 1, began);
                    }
                    let block = Block::single_piece(Direction::Sent, at, bytes.slice(..taken));
                    bytes.advance(taken);
                    self.rest = bytes.len();
                    shared.record(block).await;
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    self.wait_for_room(ready).await;
                    continue;
                }
                Err(error) => {
                    return Err(WriteAbort::Broken(shared.fault(FailedOperation::Send, &error)));
                }
            }
            self.yield_turn().await;
        }
        Ok(())
    }

    async fn writable(&self) -> Result<Ready, WriteAbort> {
        let shared = self.shared;
        let ready = tokio::select! {
            biased;
            () = shared.stopped() => return Err(WriteAbort::Stopped),
            ready = self.writer.writable() => ready,
        };
        ready.map_err(|error| WriteAbort::Broken(shared.fault(FailedOperation::Send, &error)))
    }

    async fn wait_for_room(&mut self, ready: Ready) {
        if ready.is_write_closed() {
            self.register_anew().await;
        }
    }

    async fn yield_turn(&mut self) {
        self.writes += 1;
        if self.writes.is_multiple_of(TURN) {
            tokio::task::yield_now().await;
        }
    }

    /// Empties the error queue, and registers a second descriptor to wait for room on.
    async fn register_anew(&mut self) {
        let shared = self.shared;
        shared.stamps.read(&shared.transport, &shared.journal).await;
        if self.writer.register_anew().is_err() {
            // No spare descriptor: wait by the clock.
            tokio::time::sleep(WITHOUT_WAKING).await;
        }
    }

    async fn send_file(&mut self, path: PathBuf) -> Result<(), WriteAbort> {
        let name = path.display().to_string();
        let mut bytes = 0;
        let sent = self.send_file_copied(&path, &mut bytes).await;
        let (mut failure, outcome) = match sent {
            Ok(Ok(())) => {
                self.shared.journal.news(News::FileSent { path, bytes }).await;
                return Ok(());
            }
            Ok(Err(error)) => (fault::from_io(FailedOperation::Read, name, &error), Ok(())),
            Err(cut) => {
                let message = "not sent to its end: the connection ended first";
                (
                    Failure::new(Class::Local, FailedOperation::Send, name, message)
                        .with_reason(FailureReason::NotSent),
                    Err(cut),
                )
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

    /// Sends a file's content, and adds to `read_bytes` what was read of it. The outer error is the connection's, the
    /// inner one the file's.
    async fn send_file_copied(&mut self, path: &Path, read_bytes: &mut u64) -> Result<std::io::Result<()>, WriteAbort> {
        let shared = self.shared;
        let mut ahead = tokio::select! {
            biased;
            () = shared.stopped() => return Err(WriteAbort::Stopped),
            opened = read_ahead::FileReadAhead::open(path) => match opened {
                Ok(ahead) => ahead,
                Err(error) => return Ok(Err(error)),
            },
        };
        let _sending = shared.journal.begin_sending(ahead.length());
        #[cfg(target_os = "linux")]
        if shared.journal.counts_sent_only()
            && let Some(file) = ahead.as_regular()
            && self.send_spliced(file, read_bytes).await?
        {
            return Ok(Ok(()));
        }
        loop {
            let read = tokio::select! {
                biased;
                () = shared.stopped() => return Err(WriteAbort::Stopped),
                read = ahead.next() => read,
            };
            match read {
                Ok(bytes) if bytes.is_empty() => return Ok(Ok(())),
                Ok(bytes) => {
                    *read_bytes += bytes.len() as u64;
                    self.write(bytes).await?;
                }
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Sends a file from the page cache, when sent bytes are only counted, not shown. `false`: not all was sent; read
    /// the rest instead, which also reports the file's error.
    #[cfg(target_os = "linux")]
    async fn send_spliced(&mut self, file: &std::fs::File, read_bytes: &mut u64) -> Result<bool, WriteAbort> {
        loop {
            let ready = self.writable().await?;
            let shared = self.shared;
            let Some(socket) = self.writer.plain() else { return Ok(false) };
            let stamped = shared.stamps.before_write(&shared.transport);
            let send = || Ok(rustix::fs::sendfile(socket, file, None, MOST_WRITE)?);
            match socket.try_io(tokio::io::Interest::WRITABLE, send) {
                Ok(0) => return Ok(true),
                Ok(taken) => {
                    let taken = taken as u64;
                    *read_bytes += taken;
                    self.sent_bytes += taken;
                    if let Some(began) = stamped {
                        shared.stamps.on_write(self.sent_bytes - 1, began);
                    }
                    shared.gauge.mark_activity();
                    shared.journal.count_unobserved(Direction::Sent, crate::wire::Totals { bytes: taken, ops: 1 });
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    self.wait_for_room(ready).await;
                    continue;
                }
                // The next write returns the connection's error again, the next read the file's.
                Err(_) => return Ok(false),
            }
            self.yield_turn().await;
        }
    }

    async fn finish(&mut self) -> Result<(), WriteAbort> {
        let began = Instant::now();
        let done = self.writer.finish();
        let took = began.elapsed();
        self.shared
            .journal
            .news(syscall::call_news(SocketCall::Shutdown, "SHUT_WR".to_owned(), done.as_ref().map(|()| 0), took))
            .await;
        done.map_err(|error| WriteAbort::Broken(self.shared.fault(FailedOperation::Finish, &error)))?;
        self.finished = true;
        let news = if self.shared.transport.socket().is_tcp() {
            News::Tcp(TcpNews::WeFinished)
        } else {
            News::Unix(UnixNews::WeFinished)
        };
        self.shared.journal.news(news).await;
        self.shared.way.fin_sent(StateCause::WeShutDown).await;
        self.shared.change(|state| state.we_finished = true);
        self.shared.sample_and_recheck().await;
        Ok(())
    }
}
