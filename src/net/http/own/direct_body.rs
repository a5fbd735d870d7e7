//! A body of a known length, read from the socket itself.

use std::io;

use super::socket_tap::TapSource;
use crate::net::buffers;
use crate::net::http::exchange::ExchangeTask;
use crate::net::http::fault;
use crate::net::http::receive::{BodyReceiver, poll_frame_now};
use crate::net::http::response::HttpResponse;
use crate::net::stream::bulk_wait::FloodDetector;
use crate::wire::Failure;

/// hyper counts as empty after this many polls in a row without data: its two halves share a channel, and one may need
/// a poll before the other has data.
const LOOKS: u32 = 3;

/// How many reads are done before other tasks have their turn.
const TURN: u32 = 32;

impl ExchangeTask {
    /// Takes the part of the body that hyper has already read, then reads the rest of its `all` bytes.
    ///
    /// # Errors
    /// Fails if the peer ended the body early, or if the connection broke.
    pub(in crate::net::http) async fn receive_directly(
        &self,
        answer: &mut HttpResponse,
        source: &TapSource,
        all: u64,
        taking: &mut BodyReceiver,
        url: &str,
    ) -> Result<(), Failure> {
        source.close_tap();
        let mut looks = 0;
        while looks < LOOKS {
            match poll_frame_now(answer, taking.transfer_stage()).await {
                None => looks += 1,
                Some(frame) => {
                    let Some(frame) = frame.transpose()? else { return Ok(()) };
                    if let Ok(piece) = frame.into_data() {
                        self.receive_piece(piece, taking, url).await?;
                    }
                    looks = 0;
                }
            }
        }
        self.store_joined(taking).await;
        let mut paused = self.paused.clone();
        let mut reads = 0_u32;
        let mut flood = FloodDetector::sleeping();
        while taking.arrived < all {
            // An error means that nobody can pause or continue any more.
            paused.wait_for(|paused| !paused).await.ok();
            tokio::select! {
                biased;
                Ok(()) = paused.changed() => continue,
                ready = flood.readable(source.stream()) => {
                    ready.map_err(|error| fault::from_read(&error, url, taking.transfer_stage()))?;
                }
            }
            match source
                .read(all - taking.arrived)
                .map_err(|error| fault::from_read(&error, url, taking.transfer_stage()))?
            {
                None => continue,
                Some(end) if end.is_empty() => {
                    let early = io::ErrorKind::UnexpectedEof.into();
                    return Err(fault::from_read(&early, url, taking.transfer_stage()));
                }
                Some(bytes) => {
                    taking.arrived += bytes.len() as u64;
                    flood.read(source.stream(), bytes.len());
                    self.keep_block(buffers::freeze(bytes), taking).await;
                }
            }
            reads = reads.wrapping_add(1);
            if reads.is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }
}
