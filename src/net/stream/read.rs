//! The reading half of an open connection.

use std::io::ErrorKind;
use std::time::Instant;

use bytes::BytesMut;

use super::bulk_wait::FloodDetector;
use super::shared::{ReadState, SharedConnection, ShutdownIntent, TURN};
use super::transport::StreamTransport;
use crate::net::buffers;
use crate::net::splice::{SpliceOutcome, SpliceSink};
use crate::sessions::news::{TcpNews, UnixNews};
use crate::sessions::{Block, News};
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Direction, FailedOperation, Failure, Totals};

/// The most bytes that one read asks for.
const MOST_READ: usize = buffers::BUFFER;

/// Bytes that the first read asks for: few, so that ten thousand quiet connections cost little. Doubled when a read
/// fills it.
const FIRST_READ: usize = 2 * 1024;

/// Reads until the connection breaks (an error) or we stop it. The peer's FIN is reported, and does not end the task.
///
/// Into an outlet bytes go uninspected, for as long as it takes them.
pub(super) async fn run(shared: &SharedConnection, outlet: Option<SpliceSink>) -> Result<(), Failure> {
    let mut outlet = outlet.zip(shared.transport.plain());
    let mut state = shared.state.subscribe();
    let mut buffer = ReadBuffer { bytes: BytesMut::new(), ask: FIRST_READ, large: None };
    let mut reads = 0_usize;
    let mut flood = if outlet.is_some() { FloodDetector::spinning() } else { FloodDetector::sleeping() };
    loop {
        let now = *state.borrow_and_update();
        if now.wish == ShutdownIntent::Stop {
            return Ok(());
        }
        if now.reading == ReadState::Paused {
            if now.broken {
                // On a broken connection the receive window no longer matters, and bytes that arrived before are worth
                // showing.
                shared.change(|state| state.reading = ReadState::Draining);
            } else if state.changed().await.is_err() {
                return Ok(());
            }
            continue;
        }
        tokio::select! {
            biased;
            changed = state.changed() => {
                if changed.is_err() { return Ok(()) }
                continue;
            }
            ready = shared.transport.readable(&mut flood) => ready.map_err(|error| shared.fault(FailedOperation::Read, &error))?,
        }
        let read = match &outlet {
            Some((sink, socket)) => match sink.splice_from(socket).inspect(|outcome| count_spliced(shared, outcome)) {
                Ok(SpliceOutcome::All(count)) => Ok(count),
                Ok(SpliceOutcome::Full) => {
                    shared.gauge.begin_wait();
                    tokio::select! {
                        biased;
                        // The top of the loop handles the change.
                        _ = state.changed() => {}
                        () = sink.writable() => {}
                    }
                    shared.gauge.end_wait();
                    continue;
                }
                Ok(SpliceOutcome::Refused(_, rest)) => {
                    outlet = None;
                    flood = FloodDetector::sleeping();
                    if !rest.is_empty() {
                        shared.record(Block::single_piece(Direction::Received, Instant::now(), rest)).await;
                    }
                    continue;
                }
                Err(error) => Err(error),
            },
            None => buffer.read(&shared.transport),
        };
        match read {
            Ok(0) if now.reading == ReadState::Draining => return Err(connection_failure(shared)),
            Ok(0) => return Box::pin(after_fin(shared)).await,
            Ok(count) => {
                if outlet.is_none() {
                    let at = Instant::now();
                    shared.record(Block::single_piece(Direction::Received, at, buffer.take_bytes())).await;
                }
                flood.read(shared.transport.socket(), count);
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => continue,
            Err(error) => return Err(shared.fault(FailedOperation::Read, &error)),
        }
        reads += 1;
        if reads.is_multiple_of(TURN) {
            tokio::task::yield_now().await;
        }
    }
}

/// Counts bytes that went from the socket into the outlet.
fn count_spliced(shared: &SharedConnection, outcome: &SpliceOutcome) {
    if let SpliceOutcome::All(count @ 1..) | SpliceOutcome::Refused(count @ 1.., _) = outcome {
        shared.gauge.mark_activity();
        shared.journal.count_unobserved(Direction::Received, Totals { bytes: *count as u64, ops: 1 });
    }
}

/// Reports the peer's FIN, then waits for an error: a RST may still come, and no read would report it.
async fn after_fin(shared: &SharedConnection) -> Result<(), Failure> {
    let received_bytes = shared.journal.totals().received.bytes;
    let news = if shared.transport.socket().is_tcp() {
        News::Tcp(TcpNews::PeerFinished { received_bytes })
    } else {
        News::Unix(UnixNews::PeerFinished { received_bytes })
    };
    shared.journal.news(news).await;
    shared.change(|state| state.peer_finished = true);
    report_fin_state(shared).await;
    let mut state = shared.state.subscribe();
    match state.wait_for(|state| state.wish == ShutdownIntent::Stop || state.broken).await {
        Ok(state) if state.wish != ShutdownIntent::Stop => {}
        Ok(_) | Err(_) => return Ok(()),
    }
    match shared.transport.socket().take_error() {
        Ok(Some(error)) | Err(error) => Err(shared.fault(FailedOperation::Read, &error)),
        // The writing half has already taken the error.
        Ok(None) => {
            shared.stopped().await;
            Ok(())
        }
    }
}

/// Reports the state after the peer's FIN was read.
pub(super) async fn report_fin_state(shared: &SharedConnection) {
    if shared.way.state() == TcpState::Established {
        shared.way.fin_read().await;
    }
    // If both FINs crossed, the kernel's state is more exact than ours.
    shared.sample_and_recheck().await;
    shared.way.fin_read().await;
}

/// Why a connection with nothing more to read broke. The writing half may already have taken the error itself.
fn connection_failure(shared: &SharedConnection) -> Failure {
    match shared.transport.socket().take_error() {
        Ok(Some(error)) | Err(error) => shared.fault(FailedOperation::Read, &error),
        Ok(None) if !shared.transport.socket().is_tcp() => {
            shared.fault(FailedOperation::Read, &std::io::Error::from_raw_os_error(crate::wire::errno::EPIPE))
        }
        Ok(None) => Failure::new(Class::Reset, FailedOperation::Read, &shared.peer, "the peer reset the connection"),
    }
}

/// Read buffers: consecutive small reads share one allocation, the largest reads use pooled buffers.
struct ReadBuffer {
    bytes: BytesMut,
    ask: usize,
    /// The buffer of the last read, if that read asked for [`MOST_READ`].
    large: Option<Vec<u8>>,
}

impl ReadBuffer {
    fn read(&mut self, transport: &StreamTransport) -> std::io::Result<usize> {
        if self.ask < MOST_READ {
            self.make_room();
            let read = transport.try_read_buf(&mut self.bytes);
            if read.is_err() && self.bytes.capacity() >= self.ask {
                // Nothing arrived in a fresh buffer: a silent connection keeps none.
                self.bytes = BytesMut::new();
            }
            return read;
        }
        let mut buffer = buffers::take_buffer();
        match transport.try_read_buf(&mut buffer) {
            Ok(count @ 1..) => {
                self.large = Some(buffer);
                Ok(count)
            }
            nothing => {
                buffers::give_back(buffer);
                nothing
            }
        }
    }

    fn make_room(&mut self) {
        if self.bytes.capacity() - self.bytes.len() < (self.ask / 4).max(FIRST_READ / 4) {
            self.bytes.reserve(self.ask);
        }
    }

    fn take_bytes(&mut self) -> bytes::Bytes {
        if let Some(buffer) = self.large.take() {
            if buffer.len() < MOST_READ / 8 {
                self.ask = MOST_READ / 2;
            }
            return buffers::freeze(buffer);
        }
        let got = self.bytes.split().freeze();
        if self.bytes.capacity() == 0 {
            self.ask = (self.ask * 2).min(MOST_READ);
        } else if got.len() < self.ask / 8 {
            self.ask = (self.ask / 2).max(FIRST_READ);
        }
        got
    }
}
