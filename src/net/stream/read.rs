//! The reading half of an open connection.

use std::io::ErrorKind;
use std::time::Instant;

use bytes::BytesMut;

use super::bulk_wait::FloodDetector;
use super::shared::{ReadState, SharedConnection, ShutdownIntent, TURN};
use super::transport::StreamTransport;
use crate::net::splice::{SpliceOutcome, SpliceSink};
use crate::net::{buffers, fault};
use crate::sessions::news::TcpNews;
use crate::sessions::{Block, News};
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Direction, FailedOperation, Failure, Totals};

/// What one read asks for at the most.
const MOST_READ: usize = buffers::BUFFER;

/// What the first read asks for, so that ten thousand quiet connections cost little; doubled when it was filled.
const FIRST_READ: usize = 2 * 1024;

/// Reads until the connection breaks (an error) or we stop it. The peer's FIN is told, and is not the end.
///
/// Into an outlet bytes go without being looked at, as long as it takes them.
pub(super) async fn run(talk: &SharedConnection, outlet: Option<SpliceSink>) -> Result<(), Failure> {
    let mut outlet = outlet.zip(talk.transport.plain());
    let mut state = talk.state.subscribe();
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
                // The window no longer matters on a broken connection, and what arrived before is worth seeing.
                talk.change(|state| state.reading = ReadState::Draining);
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
            ready = talk.transport.readable(&mut flood) => ready.map_err(|error| fault::from_io(FailedOperation::Read, &talk.peer, &error))?,
        }
        let read = match &outlet {
            Some((sink, socket)) => match sink.splice_from(socket).inspect(|outcome| count_spliced(talk, outcome)) {
                Ok(SpliceOutcome::All(count)) => Ok(count),
                Ok(SpliceOutcome::Full) => {
                    talk.gauge.begin_wait();
                    tokio::select! {
                        biased;
                        // What changed is looked at above.
                        _ = state.changed() => {}
                        () = sink.writable() => {}
                    }
                    talk.gauge.end_wait();
                    continue;
                }
                Ok(SpliceOutcome::Refused(_, rest)) => {
                    outlet = None;
                    flood = FloodDetector::sleeping();
                    if !rest.is_empty() {
                        talk.record(Block::single_piece(Direction::Received, Instant::now(), rest)).await;
                    }
                    continue;
                }
                Err(error) => Err(error),
            },
            None => buffer.read(&talk.transport),
        };
        match read {
            Ok(0) if now.reading == ReadState::Draining => return Err(connection_failure(talk)),
            Ok(0) => return Box::pin(after_fin(talk)).await,
            Ok(count) => {
                if outlet.is_none() {
                    let at = Instant::now();
                    talk.record(Block::single_piece(Direction::Received, at, buffer.take_bytes())).await;
                }
                flood.read(talk.transport.socket(), count);
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => continue,
            Err(error) => return Err(fault::from_io(FailedOperation::Read, &talk.peer, &error)),
        }
        reads += 1;
        if reads.is_multiple_of(TURN) {
            tokio::task::yield_now().await;
        }
    }
}

/// Counts what arrived and went into the outlet.
fn count_spliced(talk: &SharedConnection, outcome: &SpliceOutcome) {
    if let SpliceOutcome::All(count @ 1..) | SpliceOutcome::Refused(count @ 1.., _) = outcome {
        talk.gauge.mark_activity();
        talk.journal.count_unobserved(Direction::Received, Totals { bytes: *count as u64, ops: 1 });
    }
}

/// Tells the peer's FIN, then watches: a RST may still come, and without a read nobody else would notice.
async fn after_fin(talk: &SharedConnection) -> Result<(), Failure> {
    let received_bytes = talk.journal.totals().received.bytes;
    talk.journal.news(News::Tcp(TcpNews::PeerFinished { received_bytes })).await;
    talk.change(|state| state.peer_finished = true);
    if talk.way.state() == TcpState::Established {
        talk.way.fin_read().await;
    }
    // The kernel knows more of a FIN that crossed ours.
    talk.sample_and_recheck().await;
    talk.way.fin_read().await;
    let mut state = talk.state.subscribe();
    match state.wait_for(|state| state.wish == ShutdownIntent::Stop || state.broken).await {
        Ok(state) if state.wish != ShutdownIntent::Stop => {}
        Ok(_) | Err(_) => return Ok(()),
    }
    match talk.transport.socket().take_error() {
        Ok(Some(error)) | Err(error) => Err(fault::from_io(FailedOperation::Read, &talk.peer, &error)),
        // The writing half has it.
        Ok(None) => {
            talk.stopped().await;
            Ok(())
        }
    }
}

/// What broke a connection that has nothing more to read; the error itself may be with the writing half already.
fn connection_failure(talk: &SharedConnection) -> Failure {
    match talk.transport.socket().take_error() {
        Ok(Some(error)) | Err(error) => fault::from_io(FailedOperation::Read, &talk.peer, &error),
        Ok(None) => Failure::new(Class::Reset, FailedOperation::Read, &talk.peer, "the peer reset the connection"),
    }
}

/// Where reads go: consecutive small reads share one allocation, the largest get buffers that are used again.
struct ReadBuffer {
    bytes: BytesMut,
    ask: usize,
    /// What the last read filled, where it asked for [`MOST_READ`].
    large: Option<Vec<u8>>,
}

impl ReadBuffer {
    fn read(&mut self, transport: &StreamTransport) -> std::io::Result<usize> {
        if self.ask < MOST_READ {
            self.make_room();
            let read = transport.try_read_buf(&mut self.bytes);
            if read.is_err() && self.bytes.capacity() >= self.ask {
                // Nothing came into fresh room: a connection that is silent needs none.
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
